//! What is stored comes back as it was: every type, every limit.

use sanmiao::domain::application::{Application, ApplicationState};
use sanmiao::domain::audit::{Access, AlarmKind, AuditEntry};
use sanmiao::domain::decision::Outcome;
use sanmiao::domain::evidence::{Consent, Evidence, Fetch, FetchOutcome, Origin, Round};
use sanmiao::domain::form::Dispute;
use sanmiao::domain::hash::sha256;
use sanmiao::domain::id::*;
use sanmiao::domain::ledger::{Account, Balance, Movement};
use sanmiao::domain::money::Money;
use sanmiao::domain::payment::{InstructionState, PaymentState};
use sanmiao::domain::person::{Actor, Applicant, Private};
use sanmiao::domain::source::SourceId;
use sanmiao::domain::time::Timestamp;

use super::fixture::*;
use super::harness::{Db, on_both_databases};

on_both_databases! {
    async fn a_person_keeps_id_document_and_name(db: &Db) {
        let (person, subject) = applicant(1);
        let mut tx = db.store.write().await.unwrap();
        let stored = tx.upsert_applicant(&person, &subject, NOW).await.unwrap();
        assert_eq!(stored, person);
        tx.commit().await.unwrap();
        let mut tx = db.store.read().await.unwrap();
        assert_eq!(tx.applicant(person.id).await.unwrap(), Some(person.clone()));
        assert_eq!(tx.applicant_by_subject(&subject).await.unwrap(), Some(person));
        assert_eq!(tx.applicant(id!(ApplicantId)).await.unwrap(), None);
    }

    async fn the_same_document_is_the_same_person_under_a_new_name_and_subject(db: &Db) {
        let (person, subject) = applicant(1);
        let (mut again, _) = applicant(1);
        again.name = Private::new("欧阳吉".to_owned());
        let other = sanmiao::domain::person::Subject { subject: "another".into(), ..subject.clone() };
        let mut tx = db.store.write().await.unwrap();
        tx.upsert_applicant(&person, &subject, NOW).await.unwrap();
        let stored = tx.upsert_applicant(&again, &other, NOW).await.unwrap();
        assert_eq!(stored, Applicant { id: person.id, ..again });
        assert_eq!(tx.applicant_by_subject(&subject).await.unwrap(), Some(stored.clone()));
        assert_eq!(tx.applicant_by_subject(&other).await.unwrap(), Some(stored));
    }

    async fn consents_come_back_and_are_revoked_once(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let (person, subject) = applicant(1);
        tx.upsert_applicant(&person, &subject, NOW).await.unwrap();
        let consent = Consent {
            id: id!(ConsentId),
            applicant: person.id,
            scope: vec![SourceId::Degree, SourceId::SocialSecurity],
            purpose: POLICY.to_owned(),
            given_at: NOW,
            revoked_at: None,
        };
        tx.insert_consent(&consent).await.unwrap();
        assert_eq!(tx.consent(consent.id).await.unwrap(), Some(consent.clone()));
        assert!(tx.revoke_consent(consent.id, NOW.plus_millis(1)).await.unwrap());
        assert!(!tx.revoke_consent(consent.id, NOW.plus_millis(2)).await.unwrap());
        let revoked = tx.consent(consent.id).await.unwrap().unwrap();
        assert_eq!(revoked.revoked_at, Some(NOW.plus_millis(1)));
    }

    async fn an_application_comes_back_in_every_state(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let fresh = draft(&mut tx, 1).await;
        assert_eq!(tx.application(fresh.id).await.unwrap(), Some(fresh.clone()));
        let base = filed(&mut tx, 2).await;
        assert_eq!(tx.application(base.id).await.unwrap(), Some(base.clone()));
        let approving = decision(base.id, Outcome::Approve);
        tx.insert_decision(&approving).await.unwrap();
        tx.appropriate(&budget(), fen(1)).await.unwrap();
        let award = award(&base, 1);
        tx.insert_award(&award).await.unwrap();
        let (decision, since) = (approving.id, Timestamp::MAX);
        let states = [
            ApplicationState::Parked { sources: SourceId::ALL.to_vec(), since, retry_at: Timestamp::EPOCH },
            ApplicationState::Referred { decision, since },
            ApplicationState::WaitingForBudget { decision, since },
            ApplicationState::Publicity { decision, award: award.id, until: day("9999-12-31") },
            ApplicationState::Approved { decision, award: award.id, at: since },
            ApplicationState::Refused { decision, at: since },
            ApplicationState::Withdrawn { at: since },
            ApplicationState::Filed,
        ];
        let mut application = base;
        for state in states {
            let changed = tx.update_application(&Application { state, ..application.clone() }).await.unwrap();
            assert_eq!(changed.version, application.version + 1);
            assert_eq!(tx.application(changed.id).await.unwrap(), Some(changed.clone()));
            application = changed;
        }
        tx.commit().await.unwrap();
    }

    async fn evidence_comes_back_byte_for_byte(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let application = draft(&mut tx, 1).await;
        let large = vec![b'x'; 300_000];
        let bodies: [&[u8]; 4] =
            ["{ \"b\" : 1.10,\n\"a\":\"𠮷\" }\r\n".as_bytes(), b"", &[0, 159, 146, 150], &large];
        let mut expected = Vec::new();
        for body in bodies {
            let one = Evidence {
                hash: sha256(body),
                body: Private::new(body.to_vec()),
                origin: if body.is_empty() { Origin::Identity } else { Origin::Register(SourceId::Education) },
                round: Round(255),
                ..evidence(application.id)
            };
            tx.insert_evidence(&one).await.unwrap();
            assert_eq!(tx.evidence(one.id).await.unwrap(), Some(one.clone()));
            expected.push(one);
        }
        let newer = Evidence { received_at: NOW.plus_millis(5), round: Round(255), ..evidence(application.id) };
        tx.insert_evidence(&newer).await.unwrap();
        expected.push(newer);
        assert_eq!(tx.evidence_of(application.id, Round(255)).await.unwrap(), expected);
        assert_eq!(tx.evidence_of(application.id, Round(0)).await.unwrap(), []);
    }

    async fn every_asking_leaves_its_row(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let application = draft(&mut tx, 1).await;
        let evidence = evidence(application.id);
        tx.insert_evidence(&evidence).await.unwrap();
        let mut expected = Vec::new();
        for (after, outcome) in (0..).zip(FetchOutcome::ALL) {
            let fetch = Fetch {
                id: id!(FetchId),
                application: application.id,
                round: Round(3),
                source: SourceId::TalentIntroduction,
                consent: application.consent,
                asked_at: NOW.plus_millis(after),
                elapsed_ms: i64::MAX,
                attempts: 255,
                outcome,
                evidence: (outcome == FetchOutcome::Answered).then_some(evidence.id),
            };
            tx.insert_fetch(&fetch).await.unwrap();
            expected.push(fetch);
        }
        assert_eq!(tx.fetches_of(application.id).await.unwrap(), expected);
    }

    async fn snapshots_and_disputes_come_back(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let application = draft(&mut tx, 1).await;
        let evidence = evidence(application.id);
        tx.insert_evidence(&evidence).await.unwrap();
        let first = snapshot(&evidence);
        let mut second = snapshot(&evidence);
        second.made_at = NOW.plus_millis(1);
        tx.insert_snapshot(&second).await.unwrap();
        tx.insert_snapshot(&first).await.unwrap();
        assert_eq!(tx.snapshot(first.id).await.unwrap(), Some(first.clone()));
        assert_eq!(tx.latest_snapshot(application.id).await.unwrap(), Some(second));
        let dispute = Dispute {
            id: id!(DisputeId),
            application: application.id,
            snapshot: first.id,
            field: "name".to_owned(),
            words: Private::new("我的名字是𠮷".to_owned()),
            at: NOW,
        };
        tx.insert_dispute(&dispute).await.unwrap();
        assert_eq!(tx.disputes_of(application.id).await.unwrap(), [dispute]);
    }

    async fn decisions_come_back_to_the_byte_and_in_pages(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let application = draft(&mut tx, 1).await;
        let mut all = Vec::new();
        for outcome in [Outcome::Refer, Outcome::Approve, Outcome::Refuse] {
            let mut decision = decision(application.id, outcome);
            "staff:ou-7".clone_into(&mut decision.by);
            tx.insert_decision(&decision).await.unwrap();
            assert_eq!(tx.decision(decision.id).await.unwrap(), Some(decision.clone()));
            all.push(decision);
        }
        assert_eq!(tx.decisions_of(application.id).await.unwrap(), all);
        assert_eq!(tx.decisions_page(None, 2).await.unwrap(), all[..2]);
        assert_eq!(tx.decisions_page(Some(all[1].id), 2).await.unwrap(), all[2..]);
    }

    async fn money_at_its_limits_comes_back(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let application = filed(&mut tx, 1).await;
        tx.appropriate(&budget(), Money::MAX).await.unwrap();
        assert!(tx.reserve(&budget(), Money::MAX).await.unwrap());
        assert!(!tx.reserve(&budget(), fen(1)).await.unwrap());
        let line = tx.budget(&budget()).await.unwrap().unwrap();
        assert_eq!((line.appropriated, line.reserved), (Money::MAX, Money::MAX));
        let award = award(&application, Money::MAX.fen());
        tx.insert_award(&award).await.unwrap();
        assert_eq!(tx.award(award.id).await.unwrap(), Some(award.clone()));
        assert_eq!(tx.award_of(application.id).await.unwrap(), Some(award.clone()));
        assert_eq!(tx.awards_page(None, 10).await.unwrap(), std::slice::from_ref(&award));
        let mut payment = payment(&award, 255, Money::MAX.fen());
        payment.retry_at = Some(Timestamp::MAX);
        payment.due_on = day("9999-12-31");
        tx.insert_payment(&payment).await.unwrap();
        assert_eq!(tx.payment(payment.id).await.unwrap(), Some(payment.clone()));
        for state in PaymentState::ALL {
            let changed = sanmiao::domain::payment::Payment { state, generation: 255, ..payment.clone() };
            let changed = tx.update_payment(&changed).await.unwrap();
            assert_eq!(tx.payments_of(award.id).await.unwrap(), std::slice::from_ref(&changed));
            payment = changed;
        }
        tx.post(&entry(Movement::Appropriate, Money::MAX.fen(), "doc")).await.unwrap();
        let least = entry(Movement::Commit, 1, "award");
        tx.post(&least).await.unwrap();
        assert_eq!(tx.journal_page(None, 10).await.unwrap().last(), Some(&least));
        let balance = |account, fen| Balance { budget: budget(), account, fen };
        assert_eq!(tx.balances().await.unwrap(), [
            balance(Account::Appropriation, -Money::MAX.fen()),
            balance(Account::Available, Money::MAX.fen() - 1),
            balance(Account::Committed, 1),
        ]);
        tx.commit().await.unwrap();
    }

    async fn all_payments_of_an_award_are_stored_at_once_or_none(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let application = filed(&mut tx, 1).await;
        tx.appropriate(&budget(), Money::MAX).await.unwrap();
        let award = award(&application, Money::MAX.fen());
        tx.insert_award(&award).await.unwrap();
        let mut payments: Vec<_> = (1..=36).map(|number| payment(&award, number, 75_000)).collect();
        payments[0].amount = Money::MAX;
        payments[1].retry_at = Some(Timestamp::MAX);
        tx.insert_payments(&payments).await.unwrap();
        assert_eq!(tx.payments_of(award.id).await.unwrap(), payments);
        tx.insert_payments(&[]).await.unwrap();
        let twice = [payment(&award, 37, 1), payment(&award, 36, 1)];
        let error = tx.insert_payments(&twice).await.unwrap_err();
        assert!(error.is_conflict_on("payments_award_id_instalment_key"), "{error}");
        assert!(tx.commit().await.is_err());
    }

    async fn an_instruction_comes_back_to_the_byte_in_every_state(db: &Db) {
        let instruction = ready(&db.store, 1).await;
        let mut tx = db.store.write().await.unwrap();
        assert_eq!(tx.instruction(&instruction.id).await.unwrap(), Some(instruction.clone()));
        let mut expected = instruction.clone();
        for state in InstructionState::ALL {
            let change = sanmiao::store::InstructionChange {
                state,
                next_at: Some(Timestamp::MAX),
                treasury_no: Some("TR-1".into()),
                acknowledged_at: Some(NOW),
                settled_at: Some(NOW.plus_millis(1)),
                returned_at: Some(NOW.plus_millis(2)),
                reason_code: Some("E07".into()),
            };
            assert!(tx.change_instruction(&instruction.id, &[expected.state], &change).await.unwrap());
            expected = sanmiao::domain::payment::Instruction {
                state,
                epoch: expected.epoch + 1,
                next_at: Timestamp::MAX,
                treasury_no: change.treasury_no,
                acknowledged_at: change.acknowledged_at,
                settled_at: change.settled_at,
                returned_at: change.returned_at,
                reason_code: change.reason_code,
                ..expected
            };
            assert_eq!(tx.instructions_of(instruction.payment).await.unwrap(), std::slice::from_ref(&expected));
        }
    }

    async fn the_trail_comes_back(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let acts = [
            (Actor::Machine("approve"), "machine:approve"),
            (Actor::Applicant(id!(ApplicantId)), "applicant:"),
            (Actor::Staff("ou-7".into()), "staff:ou-7"),
            (Actor::Treasury, "treasury"),
        ];
        for (actor, printed) in acts {
            let entry = AuditEntry {
                id: id!(AuditId),
                at: NOW,
                actor,
                act: "application.filed",
                subject: "some-id".into(),
                detail: serde_json::json!({"to": "filed", "rows": 12}),
            };
            tx.audit(&entry).await.unwrap();
            let read = tx.audit_page(None, 100).await.unwrap().pop().unwrap();
            assert!(read.actor.starts_with(printed));
            assert_eq!((read.id, read.at, read.act.as_str()), (entry.id, NOW, entry.act));
            assert_eq!((read.subject, read.detail), (entry.subject, entry.detail));
        }
        let first = tx.audit_page(None, 1).await.unwrap();
        assert_eq!(tx.audit_page(Some(first[0].id), 100).await.unwrap().len(), 3);
        let access = Access {
            id: id!(AccessId),
            at: NOW,
            staff: "ou-7".into(),
            subject: "some-id".into(),
            kind: "evidence".into(),
            purpose: "review".into(),
        };
        tx.access(&access).await.unwrap();
        assert_eq!(tx.accesses_of("some-id").await.unwrap(), [access]);
    }

    async fn an_alarm_raised_again_counts_up_until_it_is_closed(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        for kind in AlarmKind::ALL {
            let first = tx.raise_alarm(kind, "x", NOW, id!(AlarmId)).await.unwrap();
            let again = tx.raise_alarm(kind, "x", NOW.plus_millis(9), id!(AlarmId)).await.unwrap();
            assert_eq!((again.id, again.raised_at, again.count), (first.id, NOW, 2));
            assert!(tx.close_alarm(kind, "x").await.unwrap());
            assert!(!tx.close_alarm(kind, "x").await.unwrap());
            let anew = tx.raise_alarm(kind, "x", NOW.plus_millis(9), id!(AlarmId)).await.unwrap();
            assert_ne!(anew.id, first.id);
            assert_eq!(anew.count, 1);
        }
        assert_eq!(tx.open_alarms(100).await.unwrap().len(), AlarmKind::ALL.len());
    }

    async fn a_policy_comes_back_byte_for_byte(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let body = "{\n  \"id\" : \"佛山\" }\n".as_bytes();
        let hash = sha256(body);
        assert!(tx.publish_policy("p", day("2026-01-01"), &hash, body, NOW).await.unwrap());
        let read = tx.policy_by_hash(&hash).await.unwrap().unwrap();
        assert_eq!((read.id.as_str(), read.effective, read.body.as_slice()), ("p", day("2026-01-01"), body));
        assert_eq!(tx.policies().await.unwrap(), [read]);
    }
}
