//! What one approval commits: budget reservation, award, ledger, payments, the instructions due at once and the
//! application's state, all in the caller's one transaction. Nothing is sent before it commits.

use crate::context::Context;
use crate::domain::application::Application;
use crate::domain::award::{Award, BudgetKey};
use crate::domain::id::{AwardId, DecisionId, PaymentId};
use crate::domain::judgement::{Plan, PlannedInstalment};
use crate::domain::ledger::Movement;
use crate::domain::notice::Occasion;
use crate::domain::payment::{Payment, PaymentState};
use crate::domain::person::Applicant;
use crate::domain::policy::Policy;
use crate::domain::time::Date;
use crate::error::StageError;
use crate::instruct::{Payable, instruct, move_money};
use crate::store::Tx;

/// An approval about to be committed.
pub struct Approval<'a> {
    /// The application as last read.
    pub application: Application,
    /// Whose it is.
    pub applicant: &'a Applicant,
    /// The policy it was judged by.
    pub policy: &'a Policy,
    /// What was granted.
    pub plan: &'a Plan,
    /// The approving decision.
    pub decision: DecisionId,
    /// Whether a person looks before anything is paid.
    pub held: bool,
}

/// Grants the award, or puts the application on the waiting list when the budget line does not hold it or
/// others wait before it.
///
/// # Errors
/// Of the store, of the calendar; the caller rolls back whole.
pub async fn give(
    ctx: &Context,
    tx: &mut Tx,
    approval: Approval<'_>,
) -> Result<Application, StageError> {
    let now = ctx.now();
    let budget = budget_of(&approval.application)?;
    if !reserve(tx, &approval, &budget).await? {
        let waiting = match approval.application.state {
            crate::domain::application::ApplicationState::WaitingForBudget { .. } => {
                return Ok(approval.application);
            }
            _ => approval
                .application
                .wait_for_budget(approval.decision, now)?,
        };
        let decision = approval.decision;
        ctx.tell(tx, &waiting, &Occasion::WaitingForBudget { decision })
            .await?;
        return Ok(tx.update_application(&waiting).await?);
    }
    let award = Award {
        id: ctx.id(AwardId::new),
        application: approval.application.id,
        applicant: approval.applicant.id,
        budget,
        total: approval.plan.total,
        at: now,
    };
    tx.insert_award(&award).await?;
    move_money(
        ctx,
        tx,
        Movement::Commit,
        &award,
        award.total,
        &award.id.to_string(),
    )
    .await?;
    let until = publicity_until(ctx, approval.policy, now.china_date())?;
    schedule(ctx, tx, &approval, &award, until).await?;
    let approved = approval
        .application
        .approve(approval.decision, award.id, now, until)?;
    ctx.tell(tx, &approved, &occasion(&award, until, approval.held))
        .await?;
    Ok(tx.update_application(&approved).await?)
}

/// What the applicant is told of an award.
const fn occasion(award: &Award, publicity_until: Option<Date>, held: bool) -> Occasion {
    let (award, total) = (award.id, award.total);
    match publicity_until {
        Some(until) => Occasion::Publicity {
            award,
            total,
            until,
        },
        None if held => Occasion::LookedAtFirst { award, total },
        None => Occasion::Approved { award, total },
    }
}

/// The budget line an application draws on: policy, district of the register, year of filing.
///
/// # Errors
/// When it was never filed or its district is unknown: then it cannot have been approved.
pub fn budget_of(application: &Application) -> Result<BudgetKey, StageError> {
    let missing =
        |what| StageError::corrupt(format!("application {} has no {what}", application.id));
    Ok(BudgetKey {
        policy: application.policy.id.clone(),
        district: application.district.ok_or_else(|| missing("district"))?,
        year: application
            .filing
            .as_ref()
            .ok_or_else(|| missing("filing"))?
            .on
            .year(),
    })
}

/// First come, first served: money goes to the head of the queue, and to a newcomer only when nobody waits.
async fn reserve(
    tx: &mut Tx,
    approval: &Approval<'_>,
    budget: &BudgetKey,
) -> Result<bool, StageError> {
    let head = tx.waiting(budget, 1).await?.first().copied();
    if head.is_some_and(|head| head != approval.application.id) {
        return Ok(false);
    }
    Ok(tx.reserve(budget, approval.plan.total).await?)
}

fn publicity_until(
    ctx: &Context,
    policy: &Policy,
    today: Date,
) -> Result<Option<Date>, StageError> {
    match policy.service().publicity_days {
        0 => Ok(None),
        days => Ok(Some(ctx.calendar.add_working_days(today, days)?)),
    }
}

/// Stores every payment; those due at once get their instruction in the same breath.
async fn schedule(
    ctx: &Context,
    tx: &mut Tx,
    approval: &Approval<'_>,
    award: &Award,
    publicity_until: Option<Date>,
) -> Result<(), StageError> {
    let payable = Payable::of(ctx, &approval.application, approval.applicant)?;
    let today = award.at.china_date();
    for planned in &approval.plan.instalments {
        let payment = payment_of(ctx, award, planned, publicity_until.unwrap_or(today))?;
        tx.insert_payment(&payment).await?;
        let at_once = publicity_until.is_none() && !approval.held;
        if at_once && payment.due_on <= today && !payment.recheck {
            instruct(ctx, tx, award, payment, &payable.terms(Movement::Instruct)).await?;
        }
    }
    Ok(())
}

fn payment_of(
    ctx: &Context,
    award: &Award,
    planned: &PlannedInstalment,
    from: Date,
) -> Result<Payment, StageError> {
    let due_on = planned.due.day(from).ok_or_else(|| {
        StageError::corrupt(format!(
            "instalment {} falls due after the end of time",
            planned.no
        ))
    })?;
    Ok(Payment {
        id: ctx.id(PaymentId::new),
        award: award.id,
        instalment: planned.no,
        amount: planned.amount,
        due_on,
        recheck: planned.recheck,
        state: PaymentState::Scheduled,
        generation: 0,
        version: 0,
        retry_at: None,
    })
}
