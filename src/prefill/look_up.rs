//! 精准服务: asks the registers about somebody who has applied for nothing yet, with their leave. What they answer is handed on to be
//! judged and is not kept; that they were asked is.

use serde_json::json;

use super::ask::{Asked, Asking, ask_all, consent_fits};
use super::service::Prefill;
use crate::domain::evidence::Consent;
use crate::domain::fit::{LookUp, PURPOSE};
use crate::domain::id::ConsentId;
use crate::domain::judgement::SourceSet;
use crate::domain::person::{Actor, Applicant, Private};
use crate::domain::source::SourceId;
use crate::error::StageError;

impl Prefill {
    /// Every register that a policy in force needs, and so everything a look-up asks.
    #[must_use]
    pub fn looked_up_in(&self) -> Vec<SourceId> {
        let today = self.ctx.world.clock.today();
        let policies = self.ctx.policies.all_in_force(today);
        let sources = policies.iter().fold(SourceSet::EMPTY, |sources, policy| {
            sources.union(policy.sources())
        });
        sources.iter().collect()
    }

    /// Records the consent, asks the registers, and writes down who was asked.
    ///
    /// # Errors
    /// A consent that is narrower or wider than what the policies in force need; of the store.
    pub async fn look_up(
        &self,
        who: &Applicant,
        scope: &[SourceId],
        request_id: &str,
    ) -> Result<LookUp, StageError> {
        let wanted = self.looked_up_in();
        consent_fits(scope, &wanted)?;
        let consent = Consent {
            id: self.ctx.id(ConsentId::new),
            applicant: who.id,
            scope: scope.to_vec(),
            purpose: PURPOSE.to_owned(),
            given_at: self.ctx.now(),
            revoked_at: None,
        };
        let mut tx = self.ctx.store.write().await?;
        tx.insert_consent(&consent).await?;
        tx.commit().await?;
        let asking = Asking {
            applicant: who,
            consent: &consent,
            purpose: PURPOSE,
            request_id,
        };
        let asked = ask_all(&self.ctx, asking, &wanted).await?;
        self.note_asked(who, &consent, &asked).await?;
        Ok(LookUp {
            consent: consent.id,
            at: self.ctx.now(),
            answers: asked.into_iter().map(read).collect(),
        })
    }

    async fn note_asked(
        &self,
        who: &Applicant,
        consent: &Consent,
        asked: &[Asked],
    ) -> Result<(), StageError> {
        let each: Vec<_> = asked
            .iter()
            .map(|asked| {
                json!({
                    "source": asked.source,
                    "query": asked.query,
                    "outcome": asked.answer.outcome,
                    "attempts": asked.answer.attempts,
                })
            })
            .collect();
        let detail = json!({ "purpose": PURPOSE, "consent": consent.id, "asked": each });
        let mut tx = self.ctx.store.write().await?;
        let (actor, subject) = (Actor::Applicant(who.id), who.id.to_string());
        self.ctx
            .audit(&mut tx, actor, "registers.asked", subject, detail)
            .await?;
        tx.commit().await?;
        Ok(())
    }
}

/// An answer that cannot be read is as if there had been none.
fn read(asked: Asked) -> (SourceId, Option<Private<serde_json::Value>>) {
    let body = asked.answer.body;
    let value = body.and_then(|body| serde_json::from_slice(&body).ok());
    (asked.source, value.map(Private::new))
}
