//! What an applicant does before the machine decides: open, look, dispute, file, withdraw.

use serde_json::json;

use crate::context::Context;
use crate::docket;
use crate::domain::application::{Application, ApplicationState, Filing, PolicyRef, Typed};
use crate::domain::canonical::to_canonical_json;
use crate::domain::evidence::{Consent, Evidence, Origin, Round};
use crate::domain::form::{Dispute, RowValue, Snapshot};
use crate::domain::hash::sha256;
use crate::domain::id::{ApplicantId, ApplicationId, ConsentId, EvidenceId, SnapshotId};
use crate::domain::person::{Actor, Applicant, Private};
use crate::domain::policy::Policy;
use crate::domain::reading;
use crate::domain::signal::Mark;
use crate::domain::source::SourceId;
use crate::error::StageError;
use crate::ports::ApplicantClaims;
use crate::prefill::ask::consent_fits;
use crate::prefill::collect::{self, Collected};
use crate::prefill::form::{self, Answered};
use crate::store::{StoreError, Tx};

/// How old a snapshot may be when it is confirmed: registers move on, and a form of last week proves nothing.
const SNAPSHOT_FRESH_MS: i64 = 24 * 3_600_000;
/// How old a complete draft may be to be shown again without asking the registers anew.
const DRAFT_FRESH_MS: i64 = 10 * 60_000;
/// How often a form is filled while answers of registers come in.
const FILL_ATTEMPTS: u8 = 5;
pub use crate::domain::typing::WORDS_CHARS_MAX as WORDS_MAX;

/// A draft with its filled form.
#[derive(Debug, Clone)]
pub struct FormView {
    /// The application.
    pub application: Application,
    /// Its newest form.
    pub snapshot: Snapshot,
    /// What the applicant said is wrong.
    pub disputes: Vec<Dispute>,
}

/// What is opened: by whom, for what, with leave to ask whom.
#[derive(Debug, Clone)]
pub struct Opening<'a> {
    /// Policy id.
    pub policy: &'a str,
    /// Sources the applicant consents to be asked.
    pub scope: &'a [SourceId],
    /// Purpose consented to.
    pub purpose: &'a str,
    /// Request id of the act.
    pub request_id: &'a str,
}

/// 秒报.
#[derive(Clone)]
pub struct Prefill {
    pub(super) ctx: Context,
}

impl Prefill {
    /// On this context.
    #[must_use]
    pub const fn new(ctx: Context) -> Self {
        Self { ctx }
    }

    /// Knows the person again, by document, or writes them down.
    ///
    /// # Errors
    /// Of the store.
    pub async fn enrol(&self, claims: &ApplicantClaims) -> Result<Applicant, StageError> {
        let mut tx = self.ctx.store.read().await?;
        if let Some(known) = tx.applicant_by_subject(&claims.subject).await?
            && known.document == claims.document
            && known.name == claims.name
        {
            return Ok(known);
        }
        drop(tx);
        let applicant = Applicant {
            id: self.ctx.id(ApplicantId::new),
            document: claims.document.clone(),
            name: claims.name.clone(),
        };
        let mut tx = self.ctx.store.write().await?;
        let applicant = tx
            .upsert_applicant(&applicant, &claims.subject, self.ctx.now())
            .await?;
        tx.commit().await?;
        Ok(applicant)
    }

    /// Opens a form: records the consent, asks the registers, fills the rows. An open draft for the same policy
    /// is taken up again instead of making another.
    ///
    /// # Errors
    /// `PolicyNotInForce`, or a consent that is narrower or wider than what the policy needs.
    pub async fn open(
        &self,
        who: &Applicant,
        opening: &Opening<'_>,
    ) -> Result<FormView, StageError> {
        let policy = self.policy_in_force(opening.policy)?;
        let wanted: Vec<SourceId> = policy.sources().iter().collect();
        consent_fits(opening.scope, &wanted)?;
        let application = match self.draft_of(who.id, &policy).await? {
            Some(draft) => match self.fresh_form(&draft).await? {
                Some(view) => return Ok(view),
                None => draft,
            },
            None => self.begin(who, &policy, opening).await?,
        };
        self.collect(&application, Round::FILING, &wanted).await?;
        self.fill(application, who, &policy).await
    }

    fn policy_in_force(&self, id: &str) -> Result<std::sync::Arc<Policy>, StageError> {
        let on = self.ctx.world.clock.today();
        self.ctx
            .policies
            .in_force(id, on)
            .ok_or_else(|| StageError::PolicyNotInForce {
                id: id.to_owned(),
                on,
            })
    }

    async fn draft_of(
        &self,
        who: ApplicantId,
        policy: &Policy,
    ) -> Result<Option<Application>, StageError> {
        let mine = self.ctx.store.read().await?.applications_of(who).await?;
        Ok(mine.into_iter().find(|application| {
            application.state == ApplicationState::Draft && application.policy.hash == policy.hash()
        }))
    }

    /// The draft's form, when it is complete and young enough to be shown again.
    async fn fresh_form(&self, draft: &Application) -> Result<Option<FormView>, StageError> {
        let mut tx = self.ctx.store.read().await?;
        let Some(snapshot) = tx.latest_snapshot(draft.id).await? else {
            return Ok(None);
        };
        let young = self.ctx.now().millis_since(snapshot.made_at) < DRAFT_FRESH_MS;
        let complete = snapshot
            .rows
            .reveal()
            .iter()
            .all(|row| row.value != RowValue::Pending);
        if !(young && complete) {
            return Ok(None);
        }
        let disputes = tx.disputes_of(draft.id).await?;
        Ok(Some(FormView {
            application: draft.clone(),
            snapshot,
            disputes,
        }))
    }

    /// Writes down consent, application and identity, before anybody is asked anything.
    async fn begin(
        &self,
        who: &Applicant,
        policy: &Policy,
        opening: &Opening<'_>,
    ) -> Result<Application, StageError> {
        let ctx = &self.ctx;
        let now = ctx.now();
        let consent = Consent {
            id: ctx.id(ConsentId::new),
            applicant: who.id,
            scope: opening.scope.to_vec(),
            purpose: opening.purpose.to_owned(),
            given_at: now,
            revoked_at: None,
        };
        let application = Application {
            id: ctx.id(ApplicationId::new),
            applicant: who.id,
            consent: consent.id,
            policy: PolicyRef {
                id: policy.id().to_owned(),
                effective: policy.effective(),
                hash: policy.hash(),
            },
            district: None,
            opened_at: now,
            filing: None,
            state: ApplicationState::Draft,
            version: 0,
            request_id: opening.request_id.to_owned(),
        };
        let identity = self.identity_evidence(&application, who)?;
        let mut tx = ctx.store.write().await?;
        tx.insert_consent(&consent).await?;
        tx.insert_application(&application).await?;
        tx.insert_evidence(&identity).await?;
        let detail =
            json!({ "policy": policy.id(), "consent": consent.id, "scope": consent.scope });
        let (actor, subject) = (Actor::Applicant(who.id), application.id.to_string());
        ctx.audit(&mut tx, actor, "application.opened", subject, detail)
            .await?;
        tx.commit().await?;
        Ok(application)
    }

    /// What sign-in proved, as evidence like any other; salted, so that its hash tells nothing about the number.
    fn identity_evidence(
        &self,
        application: &Application,
        who: &Applicant,
    ) -> Result<Evidence, StageError> {
        let mut salt = [0; 16];
        self.ctx.world.entropy.fill(&mut salt);
        let body = to_canonical_json(&json!({
            "source": "identity",
            "salt": hex::encode(salt),
            "document_type": who.document.document_type(),
            "document_number": who.document.reveal(),
            "name": who.name.reveal(),
        }))
        .map_err(|error| StageError::corrupt(error.to_string()))?;
        Ok(Evidence {
            id: self.ctx.id(EvidenceId::new),
            application: application.id,
            round: Round::FILING,
            origin: Origin::Identity,
            received_at: self.ctx.now(),
            hash: sha256(&body),
            body: Private::new(body),
        })
    }

    /// Asks the wanted sources under the application's consent and keeps what they say.
    ///
    /// # Errors
    /// When the consent was taken back or does not cover them.
    pub async fn collect(
        &self,
        application: &Application,
        round: Round,
        wanted: &[SourceId],
    ) -> Result<Collected, StageError> {
        let mut tx = self.ctx.store.read().await?;
        let consent = tx
            .consent(application.consent)
            .await?
            .ok_or(StageError::not_found("consent"))?;
        let applicant = tx
            .applicant(application.applicant)
            .await?
            .ok_or(StageError::not_found("applicant"))?;
        drop(tx);
        let collected =
            collect::ask(&self.ctx, application, &applicant, &consent, round, wanted).await?;
        let mut tx = self.ctx.store.write().await?;
        for evidence in &collected.evidence {
            tx.insert_evidence(evidence).await?;
        }
        for fetch in &collected.fetches {
            tx.insert_fetch(fetch).await?;
        }
        tx.commit().await?;
        Ok(collected)
    }

    /// Asks again, for a case that waits or is with a person, whichever register has not answered yet: also one that the decision does
    /// not need, for the form shows its rows. Returns whether one has answered now.
    ///
    /// # Errors
    /// Of the store.
    pub async fn collect_missing(&self, application: &Application) -> Result<bool, StageError> {
        let silent = self.silent(application).await?;
        if silent.is_empty() {
            return Ok(false);
        }
        let collected = self.collect(application, Round::FILING, &silent).await?;
        Ok(!collected.evidence.is_empty())
    }

    /// The registers that have not answered yet about an application that waits for one or is with a person.
    ///
    /// # Errors
    /// Of the store.
    pub async fn silent(&self, application: &Application) -> Result<Vec<SourceId>, StageError> {
        if !matches!(
            application.state,
            ApplicationState::Referred { .. } | ApplicationState::Parked { .. }
        ) {
            return Ok(Vec::new());
        }
        let Some(policy) = self.ctx.policies.by_hash(application.policy.hash) else {
            return Ok(Vec::new());
        };
        let mut tx = self.ctx.store.read().await?;
        let evidence = tx.evidence_of(application.id, Round::FILING).await?;
        drop(tx);
        let answered = |source: &SourceId| {
            evidence
                .iter()
                .any(|piece| piece.origin == Origin::Register(*source))
        };
        let silent = policy.sources().iter();
        Ok(silent.filter(|source| !answered(source)).collect())
    }

    /// Fills the form anew after a register has answered late. What was confirmed stays what it was; the newest form is what is shown.
    ///
    /// # Errors
    /// Of the store.
    pub async fn refill(&self, application: &Application) -> Result<(), StageError> {
        let Some(policy) = self.ctx.policies.by_hash(application.policy.hash) else {
            return Ok(());
        };
        let mut tx = self.ctx.store.read().await?;
        let applicant = tx
            .applicant(application.applicant)
            .await?
            .ok_or(StageError::not_found("applicant"))?;
        drop(tx);
        self.fill(application.clone(), &applicant, &policy)
            .await
            .map(drop)
    }

    async fn fill(
        &self,
        application: Application,
        who: &Applicant,
        policy: &Policy,
    ) -> Result<FormView, StageError> {
        for _ in 0..FILL_ATTEMPTS {
            if let Some(view) = self.try_fill(&application, who, policy).await? {
                return Ok(view);
            }
        }
        Err(StageError::Stale { what: "form" })
    }

    /// One filling; `None` when a register's answer came in between, for the newest form must hold everything there is.
    async fn try_fill(
        &self,
        application: &Application,
        who: &Applicant,
        policy: &Policy,
    ) -> Result<Option<FormView>, StageError> {
        let ctx = &self.ctx;
        let mut tx = ctx.store.read().await?;
        let evidence = tx.evidence_of(application.id, Round::FILING).await?;
        let disputes = tx.disputes_of(application.id).await?;
        drop(tx);
        let snapshot = self.snapshot(application, who, policy, &evidence);
        let mut tx = ctx.store.write().await?;
        let there = tx.evidence_ids_of(application.id, Round::FILING).await?;
        if !there.iter().eq(evidence.iter().map(|piece| &piece.id)) {
            return Ok(None);
        }
        tx.insert_snapshot(&snapshot).await?;
        tx.commit().await?;
        Ok(Some(FormView {
            application: application.clone(),
            snapshot,
            disputes,
        }))
    }

    fn snapshot(
        &self,
        application: &Application,
        who: &Applicant,
        policy: &Policy,
        evidence: &[Evidence],
    ) -> Snapshot {
        let now = self.ctx.now();
        let facts = reading::facts(policy, evidence, Round::FILING);
        let rows = form::fill(policy, &facts, &Answered::of(evidence, who, now));
        Snapshot {
            id: self.ctx.id(SnapshotId::new),
            application: application.id,
            made_at: now,
            evidence: evidence
                .iter()
                .map(|piece| (piece.origin, piece.id, piece.hash))
                .collect(),
            rows: Private::new(rows),
        }
    }

    /// One's own form, as last filled.
    ///
    /// # Errors
    /// `NotFound` for another's.
    pub async fn form(&self, who: ApplicantId, id: ApplicationId) -> Result<FormView, StageError> {
        let mut tx = self.ctx.store.read().await?;
        let application = own(&mut tx, who, id).await?;
        let snapshot = tx
            .latest_snapshot(id)
            .await?
            .ok_or(StageError::not_found("form"))?;
        let disputes = tx.disputes_of(id).await?;
        Ok(FormView {
            application,
            snapshot,
            disputes,
        })
    }

    /// 一键秒报: confirms a snapshot. The same snapshot filed twice is filed once.
    ///
    /// # Errors
    /// An old snapshot, a policy version that changed since, a benefit that excludes this one.
    pub async fn file(
        &self,
        who: ApplicantId,
        id: ApplicationId,
        snapshot: SnapshotId,
        typed: Typed,
        request_id: &str,
    ) -> Result<Application, StageError> {
        match self
            .try_file(who, id, snapshot, typed.clone(), request_id)
            .await
        {
            // A double click, or the other of two forms: who looks again sees what the first click did.
            Err(error) if error.lost_race() => {
                self.try_file(who, id, snapshot, typed, request_id).await
            }
            other => other,
        }
    }

    async fn try_file(
        &self,
        who: ApplicantId,
        id: ApplicationId,
        snapshot: SnapshotId,
        typed: Typed,
        request_id: &str,
    ) -> Result<Application, StageError> {
        let ctx = &self.ctx;
        let mut tx = ctx.store.read().await?;
        let application = own(&mut tx, who, id).await?;
        if application
            .filing
            .as_ref()
            .is_some_and(|filing| filing.snapshot == snapshot)
        {
            return Ok(application);
        }
        let policy = self.policy_in_force(&application.policy.id)?;
        let newest = newest_snapshot(&mut tx, id, snapshot).await?;
        let now = ctx.now();
        if now.millis_since(newest.made_at) > SNAPSHOT_FRESH_MS
            || policy.hash() != application.policy.hash
        {
            return Err(StageError::SnapshotExpired);
        }
        let evidence = tx.evidence_of(id, Round::FILING).await?;
        drop(tx);
        let facts = reading::facts(&policy, &evidence, Round::FILING);
        let employer = facts.employer(&policy);
        let district = facts.district(&policy).and_then(|code| code.parse().ok());
        let policy_ref = application.policy.clone();
        let filing = Filing {
            snapshot,
            at: now,
            on: now.china_date(),
            typed,
        };
        let mut filed = application.file(filing, policy_ref, district)?;
        filed.request_id = request_id.to_owned();
        self.commit_filing(&filed, snapshot, &policy, employer.as_deref())
            .await
    }

    /// Writes a filing that was read and checked before: if the form or the application has changed since, nothing is written.
    async fn commit_filing(
        &self,
        filed: &Application,
        snapshot: SnapshotId,
        policy: &Policy,
        employer: Option<&str>,
    ) -> Result<Application, StageError> {
        let ctx = &self.ctx;
        let (who, id) = (filed.applicant, filed.id);
        let mut tx = ctx.store.write().await?;
        still_newest(&mut tx, id, snapshot).await?;
        self.claim(&mut tx, who, id, &policy.service().exclusive)
            .await?;
        let filed = tx.update_application(filed).await?;
        tx.forget_typing(id).await?;
        self.mark(&mut tx, &filed, employer).await?;
        let (actor, detail) = (Actor::Applicant(who), json!({ "snapshot": snapshot }));
        ctx.audit(&mut tx, actor, "application.filed", id.to_string(), detail)
            .await?;
        tx.commit().await?;
        ctx.bell.changed(id);
        Ok(filed)
    }

    /// Notes by what the application can be compared with those of others.
    async fn mark(
        &self,
        tx: &mut Tx,
        filed: &Application,
        employer: Option<&str>,
    ) -> Result<(), StageError> {
        let now = self.ctx.now();
        if let Some(filing) = &filed.filing {
            let account = filing.typed.account.reveal();
            tx.mark(filed, Mark::Account, account, now).await?;
        }
        if let Some(employer) = employer {
            tx.mark(filed, Mark::Employer, employer, now).await?;
        }
        Ok(())
    }

    /// 不重复享受: every slot of the policy is held by one application of a person at most.
    async fn claim(
        &self,
        tx: &mut Tx,
        who: ApplicantId,
        id: ApplicationId,
        slots: &[String],
    ) -> Result<(), StageError> {
        for slot in slots {
            match tx.slot_holder(who, slot).await? {
                // Another click filed this very application since it was read.
                Some(by) if by == id => {
                    return Err(StageError::Stale {
                        what: "application",
                    });
                }
                Some(by) => return Err(StageError::AlreadyHeld { by }),
                None => {}
            }
        }
        match tx.claim_slots(who, id, slots).await {
            // Two filings at the same moment: the database let one through, and this is the other.
            Err(StoreError::Conflict(_)) => Err(StageError::Stale {
                what: "benefit slot",
            }),
            other => Ok(other?),
        }
    }

    /// Takes it back.
    ///
    /// # Errors
    /// Once it is awarded or ended.
    pub async fn withdraw(
        &self,
        who: ApplicantId,
        id: ApplicationId,
    ) -> Result<Application, StageError> {
        let mut tx = self.ctx.store.write().await?;
        let application = own(&mut tx, who, id).await?;
        let withdrawn = tx
            .update_application(&application.withdraw(self.ctx.now())?)
            .await?;
        tx.release_slots(id).await?;
        tx.forget_typing(id).await?;
        docket::withdrawn(&self.ctx, &mut tx, id, who).await?;
        let (actor, act) = (Actor::Applicant(who), "application.withdrawn");
        self.ctx
            .audit(&mut tx, actor, act, id.to_string(), json!({}))
            .await?;
        tx.commit().await?;
        self.ctx.bell.changed(id);
        Ok(withdrawn)
    }

    /// One's own applications, newest first.
    ///
    /// # Errors
    /// Of the store.
    pub async fn mine(&self, who: ApplicantId) -> Result<Vec<Application>, StageError> {
        Ok(self.ctx.store.read().await?.applications_of(who).await?)
    }

    /// One of one's own applications.
    ///
    /// # Errors
    /// `NotFound` for another's.
    pub async fn one(
        &self,
        who: ApplicantId,
        id: ApplicationId,
    ) -> Result<Application, StageError> {
        own(&mut self.ctx.store.read().await?, who, id).await
    }
}

/// Another's application is as if it did not exist.
pub(super) async fn own(
    tx: &mut Tx,
    who: ApplicantId,
    id: ApplicationId,
) -> Result<Application, StageError> {
    let application = tx
        .application(id)
        .await?
        .filter(|application| application.applicant == who);
    application.ok_or(StageError::not_found("application"))
}

/// Only the newest snapshot of this very application can be confirmed or disputed.
pub(super) async fn newest_snapshot(
    tx: &mut Tx,
    id: ApplicationId,
    named: SnapshotId,
) -> Result<Snapshot, StageError> {
    let newest = tx
        .latest_snapshot(id)
        .await?
        .ok_or(StageError::not_found("form"))?;
    if newest.id == named {
        Ok(newest)
    } else {
        Err(StageError::SnapshotMismatch { latest: newest.id })
    }
}

/// The same again at the moment of writing, without opening the form.
async fn still_newest(tx: &mut Tx, id: ApplicationId, named: SnapshotId) -> Result<(), StageError> {
    match tx.latest_snapshot_id(id).await? {
        Some(latest) if latest == named => Ok(()),
        Some(latest) => Err(StageError::SnapshotMismatch { latest }),
        None => Err(StageError::not_found("form")),
    }
}
