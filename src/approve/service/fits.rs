//! 精准服务: every policy in force held against what was looked up, kept for a day for whom it is about.

use std::collections::BTreeMap;

use super::Approve;
use crate::approve::fit::{best_first, fit};
use crate::domain::fit::{Fit, Fits, LookUp};
use crate::domain::id::{ApplicantId, ApplicationId};
use crate::domain::person::Applicant;
use crate::domain::reading;
use crate::domain::source::SourceId;
use crate::error::StageError;

/// What somebody was told of the policies that fit them.
#[derive(Debug, Clone)]
pub struct Told {
    /// Every policy that was in force.
    pub fits: Fits,
    /// By policy id: the application that holds the benefit already, or one that excludes it.
    pub taken: BTreeMap<String, ApplicationId>,
}

impl Approve {
    /// Holds every policy in force against what the registers answered, and keeps what came of it in place of an earlier one.
    ///
    /// # Errors
    /// Of the store.
    pub async fn fits(&self, who: &Applicant, looked_up: LookUp) -> Result<Fits, StageError> {
        let fits = Fits {
            consent: looked_up.consent,
            made_at: looked_up.at,
            silent: silent(&looked_up),
            fits: self.judged(who, &looked_up),
        };
        let mut tx = self.ctx.store.write().await?;
        tx.keep_fits(who.id, &fits).await?;
        tx.commit().await?;
        Ok(fits)
    }

    /// What somebody was told, while it is kept, and what of it they have applied for since.
    ///
    /// # Errors
    /// Of the store.
    pub async fn told(&self, who: ApplicantId) -> Result<Option<Told>, StageError> {
        let mut tx = self.ctx.store.read().await?;
        let Some(fits) = tx.fits(who, self.ctx.now()).await? else {
            return Ok(None);
        };
        let held = tx.slots_of(who).await?;
        drop(tx);
        let taken = fits.fits.iter().filter_map(|fit| {
            let policy = self.ctx.policies.by_hash(fit.policy.hash)?;
            let mut slots = policy.service().exclusive.iter();
            let by = slots.find_map(|slot| held.get(slot))?;
            Some((fit.policy.id.clone(), *by))
        });
        let taken = taken.collect();
        Ok(Some(Told { fits, taken }))
    }

    /// Forgets it, and takes back the consent it rested on (PIPL art. 15).
    ///
    /// # Errors
    /// Of the store.
    pub async fn forget_fits(&self, who: ApplicantId) -> Result<(), StageError> {
        let now = self.ctx.now();
        let mut tx = self.ctx.store.write().await?;
        if let Some(consent) = tx.forget_fits(who).await? {
            tx.revoke_consent(consent, now).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    fn judged(&self, who: &Applicant, looked_up: &LookUp) -> Vec<Fit> {
        let on = looked_up.at.china_date();
        let policies = self.ctx.policies.all_in_force(on);
        let mut fits: Vec<Fit> = policies
            .iter()
            .map(|policy| {
                let bodies = looked_up
                    .answers
                    .iter()
                    .filter_map(|(source, body)| Some((*source, body.as_ref()?.reveal())));
                let (name, document) = (who.name.reveal(), Some(&who.document));
                let facts = reading::facts_of(policy, name, document, bodies);
                fit(policy, &facts, on)
            })
            .collect();
        best_first(&mut fits);
        fits
    }
}

fn silent(looked_up: &LookUp) -> Vec<SourceId> {
    let without_answer = |(source, body): &(SourceId, Option<_>)| body.is_none().then_some(*source);
    looked_up
        .answers
        .iter()
        .filter_map(without_answer)
        .collect()
}
