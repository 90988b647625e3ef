//! Applications and the queues they stand in.

use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use super::codec::{At, json_bytes, sources_text};
use super::sql::{Arg, args, row, statements};
use super::vault::Place;
use super::{StoreError, Tx};
use crate::domain::application::{
    Application, ApplicationState, Filing, PolicyRef, StateName, Typed,
};
use crate::domain::award::BudgetKey;
use crate::domain::bank::AccountKind;
use crate::domain::district::DistrictCode;
use crate::domain::id::{ApplicantId, ApplicationId};
use crate::domain::person::Private;
use crate::domain::time::{Date, Timestamp};

const TYPED: Place = Place {
    table: "applications",
    column: "typed",
};
/// Most applications of one person that are listed.
const OF_APPLICANT_MAX: i64 = 100;

/// The columns of [`ApplicationRow`]; every SELECT below names them all.
macro_rules! columns {
    () => {
        "id, applicant_id, consent_id, policy_id, policy_effective, policy_hash, district, opened_at, filed_at, filed_on, snapshot_id, typed, key_id, state, sources, decision_id, award_id, since, retry_at, until_on, version, request_id"
    };
}

statements! {
    INSERT = ["INSERT INTO applications (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)"];
    BY_ID = ["SELECT ", columns!(), " FROM applications WHERE id = $1"];
    /// Compare-and-swap: the version the change was based on must still be the row's.
    UPDATE = ["UPDATE applications SET policy_id = $3, policy_effective = $4, policy_hash = $5, district = $6, filed_at = $7, filed_on = $8, snapshot_id = $9, typed = $10, key_id = $11, state = $12, sources = $13, decision_id = $14, award_id = $15, since = $16, retry_at = $17, until_on = $18, request_id = $19, version = version + 1 WHERE id = $1 AND version = $2"];
    OF_APPLICANT = ["SELECT ", columns!(), " FROM applications WHERE applicant_id = $1 ORDER BY id DESC LIMIT $2"];
    LIST = ["SELECT ", columns!(), " FROM applications WHERE id > $1 AND (CAST($2 AS TEXT) IS NULL OR district = $2) AND (CAST($3 AS TEXT) IS NULL OR policy_id = $3) ORDER BY id LIMIT $4"];
    LIST_IN_STATE = ["SELECT ", columns!(), " FROM applications WHERE id > $1 AND (CAST($2 AS TEXT) IS NULL OR district = $2) AND (CAST($3 AS TEXT) IS NULL OR policy_id = $3) AND state = $5 ORDER BY id LIMIT $4"];
    /// The queues name their index on SQLite, which without statistics would rather sort everything in a state.
    FILED = ["SELECT id FROM applications"]
        { sqlite: " INDEXED BY applications_filed", postgres: "" }
        " WHERE state = 'filed' AND filed_at <= $1 ORDER BY filed_at, id LIMIT $2";
    PARKED_DUE = ["SELECT id FROM applications"]
        { sqlite: " INDEXED BY applications_parked", postgres: "" }
        " WHERE state = 'parked' AND retry_at <= $1 ORDER BY retry_at, id LIMIT $2";
    NEXT_PARKED = ["SELECT retry_at FROM applications"]
        { sqlite: " INDEXED BY applications_parked", postgres: "" }
        " WHERE state = 'parked' ORDER BY retry_at LIMIT 1";
    /// The last day of publicity is a whole day: it is over the day after.
    PUBLICITY_OVER = ["SELECT id FROM applications"]
        { sqlite: " INDEXED BY applications_publicity", postgres: "" }
        " WHERE state = 'publicity' AND until_on < $1 ORDER BY until_on, id LIMIT $2";
    WAITING = ["SELECT id FROM applications"]
        { sqlite: " INDEXED BY applications_waiting", postgres: "" }
        " WHERE state = 'waiting_for_budget' AND policy_id = $1 AND district = $2 AND substr(filed_on, 1, 4) = $3 ORDER BY since, id LIMIT $4";
    WAITING_BUDGETS = ["SELECT DISTINCT policy_id, district, substr(filed_on, 1, 4) AS year FROM applications WHERE state = 'waiting_for_budget' AND district IS NOT NULL ORDER BY 1, 2, 3"];
    COUNT_BY_STATE = ["SELECT state, CAST(COUNT(*) AS BIGINT) AS count FROM applications GROUP BY state ORDER BY state"];
}

row!(ApplicationRow {
    id: String,
    applicant_id: String,
    consent_id: String,
    policy_id: String,
    policy_effective: String,
    policy_hash: String,
    district: Option<String>,
    opened_at: i64,
    filed_at: Option<i64>,
    filed_on: Option<String>,
    snapshot_id: Option<String>,
    typed: Option<Vec<u8>>,
    key_id: Option<String>,
    state: String,
    sources: Option<String>,
    decision_id: Option<String>,
    award_id: Option<String>,
    since: Option<i64>,
    retry_at: Option<i64>,
    until_on: Option<String>,
    version: i64,
    request_id: String,
});
row!(IdRow { id: String });
row!(RetryRow { retry_at: i64 });
row!(BudgetRow {
    policy_id: String,
    district: String,
    year: String
});
row!(CountRow {
    state: String,
    count: i64
});

/// Which applications to list; `None` means all.
#[derive(Debug, Clone, Default)]
pub struct ApplicationFilter {
    /// In this state.
    pub state: Option<StateName>,
    /// Of this district.
    pub district: Option<DistrictCode>,
    /// Under this policy.
    pub policy: Option<String>,
    /// After this one: the last of the page before.
    pub after: Option<ApplicationId>,
    /// At most so many.
    pub limit: u32,
}

/// What the column `typed` seals.
#[derive(Serialize, Deserialize)]
struct TypedText {
    /// Rows of before there was a choice have none.
    #[serde(default)]
    kind: AccountKind,
    account: String,
    bank: String,
    phone: String,
}

impl Drop for TypedText {
    fn drop(&mut self) {
        self.account.zeroize();
        self.phone.zeroize();
    }
}

/// What the columns after `state` hold: one set, of which each state uses its own.
#[derive(Default)]
struct StateColumns {
    sources: Option<String>,
    decision: Option<String>,
    award: Option<String>,
    since: Option<Timestamp>,
    retry_at: Option<Timestamp>,
    until: Option<Date>,
}

impl StateColumns {
    fn of(state: &ApplicationState) -> Self {
        use ApplicationState as S;
        let none = Self::default();
        match state {
            S::Draft | S::Filed => none,
            S::Parked {
                sources,
                since,
                retry_at,
            } => Self {
                sources: Some(sources_text(sources)),
                since: Some(*since),
                retry_at: Some(*retry_at),
                ..none
            },
            S::Referred { decision, since } | S::WaitingForBudget { decision, since } => Self {
                decision: Some(decision.to_string()),
                since: Some(*since),
                ..none
            },
            S::Publicity {
                decision,
                award,
                until,
            } => Self {
                decision: Some(decision.to_string()),
                award: Some(award.to_string()),
                until: Some(*until),
                ..none
            },
            S::Approved {
                decision,
                award,
                at,
            } => Self {
                decision: Some(decision.to_string()),
                award: Some(award.to_string()),
                since: Some(*at),
                ..none
            },
            S::Refused { decision, at } => Self {
                decision: Some(decision.to_string()),
                since: Some(*at),
                ..none
            },
            S::Withdrawn { at } => Self {
                since: Some(*at),
                ..none
            },
        }
    }
}

impl Tx {
    /// Stores a new application.
    ///
    /// # Errors
    /// When the database or the vault fails, or the row is refused.
    pub async fn insert_application(
        &mut self,
        application: &Application,
    ) -> Result<(), StoreError> {
        let mut row = args![
            application.id.to_string(),
            application.applicant.to_string(),
            application.consent.to_string(),
            &application.policy.id,
            application.policy.effective,
            application.policy.hash.to_string(),
            application.district.as_ref().map(ToString::to_string),
            application.opened_at,
        ];
        row.extend(self.filing_args(application)?);
        row.extend(state_args(application));
        row.extend(args![application.version, &application.request_id]);
        self.run(&INSERT, row).await.map(drop)
    }

    /// The application of this id.
    ///
    /// # Errors
    /// When the database or the vault fails, or the row is inconsistent.
    pub async fn application(
        &mut self,
        id: ApplicationId,
    ) -> Result<Option<Application>, StoreError> {
        let row = self.first(&BY_ID, args![id.to_string()]).await?;
        row.map(|row| self.read_application(row)).transpose()
    }

    /// Stores a change that was based on `application.version`; gives it back with the next version.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when somebody else changed it first; else when the database or the vault fails.
    pub async fn update_application(
        &mut self,
        application: &Application,
    ) -> Result<Application, StoreError> {
        let mut row = args![
            application.id.to_string(),
            application.version,
            &application.policy.id,
            application.policy.effective,
            application.policy.hash.to_string(),
            application.district.as_ref().map(ToString::to_string),
        ];
        row.extend(self.filing_args(application)?);
        row.extend(state_args(application));
        row.extend(args![&application.request_id]);
        if self.run(&UPDATE, row).await? == 0 {
            return Err(StoreError::Stale {
                what: "application",
                id: application.id.to_string(),
            });
        }
        Ok(Application {
            version: application.version + 1,
            ..application.clone()
        })
    }

    /// A person's applications, newest first, at most 100.
    ///
    /// # Errors
    /// When the database or the vault fails, or a row is inconsistent.
    pub async fn applications_of(
        &mut self,
        applicant: ApplicantId,
    ) -> Result<Vec<Application>, StoreError> {
        let rows = self
            .all(
                &OF_APPLICANT,
                args![applicant.to_string(), OF_APPLICANT_MAX],
            )
            .await?;
        self.read_applications(rows)
    }

    /// A page of applications by id.
    ///
    /// # Errors
    /// When the database or the vault fails, or a row is inconsistent.
    pub async fn list_applications(
        &mut self,
        filter: &ApplicationFilter,
    ) -> Result<Vec<Application>, StoreError> {
        let mut row = args![
            filter.after.map_or_else(String::new, |id| id.to_string()),
            filter.district.as_ref().map(ToString::to_string),
            filter.policy.clone(),
            filter.limit,
        ];
        let rows = match filter.state {
            None => self.all(&LIST, row).await?,
            Some(state) => {
                row.extend(args![state.as_str()]);
                self.all(&LIST_IN_STATE, row).await?
            }
        };
        self.read_applications(rows)
    }

    /// Applications filed before a moment and not judged yet, oldest first: where to go on after a crash.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn filed_ids(
        &mut self,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<ApplicationId>, StoreError> {
        let rows = self.all(&FILED, args![before, limit]).await?;
        ids(&rows)
    }

    /// Parked applications whose sources are to be asked again.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn parked_due(
        &mut self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<ApplicationId>, StoreError> {
        let rows = self.all(&PARKED_DUE, args![now, limit]).await?;
        ids(&rows)
    }

    /// When the next parked application is due.
    ///
    /// # Errors
    /// When the database fails or the row is inconsistent.
    pub async fn next_parked(&mut self) -> Result<Option<Timestamp>, StoreError> {
        let row: Option<RetryRow> = self.first(&NEXT_PARKED, args![]).await?;
        row.map(|row| {
            At {
                table: "applications",
                row: "next parked",
            }
            .time("retry_at", row.retry_at)
        })
        .transpose()
    }

    /// Applications whose last day of publicity lies before `today`.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn publicity_over(
        &mut self,
        today: Date,
        limit: u32,
    ) -> Result<Vec<ApplicationId>, StoreError> {
        let rows = self.all(&PUBLICITY_OVER, args![today, limit]).await?;
        ids(&rows)
    }

    /// Who waits for money of this budget line, first come, first served. The line's year is the year of filing.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn waiting(
        &mut self,
        key: &BudgetKey,
        limit: u32,
    ) -> Result<Vec<ApplicationId>, StoreError> {
        let year = format!("{:04}", key.year);
        let rows = self
            .all(
                &WAITING,
                args![&key.policy, key.district.to_string(), year, limit],
            )
            .await?;
        ids(&rows)
    }

    /// Budget lines that somebody waits for.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn waiting_budgets(&mut self) -> Result<Vec<BudgetKey>, StoreError> {
        let rows: Vec<BudgetRow> = self.all(&WAITING_BUDGETS, args![]).await?;
        let key = |row: BudgetRow| {
            let at = At {
                table: "applications",
                row: "waiting",
            };
            Ok(BudgetKey {
                district: at.parse("district", &row.district)?,
                year: at.parse("filed_on", &row.year)?,
                policy: row.policy_id,
            })
        };
        rows.into_iter().map(key).collect()
    }

    /// How many applications stand in each state; states without any are left out.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn count_by_state(&mut self) -> Result<Vec<(StateName, i64)>, StoreError> {
        let rows: Vec<CountRow> = self.all(&COUNT_BY_STATE, args![]).await?;
        let at = At {
            table: "applications",
            row: "count",
        };
        rows.iter()
            .map(|row| Ok((at.word("state", StateName::parse, &row.state)?, row.count)))
            .collect()
    }

    /// `filed_at`, `filed_on`, `snapshot_id`, `typed`, `key_id`.
    fn filing_args(&self, application: &Application) -> Result<Vec<Arg>, StoreError> {
        let Some(filing) = &application.filing else {
            let none = Option::<String>::None;
            return Ok(args![
                None::<i64>,
                none.clone(),
                none.clone(),
                None::<Vec<u8>>,
                none
            ]);
        };
        let typed = TypedText {
            kind: filing.typed.kind,
            account: filing.typed.account.reveal().to_owned(),
            bank: filing.typed.bank.as_str().to_owned(),
            phone: filing.typed.phone.reveal().clone(),
        };
        let plain = json_bytes(TYPED.table, &typed)?;
        let sealed = self.seal(TYPED, &application.id.to_string(), &plain)?;
        Ok(args![
            filing.at,
            filing.on,
            filing.snapshot.to_string(),
            sealed.bytes,
            sealed.key
        ])
    }

    fn read_applications(&self, rows: Vec<ApplicationRow>) -> Result<Vec<Application>, StoreError> {
        rows.into_iter()
            .map(|row| self.read_application(row))
            .collect()
    }

    fn read_application(&self, row: ApplicationRow) -> Result<Application, StoreError> {
        let at = At {
            table: TYPED.table,
            row: &row.id,
        };
        Ok(Application {
            id: at.parse("id", &row.id)?,
            applicant: at.parse("applicant_id", &row.applicant_id)?,
            consent: at.parse("consent_id", &row.consent_id)?,
            district: at.parse_opt("district", row.district.as_ref())?,
            opened_at: at.time("opened_at", row.opened_at)?,
            filing: self.read_filing(&at, &row)?,
            state: read_state(&at, &row)?,
            policy: PolicyRef {
                effective: at.date("policy_effective", &row.policy_effective)?,
                hash: at.parse("policy_hash", &row.policy_hash)?,
                id: row.policy_id,
            },
            version: row.version,
            request_id: row.request_id,
        })
    }

    fn read_filing(&self, at: &At<'_>, row: &ApplicationRow) -> Result<Option<Filing>, StoreError> {
        let Some(filed_at) = row.filed_at else {
            return Ok(None);
        };
        let sealed = at.needed(TYPED.column, row.typed.as_ref())?;
        let key = at.needed("key_id", row.key_id.as_ref())?;
        let plain = self.unseal(TYPED, &row.id, key, sealed)?;
        let typed: TypedText = at.json(TYPED.column, &plain)?;
        Ok(Some(Filing {
            snapshot: at.parse(
                "snapshot_id",
                at.needed("snapshot_id", row.snapshot_id.as_ref())?,
            )?,
            at: at.time("filed_at", filed_at)?,
            on: at.date("filed_on", at.needed("filed_on", row.filed_on.as_ref())?)?,
            typed: Typed {
                kind: typed.kind,
                account: at.parse(TYPED.column, &typed.account)?,
                bank: at.parse(TYPED.column, &typed.bank)?,
                phone: Private::new(typed.phone.clone()),
            },
        }))
    }
}

/// `state` and the columns after it, up to `until_on`.
fn state_args(application: &Application) -> Vec<Arg> {
    let columns = StateColumns::of(&application.state);
    args![
        application.state.name().as_str(),
        columns.sources,
        columns.decision,
        columns.award,
        columns.since,
        columns.retry_at,
        columns.until,
    ]
}

fn read_state(at: &At<'_>, row: &ApplicationRow) -> Result<ApplicationState, StoreError> {
    use ApplicationState as S;
    let decision = || {
        at.parse(
            "decision_id",
            at.needed("decision_id", row.decision_id.as_ref())?,
        )
    };
    let award = || at.parse("award_id", at.needed("award_id", row.award_id.as_ref())?);
    let since = || at.time("since", at.needed("since", row.since)?);
    Ok(match at.word("state", StateName::parse, &row.state)? {
        StateName::Draft => S::Draft,
        StateName::Filed => S::Filed,
        StateName::Parked => S::Parked {
            sources: at.sources("sources", at.needed("sources", row.sources.as_ref())?)?,
            since: since()?,
            retry_at: at.time("retry_at", at.needed("retry_at", row.retry_at)?)?,
        },
        StateName::Referred => S::Referred {
            decision: decision()?,
            since: since()?,
        },
        StateName::WaitingForBudget => S::WaitingForBudget {
            decision: decision()?,
            since: since()?,
        },
        StateName::Publicity => S::Publicity {
            decision: decision()?,
            award: award()?,
            until: at.date("until_on", at.needed("until_on", row.until_on.as_ref())?)?,
        },
        StateName::Approved => S::Approved {
            decision: decision()?,
            award: award()?,
            at: since()?,
        },
        StateName::Refused => S::Refused {
            decision: decision()?,
            at: since()?,
        },
        StateName::Withdrawn => S::Withdrawn { at: since()? },
    })
}

fn ids(rows: &[IdRow]) -> Result<Vec<ApplicationId>, StoreError> {
    rows.iter()
        .map(|row| {
            At {
                table: "applications",
                row: &row.id,
            }
            .parse("id", &row.id)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_before_there_was_a_choice_names_no_kind() {
        let text =
            r#"{"account":"6222020000000000018","bank":"102588000018","phone":"13800000000"}"#;
        let typed: TypedText = serde_json::from_str(text).unwrap();
        assert_eq!(typed.kind, AccountKind::Other);
    }
}
