//! The one place where what waits for a person becomes a case of the desk, and where a case takes in what happens to it: shared by
//! approval, re-checks, withdrawals, reviewers and supervision, so that a case and what it is about never part.
//!
//! Everything here works inside the caller's transaction: an application that is referred has its case in the same breath, and a
//! decision ends it.

use serde_json::json;

use crate::context::Context;
use crate::domain::application::Application;
use crate::domain::audit::AlarmKind;
use crate::domain::decision::Outcome;
use crate::domain::desk::{
    About, Act, Deed, DeskCase, Doer, Opening, Placing, Rules, Stage, Verdict, Who, assign, placing,
};
use crate::domain::id::{
    ActId, AlarmId, ApplicantId, ApplicationId, CaseId, DecisionId, PaymentId,
};
use crate::domain::money::Money;
use crate::domain::notice::Occasion;
use crate::domain::person::{Actor, Private, Staff};
use crate::domain::policy::Policy;
use crate::error::StageError;
use crate::store::Tx;

/// Something done, with what was written.
#[derive(Debug, Clone)]
pub struct Said {
    /// What was done.
    pub deed: Deed,
    /// What was written.
    pub words: Option<Private<String>>,
}

impl Said {
    /// Done without a word.
    #[must_use]
    pub const fn silently(deed: Deed) -> Self {
        Self { deed, words: None }
    }

    /// Done with words.
    #[must_use]
    pub fn with(deed: Deed, words: &str) -> Self {
        Self {
            deed,
            words: Some(Private::new(words.to_owned())),
        }
    }
}

/// The last of those who must agree: the decision comes into its case with what they say, on the version they saw.
#[derive(Debug, Clone)]
pub struct Conclusion {
    /// The case as they saw it.
    pub case: DeskCase,
    /// Who.
    pub doer: Doer,
    /// What they do: propose alone, or confirm.
    pub said: Said,
}

/// What a decision is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matter {
    /// An application.
    Filing(ApplicationId),
    /// The re-check before an instalment.
    Recheck(PaymentId),
}

/// Opens the case of a referral, and gives it to an officer.
///
/// # Errors
/// Of the store; the caller rolls back whole.
pub async fn open_referral(
    ctx: &Context,
    tx: &mut Tx,
    application: &Application,
    policy: &Policy,
    payment: Option<PaymentId>,
    decision: DecisionId,
) -> Result<DeskCase, StageError> {
    let about = match payment {
        None => About::Filing {
            application: application.id,
            decision,
        },
        Some(payment) => About::Recheck {
            application: application.id,
            payment,
            decision,
        },
    };
    let opening = Opening {
        about,
        applicant: Some(application.applicant),
        policy: Some(policy.id().to_owned()),
        district: application.district,
        rules: Rules::of(policy.service()),
    };
    open(ctx, tx, opening, Who::Machine, None).await
}

/// Opens any case, and gives it to an officer. Where nobody is there it waits, and a supervisor sees that it does.
///
/// # Errors
/// Of the store; the caller rolls back whole.
pub async fn open(
    ctx: &Context,
    tx: &mut Tx,
    opening: Opening,
    by: Who,
    words: Option<Private<String>>,
) -> Result<DeskCase, StageError> {
    open_apart(ctx, tx, opening, by, words, &[]).await
}

/// The same with officers who do not get it, where nobody else is there it waits: nobody answers what was said about their own work.
///
/// # Errors
/// Of the store; the caller rolls back whole.
pub async fn open_apart(
    ctx: &Context,
    tx: &mut Tx,
    opening: Opening,
    by: Who,
    words: Option<Private<String>>,
    apart: &[String],
) -> Result<DeskCase, StageError> {
    let mut candidates = tx.candidates(opening.district, opening.applicant).await?;
    for candidate in &mut candidates {
        candidate.conflict |= apart.contains(&candidate.officer.subject);
    }
    let officer = assign(&candidates, opening.district).map(|officer| officer.subject.clone());
    let deed = Deed::Opened(Box::new(opening));
    let mut acts = vec![act(ctx, 1, by, Said { deed, words })];
    if let Some(officer) = officer {
        let assigned = Said::silently(Deed::Assigned { officer });
        acts.push(act(ctx, 2, Who::Machine, assigned));
    }
    let id = ctx.id(CaseId::new);
    let case = DeskCase::fold(id, &acts).map_err(|error| StageError::corrupt(error.to_string()))?;
    let placing = placed(ctx, tx, &case).await?;
    tx.insert_case(&case, &acts, &placing).await?;
    write_down(ctx, tx, &case, &acts).await?;
    Ok(case)
}

/// What somebody does to a case, one after another, all or nothing.
///
/// # Errors
/// `Stale` when it changed since it was read; what may not be done, told as it is.
pub async fn record(
    ctx: &Context,
    tx: &mut Tx,
    case: &DeskCase,
    doer: &Doer,
    said: Vec<Said>,
) -> Result<DeskCase, StageError> {
    let (mut after, mut acts) = (case.clone(), Vec::new());
    for said in said {
        let act = act(ctx, after.version + 1, doer.who.clone(), said);
        after = after.attempt(doer, &act, &ctx.calendar)?;
        acts.push(act);
    }
    let placing = placed(ctx, tx, &after).await?;
    tx.append_acts(case.version, &after, &acts, &placing)
        .await?;
    tell(ctx, tx, &after, &acts).await?;
    write_down(ctx, tx, &after, &acts).await?;
    Ok(after)
}

/// A decision ends the case of what it is about.
///
/// # Errors
/// `Stale` when the case changed since it was read, or when another amount would be granted than the one proposed.
pub async fn decided(
    ctx: &Context,
    tx: &mut Tx,
    decision: (Outcome, DecisionId, Money),
    conclusion: &Conclusion,
) -> Result<(), StageError> {
    let (outcome, decision, granted) = decision;
    let verdict = match outcome {
        Outcome::Approve => Verdict::Approve,
        Outcome::Refuse => Verdict::Refuse,
        Outcome::Refer => return Ok(()),
    };
    if verdict == Verdict::Approve && proposed(conclusion) != Some(granted) {
        return Err(StageError::Stale { what: "amount" });
    }
    let deed = Deed::Decided {
        verdict,
        decision: Some(decision),
    };
    let said = vec![conclusion.said.clone(), Said::silently(deed)];
    record(ctx, tx, &conclusion.case, &conclusion.doer, said)
        .await
        .map(drop)
}

/// The amount that those who agree have before them.
fn proposed(conclusion: &Conclusion) -> Option<Money> {
    match (&conclusion.said.deed, &conclusion.case.stage) {
        (Deed::Proposed { amount, .. }, _) => Some(*amount),
        (_, Stage::Proposed(proposal)) => Some(proposal.amount),
        _ => None,
    }
}

/// The applicant takes an application back: its case ends with it.
///
/// # Errors
/// Of the store.
pub async fn withdrawn(
    ctx: &Context,
    tx: &mut Tx,
    application: ApplicationId,
    who: ApplicantId,
) -> Result<(), StageError> {
    let Some(case) = open_case(tx, Matter::Filing(application)).await? else {
        return Ok(());
    };
    let said = vec![Said::silently(Deed::Withdrawn)];
    record(ctx, tx, &case, &Doer::applicant(who), said)
        .await
        .map(drop)
}

/// 容缺 ran out. The applicant agreed that late is the end: the application counts as taken back, nothing is refused, and they may
/// apply anew.
///
/// # Errors
/// Of the store.
pub async fn end_lapsed(
    ctx: &Context,
    tx: &mut Tx,
    application: ApplicationId,
) -> Result<(), StageError> {
    let application = tx
        .application(application)
        .await?
        .ok_or(StageError::not_found("application"))?;
    let id = application.id;
    let withdrawn = application.withdraw(ctx.now())?;
    tx.update_application(&withdrawn).await?;
    tx.release_slots(id).await?;
    let (actor, act) = (Actor::Machine("desk"), "application.lapsed");
    ctx.audit(tx, actor, act, id.to_string(), json!({})).await?;
    Ok(())
}

/// The open case of a matter.
///
/// # Errors
/// Of the store.
pub async fn open_case(tx: &mut Tx, matter: Matter) -> Result<Option<DeskCase>, StageError> {
    let id = match matter {
        Matter::Filing(application) => tx.open_case_of_filing(application).await?,
        Matter::Recheck(payment) => tx.open_case_of_recheck(payment).await?,
    };
    match id {
        Some(id) => Ok(tx.desk_case(id).await?),
        None => Ok(None),
    }
}

/// A member of staff before a case: who they are as an applicant, and what they declared, is looked up.
///
/// # Errors
/// Of the store.
pub async fn doer(tx: &mut Tx, staff: &Staff, case: &DeskCase) -> Result<Doer, StageError> {
    let person = tx.applicant_by_subject(&staff.subject).await?;
    let conflict = match case.opening.applicant {
        Some(applicant) => tx.has_conflict(&staff.subject.subject, applicant).await?,
        None => false,
    };
    Ok(Doer {
        who: Who::Staff(staff.subject.subject.clone()),
        supervises: staff.has(crate::domain::person::Role::Supervisor),
        district: staff.district,
        person: person.map(|person| person.id),
        conflict,
    })
}

fn act(ctx: &Context, seq: i64, by: Who, said: Said) -> Act {
    Act {
        id: ctx.id(ActId::new),
        seq,
        at: ctx.now(),
        by,
        deed: said.deed,
        words: said.words,
    }
}

/// A last day that the calendar does not reach keeps nobody from handling the case: it comes first in its queue, a person is
/// called, and it is looked at again.
async fn placed(ctx: &Context, tx: &mut Tx, case: &DeskCase) -> Result<Placing, StageError> {
    let today = ctx.now().china_date();
    let Ok(placing) = placing(case, &ctx.calendar, today) else {
        let (now, alarm) = (ctx.now(), ctx.id(AlarmId::new));
        tx.raise_alarm(AlarmKind::CalendarEnds, &case.id.to_string(), now, alarm)
            .await?;
        return Ok(Placing {
            due: Some(today),
            look_on: today.tomorrow().ok(),
        });
    };
    Ok(placing)
}

/// What an act asks of the applicant, or takes from them, they are told.
async fn tell(ctx: &Context, tx: &mut Tx, case: &DeskCase, acts: &[Act]) -> Result<(), StageError> {
    for act in acts {
        let occasion = match &act.deed {
            Deed::Asked { until, .. } => Occasion::CaseAsked {
                case: case.id,
                until: *until,
            },
            Deed::Lapsed => Occasion::CaseLapsed { case: case.id },
            _ => continue,
        };
        let Some(id) = case.opening.about.application() else {
            continue;
        };
        if let Some(application) = tx.application(id).await? {
            ctx.tell(tx, &application, &occasion).await?;
        }
    }
    Ok(())
}

/// Every act is audited: ids and numbers, nobody's words.
async fn write_down(
    ctx: &Context,
    tx: &mut Tx,
    case: &DeskCase,
    acts: &[Act],
) -> Result<(), StageError> {
    for act in acts {
        let actor = match &act.by {
            Who::Machine => Actor::Machine("desk"),
            Who::Public => Actor::Machine("public"),
            Who::Applicant(id) => Actor::Applicant(*id),
            Who::Staff(subject) => Actor::Staff(subject.clone()),
        };
        let detail = json!({ "seq": act.seq, "officer": case.officer });
        ctx.audit(tx, actor, act.deed.as_str(), case.id.to_string(), detail)
            .await?;
    }
    Ok(())
}
