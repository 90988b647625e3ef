//! Who works at the desk: officers, absences, conflicts of interest; and the supervisor's freeze.

use serde_json::json;

use crate::docket::{self, Said};
use crate::domain::desk::{Card, Conflict, Deed, DeskCase, Ending, Freeze, Officer, assign};
use crate::domain::district::DistrictCode;
use crate::domain::id::{ApplicantId, CaseId, FreezeId};
use crate::domain::person::{Actor, Role, Staff};
use crate::error::StageError;
use crate::store::{CaseFilter, Tx};

use super::CaseDesk;
use super::desk::theirs;
use super::service::{GROUNDS_MAX, must_review, text};

/// Longest name or contact of an officer, in characters.
const NAME_MAX: usize = 100;
/// Cases handed over in one transaction.
const BATCH: u32 = 50;

/// What became of the cases of somebody who went away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HandedOver {
    /// With another officer now.
    pub moved: usize,
    /// Still theirs: nobody else is there for them.
    pub left: usize,
}

/// An officer with what they have to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roster {
    /// Who.
    pub officer: Officer,
    /// Open cases they have.
    pub open: i64,
    /// Of these with a yellow card.
    pub yellow: i64,
    /// Of these with a red card.
    pub red: i64,
}

impl CaseDesk {
    /// Everybody known at the desk, by subject; a district's staff see their own district.
    ///
    /// # Errors
    /// `Forbidden` without the role.
    pub async fn roster(&self, staff: &Staff) -> Result<Vec<Roster>, StageError> {
        must_review(staff)?;
        let mut tx = self.ctx.store.read().await?;
        let officers = tx.officers().await?;
        let loads = tx.load_by_officer().await?;
        let seen =
            |officer: &Officer| staff.district.is_none() || staff.district == officer.district;
        let lines = officers.into_iter().filter(seen).map(|officer| {
            let load = |card: Option<Card>| {
                let key = |one: &&(String, Card, i64)| {
                    one.0 == officer.subject && card.is_none_or(|card| card == one.1)
                };
                loads.iter().filter(key).map(|(_, _, count)| count).sum()
            };
            let (open, yellow, red) = (load(None), load(Some(Card::Yellow)), load(Some(Card::Red)));
            Roster {
                officer,
                open,
                yellow,
                red,
            }
        });
        Ok(lines.collect())
    }

    /// Freezes in force that touch one's district, oldest first.
    ///
    /// # Errors
    /// `Forbidden` without the role.
    pub async fn freezes(&self, staff: &Staff) -> Result<Vec<Freeze>, StageError> {
        must_review(staff)?;
        let mut freezes = self.ctx.store.read().await?.freezes().await?;
        freezes.retain(|freeze| {
            let everywhere = staff.district.is_none() || freeze.district.is_none();
            everywhere || freeze.district == staff.district
        });
        Ok(freezes)
    }

    /// How many cases of each kind ended in which way, of the whole city.
    ///
    /// # Errors
    /// `Forbidden` without the role.
    pub async fn endings(&self, staff: &Staff) -> Result<Vec<(String, Ending, i64)>, StageError> {
        must_review(staff)?;
        Ok(self.ctx.store.read().await?.count_cases_by_ending().await?)
    }

    /// A supervisor makes somebody known as an officer, or changes what is known.
    ///
    /// # Errors
    /// `Forbidden` without the role, or for another district.
    pub async fn enrol(
        &self,
        staff: &Staff,
        officer: &Officer,
        role: Role,
    ) -> Result<(), StageError> {
        must_supervise(staff)?;
        text("name", &officer.name, NAME_MAX)?;
        text("contact", &officer.contact, NAME_MAX)?;
        if staff.district.is_some() && staff.district != officer.district {
            return Err(StageError::Forbidden {
                needs: "the officer's district",
            });
        }
        let role = if role == Role::Supervisor {
            Role::Supervisor
        } else {
            Role::Reviewer
        };
        let mut tx = self.ctx.store.write().await?;
        tx.put_officer(officer, role).await?;
        let detail = json!({ "role": role.as_str(), "away": officer.away });
        self.by(&mut tx, staff, "officer.enrolled", &officer.subject, detail)
            .await?;
        Ok(tx.commit().await?)
    }

    /// An officer goes away, or comes back; they or their supervisor say so. Whoever goes hands over every open case.
    ///
    /// # Errors
    /// `NotFound` for nobody known; `Forbidden` for a colleague's absence without the role.
    pub async fn set_away(
        &self,
        staff: &Staff,
        subject: &str,
        away: bool,
    ) -> Result<HandedOver, StageError> {
        must_review(staff)?;
        if staff.subject.subject != subject {
            must_supervise(staff)?;
        }
        let mut tx = self.ctx.store.write().await?;
        let officer = tx.officer(subject).await?;
        let officer = officer
            .filter(|officer| staff.district.is_none() || staff.district == officer.district)
            .ok_or(StageError::not_found("officer"))?;
        tx.set_away(subject, away).await?;
        let detail = json!({ "away": away });
        self.by(&mut tx, staff, "officer.away", &officer.subject, detail)
            .await?;
        tx.commit().await?;
        if away {
            self.hand_over_all(subject).await
        } else {
            Ok(HandedOver::default())
        }
    }

    /// Gives every open case of an officer to somebody else, as if it were new.
    async fn hand_over_all(&self, subject: &str) -> Result<HandedOver, StageError> {
        let mut done = HandedOver::default();
        let mut after = None;
        loop {
            let filter = CaseFilter {
                officer: Some(subject.to_owned()),
                after,
                limit: BATCH,
                ..CaseFilter::default()
            };
            let lines = self.ctx.store.read().await?.queue(&filter).await?;
            let Some(last) = lines.last() else {
                return Ok(done);
            };
            after = Some(last.key());
            for line in &lines {
                if self.reassign(subject, line.id).await? {
                    done.moved += 1;
                } else {
                    done.left += 1;
                }
            }
        }
    }

    /// Whether somebody else is there for a case; it is theirs then.
    async fn reassign(&self, from: &str, id: CaseId) -> Result<bool, StageError> {
        let mut tx = self.ctx.store.write().await?;
        let Some(case) = tx.desk_case(id).await? else {
            return Ok(false);
        };
        let opening = &case.opening;
        let there = tx.candidates(opening.district, opening.applicant).await?;
        let officer = assign(&there, opening.district)
            .filter(|officer| officer.subject != from)
            .map(|officer| officer.subject.clone());
        let Some(officer) = officer else {
            return Ok(false);
        };
        let said = vec![Said::silently(Deed::HandedOver { officer })];
        let doer = crate::domain::desk::Doer::machine();
        docket::record(&self.ctx, &mut tx, &case, &doer, said).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// An officer declares that they must not handle the cases of a case's applicant. It is given to somebody else at once, where
    /// somebody is there.
    ///
    /// # Errors
    /// `NotFound` for another district's case, or one of nobody known.
    pub async fn declare_conflict(&self, staff: &Staff, id: CaseId) -> Result<(), StageError> {
        must_review(staff)?;
        let mut tx = self.ctx.store.write().await?;
        let case = theirs(&mut tx, staff, id).await?;
        let applicant = applicant_of(&case)?;
        let subject = &staff.subject.subject;
        tx.declare_conflict(&Conflict {
            officer: subject.clone(),
            applicant,
            at: self.ctx.now(),
        })
        .await?;
        let detail = json!({ "applicant": applicant });
        self.by(&mut tx, staff, "officer.conflict", &id.to_string(), detail)
            .await?;
        tx.commit().await?;
        if case.officer.as_ref() == Some(subject) && !case.is_closed() {
            self.reassign(subject, id).await?;
        }
        Ok(())
    }

    /// A supervisor freezes a policy, a district, or one in the other: no person approves anything of it until it is lifted, and the
    /// machine refers what it would have approved.
    ///
    /// # Errors
    /// `Forbidden` without the role, or for another district; `Invalid` without a reason.
    pub async fn freeze(
        &self,
        staff: &Staff,
        policy: Option<&str>,
        district: Option<DistrictCode>,
        reason: &str,
    ) -> Result<Freeze, StageError> {
        must_supervise(staff)?;
        text("reason", reason, GROUNDS_MAX)?;
        let district = staff.narrow(district)?;
        if policy.is_none() && district.is_none() {
            return Err(StageError::Invalid {
                field: "policy",
                reason: "a policy or a district is needed".to_owned(),
            });
        }
        let freeze = Freeze {
            id: self.ctx.id(FreezeId::new),
            policy: policy.map(str::to_owned),
            district,
            reason: reason.to_owned(),
            by: staff.subject.subject.clone(),
            at: self.ctx.now(),
        };
        let mut tx = self.ctx.store.write().await?;
        tx.insert_freeze(&freeze).await?;
        let detail = json!({ "policy": policy, "district": district });
        self.by(
            &mut tx,
            staff,
            "desk.frozen",
            &freeze.id.to_string(),
            detail,
        )
        .await?;
        tx.commit().await?;
        Ok(freeze)
    }

    /// Lifts a freeze.
    ///
    /// # Errors
    /// `NotFound` when it is not in force, or of another district.
    pub async fn lift(&self, staff: &Staff, id: FreezeId) -> Result<(), StageError> {
        must_supervise(staff)?;
        let mut tx = self.ctx.store.write().await?;
        let freezes = tx.freezes().await?;
        let theirs = |freeze: &Freeze| {
            freeze.id == id && (staff.district.is_none() || staff.district == freeze.district)
        };
        if !freezes.iter().any(theirs) {
            return Err(StageError::not_found("freeze"));
        }
        let (by, now) = (&staff.subject.subject, self.ctx.now());
        tx.lift_freeze(id, by, now).await?;
        self.by(&mut tx, staff, "desk.thawed", &id.to_string(), json!({}))
            .await?;
        Ok(tx.commit().await?)
    }

    async fn by(
        &self,
        tx: &mut Tx,
        staff: &Staff,
        act: &'static str,
        subject: &str,
        detail: serde_json::Value,
    ) -> Result<(), StageError> {
        let actor = Actor::Staff(staff.subject.subject.clone());
        self.ctx
            .audit(tx, actor, act, subject.to_owned(), detail)
            .await?;
        Ok(())
    }
}

fn must_supervise(staff: &Staff) -> Result<(), StageError> {
    if staff.has(Role::Supervisor) {
        Ok(())
    } else {
        Err(StageError::Forbidden {
            needs: "the role supervisor",
        })
    }
}

fn applicant_of(case: &DeskCase) -> Result<ApplicantId, StageError> {
    case.opening
        .applicant
        .ok_or(StageError::not_found("applicant"))
}
