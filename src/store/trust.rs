//! Trust, but look: what the machine decided lately, the first approvals of a version, holds, receivables, watches.

use super::codec::At;
use super::sql::{args, row, statements};
use super::{StoreError, Tx};
use crate::domain::decision::{Decision, Outcome};
use crate::domain::desk::Why;
use crate::domain::district::DistrictCode;
use crate::domain::id::{ApplicationId, PaymentId};
use crate::domain::money::Money;
use crate::domain::recovery::{Hold, Receivable, Watch};
use crate::domain::time::{Date, Timestamp};

const HOLDS: &str = "holds";
const RECEIVABLES: &str = "receivables";

statements! {
    NOTE_DECISION = ["INSERT INTO machine_decisions (decision_id, policy_id, approved, at) VALUES ($1, $2, $3, $4)"];
    /// The newest so many since a moment: how many there are, and how many of them are approvals.
    WINDOW = ["SELECT CAST(COUNT(*) AS BIGINT) AS decided, CAST(COALESCE(SUM(approved), 0) AS BIGINT) AS approved FROM (SELECT approved FROM machine_decisions WHERE policy_id = $1 AND at > $2 ORDER BY at DESC, decision_id DESC LIMIT $3) AS lately"];
    LAST_LIFTED = ["SELECT MAX(lifted_at) AS at FROM freezes WHERE policy_id = $1"];
    FIRST_COUNTED = ["SELECT counted FROM first_approvals WHERE policy_id = $1 AND effective = $2"];
    /// One statement counts and compares: whoever finds the first ones full gets no number.
    COUNT_FIRST = ["INSERT INTO first_approvals (policy_id, effective, counted) VALUES ($1, $2, 1) ON CONFLICT (policy_id, effective) DO UPDATE SET counted = first_approvals.counted + 1 WHERE first_approvals.counted < $3 RETURNING counted"];
    /// A recall stands above a look.
    HOLD = ["INSERT INTO holds (application_id, kind, because, since) VALUES ($1, $2, $3, $4) ON CONFLICT (application_id) DO UPDATE SET kind = excluded.kind, because = excluded.because WHERE holds.kind = 'look'"];
    HOLD_ON = ["SELECT kind, because FROM holds WHERE application_id = $1"];
    LET_GO = ["DELETE FROM holds WHERE application_id = $1 AND kind = $2"];
    CLAIM = ["INSERT INTO receivables (payment_id, case_id, amount, repaid, opened_at, ended_at) VALUES ($1, $2, $3, 0, $4, NULL)"];
    RECEIVABLE = ["SELECT payment_id, case_id, amount, repaid, opened_at, ended_at FROM receivables WHERE payment_id = $1"];
    RECEIVABLES_PAGE = ["SELECT r.payment_id, r.case_id, r.amount, r.repaid, r.opened_at, r.ended_at FROM receivables r JOIN payments p ON p.id = r.payment_id JOIN awards a ON a.id = p.award_id WHERE r.payment_id > $1 AND (CAST($2 AS TEXT) IS NULL OR a.district = $2) ORDER BY r.payment_id LIMIT $3"];
    /// Compares and adds in one: never more is repaid than was claimed, whatever runs at once.
    REPAY = ["UPDATE receivables SET repaid = repaid + $2, ended_at = CASE WHEN repaid + $2 = amount THEN $3 ELSE ended_at END WHERE payment_id = $1 AND ended_at IS NULL AND repaid + $2 <= amount"];
    END_RECEIVABLE = ["UPDATE receivables SET ended_at = $3 WHERE payment_id = $1 AND repaid = $2 AND ended_at IS NULL"];
    WATCH = ["INSERT INTO watches (payment_id, look_on, until_on, looks) VALUES ($1, $2, $3, 0) ON CONFLICT (payment_id) DO NOTHING"];
    TO_WATCH = ["SELECT payment_id, look_on, until_on, looks FROM watches"]
        { sqlite: " INDEXED BY watches_to_look_at", postgres: "" }
        " WHERE look_on IS NOT NULL AND look_on <= $1 ORDER BY look_on, payment_id LIMIT $2";
    WATCHED = ["UPDATE watches SET look_on = $3, looks = looks + 1 WHERE payment_id = $1 AND looks = $2"];
}

row!(WindowRow {
    decided: i64,
    approved: i64
});
row!(LiftedRow { at: Option<i64> });
row!(CountedRow { counted: i64 });
row!(HoldRow {
    kind: String,
    because: Option<String>,
});
row!(ReceivableRow {
    payment_id: String,
    case_id: String,
    amount: i64,
    repaid: i64,
    opened_at: i64,
    ended_at: Option<i64>,
});
row!(WatchRow {
    payment_id: String,
    look_on: Option<String>,
    until_on: String,
    looks: i64,
});

/// What the machine decided lately under one policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Decisions in the window.
    pub decided: u32,
    /// Approvals among them.
    pub approved: u32,
}

/// A page of receivables.
#[derive(Debug, Clone, Default)]
pub struct ReceivableFilter {
    /// Of this district; all when absent.
    pub district: Option<DistrictCode>,
    /// After this one: the last of the page before.
    pub after: Option<PaymentId>,
    /// At most so many.
    pub limit: u32,
}

impl Tx {
    /// Notes what the machine decided about a filing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_machine_decision(
        &mut self,
        policy: &str,
        decision: &Decision,
    ) -> Result<(), StoreError> {
        let approved = decision.outcome == Outcome::Approve;
        let row = args![decision.id.to_string(), policy, approved, decision.at];
        self.run(&NOTE_DECISION, row).await.map(drop)
    }

    /// The newest `limit` decisions of the machine under a policy since a freeze of it was last lifted.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn machine_window(&mut self, policy: &str, limit: u32) -> Result<Window, StoreError> {
        let lifted: Option<LiftedRow> = self.first(&LAST_LIFTED, args![policy]).await?;
        let since = lifted.and_then(|row| row.at).unwrap_or(i64::MIN);
        let row: Option<WindowRow> = self.first(&WINDOW, args![policy, since, limit]).await?;
        let (decided, approved) = row.map_or((0, 0), |row| (row.decided, row.approved));
        let at = At {
            table: "machine_decisions",
            row: policy,
        };
        Ok(Window {
            decided: at.small("count", decided)?,
            approved: at.small("count", approved)?,
        })
    }

    /// Counts an approval among the first `most` of a policy version; its number, or none when there are so many. Whoever rolls back
    /// gives the number back.
    ///
    /// # Errors
    /// When the database fails or the row is inconsistent.
    pub async fn count_first_approval(
        &mut self,
        policy: &str,
        effective: Date,
        most: u32,
    ) -> Result<Option<u32>, StoreError> {
        if most == 0 {
            return Ok(None);
        }
        // Once they are full nobody waits for anybody's row.
        let counted: Option<CountedRow> =
            self.first(&FIRST_COUNTED, args![policy, effective]).await?;
        if counted.is_some_and(|row| row.counted >= i64::from(most)) {
            return Ok(None);
        }
        let row: Option<CountedRow> = self
            .first(&COUNT_FIRST, args![policy, effective, most])
            .await?;
        let at = At {
            table: "first_approvals",
            row: policy,
        };
        row.map(|row| at.small("counted", row.counted)).transpose()
    }

    /// Holds everything that is to be paid to an application. What is recalled stays recalled.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hold(
        &mut self,
        application: ApplicationId,
        hold: &Hold,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let because = match hold {
            Hold::Look => None,
            Hold::Recall(why) => Some(
                serde_json::to_string(why).map_err(|_| StoreError::Unwritable { table: HOLDS })?,
            ),
        };
        let row = args![application.to_string(), hold.as_str(), because, at];
        self.run(&HOLD, row).await.map(drop)
    }

    /// What holds the payments of an application, if anything does.
    ///
    /// # Errors
    /// When the database fails or the row is inconsistent.
    pub async fn hold_on(
        &mut self,
        application: ApplicationId,
    ) -> Result<Option<Hold>, StoreError> {
        let id = application.to_string();
        let row: Option<HoldRow> = self.first(&HOLD_ON, args![&id]).await?;
        let at = At {
            table: HOLDS,
            row: &id,
        };
        row.map(|row| match (row.kind.as_str(), &row.because) {
            ("look", None) => Ok(Hold::Look),
            ("recall", Some(because)) => {
                Ok(Hold::Recall(at.json::<Why>("because", because.as_bytes())?))
            }
            _ => Err(at.wrong("kind")),
        })
        .transpose()
    }

    /// Lets go of what is held in this way.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn let_go(
        &mut self,
        application: ApplicationId,
        hold: &Hold,
    ) -> Result<(), StoreError> {
        self.run(&LET_GO, args![application.to_string(), hold.as_str()])
            .await
            .map(drop)
    }

    /// Stores what is to come back of a payment.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it was claimed before; else when the database fails.
    pub async fn insert_receivable(&mut self, receivable: &Receivable) -> Result<(), StoreError> {
        let row = args![
            receivable.payment.to_string(),
            receivable.case.to_string(),
            receivable.amount,
            receivable.opened_at,
        ];
        self.run(&CLAIM, row).await.map(drop)
    }

    /// What is to come back of a payment, if anything was claimed.
    ///
    /// # Errors
    /// When the database fails or the row is inconsistent.
    pub async fn receivable(
        &mut self,
        payment: PaymentId,
    ) -> Result<Option<Receivable>, StoreError> {
        let row: Option<ReceivableRow> =
            self.first(&RECEIVABLE, args![payment.to_string()]).await?;
        row.as_ref().map(read_receivable).transpose()
    }

    /// A page of receivables by payment.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn receivables(
        &mut self,
        filter: &ReceivableFilter,
    ) -> Result<Vec<Receivable>, StoreError> {
        let row = args![
            filter.after.map_or_else(String::new, |id| id.to_string()),
            filter.district.map(|district| district.to_string()),
            filter.limit,
        ];
        let rows: Vec<ReceivableRow> = self.all(&RECEIVABLES_PAGE, row).await?;
        rows.iter().map(read_receivable).collect()
    }

    /// Notes a repayment. `false` when it is more than what is still to come, or nothing is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn repay(
        &mut self,
        payment: PaymentId,
        amount: Money,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let row = args![payment.to_string(), amount, at];
        Ok(self.run(&REPAY, row).await? == 1)
    }

    /// Ends what is to come back, as it was read.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when something was repaid meanwhile; else when the database fails.
    pub async fn end_receivable(
        &mut self,
        receivable: &Receivable,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let id = receivable.payment.to_string();
        if self
            .run(&END_RECEIVABLE, args![&id, receivable.repaid, at])
            .await?
            == 1
        {
            return Ok(());
        }
        Err(StoreError::Stale {
            what: "receivable",
            id,
        })
    }

    /// Begins to watch a payment. Begun before, it stays as it was.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn watch(&mut self, watch: &Watch) -> Result<(), StoreError> {
        let row = args![watch.payment.to_string(), watch.look_on, watch.until_on];
        self.run(&WATCH, row).await.map(drop)
    }

    /// Watches whose day has come, the longest due first.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn watches_due(&mut self, today: Date, limit: u32) -> Result<Vec<Watch>, StoreError> {
        let rows: Vec<WatchRow> = self.all(&TO_WATCH, args![today, limit]).await?;
        rows.iter().map(read_watch).collect()
    }

    /// A look has been taken; the next one is on this day, or never.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when another node has looked meanwhile; else when the database fails.
    pub async fn watched(&mut self, watch: &Watch, next: Option<Date>) -> Result<(), StoreError> {
        let id = watch.payment.to_string();
        if self.run(&WATCHED, args![&id, watch.looks, next]).await? == 1 {
            return Ok(());
        }
        Err(StoreError::Stale { what: "watch", id })
    }
}

fn read_receivable(row: &ReceivableRow) -> Result<Receivable, StoreError> {
    let at = At {
        table: RECEIVABLES,
        row: &row.payment_id,
    };
    Ok(Receivable {
        payment: at.parse("payment_id", &row.payment_id)?,
        case: at.parse("case_id", &row.case_id)?,
        amount: at.money("amount", row.amount)?,
        repaid: at.money("repaid", row.repaid)?,
        opened_at: at.time("opened_at", row.opened_at)?,
        ended_at: at.time_opt("ended_at", row.ended_at)?,
    })
}

fn read_watch(row: &WatchRow) -> Result<Watch, StoreError> {
    let at = At {
        table: "watches",
        row: &row.payment_id,
    };
    let look_on = row.look_on.as_deref().map(|day| at.date("look_on", day));
    Ok(Watch {
        payment: at.parse("payment_id", &row.payment_id)?,
        look_on: look_on.transpose()?,
        until_on: at.date("until_on", &row.until_on)?,
        looks: row.looks,
    })
}
