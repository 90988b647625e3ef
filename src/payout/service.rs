//! What applicants and the treasury do about payments.

use serde_json::json;

use crate::context::Context;
use crate::domain::application::{Application, Filing, Typed};
use crate::domain::audit::AlarmKind;
use crate::domain::id::{AlarmId, ApplicantId, ApplicationId, PaymentId};
use crate::domain::ledger::Movement;
use crate::domain::payment::{Instruction, Payment, PaymentState};
use crate::domain::person::Actor;
use crate::domain::treasury::Callback;
use crate::error::StageError;
use crate::instruct::{Payable, Terms, award_of, instruct, payee_of};
use crate::payout::echo::{self, Heard};
use crate::payout::settle::{self, Again, Hold, News};
use crate::ports::{Acknowledgement, TreasuryReply, TreasuryStatus};
use crate::store::Tx;

/// How often a call-back is tried while workers move the same instruction, before the treasury is told to call again.
const EVENT_ATTEMPTS: u8 = 5;

/// A payment with every instruction that carried it, oldest first.
#[derive(Debug, Clone)]
pub struct PaymentView {
    /// The payment.
    pub payment: Payment,
    /// Its chain.
    pub instructions: Vec<Instruction>,
}

/// 秒付, as applicants and the treasury meet it.
#[derive(Clone)]
pub struct Payout {
    ctx: Context,
}

impl Payout {
    /// On this context.
    #[must_use]
    pub const fn new(ctx: Context) -> Self {
        Self { ctx }
    }

    /// The payments of one's own application.
    ///
    /// # Errors
    /// `NotFound` for another's.
    pub async fn payments_of(
        &self,
        who: ApplicantId,
        id: ApplicationId,
    ) -> Result<Vec<PaymentView>, StageError> {
        let mut tx = self.ctx.store.read().await?;
        let application = tx
            .application(id)
            .await?
            .filter(|application| application.applicant == who);
        let application = application.ok_or(StageError::not_found("application"))?;
        let Some(award) = tx.award_of(application.id).await? else {
            return Ok(Vec::new());
        };
        let mut views = Vec::new();
        for payment in tx.payments_of(award.id).await? {
            let instructions = tx.instructions_of(payment.id).await?;
            views.push(PaymentView {
                payment,
                instructions,
            });
        }
        Ok(views)
    }

    /// The application that one's own payment belongs to.
    ///
    /// # Errors
    /// `NotFound` for another's payment.
    pub async fn application_of(
        &self,
        who: ApplicantId,
        id: PaymentId,
    ) -> Result<ApplicationId, StageError> {
        let mut tx = self.ctx.store.read().await?;
        let payment = tx
            .payment(id)
            .await?
            .ok_or(StageError::not_found("payment"))?;
        let award = award_of(&mut tx, &payment).await?;
        Ok(own(&mut tx, who, award.application).await?.id)
    }

    /// After a 退票: the applicant names another account, and a linked new instruction carries the payment.
    ///
    /// # Errors
    /// `NotFound` for another's payment, `NotInState` unless it came back.
    pub async fn correct_account(
        &self,
        who: ApplicantId,
        id: PaymentId,
        typed: Typed,
    ) -> Result<Payment, StageError> {
        let corrected = self.try_correct_account(who, id, typed).await;
        corrected.map_err(|error| error.or_stale("payment"))
    }

    async fn try_correct_account(
        &self,
        who: ApplicantId,
        id: PaymentId,
        typed: Typed,
    ) -> Result<Payment, StageError> {
        let ctx = &self.ctx;
        let mut tx = ctx.store.write().await?;
        let payment = tx
            .payment(id)
            .await?
            .ok_or(StageError::not_found("payment"))?;
        let award = award_of(&mut tx, &payment).await?;
        let application = own(&mut tx, who, award.application).await?;
        if payment.state != PaymentState::Returned {
            return Err(StageError::NotInState {
                what: "payment",
                state: payment.state.as_str(),
            });
        }
        let applicant = tx
            .applicant(who)
            .await?
            .ok_or(StageError::not_found("applicant"))?;
        let payee = payee_of(&applicant.name, &typed);
        let newest = tx.instructions_of(id).await?.into_iter().last();
        let purpose = purpose_of(newest.as_ref())?;
        let terms = Terms {
            payee: &payee,
            purpose: &purpose,
            request_id: &application.request_id,
            movement: Movement::Reinstruct,
        };
        let payment = instruct(ctx, &mut tx, &award, payment, &terms).await?;
        if let Some(filing) = application.filing.clone() {
            // Later instalments go to the corrected account too.
            tx.update_application(&Application {
                filing: Some(Filing { typed, ..filing }),
                ..application
            })
            .await?;
        }
        let (actor, act) = (Actor::Applicant(who), "payment.account_corrected");
        let detail = json!({ "generation": payment.generation });
        ctx.audit(&mut tx, actor, act, id.to_string(), detail)
            .await?;
        tx.commit().await?;
        ctx.bell.ring_dispatch();
        ctx.bell.changed(award.application);
        Ok(payment)
    }

    /// An instalment's day has come and the policy asks for no re-check: its instruction is stored.
    ///
    /// # Errors
    /// Of the store. A payment that is no longer scheduled is left as it is.
    pub async fn instruct_due(&self, id: PaymentId) -> Result<(), StageError> {
        let ctx = &self.ctx;
        let mut tx = ctx.store.write().await?;
        let payment = tx
            .payment(id)
            .await?
            .ok_or(StageError::not_found("payment"))?;
        if payment.state != PaymentState::Scheduled {
            return Ok(());
        }
        let award = award_of(&mut tx, &payment).await?;
        let payable = Payable::load(ctx, &mut tx, &award).await?;
        instruct(
            ctx,
            &mut tx,
            &award,
            payment,
            &payable.terms(Movement::Instruct),
        )
        .await?;
        let (actor, act) = (Actor::Machine("due"), "payment.instructed");
        ctx.audit(&mut tx, actor, act, id.to_string(), json!({}))
            .await?;
        tx.commit().await?;
        ctx.bell.ring_dispatch();
        ctx.bell.changed(award.application);
        Ok(())
    }

    /// A signed call-back of the treasury: counted once by its event id, compared before it is believed.
    ///
    /// # Errors
    /// Of the store: then the treasury is told to call again.
    pub async fn take_event(&self, event: &Callback, body: &[u8]) -> Result<(), StageError> {
        for _ in 1..EVENT_ATTEMPTS {
            match self.try_event(event, body).await {
                Err(StageError::Stale { .. }) => {}
                other => return other,
            }
        }
        self.try_event(event, body).await
    }

    async fn try_event(&self, event: &Callback, body: &[u8]) -> Result<(), StageError> {
        let ctx = &self.ctx;
        let now = ctx.now();
        let mut tx = ctx.store.write().await?;
        let Some(instruction) = tx.instruction(&event.instruction).await? else {
            tracing::warn!("call-back about an instruction that is not ours");
            let subject = event.instruction.to_string();
            tx.raise_alarm(
                AlarmKind::UnexpectedEvent,
                &subject,
                now,
                ctx.id(AlarmId::new),
            )
            .await?;
            return Ok(tx.commit().await?);
        };
        let fresh = tx
            .insert_treasury_event(
                &event.event_id,
                &instruction.id,
                event.status_word(),
                event.sequence,
                now,
                body,
            )
            .await?;
        if !fresh {
            return Ok(());
        }
        let heard = heard_of(&instruction, event)?;
        let differs = matches!(heard, Heard::Differs(_));
        let again = Again {
            next_at: now,
            exhausted: false,
        };
        let news = News {
            instruction: &instruction,
            heard,
            actor: Actor::Treasury,
            hold: Hold::State,
            again,
        };
        let after = settle::write(ctx, &mut tx, news).await?;
        if differs {
            let subject = instruction.payment.to_string();
            tx.raise_alarm(AlarmKind::EchoDiffers, &subject, now, ctx.id(AlarmId::new))
                .await?;
        }
        settle::commit(ctx, tx, &instruction, after.unwrap_or(instruction.state)).await
    }
}

/// Another's application is as if it did not exist.
async fn own(tx: &mut Tx, who: ApplicantId, id: ApplicationId) -> Result<Application, StageError> {
    let application = tx
        .application(id)
        .await?
        .filter(|application| application.applicant == who);
    application.ok_or(StageError::not_found("payment"))
}

fn purpose_of(newest: Option<&Instruction>) -> Result<String, StageError> {
    let instruction =
        newest.ok_or_else(|| StageError::corrupt("a returned payment has no instruction"))?;
    let order = instruction.order().map_err(|_| {
        StageError::corrupt(format!("instruction {} holds no order", instruction.id))
    })?;
    Ok(order.purpose)
}

/// A call-back names amount and account but no payee: the payee is taken as ordered.
fn heard_of(instruction: &Instruction, event: &Callback) -> Result<Heard, StageError> {
    let order = instruction.order().map_err(|_| {
        StageError::corrupt(format!("instruction {} holds no order", instruction.id))
    })?;
    let status = if event.returned {
        TreasuryStatus::Returned
    } else {
        TreasuryStatus::Settled
    };
    let ack = Acknowledgement {
        instruction: event.instruction,
        status,
        treasury_no: instruction.treasury_no.clone().unwrap_or_default(),
        amount: event.amount,
        payee_name: order.payee_name.clone(),
        payee_account: event.payee_account.reveal().clone(),
        reason_code: event.return_code.clone(),
    };
    Ok(echo::read(&order, TreasuryReply::Known(ack)))
}
