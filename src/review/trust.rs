//! Trust, but look: officers look at what the machine approved, and decide whether what was paid has to come back.

use serde_json::json;

use super::CaseDesk;
use super::desk::{theirs, unmoved};
use super::service::{Verdict, grounds_of, must_review, thawed};
use crate::approve::{Approve, Grounds};
use crate::docket::{self, Conclusion, Said};
use crate::domain::desk::{About, Deed, DeskCase, StepError, Why};
use crate::domain::id::CaseId;
use crate::domain::ledger::Movement;
use crate::domain::money::Money;
use crate::domain::notice::Occasion;
use crate::domain::payment::{Payment, PaymentState};
use crate::domain::person::{Actor, Staff};
use crate::domain::recovery::{Hold, Receivable};
use crate::error::StageError;
use crate::instruct::{award_of, cancel_unpaid, move_money};
use crate::store::{ReceivableFilter, Tx};

/// What an officer says about a recovery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recovery {
    /// 追回: it has to come back.
    Recover {
        /// On what grounds.
        grounds: String,
        /// By which article.
        legal_basis: String,
    },
    /// It need not.
    LetBe {
        /// On what grounds.
        grounds: String,
    },
}

impl CaseDesk {
    /// An officer has looked at what the machine approved. Found right, what was held is paid; found wrong (a refusal, with its legal
    /// basis), the approval is taken back by their decision, and whether what was paid has to come back is a case of its own.
    ///
    /// # Errors
    /// `Step` for anything but a sample; `Frozen` for what is held under a freeze; `CaseMoved` with what has happened since it was seen.
    pub async fn look_at_sample(
        &self,
        staff: &Staff,
        id: CaseId,
        seen: i64,
        verdict: &Verdict,
    ) -> Result<DeskCase, StageError> {
        must_review(staff)?;
        let looked = self.try_look(staff, id, seen, verdict).await;
        self.told(id, seen, looked).await
    }

    async fn try_look(
        &self,
        staff: &Staff,
        id: CaseId,
        seen: i64,
        verdict: &Verdict,
    ) -> Result<DeskCase, StageError> {
        let (_, grounds) = grounds_of(staff, verdict)?;
        let right = matches!(verdict, Verdict::Approve { .. });
        let deed = Deed::Looked {
            right,
            decision: None,
        };
        let conclusion = self
            .conclusion(staff, id, seen, Said::with(deed, &grounds.grounds))
            .await?;
        let About::Sample { application, .. } = conclusion.case.opening.about else {
            return Err(StageError::Step(StepError::NotProposed));
        };
        let approve = Approve::new(self.ctx.clone());
        if right {
            let opening = &conclusion.case.opening;
            let mut tx = self.ctx.store.read().await?;
            // Money that goes on its way at this word is money that somebody approves.
            if tx.hold_on(application).await? == Some(Hold::Look) {
                thawed(&mut tx, opening.policy.as_deref(), opening.district).await?;
            }
            drop(tx);
            approve.found_right(application, &conclusion).await?;
        } else {
            let application = self
                .ctx
                .store
                .read()
                .await?
                .application(application)
                .await?;
            let application = application.ok_or(StageError::not_found("application"))?;
            approve
                .found_wrong(application, grounds, &conclusion)
                .await?;
        }
        self.now(id).await
    }

    /// An officer decides whether a payment has to come back. If so, the ledger gets a receivable over exactly what was paid, and what is
    /// not paid yet of the same award is not paid any more where the approval itself does not stand.
    ///
    /// # Errors
    /// `Step` for anything but a recovery; `NotInState` while the payment is on its way; `CaseMoved` with what has happened since it
    /// was seen.
    pub async fn decide_recovery(
        &self,
        staff: &Staff,
        id: CaseId,
        seen: i64,
        verdict: &Recovery,
    ) -> Result<DeskCase, StageError> {
        must_review(staff)?;
        let decided = self.try_decide_recovery(staff, id, seen, verdict).await;
        self.told(id, seen, decided).await
    }

    async fn try_decide_recovery(
        &self,
        staff: &Staff,
        id: CaseId,
        seen: i64,
        verdict: &Recovery,
    ) -> Result<DeskCase, StageError> {
        let (recover, words) = said_of(staff, verdict)?;
        let deed = Deed::RecoveryDecided { recover };
        let conclusion = self
            .conclusion(staff, id, seen, Said::with(deed, &words))
            .await?;
        let about = conclusion.case.opening.about;
        let About::Recovery {
            payment, because, ..
        } = about
        else {
            return Err(StageError::Step(StepError::NotProposed));
        };
        let mut tx = self.ctx.store.write().await?;
        let payment = tx
            .payment(payment)
            .await?
            .ok_or(StageError::not_found("payment"))?;
        let Conclusion { case, doer, said } = conclusion;
        let after = docket::record(&self.ctx, &mut tx, &case, &doer, vec![said]).await?;
        if recover {
            self.claim(&mut tx, &case, &payment, because).await?;
        } else {
            self.let_be(&mut tx, &case, &payment, because).await?;
        }
        let detail = json!({ "case": id, "recover": recover });
        let actor = Actor::Staff(staff.subject.subject.clone());
        let (act, subject) = ("payment.recovery_decided", payment.id.to_string());
        self.ctx.audit(&mut tx, actor, act, subject, detail).await?;
        tx.commit().await?;
        self.ring(&after);
        Ok(after)
    }

    /// What was paid moves to the receivables, once; what is left of an approval that does not stand is cancelled.
    async fn claim(
        &self,
        tx: &mut Tx,
        case: &DeskCase,
        payment: &Payment,
        because: Why,
    ) -> Result<(), StageError> {
        let ctx = &self.ctx;
        let award = award_of(tx, payment).await?;
        match payment.state {
            PaymentState::Settled => {
                // Written as it is: a return that is being written at this moment is written again, and finds the claim.
                tx.update_payment(payment).await?;
                let claim = Receivable {
                    payment: payment.id,
                    case: case.id,
                    amount: payment.amount,
                    repaid: Money::ZERO,
                    opened_at: ctx.now(),
                    ended_at: None,
                };
                tx.insert_receivable(&claim).await?;
                let reference = payment.id.to_string();
                move_money(ctx, tx, Movement::Claim, &award, claim.amount, &reference).await?;
            }
            PaymentState::Instructed | PaymentState::Held => {
                return Err(StageError::NotInState {
                    what: "payment",
                    state: payment.state.as_str(),
                });
            }
            _ => {}
        }
        if !matches!(because, Why::Drift { .. }) {
            cancel_unpaid(ctx, tx, &award).await?;
        }
        let (instalment, amount) = (payment.instalment, payment.amount);
        let occasion = Occasion::RecoveryClaimed {
            case: case.id,
            instalment,
            amount,
        };
        self.tell(tx, case, &occasion).await
    }

    /// Nothing comes back. Where an approval was held only because of this, it goes on.
    async fn let_be(
        &self,
        tx: &mut Tx,
        case: &DeskCase,
        payment: &Payment,
        because: Why,
    ) -> Result<(), StageError> {
        if let (Why::Declaration { .. }, Some(application)) =
            (because, case.opening.about.application())
        {
            let hold = Hold::Recall(because);
            let award = award_of(tx, payment).await?;
            let mut left = false;
            for other in tx.payments_of(award.id).await? {
                left |= tx.open_case_of_recovery(other.id).await?.is_some()
                    || tx.receivable(other.id).await?.is_some();
            }
            if !left {
                tx.let_go(application, &hold).await?;
            }
        }
        let occasion = Occasion::RecoveryLetBe {
            case: case.id,
            instalment: payment.instalment,
        };
        self.tell(tx, case, &occasion).await
    }

    async fn tell(
        &self,
        tx: &mut Tx,
        case: &DeskCase,
        occasion: &Occasion,
    ) -> Result<(), StageError> {
        let Some(id) = case.opening.about.application() else {
            return Ok(());
        };
        if let Some(application) = tx.application(id).await? {
            self.ctx.tell(tx, &application, occasion).await?;
        }
        Ok(())
    }

    /// A case as it was seen, with who acts on it and what they say.
    async fn conclusion(
        &self,
        staff: &Staff,
        id: CaseId,
        seen: i64,
        said: Said,
    ) -> Result<Conclusion, StageError> {
        let mut tx = self.ctx.store.read().await?;
        let case = unmoved(theirs(&mut tx, staff, id).await?, seen)?;
        let doer = docket::doer(&mut tx, staff, &case).await?;
        case.may(&doer, &said.deed)?;
        Ok(Conclusion { case, doer, said })
    }

    /// What is to come back, by payment; a district's staff see their own district.
    ///
    /// # Errors
    /// `Forbidden` without the role, or for another district.
    pub async fn receivables(
        &self,
        staff: &Staff,
        filter: ReceivableFilter,
    ) -> Result<Vec<Receivable>, StageError> {
        must_review(staff)?;
        let filter = ReceivableFilter {
            district: staff.narrow(filter.district)?,
            ..filter
        };
        Ok(self.ctx.store.read().await?.receivables(&filter).await?)
    }
}

/// What an officer says, checked: whether it comes back, and the words the applicant reads.
fn said_of(staff: &Staff, verdict: &Recovery) -> Result<(bool, String), StageError> {
    match verdict {
        Recovery::LetBe { grounds } => {
            let grounds = grounds.clone();
            let (_, said) = grounds_of(staff, &Verdict::Approve { grounds })?;
            Ok((false, said.grounds))
        }
        Recovery::Recover {
            grounds,
            legal_basis,
        } => {
            let verdict = Verdict::Refuse {
                grounds: grounds.clone(),
                legal_basis: legal_basis.clone(),
            };
            let (_, said) = grounds_of(staff, &verdict)?;
            Ok((true, in_full(&said)))
        }
    }
}

/// Grounds, legal basis and remedies together: a claim, like a refusal, says all three.
fn in_full(said: &Grounds) -> String {
    let basis = said.legal_basis.iter().cloned();
    let remedies = said.remedies.iter().flatten().cloned();
    std::iter::once(said.grounds.clone())
        .chain(basis)
        .chain(remedies)
        .collect::<Vec<_>>()
        .join("\n")
}
