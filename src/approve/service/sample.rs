//! 抽查: what people look at of the machine's approvals. Drawn with the decision, held where a person looks first, found right or
//! wrong by a person.

use serde_json::json;

use super::Approve;
use crate::approve::case::Case;
use crate::approve::record::{Grounds, Stored};
use crate::docket::{self, Conclusion, Said};
use crate::domain::application::{Application, StateName};
use crate::domain::decision::Outcome;
use crate::domain::desk::{Deed, Look, Why};
use crate::domain::draw::{Draw, Nonce};
use crate::domain::id::{ApplicationId, DecisionId};
use crate::domain::ledger::Movement;
use crate::domain::notice::Occasion;
use crate::domain::payment::{Instruction, Payment, PaymentState};
use crate::domain::person::Actor;
use crate::domain::policy::Policy;
use crate::domain::recovery::Hold;
use crate::error::StageError;
use crate::instruct::{Payable, cancel_unpaid, instruct};
use crate::store::Tx;

/// What was drawn for a decision; nothing for what a person decided.
pub(super) async fn drawn(tx: &mut Tx, decision: DecisionId) -> Result<Option<Draw>, StageError> {
    let decision = tx
        .decision(decision)
        .await?
        .ok_or(StageError::not_found("decision"))?;
    let stored: Stored = serde_json::from_slice(&decision.record)
        .map_err(|_| StageError::corrupt(format!("decision {} has no record", decision.id)))?;
    Ok(stored.inputs.draw)
}

impl Approve {
    /// Draws whether people look at an approval, and counts it among the first of its policy version. In the transaction of the
    /// decision: what is rolled back was never drawn, and a number that was given is given once.
    pub(super) async fn draw(&self, tx: &mut Tx, case: &Case) -> Result<Draw, StageError> {
        let (policy, service) = (&case.policy, case.policy.service());
        let first = tx
            .count_first_approval(
                policy.id(),
                policy.effective(),
                service.first_approvals_reviewed,
            )
            .await?;
        let mut nonce = [0; 32];
        self.ctx.world.entropy.fill(&mut nonce);
        Ok(Draw::new(
            Nonce::from_bytes(nonce),
            case.application,
            &policy.hash(),
            service.sample_rate_per_mille,
            first,
        ))
    }

    /// What was drawn becomes a case as soon as there is an award; where a person looks first, nothing is paid before.
    pub(super) async fn look(
        &self,
        tx: &mut Tx,
        given: &Application,
        policy: &Policy,
        decision: DecisionId,
        draw: &Draw,
    ) -> Result<(), StageError> {
        let awarded = matches!(
            given.state.name(),
            StateName::Approved | StateName::Publicity
        );
        if !awarded || !draw.is_looked_at() {
            return Ok(());
        }
        let because = if draw.is_held() {
            tx.hold(given.id, &Hold::Look, self.ctx.now()).await?;
            Look::First
        } else {
            Look::Drawn
        };
        docket::open_sample(&self.ctx, tx, given, policy, decision, because).await?;
        Ok(())
    }

    /// A person looked and found it right: what was held goes its way.
    ///
    /// # Errors
    /// `Stale` when the case changed since it was seen.
    pub async fn found_right(
        &self,
        id: ApplicationId,
        conclusion: &Conclusion,
    ) -> Result<(), StageError> {
        let ctx = &self.ctx;
        let mut tx = ctx.store.write().await?;
        self.conclude_look(&mut tx, conclusion, true, None).await?;
        if tx.hold_on(id).await? == Some(Hold::Look) {
            tx.let_go(id, &Hold::Look).await?;
            self.pay_what_is_due(&mut tx, id).await?;
        }
        let actor = Actor::Staff(subject(conclusion));
        ctx.audit(&mut tx, actor, "sample.right", id.to_string(), json!({}))
            .await?;
        tx.commit().await?;
        self.ring(id);
        Ok(())
    }

    /// A person looked and found it wrong: a decision of theirs takes the approval back. What is not paid is not paid any more, and
    /// whether what was paid has to come back is a case of its own.
    ///
    /// # Errors
    /// `Transition` unless it is approved; `Stale` when something changed meanwhile.
    pub async fn found_wrong(
        &self,
        application: Application,
        grounds: Grounds,
        conclusion: &Conclusion,
    ) -> Result<(), StageError> {
        let taken_back = self.try_take_back(application, grounds, conclusion).await;
        taken_back.map_err(|error| error.or_stale("application"))
    }

    async fn try_take_back(
        &self,
        application: Application,
        grounds: Grounds,
        conclusion: &Conclusion,
    ) -> Result<(), StageError> {
        let (ctx, id) = (&self.ctx, application.id);
        let mut tx = ctx.store.read().await?;
        let (case, _) = self.load_filing(&mut tx, &application).await?;
        drop(tx);
        let outcome = Outcome::Refuse;
        let decision = self.decision(&case, &case.judge(), outcome, Some(&grounds))?;
        let actor = Actor::Staff(grounds.staff);
        let mut tx = ctx.store.write().await?;
        tx.insert_decision(&decision).await?;
        let decision = decision.id;
        let refused = application.take_back(decision, &actor, ctx.now())?;
        ctx.tell(&mut tx, &refused, &Occasion::Refused { decision })
            .await?;
        tx.release_slots(id).await?;
        let refused = tx.update_application(&refused).await?;
        if let Some(award) = tx.award_of(id).await? {
            cancel_unpaid(ctx, &mut tx, &award).await?;
        }
        docket::recall(ctx, &mut tx, &refused, Why::Sample { decision }).await?;
        self.conclude_look(&mut tx, conclusion, false, Some(decision))
            .await?;
        let detail = json!({ "decision": decision });
        ctx.audit(&mut tx, actor, "sample.wrong", id.to_string(), detail)
            .await?;
        tx.commit().await?;
        self.ring(id);
        Ok(())
    }

    async fn conclude_look(
        &self,
        tx: &mut Tx,
        conclusion: &Conclusion,
        right: bool,
        decision: Option<DecisionId>,
    ) -> Result<(), StageError> {
        let Conclusion { case, doer, said } = conclusion;
        let said = Said {
            deed: Deed::Looked { right, decision },
            words: said.words.clone(),
        };
        docket::record(&self.ctx, tx, case, doer, vec![said])
            .await
            .map(drop)
    }

    /// What waited for the look: instalments whose day has come, and what came back and has another account by now.
    async fn pay_what_is_due(&self, tx: &mut Tx, id: ApplicationId) -> Result<(), StageError> {
        let ctx = &self.ctx;
        let application = tx.application(id).await?;
        let application = application.ok_or(StageError::not_found("application"))?;
        let Some(award) = tx.award_of(id).await? else {
            return Ok(());
        };
        if application.state.name() != StateName::Approved {
            return Ok(());
        }
        let payable = Payable::load(ctx, tx, &award).await?;
        for payment in tx.payments_of(award.id).await? {
            let Some(movement) = self.goes_on(tx, &application, &payment).await? else {
                continue;
            };
            instruct(ctx, tx, &award, payment, &payable.terms(movement)).await?;
        }
        Ok(())
    }

    async fn goes_on(
        &self,
        tx: &mut Tx,
        application: &Application,
        payment: &Payment,
    ) -> Result<Option<Movement>, StageError> {
        let today = self.ctx.world.clock.today();
        match payment.state {
            PaymentState::Scheduled if payment.due_on <= today && !payment.recheck => {
                Ok(Some(Movement::Instruct))
            }
            PaymentState::Returned => {
                let newest = tx.instructions_of(payment.id).await?.pop();
                Ok(corrected(application, newest.as_ref()).then_some(Movement::Reinstruct))
            }
            _ => Ok(None),
        }
    }

    fn ring(&self, id: ApplicationId) {
        let bell = &self.ctx.bell;
        bell.ring_dispatch();
        bell.ring_notices();
        bell.changed(id);
    }
}

/// Whether the applicant has named another account since the money came back.
fn corrected(application: &Application, newest: Option<&Instruction>) -> bool {
    let order = newest.and_then(|instruction| instruction.order().ok());
    let (Some(order), Some(filing)) = (order, &application.filing) else {
        return false;
    };
    let typed = &filing.typed;
    order.payee_account != typed.account.reveal() || order.payee_bank != typed.bank.to_string()
}

fn subject(conclusion: &Conclusion) -> String {
    conclusion.doer.who.staff().unwrap_or_default().to_owned()
}
