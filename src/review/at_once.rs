//! The whole of an officer's work in one call: take, settle, propose. For programs that show no case, so that they too go the desk's
//! way: its one officer, its four eyes, its timeline.

use crate::docket::{self, Matter};
use crate::domain::application::Application;
use crate::domain::desk::{DeskCase, Stage};
use crate::domain::id::{DecisionId, PaymentId};
use crate::domain::person::Staff;
use crate::error::StageError;

use super::CaseDesk;
use super::desk::{Step, unsettled};
use super::service::{Verdict, grounds_of, thawed};

impl CaseDesk {
    /// The open case of what the machine referred. What was referred before there was a desk gets its case now.
    ///
    /// # Errors
    /// Of the store.
    pub(super) async fn case_to_decide(
        &self,
        application: &Application,
        payment: Option<PaymentId>,
        decision: DecisionId,
    ) -> Result<DeskCase, StageError> {
        let matter = payment.map_or(Matter::Filing(application.id), Matter::Recheck);
        let mut tx = self.ctx.store.read().await?;
        if let Some(case) = docket::open_case(&mut tx, matter).await? {
            return Ok(case);
        }
        drop(tx);
        let policy = self.ctx.policies.by_hash(application.policy.hash);
        let policy = policy.ok_or_else(|| StageError::corrupt("a referral has no policy"))?;
        let mut tx = self.ctx.store.write().await?;
        let case =
            docket::open_referral(&self.ctx, &mut tx, application, &policy, payment, decision)
                .await?;
        tx.commit().await?;
        Ok(case)
    }

    /// Decides a case as its officer, taking it first where that is theirs to do, with the grounds for every finding that is open;
    /// or agrees, as another person, with the approval that was proposed. Each step stands in the timeline by itself.
    ///
    /// # Errors
    /// Of every step. Nothing has been done when the approval could not be proposed anyway.
    pub(super) async fn decide_at_once(
        &self,
        staff: &Staff,
        case: DeskCase,
        verdict: &Verdict,
    ) -> Result<DeskCase, StageError> {
        grounds_of(staff, verdict)?;
        let (Verdict::Approve { grounds } | Verdict::Refuse { grounds, .. }) = verdict;
        let is_approval = matches!(verdict, Verdict::Approve { .. });
        if matches!(case.stage, Stage::Proposed(_)) {
            return if is_approval {
                self.confirm(staff, case.id, case.version, grounds).await
            } else {
                self.propose(staff, case.id, case.version, verdict).await
            };
        }
        let open = if is_approval {
            self.open_before_approval(&case).await?
        } else {
            Vec::new()
        };
        let mut case = self.taken_by(staff, case).await?;
        for criterion in open {
            let (criterion, file) = (criterion, None);
            let step = Step::Settle { criterion, file };
            case = self
                .act(staff, case.id, case.version, step, grounds)
                .await?;
        }
        self.propose(staff, case.id, case.version, verdict).await
    }

    /// What is to be settled; an approval that cannot come about is refused before anything is done for it.
    async fn open_before_approval(&self, case: &DeskCase) -> Result<Vec<String>, StageError> {
        let (policy, district) = (case.opening.policy.as_deref(), case.opening.district);
        let mut tx = self.ctx.store.read().await?;
        thawed(&mut tx, policy, district).await?;
        drop(tx);
        let (prospect, _) = self.prospect(case).await?;
        prospect.amount()?;
        Ok(unsettled(case, &prospect.open))
    }

    /// A case that waits is anybody's to take, and a colleague's a supervisor's.
    async fn taken_by(&self, staff: &Staff, case: DeskCase) -> Result<DeskCase, StageError> {
        let mine = case.officer.as_deref() == Some(staff.subject.subject.as_str());
        let free = matches!(case.stage, Stage::Waiting);
        if mine || !(free || staff.has(crate::domain::person::Role::Supervisor)) {
            return Ok(case);
        }
        self.act(staff, case.id, case.version, Step::Take, "").await
    }
}
