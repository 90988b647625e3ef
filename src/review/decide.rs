//! How a case is decided: one proposes, and where the amount demands it another confirms. The last of them commits the decision, in one
//! transaction with the case.

use crate::approve::record::remedies;
use crate::approve::{Approve, Grounds, Prospect};
use crate::docket::{self, Conclusion, Said};
use crate::domain::application::StateName;
use crate::domain::decision::Outcome;
use crate::domain::desk::{About, Deed, DeskCase, Stage, Verdict as CaseVerdict};
use crate::domain::id::{ApplicationId, CaseId};
use crate::domain::money::Money;
use crate::domain::person::Staff;
use crate::domain::policy::document::AmountBand;
use crate::error::StageError;

use super::CaseDesk;
use super::desk::{theirs, unmoved, unsettled};
use super::service::{GROUNDS_MAX, Verdict, grounds_of, must_review, text, thawed};

impl CaseDesk {
    /// Says how a case should be decided. Where one person is enough it is decided so, and committed; otherwise it waits for
    /// others, who must be others.
    ///
    /// # Errors
    /// `Invalid` while a finding is not settled, or when no amount can be computed; `Frozen`; `CaseMoved` with what has happened
    /// since it was seen.
    pub async fn propose(
        &self,
        staff: &Staff,
        id: CaseId,
        seen: i64,
        verdict: &Verdict,
    ) -> Result<DeskCase, StageError> {
        must_review(staff)?;
        let proposed = self.try_propose(staff, id, seen, verdict).await;
        self.told(id, seen, proposed).await
    }

    async fn try_propose(
        &self,
        staff: &Staff,
        id: CaseId,
        seen: i64,
        verdict: &Verdict,
    ) -> Result<DeskCase, StageError> {
        let (outcome, grounds) = grounds_of(staff, verdict)?;
        let mut tx = self.ctx.store.read().await?;
        let case = unmoved(theirs(&mut tx, staff, id).await?, seen)?;
        let doer = docket::doer(&mut tx, staff, &case).await?;
        drop(tx);
        // Whoever may not even write a note learns nothing of what is open.
        case.may(&doer, &Deed::Noted)?;
        let (word, amount, needs) = match outcome {
            Outcome::Approve => {
                let (amount, needs) = self.approvable(&case).await?;
                (CaseVerdict::Approve, amount, needs)
            }
            Outcome::Refuse | Outcome::Refer => (CaseVerdict::Refuse, Money::ZERO, 1),
        };
        let deed = Deed::Proposed {
            verdict: word,
            amount,
            needs,
        };
        let said = Said::with(deed, &grounds.grounds);
        let conclusion = Conclusion { case, doer, said };
        if needs <= 1 {
            return self.conclude(outcome, grounds, conclusion).await;
        }
        self.say(conclusion).await
    }

    /// Agrees with what another proposed. The last who must agree commits it.
    ///
    /// # Errors
    /// `Step` for whoever agreed before; `Frozen`; `CaseMoved` with what has happened since it was seen.
    pub async fn confirm(
        &self,
        staff: &Staff,
        id: CaseId,
        seen: i64,
        words: &str,
    ) -> Result<DeskCase, StageError> {
        must_review(staff)?;
        text("words", words, GROUNDS_MAX)?;
        let confirmed = self.try_confirm(staff, id, seen, words).await;
        self.told(id, seen, confirmed).await
    }

    async fn try_confirm(
        &self,
        staff: &Staff,
        id: CaseId,
        seen: i64,
        words: &str,
    ) -> Result<DeskCase, StageError> {
        let mut tx = self.ctx.store.read().await?;
        let case = unmoved(theirs(&mut tx, staff, id).await?, seen)?;
        let doer = docket::doer(&mut tx, staff, &case).await?;
        thawed(
            &mut tx,
            case.opening.policy.as_deref(),
            case.opening.district,
        )
        .await?;
        let acts = tx.case_acts(id, 0).await?;
        drop(tx);
        let said = Said::with(Deed::Confirmed, words);
        let last = match &case.stage {
            Stage::Proposed(proposal) => proposal.agreed.len() + 1 >= usize::from(proposal.needs),
            _ => false,
        };
        let proposed = acts
            .iter()
            .rev()
            .find(|act| matches!(act.deed, Deed::Proposed { .. }))
            .and_then(|act| act.words.clone());
        let conclusion = Conclusion { case, doer, said };
        let (true, Some(proposed)) = (last, proposed) else {
            return self.say(conclusion).await;
        };
        let grounds = Grounds {
            staff: staff.subject.subject.clone(),
            grounds: proposed.into_inner(),
            legal_basis: None,
            remedies: None,
        };
        self.conclude(Outcome::Approve, grounds, conclusion).await
    }

    /// Answers a report; that ends it.
    ///
    /// # Errors
    /// `Step` for anything but a report; `CaseMoved` with what has happened since it was seen.
    pub async fn answer(
        &self,
        staff: &Staff,
        id: CaseId,
        seen: i64,
        words: &str,
    ) -> Result<DeskCase, StageError> {
        must_review(staff)?;
        text("words", words, GROUNDS_MAX)?;
        let answered = self.try_answer(staff, id, seen, words).await;
        self.told(id, seen, answered).await
    }

    async fn try_answer(
        &self,
        staff: &Staff,
        id: CaseId,
        seen: i64,
        words: &str,
    ) -> Result<DeskCase, StageError> {
        let mut tx = self.ctx.store.write().await?;
        let case = unmoved(theirs(&mut tx, staff, id).await?, seen)?;
        let doer = docket::doer(&mut tx, staff, &case).await?;
        let verdict = CaseVerdict::Answer;
        let (amount, needs) = (Money::ZERO, 1);
        let proposed = Deed::Proposed {
            verdict,
            amount,
            needs,
        };
        let decided = Deed::Decided {
            verdict,
            decision: None,
        };
        let said = vec![Said::with(proposed, words), Said::silently(decided)];
        let after = docket::record(&self.ctx, &mut tx, &case, &doer, said).await?;
        tx.commit().await?;
        self.ring(&after);
        Ok(after)
    }

    /// Undoes a refusal or an answer: one more decision, by a supervisor, and the case is its officer's again.
    ///
    /// # Errors
    /// `Forbidden` without the role; `Step` for what cannot be undone; `AlreadyHeld` when another application has its place.
    pub async fn reopen(
        &self,
        staff: &Staff,
        id: CaseId,
        seen: i64,
        words: &str,
    ) -> Result<DeskCase, StageError> {
        must_review(staff)?;
        text("words", words, GROUNDS_MAX)?;
        let reopened = self.try_reopen(staff, id, seen, words).await;
        self.told(id, seen, reopened).await
    }

    async fn try_reopen(
        &self,
        staff: &Staff,
        id: CaseId,
        seen: i64,
        words: &str,
    ) -> Result<DeskCase, StageError> {
        let mut tx = self.ctx.store.read().await?;
        let case = unmoved(theirs(&mut tx, staff, id).await?, seen)?;
        let doer = docket::doer(&mut tx, staff, &case).await?;
        drop(tx);
        case.may(&doer, &Deed::Reopened)?;
        let said = Said::with(Deed::Reopened, words);
        let conclusion = Conclusion { case, doer, said };
        let About::Filing { application, .. } = conclusion.case.opening.about else {
            return self.say(conclusion).await;
        };
        let application = self.application_in(application, StateName::Refused).await?;
        let grounds = Grounds {
            staff: staff.subject.subject.clone(),
            grounds: words.to_owned(),
            legal_basis: None,
            remedies: None,
        };
        Approve::new(self.ctx.clone())
            .reopen_by_person(application, grounds, &conclusion)
            .await?;
        self.now(id).await
    }

    /// What approving would grant, and how many must agree to that; everything open must have been settled.
    async fn approvable(&self, case: &DeskCase) -> Result<(Money, u8), StageError> {
        let opening = &case.opening;
        let mut tx = self.ctx.store.read().await?;
        thawed(&mut tx, opening.policy.as_deref(), opening.district).await?;
        drop(tx);
        let (prospect, bands) = self.prospect(case).await?;
        let left = unsettled(case, &prospect.open);
        if !left.is_empty() {
            return Err(StageError::Invalid {
                field: "settled",
                reason: format!("not settled yet: {}", left.join(", ")),
            });
        }
        let amount = prospect.amount()?;
        Ok((amount, needed(&bands, amount)))
    }

    /// What approving a case would come to, what is open, and the policy's amount bands.
    ///
    /// # Errors
    /// `Step` for a report: there is nothing to approve.
    pub async fn prospect(
        &self,
        case: &DeskCase,
    ) -> Result<(Prospect, Vec<AmountBand>), StageError> {
        let approve = Approve::new(self.ctx.clone());
        let (application, prospect) = match case.opening.about {
            About::Filing { application, .. } => {
                let application = self
                    .application_in(application, StateName::Referred)
                    .await?;
                let prospect = approve.prospect(&application).await?;
                (application, prospect)
            }
            About::Recheck {
                application,
                payment,
                ..
            } => {
                let mut tx = self.ctx.store.read().await?;
                let application = tx.application(application).await?;
                drop(tx);
                let application = application.ok_or(StageError::not_found("application"))?;
                (application, approve.recheck_prospect(payment).await?)
            }
            About::Report { .. } => {
                return Err(StageError::Step(
                    crate::domain::desk::StepError::NotProposed,
                ));
            }
        };
        let policy = self.ctx.policies.by_hash(application.policy.hash);
        let policy = policy.ok_or_else(|| StageError::corrupt("a case has an unknown policy"))?;
        Ok((prospect, policy.service().amount_bands.clone()))
    }

    /// Commits the decision and the end of the case together.
    async fn conclude(
        &self,
        outcome: Outcome,
        grounds: Grounds,
        conclusion: Conclusion,
    ) -> Result<DeskCase, StageError> {
        let approve = Approve::new(self.ctx.clone());
        let grounds = Grounds {
            remedies: (outcome == Outcome::Refuse).then(remedies),
            ..grounds
        };
        let id = conclusion.case.id;
        match conclusion.case.opening.about {
            About::Filing { application, .. } => {
                let application = self
                    .application_in(application, StateName::Referred)
                    .await?;
                approve
                    .decide_by_person(application, outcome, grounds, &conclusion)
                    .await?;
            }
            About::Recheck { payment, .. } => {
                approve
                    .decide_recheck_by_person(payment, outcome, grounds, &conclusion)
                    .await?;
            }
            About::Report { .. } => return self.say(conclusion).await,
        }
        self.now(id).await
    }

    /// Records what was said, and nothing else.
    async fn say(&self, conclusion: Conclusion) -> Result<DeskCase, StageError> {
        let Conclusion { case, doer, said } = conclusion;
        let mut tx = self.ctx.store.write().await?;
        let after = docket::record(&self.ctx, &mut tx, &case, &doer, vec![said]).await?;
        tx.commit().await?;
        self.ring(&after);
        Ok(after)
    }

    async fn application_in(
        &self,
        id: ApplicationId,
        state: StateName,
    ) -> Result<crate::domain::application::Application, StageError> {
        let application = self.ctx.store.read().await?.application(id).await?;
        let application = application.ok_or(StageError::not_found("application"))?;
        if application.state.name() == state {
            return Ok(application);
        }
        Err(StageError::NotInState {
            what: "application",
            state: application.state.name().as_str(),
        })
    }

    async fn now(&self, id: CaseId) -> Result<DeskCase, StageError> {
        let case = self.ctx.store.read().await?.desk_case(id).await?;
        case.ok_or(StageError::not_found("case"))
    }
}

/// How many people must agree to a hand-made approval of an amount.
fn needed(bands: &[AmountBand], amount: Money) -> u8 {
    let band = bands
        .iter()
        .find(|band| band.up_to.is_none_or(|up_to| amount <= up_to));
    band.map_or(1, |band| band.approvals.max(1))
}
