//! What the analysis of causes is made of: a month's referrals, ended cases and askings, each read from an index by time and page by page.

use super::codec::At;
use super::sql::{args, row, statements};
use super::{StoreError, Tx};
use crate::domain::calendar::WorkingCalendar;
use crate::domain::causes::{Asked, Ended, Referral, Scope, reasons};
use crate::domain::desk::{Act, Deed, Ending, Who};
use crate::domain::evidence::{FetchOutcome, Round};
use crate::domain::id::{ApplicationId, CaseId};
use crate::domain::policy::PolicyBook;
use crate::domain::source::SourceId;
use crate::domain::time::Timestamp;

statements! {
    /// By the machine alone: a supervisor who opens a case again refers too, and undoes what was counted. The case is the filing's.
    REFERRED = ["SELECT d.id, d.application_id, d.round, d.at, d.record, a.policy_id, a.district, (SELECT MIN(m.mark) FROM marks m WHERE m.application_id = d.application_id AND m.kind = 'employer') AS employer, (SELECT c.ending FROM cases c WHERE c.application_id = d.application_id AND c.about = 'filing' ORDER BY c.id DESC LIMIT 1) AS ending FROM decisions d"]
        { sqlite: " INDEXED BY decisions_referred", postgres: "" }
        " JOIN applications a ON a.id = d.application_id WHERE d.outcome = 'refer' AND d.decided_by LIKE 'machine:%' AND (d.at, d.id) > ($1, $2) AND d.at < $3 AND (CAST($4 AS TEXT) IS NULL OR a.policy_id = $4) AND (CAST($5 AS TEXT) IS NULL OR a.district = $5) ORDER BY d.at, d.id LIMIT $6";
    ENDED = ["SELECT id, closed_at FROM cases"]
        { sqlite: " INDEXED BY cases_ended", postgres: "" }
        " WHERE closed_at IS NOT NULL AND (closed_at, id) > ($1, $2) AND closed_at < $3 AND (CAST($4 AS TEXT) IS NULL OR policy_id = $4) AND (CAST($5 AS TEXT) IS NULL OR district = $5) ORDER BY closed_at, id LIMIT $6";
    ACTS_OF_ENDED = ["SELECT id, seq, at, actor, deed FROM case_acts WHERE case_id = $1 ORDER BY seq LIMIT $2"];
    ASKED = ["SELECT source, outcome, CAST(COUNT(*) AS BIGINT) AS count FROM fetches"]
        { sqlite: " INDEXED BY fetches_in_time", postgres: "" }
        " WHERE asked_at >= $1 AND asked_at < $2 GROUP BY source, outcome";
}

/// Most acts of one case that are read.
const ACTS_MAX: i64 = 10_000;

row!(ReferredRow {
    id: String,
    application_id: String,
    round: i64,
    at: i64,
    record: Vec<u8>,
    policy_id: String,
    district: Option<String>,
    employer: Option<String>,
    ending: Option<String>,
});
row!(EndedRow {
    id: String,
    closed_at: i64,
});
row!(ActRow {
    id: String,
    seq: i64,
    at: i64,
    actor: String,
    deed: String,
});
row!(AskedRow {
    source: String,
    outcome: String,
    count: i64,
});

/// Where the next page begins: the moment and id of the last of the page before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    at: i64,
    id: String,
}

impl Place {
    /// Before everything from a moment on.
    #[must_use]
    pub const fn before(from: Timestamp) -> Self {
        Self {
            // Ids come after no text, so that what happened at this very moment is not passed over.
            at: from.as_micros(),
            id: String::new(),
        }
    }
}

/// A page, and where the next one begins; there is none after a page that is not full.
pub(super) type PageOf<T> = (Vec<T>, Option<Place>);

impl Tx {
    /// Referrals by the machine after a place and before a moment, oldest first.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn referrals(
        &mut self,
        scope: &Scope,
        after: &Place,
        until: Timestamp,
        limit: u32,
        book: &PolicyBook,
    ) -> Result<PageOf<Referral>, StoreError> {
        let district = scope.district.map(|district| district.to_string());
        let row = args![
            after.at,
            &after.id,
            until,
            scope.policy.clone(),
            district,
            limit
        ];
        let rows: Vec<ReferredRow> = self.all_planned(&REFERRED, row).await?;
        let next = next(rows.last().map(|row| (row.at, &row.id)), rows.len(), limit);
        let referrals = rows.iter().map(|row| read_referral(row, book));
        Ok((referrals.collect::<Result<_, _>>()?, next))
    }

    /// Cases that ended after a place and before a moment, with how long they stood where.
    ///
    /// # Errors
    /// When the database fails or acts are not those of one case.
    pub async fn ended_cases(
        &mut self,
        scope: &Scope,
        after: &Place,
        until: Timestamp,
        limit: u32,
        calendar: &WorkingCalendar,
    ) -> Result<PageOf<Ended>, StoreError> {
        let district = scope.district.map(|district| district.to_string());
        let row = args![
            after.at,
            &after.id,
            until,
            scope.policy.clone(),
            district,
            limit
        ];
        let rows: Vec<EndedRow> = self.all_planned(&ENDED, row).await?;
        let next = next(
            rows.last().map(|row| (row.closed_at, &row.id)),
            rows.len(),
            limit,
        );
        let mut ended = Vec::with_capacity(rows.len());
        for row in &rows {
            ended.push(self.ended_case(&row.id, calendar).await?);
        }
        Ok((ended, next))
    }

    async fn ended_case(
        &mut self,
        id: &str,
        calendar: &WorkingCalendar,
    ) -> Result<Ended, StoreError> {
        let rows: Vec<ActRow> = self.all(&ACTS_OF_ENDED, args![id, ACTS_MAX]).await?;
        let acts = rows.iter().map(read_act).collect::<Result<Vec<_>, _>>()?;
        let at = At {
            table: "cases",
            row: id,
        };
        let case: CaseId = at.parse("id", id)?;
        Ended::of(case, &acts, calendar).map_err(|_| at.wrong("case_acts"))
    }

    /// How every source was asked between two moments, and what came of it.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn asked(
        &mut self,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<(SourceId, Asked)>, StoreError> {
        let rows: Vec<AskedRow> = self.all(&ASKED, args![from, until]).await?;
        let mut all: Vec<_> = SourceId::ALL
            .map(|source| (source, Asked::default()))
            .into();
        for row in &rows {
            let at = At {
                table: "fetches",
                row: "count",
            };
            let source: SourceId = at.parse("source", &row.source)?;
            let outcome = at.word("outcome", FetchOutcome::parse, &row.outcome)?;
            let count = at.small("count", row.count)?;
            if let Some((_, asked)) = all.iter_mut().find(|(of, _)| *of == source) {
                asked.add(outcome, count);
            }
        }
        Ok(all)
    }
}

fn next(last: Option<(i64, &String)>, read: usize, limit: u32) -> Option<Place> {
    let full = usize::try_from(limit).is_ok_and(|limit| read >= limit);
    last.filter(|_| full)
        .map(|(at, id)| Place { at, id: id.clone() })
}

fn read_referral(row: &ReferredRow, book: &PolicyBook) -> Result<Referral, StoreError> {
    let at = At {
        table: "decisions",
        row: &row.id,
    };
    let ending = row
        .ending
        .as_deref()
        .map(|word| at.word("cases.ending", Ending::parse, word));
    Ok(Referral {
        application: at.parse::<ApplicationId>("application_id", &row.application_id)?,
        round: Round(at.small("round", row.round)?),
        policy: row.policy_id.clone(),
        district: at.parse_opt("applications.district", row.district.as_ref())?,
        employer: row.employer.clone(),
        ending: ending.transpose()?,
        reasons: reasons(&row.record, book).map_err(|_| at.wrong("record"))?,
    })
}

fn read_act(row: &ActRow) -> Result<Act, StoreError> {
    let at = At {
        table: "case_acts",
        row: &row.id,
    };
    Ok(Act {
        id: at.parse("id", &row.id)?,
        seq: row.seq,
        at: at.time("at", row.at)?,
        by: at.parse::<Who>("actor", &row.actor)?,
        deed: at.json::<Deed>("deed", row.deed.as_bytes())?,
        words: None,
    })
}
