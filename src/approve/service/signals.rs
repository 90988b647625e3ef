//! What speaks against approval by machine though every condition is met. Looked for only where the machine would approve.

use super::Approve;
use super::decide::located;
use crate::approve::case::{Case, Judged, Way};
use crate::approve::signals;
use crate::domain::application::Application;
use crate::domain::signal::{Mark, Signal};
use crate::domain::time::Timestamp;
use crate::error::StageError;
use crate::store::Tx;

/// "In a month": this many milliseconds, thirty days.
const MONTH_MS: i64 = 30 * 86_400_000;

impl Approve {
    /// Judges, and where nothing is against an approval looks for signals and judges with them.
    pub(super) async fn judge(
        &self,
        application: &Application,
        case: &mut Case,
    ) -> Result<Judged, StageError> {
        let judged = case.judge();
        let Way::Approve(plan) = &judged.way else {
            return Ok(judged);
        };
        let mut found = signals::of_case(&case.policy, &judged.facts, plan);
        found.extend(self.in_common(application, case, &judged).await?);
        if found.is_empty() {
            return Ok(judged);
        }
        found.sort_unstable();
        case.signals = found;
        Ok(case.judge())
    }

    /// What the application has in common with those of others, and whether the machine may approve here at all.
    async fn in_common(
        &self,
        application: &Application,
        case: &Case,
        judged: &Judged,
    ) -> Result<Vec<Signal>, StageError> {
        let limits = &case.policy.service().breaker;
        let who = application.applicant;
        let month_ago = self.ctx.now().plus_millis(-MONTH_MS);
        let mut found = Vec::new();
        let mut tx = self.ctx.store.read().await?;
        if let Some(employer) = judged.facts.employer(&case.policy) {
            // One more than may be is enough to know; the applicant counts too.
            let most = limits.employer_month_max;
            let others = tx
                .others_with(Mark::Employer, &employer, month_ago, who, most)
                .await?;
            if others >= most {
                found.push(Signal::EmployerCluster);
            }
        }
        // The register that names the district may have answered only now.
        let district = located(application.clone(), case, judged).district;
        let policy = case.policy.id();
        if tx.freeze_over(Some(policy), district).await?.is_some() {
            found.push(Signal::Frozen);
        }
        if let Some(filing) = &application.filing {
            let account = filing.typed.account.reveal();
            let most = limits.account_people_max;
            let others = tx
                .others_with(Mark::Account, account, Timestamp::EPOCH, who, most)
                .await?;
            if others >= most {
                found.push(Signal::SharedAccount);
            }
        }
        Ok(found)
    }

    /// Notes the employer of an application whose register was silent when it was filed.
    pub(super) async fn mark_late(
        &self,
        tx: &mut Tx,
        application: &Application,
        case: &Case,
        judged: &Judged,
    ) -> Result<(), StageError> {
        if let Some(employer) = judged.facts.employer(&case.policy) {
            tx.mark(application, Mark::Employer, &employer, self.ctx.now())
                .await?;
        }
        Ok(())
    }
}
