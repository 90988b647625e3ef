//! Awards: one an application.

use super::codec::At;
use super::sql::{args, row, statements};
use super::{StoreError, Tx};
use crate::domain::award::Award;
use crate::domain::id::{ApplicationId, AwardId};

macro_rules! columns {
    () => {
        "id, application_id, applicant_id, policy, district, year, total, at"
    };
}

statements! {
    INSERT = ["INSERT INTO awards (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"];
    BY_ID = ["SELECT ", columns!(), " FROM awards WHERE id = $1"];
    OF_APPLICATION = ["SELECT ", columns!(), " FROM awards WHERE application_id = $1"];
    PAGE = ["SELECT ", columns!(), " FROM awards WHERE id > $1 ORDER BY id LIMIT $2"];
}

row!(AwardRow {
    id: String,
    application_id: String,
    applicant_id: String,
    policy: String,
    district: String,
    year: i64,
    total: i64,
    at: i64,
});

impl Tx {
    /// Stores an award.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] on `awards_application_id_key` when the application has one already; else when the database
    /// fails or refuses it.
    pub async fn insert_award(&mut self, award: &Award) -> Result<(), StoreError> {
        let row = args![
            award.id.to_string(),
            award.application.to_string(),
            award.applicant.to_string(),
            &award.budget.policy,
            award.budget.district.to_string(),
            award.budget.year,
            award.total,
            award.at,
        ];
        self.run(&INSERT, row).await.map(drop)
    }

    /// The award of this id.
    ///
    /// # Errors
    /// When the database fails or the row is inconsistent.
    pub async fn award(&mut self, id: AwardId) -> Result<Option<Award>, StoreError> {
        let row: Option<AwardRow> = self.first(&BY_ID, args![id.to_string()]).await?;
        row.map(read).transpose()
    }

    /// The award of an application.
    ///
    /// # Errors
    /// When the database fails or the row is inconsistent.
    pub async fn award_of(
        &mut self,
        application: ApplicationId,
    ) -> Result<Option<Award>, StoreError> {
        let row: Option<AwardRow> = self
            .first(&OF_APPLICATION, args![application.to_string()])
            .await?;
        row.map(read).transpose()
    }

    /// A page of all awards by id, after the last of the page before.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn awards_page(
        &mut self,
        after: Option<AwardId>,
        limit: u32,
    ) -> Result<Vec<Award>, StoreError> {
        let after = after.map_or_else(String::new, |id| id.to_string());
        let rows: Vec<AwardRow> = self.all(&PAGE, args![after, limit]).await?;
        rows.into_iter().map(read).collect()
    }
}

fn read(row: AwardRow) -> Result<Award, StoreError> {
    let at = At {
        table: "awards",
        row: &row.id,
    };
    Ok(Award {
        id: at.parse("id", &row.id)?,
        application: at.parse("application_id", &row.application_id)?,
        applicant: at.parse("applicant_id", &row.applicant_id)?,
        budget: at.budget(row.policy, &row.district, row.year)?,
        total: at.money("total", row.total)?,
        at: at.time("at", row.at)?,
    })
}
