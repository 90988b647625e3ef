//! 好差评: what applicants say about the service, once an application.

use super::codec::At;
use super::sql::{args, row, statements};
use super::vault::Place;
use super::{StoreError, Tx};
use crate::domain::causes::Scope;
use crate::domain::desk::{Card, Ending, StageName};
use crate::domain::id::ApplicationId;
use crate::domain::person::Private;
use crate::domain::rating::{Grade, Rated, Rating};
use crate::domain::time::Timestamp;

const WORDS: Place = Place {
    table: "ratings",
    column: "words",
};

statements! {
    INSERT = ["INSERT INTO ratings (id, grade, at, case_id, words, key_id) VALUES ($1, $2, $3, $4, $5, $6)"];
    BY_ID = ["SELECT id, grade, at, case_id, words, key_id FROM ratings WHERE id = $1"];
    /// With what has become of the case in which a bad one is answered.
    RATED = ["SELECT r.id, r.grade, c.stage, c.card, c.ending FROM ratings r"]
        { sqlite: " INDEXED BY ratings_in_time", postgres: "" }
        " JOIN applications a ON a.id = r.id LEFT JOIN cases c ON c.id = r.case_id WHERE r.at >= $1 AND r.at < $2 AND (CAST($3 AS TEXT) IS NULL OR a.policy_id = $3) AND (CAST($4 AS TEXT) IS NULL OR a.district = $4) ORDER BY r.at, r.id LIMIT $5";
}

row!(RatingRow {
    id: String,
    grade: String,
    at: i64,
    case_id: Option<String>,
    words: Option<Vec<u8>>,
    key_id: Option<String>,
});
row!(RatedRow {
    id: String,
    grade: String,
    stage: Option<String>,
    card: Option<String>,
    ending: Option<String>,
});

impl Tx {
    /// Stores what somebody said.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it was said already; else when the database or the vault fails.
    pub async fn insert_rating(&mut self, rating: &Rating) -> Result<(), StoreError> {
        let id = rating.application.to_string();
        let sealed = match &rating.words {
            Some(words) => Some(self.seal(WORDS, &id, words.reveal().as_bytes())?),
            None => None,
        };
        let (bytes, key) = sealed.map(|sealed| (sealed.bytes, sealed.key)).unzip();
        let case = rating.case.map(|case| case.to_string());
        let row = args![id, rating.grade.as_str(), rating.at, case, bytes, key];
        self.run(&INSERT, row).await.map(drop)
    }

    /// What was said about an application.
    ///
    /// # Errors
    /// When the database or the vault fails, or the row is inconsistent.
    pub async fn rating_of(
        &mut self,
        application: ApplicationId,
    ) -> Result<Option<Rating>, StoreError> {
        let row: Option<RatingRow> = self.first(&BY_ID, args![application.to_string()]).await?;
        row.map(|row| self.read_rating(&row)).transpose()
    }

    /// What was said from one moment to another, counted no further than `limit`.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn rated(
        &mut self,
        scope: &Scope,
        (from, until): (Timestamp, Timestamp),
        limit: u32,
    ) -> Result<Vec<Rated>, StoreError> {
        let district = scope.district.map(|district| district.to_string());
        let row = args![from, until, scope.policy.clone(), district, limit];
        let rows: Vec<RatedRow> = self.all_planned(&RATED, row).await?;
        rows.iter().map(read_rated).collect()
    }

    fn read_rating(&self, row: &RatingRow) -> Result<Rating, StoreError> {
        let at = At {
            table: WORDS.table,
            row: &row.id,
        };
        let words = match (&row.words, &row.key_id) {
            (Some(sealed), Some(key)) => {
                let plain = self.unseal(WORDS, &row.id, key, sealed)?;
                let text = std::str::from_utf8(&plain).map_err(|_| at.wrong("words"))?;
                Some(Private::new(text.to_owned()))
            }
            _ => None,
        };
        Ok(Rating {
            application: at.parse("id", &row.id)?,
            grade: at.word("grade", Grade::parse, &row.grade)?,
            at: at.time("at", row.at)?,
            case: at.parse_opt("case_id", row.case_id.as_ref())?,
            words,
        })
    }
}

fn read_rated(row: &RatedRow) -> Result<Rated, StoreError> {
    let at = At {
        table: WORDS.table,
        row: &row.id,
    };
    let ending = row
        .ending
        .as_deref()
        .map(|word| at.word("cases.ending", Ending::parse, word))
        .transpose()?;
    let answer = match (&row.stage, &row.card) {
        (Some(stage), Some(card)) => Some((
            at.word("cases.stage", StageName::parse, stage)?,
            at.word("cases.card", Card::parse, card)?,
            ending,
        )),
        _ => None,
    };
    Ok(Rated {
        grade: at.word("grade", Grade::parse, &row.grade)?,
        answer,
    })
}
