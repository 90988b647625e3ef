//! 秒批: the machine judges, and what it decides is committed whole. Also the commit of what a person decides.

use serde_json::json;

use crate::approve::award::{self, Approval};
use crate::approve::case::{Case, Judged, Way};
use crate::approve::explain::{self, Explanation};
use crate::approve::record::Grounds;
use crate::context::Context;
use crate::domain::application::{Application, ApplicationState, StateName};
use crate::domain::audit::{AlarmKind, AuditEntry};
use crate::domain::decision::{Decision, Outcome};
use crate::domain::evidence::Round;
use crate::domain::hash::sha256;
use crate::domain::id::{AlarmId, ApplicantId, ApplicationId, AuditId, DecisionId, PaymentId};
use crate::domain::judgement::Plan;
use crate::domain::ledger::Movement;
use crate::domain::money::Money;
use crate::domain::notice::Occasion;
use crate::domain::payment::{Payment, PaymentState};
use crate::domain::person::{Actor, Applicant, Staff};
use crate::domain::source::SourceId;
use crate::domain::time::Timestamp;
use crate::error::StageError;
use crate::instruct::{Payable, award_of, instruct, move_money};
use crate::store::Tx;

/// How often a decision is tried while others change the same application.
const ATTEMPTS: u8 = 5;
/// Shortest pause before a parked application's sources are asked again.
const RETRY_MIN_MS: i64 = 500;
/// Longest pause: a source that is back is noticed within this time.
const RETRY_MAX_MS: i64 = 5_000;
/// How long an application is parked before a person is called about the register.
const PARKED_ALARM_MS: i64 = 3_600_000;
/// How long an instalment's re-check rests when a source is down.
const RECHECK_RETRY_MS: i64 = 60_000;

/// Who asks for an explanation.
#[derive(Debug, Clone, Copy)]
pub enum Viewer<'a> {
    /// The applicant, for their own.
    Applicant(ApplicantId),
    /// Staff, for their district.
    Staff(&'a Staff),
}

/// An application with every check explained.
#[derive(Debug, Clone)]
pub struct Explained {
    /// The application.
    pub application: Application,
    /// The newest decision, if there is one.
    pub decision: Option<Decision>,
    /// Every criterion in words, with the record behind it.
    pub findings: Vec<Explanation>,
}

/// How a re-check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recheck {
    /// The instalment is on its way.
    Instructed,
    /// To a person.
    Referred,
    /// Nothing is due: the policy grants nothing for this instalment.
    Cancelled,
    /// A source is missing; tried again later.
    Parked,
    /// It was no longer waiting.
    Settled,
}

/// 秒批.
#[derive(Clone)]
pub struct Approve {
    ctx: Context,
}

impl Approve {
    /// On this context.
    #[must_use]
    pub const fn new(ctx: Context) -> Self {
        Self { ctx }
    }

    /// Lets the machine decide a filed or parked application. Any other is returned as it stands, so that the
    /// request that filed it and the resumer may both call this.
    ///
    /// # Errors
    /// `NotFound`, or of the store; the application then stays filed and the resumer finds it.
    pub async fn decide(&self, id: ApplicationId) -> Result<Application, StageError> {
        for _ in 1..ATTEMPTS {
            match self.try_decide(id).await {
                Err(error) if error.lost_race() => {}
                other => return self.alarmed(id, other).await,
            }
        }
        self.try_decide(id)
            .await
            .map_err(|error| error.or_stale("application"))
    }

    async fn try_decide(&self, id: ApplicationId) -> Result<Application, StageError> {
        let mut tx = self.ctx.store.read().await?;
        let application = tx
            .application(id)
            .await?
            .ok_or(StageError::not_found("application"))?;
        if !matches!(
            application.state.name(),
            StateName::Filed | StateName::Parked
        ) {
            return Ok(application);
        }
        let case = self
            .load(&mut tx, &application, Round::FILING, None)
            .await?;
        let applicant = self.applicant(&mut tx, &application).await?;
        drop(tx);
        let judged = case.judge();
        let application = located(application, &case, &judged);
        let after = self.commit(application, &applicant, &case, &judged).await?;
        self.tell(&after);
        Ok(after)
    }

    /// One decision, one transaction.
    async fn commit(
        &self,
        application: Application,
        applicant: &Applicant,
        case: &Case,
        judged: &Judged,
    ) -> Result<Application, StageError> {
        let ctx = &self.ctx;
        let id = application.id;
        let mut tx = ctx.store.write().await?;
        let (act, after) = match &judged.way {
            Way::Park(sources) => {
                let first = application.state == ApplicationState::Filed;
                let parked = self.park(application, sources.clone())?;
                self.alarm_long_parked(&mut tx, &parked).await?;
                if first {
                    ctx.tell(&mut tx, &parked, &Occasion::Parked).await?;
                }
                ("application.parked", tx.update_application(&parked).await?)
            }
            Way::Refer => {
                let decision = self.decision(case, judged, Outcome::Refer, None)?;
                tx.insert_decision(&decision).await?;
                let referred = application.refer(decision.id, ctx.now())?;
                let occasion = Occasion::Referred {
                    decision: decision.id,
                };
                ctx.tell(&mut tx, &referred, &occasion).await?;
                (
                    "application.referred",
                    tx.update_application(&referred).await?,
                )
            }
            Way::Approve(plan) => {
                let decision = self.decision(case, judged, Outcome::Approve, None)?;
                tx.insert_decision(&decision).await?;
                let policy = &case.policy;
                let approval = Approval {
                    application,
                    applicant,
                    policy,
                    plan,
                    decision: decision.id,
                };
                (
                    "application.approved",
                    award::give(ctx, &mut tx, approval).await?,
                )
            }
        };
        let detail = json!({ "state": after.state.name().as_str() });
        self.audit(
            &mut tx,
            Actor::Machine("approve"),
            act,
            id.to_string(),
            detail,
        )
        .await?;
        tx.commit().await?;
        Ok(after)
    }

    fn park(
        &self,
        application: Application,
        sources: Vec<SourceId>,
    ) -> Result<Application, StageError> {
        let now = self.ctx.now();
        let since = match application.state {
            ApplicationState::Parked { since, .. } => since,
            _ => now,
        };
        let pause_ms = (now.millis_since(since) / 4).clamp(RETRY_MIN_MS, RETRY_MAX_MS);
        Ok(application.park(sources, now, now.plus_millis(pause_ms))?)
    }

    /// A register that stays away for long calls a person; the application goes on waiting all the same.
    async fn alarm_long_parked(&self, tx: &mut Tx, parked: &Application) -> Result<(), StageError> {
        let ApplicationState::Parked { sources, since, .. } = &parked.state else {
            return Ok(());
        };
        let now = self.ctx.now();
        if now.millis_since(*since) < PARKED_ALARM_MS {
            return Ok(());
        }
        for source in sources {
            tx.raise_alarm(
                AlarmKind::SourceDown,
                source.as_str(),
                now,
                self.ctx.id(AlarmId::new),
            )
            .await?;
        }
        Ok(())
    }

    /// Commits what a person decided about a referred application.
    ///
    /// # Errors
    /// `Stale` when it changed meanwhile; `Invalid` when nothing can be computed for it to be approved.
    pub async fn decide_by_person(
        &self,
        application: Application,
        outcome: Outcome,
        grounds: Grounds,
    ) -> Result<Application, StageError> {
        let decided = self
            .try_decide_by_person(application, outcome, grounds)
            .await;
        decided.map_err(|error| error.or_stale("application"))
    }

    async fn try_decide_by_person(
        &self,
        application: Application,
        outcome: Outcome,
        grounds: Grounds,
    ) -> Result<Application, StageError> {
        let ctx = &self.ctx;
        let id = application.id;
        let mut tx = ctx.store.write().await?;
        let applicant = self.applicant(&mut tx, &application).await?;
        let case = self
            .load(&mut tx, &application, Round::FILING, None)
            .await?;
        let mut judged = case.judge();
        let application = located(application, &case, &judged);
        if outcome == Outcome::Approve {
            judged.way = Way::Approve(plan_by_person(&case, &judged)?);
        }
        let decision = self.decision(&case, &judged, outcome, Some(&grounds))?;
        tx.insert_decision(&decision).await?;
        let actor = Actor::Staff(grounds.staff);
        let after = if let (Way::Approve(plan), Outcome::Approve) = (&judged.way, outcome) {
            let policy = &case.policy;
            let approval = Approval {
                application,
                applicant: &applicant,
                policy,
                plan,
                decision: decision.id,
            };
            award::give(ctx, &mut tx, approval).await?
        } else {
            let refused = application.refuse(decision.id, &actor, ctx.now())?;
            let occasion = Occasion::Refused {
                decision: decision.id,
            };
            ctx.tell(&mut tx, &refused, &occasion).await?;
            tx.release_slots(id).await?;
            tx.update_application(&refused).await?
        };
        let detail = json!({ "outcome": outcome.as_str(), "state": after.state.name().as_str() });
        self.audit(
            &mut tx,
            actor,
            "application.decided_by_person",
            id.to_string(),
            detail,
        )
        .await?;
        tx.commit().await?;
        self.tell(&after);
        Ok(after)
    }

    /// Gives the head of a waiting list its award, if the money reaches. Returns whether it did.
    ///
    /// # Errors
    /// Of the store.
    pub async fn award_waiting(&self, id: ApplicationId) -> Result<bool, StageError> {
        let ctx = &self.ctx;
        let mut tx = ctx.store.write().await?;
        let application = tx
            .application(id)
            .await?
            .ok_or(StageError::not_found("application"))?;
        let ApplicationState::WaitingForBudget { decision, .. } = application.state else {
            return Ok(false);
        };
        let applicant = self.applicant(&mut tx, &application).await?;
        let case = self
            .load(&mut tx, &application, Round::FILING, None)
            .await?;
        let judged = case.judge();
        let plan = match &judged.way {
            Way::Approve(plan) => plan.clone(),
            Way::Refer | Way::Park(_) => plan_by_person(&case, &judged)?,
        };
        let policy = &case.policy;
        let approval = Approval {
            application,
            applicant: &applicant,
            policy,
            plan: &plan,
            decision,
        };
        let after = award::give(ctx, &mut tx, approval).await?;
        if after.state.name() == StateName::WaitingForBudget {
            return Ok(false);
        }
        self.audit(
            &mut tx,
            Actor::Machine("waiting"),
            "application.awarded",
            id.to_string(),
            json!({}),
        )
        .await?;
        tx.commit().await?;
        self.tell(&after);
        Ok(true)
    }

    /// 公示 is over and nobody objected: payments go their way.
    ///
    /// # Errors
    /// Of the store.
    pub async fn end_publicity(&self, id: ApplicationId) -> Result<Application, StageError> {
        let mut tx = self.ctx.store.write().await?;
        let application = tx
            .application(id)
            .await?
            .ok_or(StageError::not_found("application"))?;
        let approved = tx
            .update_application(&application.end_publicity(self.ctx.now())?)
            .await?;
        self.tell_approved(&mut tx, &approved).await?;
        self.audit(
            &mut tx,
            Actor::Machine("due"),
            "application.publicity_ended",
            id.to_string(),
            json!({}),
        )
        .await?;
        tx.commit().await?;
        self.tell(&approved);
        Ok(approved)
    }

    async fn tell_approved(&self, tx: &mut Tx, approved: &Application) -> Result<(), StageError> {
        let award = tx.award_of(approved.id).await?.ok_or_else(|| {
            StageError::corrupt(format!("application {} has no award", approved.id))
        })?;
        let occasion = Occasion::Approved {
            award: award.id,
            total: award.total,
        };
        Ok(self.ctx.tell(tx, approved, &occasion).await?)
    }

    /// Which sources the re-check before an instalment needs.
    ///
    /// # Errors
    /// When the payment has no application, which a foreign key forbids.
    pub async fn wanted_for(
        &self,
        payment: &Payment,
    ) -> Result<(Application, Vec<SourceId>), StageError> {
        let mut tx = self.ctx.store.read().await?;
        let award = award_of(&mut tx, payment).await?;
        let application = tx
            .application(award.application)
            .await?
            .ok_or(StageError::not_found("application"))?;
        let policy = self.policy(&application)?;
        let wanted = policy
            .sources_for_renewal(payment.instalment)
            .iter()
            .collect();
        Ok((application, wanted))
    }

    /// 资格复核: judges again on the evidence of the instalment's round, then instructs exactly what is granted.
    ///
    /// # Errors
    /// Of the store; the payment then stays scheduled and is found again.
    pub async fn recheck(&self, id: PaymentId) -> Result<Recheck, StageError> {
        let ctx = &self.ctx;
        let mut tx = ctx.store.write().await?;
        let payment = tx
            .payment(id)
            .await?
            .ok_or(StageError::not_found("payment"))?;
        if payment.state != PaymentState::Scheduled {
            return Ok(Recheck::Settled);
        }
        let award = award_of(&mut tx, &payment).await?;
        let application = tx
            .application(award.application)
            .await?
            .ok_or(StageError::not_found("application"))?;
        let case = self
            .load(
                &mut tx,
                &application,
                Round(payment.instalment),
                Some(&payment),
            )
            .await?;
        let judged = case.judge();
        let (act, done) = match &judged.way {
            Way::Park(_) => {
                let retry_at = Some(ctx.now().plus_millis(RECHECK_RETRY_MS));
                tx.update_payment(&Payment {
                    retry_at,
                    ..payment
                })
                .await?;
                ("payment.recheck_parked", Recheck::Parked)
            }
            Way::Refer => {
                let decision = self.decision(&case, &judged, Outcome::Refer, None)?;
                tx.insert_decision(&decision).await?;
                let occasion = Occasion::RecheckReferred {
                    decision: decision.id,
                    instalment: payment.instalment,
                };
                ctx.tell(&mut tx, &application, &occasion).await?;
                tx.update_payment(&Payment {
                    state: PaymentState::Referred,
                    ..payment
                })
                .await?;
                ("payment.recheck_referred", Recheck::Referred)
            }
            Way::Approve(plan) => {
                let decision = self.decision(&case, &judged, Outcome::Approve, None)?;
                tx.insert_decision(&decision).await?;
                let payable = Payable::load(ctx, &mut tx, &award).await?;
                let granted = self.cut_to(&mut tx, &award, payment, plan.total).await?;
                let occasion = Occasion::of_grant(decision.id, granted.instalment, granted.amount);
                ctx.tell(&mut tx, &application, &occasion).await?;
                if granted.state == PaymentState::Cancelled {
                    ("payment.recheck_cancelled", Recheck::Cancelled)
                } else {
                    instruct(
                        ctx,
                        &mut tx,
                        &award,
                        granted,
                        &payable.terms(Movement::Instruct),
                    )
                    .await?;
                    ("payment.recheck_approved", Recheck::Instructed)
                }
            }
        };
        self.audit(
            &mut tx,
            Actor::Machine("recheck"),
            act,
            id.to_string(),
            json!({}),
        )
        .await?;
        tx.commit().await?;
        ctx.bell.ring_dispatch();
        ctx.bell.ring_notices();
        ctx.bell.changed(application.id);
        Ok(done)
    }

    /// Commits what a person decided about an instalment whose re-check the machine referred.
    ///
    /// # Errors
    /// `NotInState` unless it is referred, or when its amount cannot be established.
    pub async fn decide_recheck_by_person(
        &self,
        id: PaymentId,
        outcome: Outcome,
        grounds: Grounds,
    ) -> Result<Payment, StageError> {
        let ctx = &self.ctx;
        let mut tx = ctx.store.write().await?;
        let payment = tx
            .payment(id)
            .await?
            .ok_or(StageError::not_found("payment"))?;
        if payment.state != PaymentState::Referred {
            return Err(StageError::NotInState {
                what: "payment",
                state: payment.state.as_str(),
            });
        }
        let award = award_of(&mut tx, &payment).await?;
        let application = tx
            .application(award.application)
            .await?
            .ok_or(StageError::not_found("application"))?;
        let case = self
            .load(
                &mut tx,
                &application,
                Round(payment.instalment),
                Some(&payment),
            )
            .await?;
        let mut judged = case.judge();
        let mut granted = Money::ZERO;
        if outcome == Outcome::Approve {
            let plan = plan_by_person(&case, &judged)?;
            granted = plan.total;
            judged.way = Way::Approve(plan);
        }
        let decision = self.decision(&case, &judged, outcome, Some(&grounds))?;
        tx.insert_decision(&decision).await?;
        let payable = Payable::load(ctx, &mut tx, &award).await?;
        let mut payment = self.cut_to(&mut tx, &award, payment, granted).await?;
        let occasion = Occasion::of_grant(decision.id, payment.instalment, payment.amount);
        ctx.tell(&mut tx, &application, &occasion).await?;
        if payment.state != PaymentState::Cancelled {
            payment = instruct(
                ctx,
                &mut tx,
                &award,
                payment,
                &payable.terms(Movement::Instruct),
            )
            .await?;
        }
        let detail = json!({ "outcome": outcome.as_str(), "state": payment.state.as_str() });
        self.audit(
            &mut tx,
            Actor::Staff(grounds.staff),
            "payment.decided_by_person",
            id.to_string(),
            detail,
        )
        .await?;
        tx.commit().await?;
        ctx.bell.ring_dispatch();
        ctx.bell.ring_notices();
        ctx.bell.changed(application.id);
        Ok(payment)
    }

    /// A re-check may grant less than was planned: the rest goes back to the budget line, in the ledger as in its total.
    async fn cut_to(
        &self,
        tx: &mut Tx,
        award: &crate::domain::award::Award,
        payment: Payment,
        granted: Money,
    ) -> Result<Payment, StageError> {
        let rest = payment.amount.checked_sub(granted).ok_or_else(|| {
            StageError::corrupt(format!(
                "payment {} was granted more than planned",
                payment.id
            ))
        })?;
        if rest.is_zero() {
            return Ok(payment);
        }
        move_money(
            &self.ctx,
            tx,
            Movement::Release,
            award,
            rest,
            &payment.id.to_string(),
        )
        .await?;
        tx.release_budget(&award.budget, rest).await?;
        let state = if granted.is_zero() {
            PaymentState::Cancelled
        } else {
            payment.state
        };
        Ok(tx
            .update_payment(&Payment {
                amount: granted,
                state,
                ..payment
            })
            .await?)
    }

    /// Every check in words, for the applicant or for staff of the district.
    ///
    /// # Errors
    /// `NotFound` for another's.
    pub async fn explain(
        &self,
        who: Viewer<'_>,
        id: ApplicationId,
    ) -> Result<Explained, StageError> {
        let mut tx = self.ctx.store.read().await?;
        let application = tx.application(id).await?.filter(|application| match who {
            Viewer::Applicant(who) => application.applicant == who,
            Viewer::Staff(staff) => staff.covers(application.district.as_ref()),
        });
        let application = application.ok_or(StageError::not_found("application"))?;
        let decision = tx.decisions_of(id).await?.into_iter().last();
        drop(tx);
        let findings = self.findings(&application).await?;
        Ok(Explained {
            application,
            decision,
            findings,
        })
    }

    /// Every criterion in words, as the evidence of the filing has it.
    ///
    /// # Errors
    /// Of the store.
    pub async fn findings(
        &self,
        application: &Application,
    ) -> Result<Vec<Explanation>, StageError> {
        let mut tx = self.ctx.store.read().await?;
        let case = self.load(&mut tx, application, Round::FILING, None).await?;
        drop(tx);
        let judged = case.judge();
        Ok(explain::explain(
            &case.policy,
            &judged.facts,
            &judged.judgement,
        ))
    }

    async fn load(
        &self,
        tx: &mut Tx,
        application: &Application,
        round: Round,
        payment: Option<&Payment>,
    ) -> Result<Case, StageError> {
        let today = self.ctx.world.clock.today();
        let filed_on = application
            .filing
            .as_ref()
            .map_or(today, |filing| filing.on);
        let mut evidence = tx.evidence_of(application.id, Round::FILING).await?;
        if round != Round::FILING {
            evidence.extend(tx.evidence_of(application.id, round).await?);
        }
        let said = if round == Round::FILING {
            tx.disputes_of(application.id).await?
        } else {
            Vec::new()
        };
        let mut disputed: Vec<String> = said.into_iter().map(|dispute| dispute.field).collect();
        disputed.sort();
        disputed.dedup();
        Ok(Case {
            policy: self.policy(application)?,
            application: application.id,
            round,
            filed_on,
            on: if round == Round::FILING {
                filed_on
            } else {
                today
            },
            planned: payment.map_or(Money::ZERO, |payment| payment.amount),
            evidence,
            disputed,
        })
    }

    fn policy(
        &self,
        application: &Application,
    ) -> Result<std::sync::Arc<crate::domain::policy::Policy>, StageError> {
        self.ctx
            .policies
            .by_hash(application.policy.hash)
            .ok_or_else(|| {
                StageError::corrupt(format!(
                    "application {} has an unknown policy",
                    application.id
                ))
            })
    }

    async fn applicant(
        &self,
        tx: &mut Tx,
        application: &Application,
    ) -> Result<Applicant, StageError> {
        tx.applicant(application.applicant).await?.ok_or_else(|| {
            StageError::corrupt(format!("application {} has no applicant", application.id))
        })
    }

    fn decision(
        &self,
        case: &Case,
        judged: &Judged,
        outcome: Outcome,
        grounds: Option<&Grounds>,
    ) -> Result<Decision, StageError> {
        let record = judged
            .record(case, outcome, grounds)
            .map_err(|error| StageError::corrupt(error.to_string()))?;
        let by = match grounds {
            Some(grounds) => Actor::Staff(grounds.staff.clone()),
            None => Actor::Machine("approve"),
        };
        Ok(Decision {
            id: self.ctx.id(DecisionId::new),
            application: case.application,
            round: case.round,
            outcome,
            by: by.to_string(),
            at: self.ctx.now(),
            hash: sha256(&record),
            record,
        })
    }

    /// Rings, and counts for `/metrics`.
    fn tell(&self, after: &Application) {
        let ctx = &self.ctx;
        ctx.bell.changed(after.id);
        ctx.bell.ring_notices();
        let elapsed_ms = after.filing.as_ref().map(|filing| ms_since(ctx, filing.at));
        ctx.metrics.decided(after.state.name(), elapsed_ms);
        match after.state.name() {
            StateName::Approved => ctx.bell.ring_dispatch(),
            StateName::Parked => ctx.bell.ring_resume(),
            _ => {}
        }
    }

    /// An error that will not go away by itself calls a person: nothing waits in silence.
    async fn alarmed(
        &self,
        id: ApplicationId,
        result: Result<Application, StageError>,
    ) -> Result<Application, StageError> {
        let kind = match &result {
            Err(StageError::Calendar(_)) => AlarmKind::CalendarEnds,
            Err(StageError::Corrupt { .. }) => AlarmKind::Inconsistent,
            _ => return result,
        };
        let mut tx = self.ctx.store.write().await?;
        tx.raise_alarm(
            kind,
            &id.to_string(),
            self.ctx.now(),
            self.ctx.id(AlarmId::new),
        )
        .await?;
        tx.commit().await?;
        result
    }

    async fn audit(
        &self,
        tx: &mut Tx,
        actor: Actor,
        act: &'static str,
        subject: String,
        detail: serde_json::Value,
    ) -> Result<(), StageError> {
        let (id, at) = (self.ctx.id(AuditId::new), self.ctx.now());
        tx.audit(&AuditEntry {
            id,
            at,
            actor,
            act,
            subject,
            detail,
        })
        .await?;
        Ok(())
    }
}

/// The register that names the district may have been silent at the filing and have answered since.
fn located(mut application: Application, case: &Case, judged: &Judged) -> Application {
    if application.district.is_none() {
        application.district = judged
            .facts
            .district(&case.policy)
            .and_then(|code| code.parse().ok());
    }
    application
}

fn ms_since(ctx: &Context, earlier: Timestamp) -> i64 {
    ctx.now().millis_since(earlier)
}

/// What a person may grant.
pub(super) fn plan_by_person(case: &Case, judged: &Judged) -> Result<Plan, StageError> {
    case.plan_alone(&judged.facts)
        .ok_or_else(|| StageError::Invalid {
            field: "verdict",
            reason:
                "the amount cannot be established from the registers; have the record mended first"
                    .to_owned(),
        })
}
