//! What applicants and the treasury do about payments.

use serde_json::json;

use crate::context::Context;
use crate::docket;
use crate::domain::application::{Application, ApplicationState, Filing, Typed};
use crate::domain::audit::AlarmKind;
use crate::domain::award::Award;
use crate::domain::desk::Look;
use crate::domain::id::{AlarmId, ApplicantId, ApplicationId, PaymentId};
use crate::domain::ledger::Movement;
use crate::domain::payment::{Instruction, Payment, PaymentState};
use crate::domain::person::Actor;
use crate::domain::recovery;
use crate::domain::signal::Mark;
use crate::domain::time::Timestamp;
use crate::domain::treasury::Callback;
use crate::error::StageError;
use crate::instruct::{Payable, Terms, award_of, instruct, payee_of, stands_still};
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
    /// Whether a person looks before it goes on.
    pub waits_for_a_look: bool,
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
        let held = tx.hold_on(application.id).await? == Some(recovery::Hold::Look);
        let mut views = Vec::new();
        for payment in tx.payments_of(award.id).await? {
            let instructions = tx.instructions_of(payment.id).await?;
            let stands = matches!(
                payment.state,
                PaymentState::Scheduled | PaymentState::Returned
            );
            views.push(PaymentView {
                payment,
                instructions,
                waits_for_a_look: held && stands,
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
        self.must_be_payable(&mut tx, &payment, &application)
            .await?;
        // Later instalments go to the corrected account too.
        let application = named(ctx, &mut tx, application, typed.clone()).await?;
        let waits = self.waits_for_a_look(&mut tx, &application).await?;
        let payment = if waits {
            // Written as it is, so that two corrections of one version do not both count.
            tx.update_payment(&payment).await?
        } else {
            self.pay_again(&mut tx, &award, payment, &application, &typed)
                .await?
        };
        let (actor, act) = (Actor::Applicant(who), "payment.account_corrected");
        let detail = json!({ "generation": payment.generation, "waits": waits });
        ctx.audit(&mut tx, actor, act, id.to_string(), detail)
            .await?;
        tx.commit().await?;
        ctx.bell.ring_dispatch();
        ctx.bell.changed(award.application);
        Ok(payment)
    }

    /// What an officer has before them as a recovery, or has decided to claim, is not paid again meanwhile.
    async fn must_be_payable(
        &self,
        tx: &mut Tx,
        payment: &Payment,
        application: &Application,
    ) -> Result<(), StageError> {
        let recalled = matches!(
            tx.hold_on(application.id).await?,
            Some(recovery::Hold::Recall(_))
        );
        let recovered = tx.open_case_of_recovery(payment.id).await?.is_some()
            || tx.receivable(payment.id).await?.is_some();
        if recalled || recovered {
            return Err(StageError::NotInState {
                what: "payment",
                state: "being recovered",
            });
        }
        Ok(())
    }

    /// Whether a person looks before it is paid again: one looks already, or more people than the policy lets pass have named the
    /// account. What the machine would refer before the first payment it does not pay after a correction.
    async fn waits_for_a_look(
        &self,
        tx: &mut Tx,
        application: &Application,
    ) -> Result<bool, StageError> {
        if tx.hold_on(application.id).await?.is_some() {
            return Ok(true);
        }
        let (ctx, id) = (&self.ctx, application.id);
        let corrupt = |what| StageError::corrupt(format!("application {id} {what}"));
        let policy = ctx.policies.by_hash(application.policy.hash);
        let policy = policy.ok_or_else(|| corrupt("has an unknown policy"))?;
        let filing = application.filing.as_ref();
        let account = filing.ok_or_else(|| corrupt("was never filed"))?;
        let account = account.typed.account.reveal();
        let (who, most) = (
            application.applicant,
            policy.service().breaker.account_people_max,
        );
        let others = tx
            .others_with(Mark::Account, account, Timestamp::EPOCH, who, most)
            .await?;
        if others < most {
            return Ok(false);
        }
        let ApplicationState::Approved { decision, .. } = application.state else {
            return Err(corrupt("is paid and not approved"));
        };
        tx.hold(id, &recovery::Hold::Look, ctx.now()).await?;
        if tx.open_case_of_sample(id).await?.is_none() {
            docket::open_sample(ctx, tx, application, &policy, decision, Look::Account).await?;
        }
        Ok(true)
    }

    async fn pay_again(
        &self,
        tx: &mut Tx,
        award: &Award,
        payment: Payment,
        application: &Application,
        typed: &Typed,
    ) -> Result<Payment, StageError> {
        let applicant = tx
            .applicant(application.applicant)
            .await?
            .ok_or(StageError::not_found("applicant"))?;
        let newest = tx.instructions_of(payment.id).await?.into_iter().last();
        let purpose = purpose_of(newest.as_ref())?;
        let terms = Terms {
            payee: &payee_of(&applicant.name, typed),
            purpose: &purpose,
            request_id: &application.request_id,
            movement: Movement::Reinstruct,
        };
        instruct(&self.ctx, tx, award, payment, &terms).await
    }

    /// An instalment's day has come and the policy asks for no re-check: its instruction is stored.
    ///
    /// # Errors
    /// Of the store. A payment that is no longer scheduled, that is frozen or held, is left as it is.
    pub async fn instruct_due(&self, id: PaymentId) -> Result<bool, StageError> {
        let ctx = &self.ctx;
        let mut tx = ctx.store.write().await?;
        let payment = tx
            .payment(id)
            .await?
            .ok_or(StageError::not_found("payment"))?;
        if payment.state != PaymentState::Scheduled {
            return Ok(false);
        }
        let award = award_of(&mut tx, &payment).await?;
        if stands_still(&mut tx, &award).await? {
            return Ok(false);
        }
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
        Ok(true)
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

/// Keeps the account that was named, and what it can be compared with.
async fn named(
    ctx: &Context,
    tx: &mut Tx,
    application: Application,
    typed: Typed,
) -> Result<Application, StageError> {
    let Some(filing) = application.filing.clone() else {
        return Ok(application);
    };
    let (account, now) = (typed.account.reveal().to_owned(), ctx.now());
    tx.mark(&application, Mark::Account, &account, now).await?;
    let corrected = Application {
        filing: Some(Filing { typed, ..filing }),
        ..application
    };
    Ok(tx.update_application(&corrected).await?)
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
