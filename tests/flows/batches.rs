//! Batches of payout files: two people, the same bytes, once.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use sanmiao::domain::audit::AlarmKind;
use sanmiao::domain::batch::{Batch, BatchState};
use sanmiao::domain::hash::sha256;
use sanmiao::domain::payment::InstructionState;
use sanmiao::domain::person::Role;
use sanmiao::error::StageError;
use sanmiao::finance::Finance;
use sanmiao::finance::batches::Wanted;
use sanmiao::ports::{Berth, FileError, Outbox};
use sanmiao::store::InstructionChange;
use zeroize::Zeroizing;

use crate::support::database::on_both_databases;
use crate::support::desk::{Desk, finance_checker, finance_staff, paying};
use crate::support::house::PHD;
use crate::support::people::DISTRICT;

fn finance(desk: &Desk) -> Finance {
    Finance::new(desk.ctx.clone()).with_paying(Some(Arc::new(paying())))
}

fn wanted(desk: &Desk) -> Wanted {
    Wanted {
        day: desk.ctx.now().china_date(),
        policy: PHD.to_owned(),
        district: DISTRICT.parse().expect("a district"),
    }
}

async fn prepared(desk: &Desk) -> Batch {
    let done = finance(desk)
        .prepare_batch(&finance_staff(), &wanted(desk))
        .await;
    done.expect("prepared")
}

async fn approved(desk: &Desk) -> Batch {
    let batch = prepared(desk).await;
    let done = finance(desk)
        .approve_batch(&finance_checker(), batch.id, batch.manifest)
        .await;
    done.expect("approved")
}

fn outbox(desk: &Desk) -> PathBuf {
    desk.files.path().join("outbox")
}

/// What is in sight in the outbox.
fn in_sight(desk: &Desk) -> Vec<String> {
    let Ok(folder) = std::fs::read_dir(outbox(desk)) else {
        return Vec::new();
    };
    let names = folder.map(|entry| entry.expect("an entry").file_name().into_string());
    let names = names.map(|name| name.expect("UTF-8"));
    names.filter(|name| !name.starts_with('.')).collect()
}

/// The kept files of the batches, sealed.
fn kept(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for drawer in std::fs::read_dir(folder).expect("a folder") {
        let drawer = drawer.expect("an entry").path();
        if drawer.file_name().is_some_and(|name| name != "outbox") {
            let inside = std::fs::read_dir(drawer).expect("a folder");
            files.extend(inside.map(|file| file.expect("an entry").path()));
        }
    }
    files.sort();
    files
}

/// An outbox at which the program dies at a chosen call: before it does anything, or after it has done it.
struct Dying {
    inner: Arc<dyn Outbox>,
    dies_at: u32,
    after: bool,
    calls: AtomicU32,
}

impl Dying {
    fn dies(&self) -> bool {
        self.calls.fetch_add(1, Ordering::SeqCst) + 1 == self.dies_at
    }
}

#[async_trait]
impl Outbox for Dying {
    fn is_there(&self) -> bool {
        true
    }

    async fn stage(
        &self,
        berth: &Berth,
        files: &[(String, Zeroizing<Vec<u8>>)],
    ) -> Result<(), FileError> {
        let dies = self.dies();
        if dies && !self.after {
            // Half of it is there when the program dies.
            self.inner.stage(berth, &files[..1]).await?;
            return Err(FileError::Unavailable);
        }
        self.inner.stage(berth, files).await?;
        if dies {
            Err(FileError::Unavailable)
        } else {
            Ok(())
        }
    }

    async fn show(&self, berth: &Berth) -> Result<bool, FileError> {
        let dies = self.dies();
        if dies && !self.after {
            return Err(FileError::Unavailable);
        }
        let shown = self.inner.show(berth).await?;
        if dies {
            Err(FileError::Unavailable)
        } else {
            Ok(shown)
        }
    }

    async fn clear(&self, berth: &Berth) -> Result<(), FileError> {
        self.inner.clear(berth).await
    }
}

on_both_databases! {
    async fn two_people_bring_the_same_bytes_out_once(database) {
        let desk = Desk::new(database).await;
        desk.approved(3).await;
        let finance = finance(&desk);
        assert_eq!(finance.preparable(&finance_staff()).await.unwrap()[0].count, 3);
        let batch = prepared(&desk).await;
        assert_eq!((batch.count, batch.state.as_str()), (3, "prepared"));
        assert!(finance.preparable(&finance_staff()).await.unwrap().is_empty());
        let again = finance.prepare_batch(&finance_staff(), &wanted(&desk)).await;
        assert!(matches!(again, Err(StageError::NotFound { .. })), "{again:?}");
        let own = finance.approve_batch(&finance_staff(), batch.id, batch.manifest).await;
        assert!(matches!(own, Err(StageError::Forbidden { .. })), "{own:?}");
        let other = finance.approve_batch(&finance_checker(), batch.id, sha256(b"another")).await;
        assert!(matches!(other, Err(StageError::Invalid { .. })), "{other:?}");
        let early = finance.release_batch(&finance_checker(), batch.id).await;
        assert!(matches!(early, Err(StageError::NotInState { .. })), "{early:?}");
        finance.approve_batch(&finance_checker(), batch.id, batch.manifest).await.unwrap();
        let released = finance.release_batch(&finance_staff(), batch.id).await.unwrap();
        assert_eq!(released.state.as_str(), "released");
        let view = finance.batch(&finance_staff(), batch.id).await.unwrap();
        assert_eq!((view.files.len(), view.stored), (7, (3, batch.sum)));
        for file in &view.files {
            let out = std::fs::read(outbox(&desk).join(&batch.stem).join(&file.name)).unwrap();
            assert_eq!(sha256(&out), file.sha256, "{}", file.name);
        }
        assert_eq!(view.files[5].sha256, batch.manifest);
        let again = finance.release_batch(&finance_staff(), batch.id).await;
        assert!(matches!(again, Err(StageError::NotInState { .. })), "{again:?}");
        assert_eq!(in_sight(&desk), std::slice::from_ref(&batch.stem));
        let discarded = finance.discard_batch(&finance_staff(), batch.id, "late").await;
        assert!(matches!(discarded, Err(StageError::NotInState { .. })), "{discarded:?}");
    }

    async fn whoever_holds_every_role_still_needs_another(database) {
        let desk = Desk::new(database).await;
        desk.approved(1).await;
        let (finance, mut alone) = (finance(&desk), finance_staff());
        alone.roles = Role::ALL.to_vec();
        let batch = finance.prepare_batch(&alone, &wanted(&desk)).await.unwrap();
        let own = finance.approve_batch(&alone, batch.id, batch.manifest).await;
        assert!(matches!(own, Err(StageError::Forbidden { .. })), "{own:?}");
        let early = finance.release_batch(&alone, batch.id).await;
        assert!(matches!(early, Err(StageError::NotInState { .. })), "{early:?}");
        assert!(in_sight(&desk).is_empty());
    }

    async fn of_two_who_prepare_approve_and_release_at_once_one_does(database) {
        let desk = Desk::new(database).await;
        desk.approved(2).await;
        let finance = finance(&desk);
        let maker = finance_staff();
        let of = wanted(&desk);
        let tries = (0..4).map(|_| finance.prepare_batch(&maker, &of));
        let done = futures_util::future::join_all(tries).await;
        let won: Vec<_> = done.into_iter().filter_map(Result::ok).collect();
        assert_eq!(won.len(), 1);
        let (batch, checker) = (&won[0], finance_checker());
        let tries = (0..4).map(|_| finance.approve_batch(&checker, batch.id, batch.manifest));
        let done = futures_util::future::join_all(tries).await;
        assert_eq!(done.iter().filter(|one| one.is_ok()).count(), 1);
        let tries = (0..4).map(|_| finance.release_batch(&checker, batch.id));
        let done = futures_util::future::join_all(tries).await;
        assert!(done.iter().filter(|one| one.is_ok()).count() <= 1);
        // Whoever took it over from the others may have been overtaken in turn: then it goes on, as after a crash.
        desk.clock.advance(120_000);
        finance.resume_releases().await.unwrap();
        let now = finance.batch(&checker, batch.id).await.unwrap().batch;
        assert_eq!(now.state.as_str(), "released");
        assert_eq!(in_sight(&desk), std::slice::from_ref(&batch.stem));
        let released = desk.ctx.store.read().await.unwrap().audit_page(None, 1_000).await.unwrap();
        assert_eq!(released.iter().filter(|entry| entry.act == "batch.released").count(), 1);
    }

    async fn one_changed_byte_is_refused_with_an_alarm_and_can_be_discarded(database) {
        let desk = Desk::new(database).await;
        desk.approved(1).await;
        let (finance, batch) = (finance(&desk), approved(&desk).await);
        for file in kept(desk.files.path()) {
            let whole = std::fs::read(&file).unwrap();
            let mut changed = whole.clone();
            *changed.last_mut().unwrap() ^= 1;
            std::fs::write(&file, &changed).unwrap();
            let refused = finance.release_batch(&finance_checker(), batch.id).await;
            assert!(matches!(refused, Err(StageError::Corrupt { .. })), "{refused:?}");
            std::fs::write(&file, &whole).unwrap();
        }
        let alarms = desk.alarms().await;
        let alarm = alarms.iter().find(|alarm| alarm.subject == batch.id.to_string()).unwrap();
        assert_eq!((alarm.kind, alarm.count), (AlarmKind::Inconsistent, 7));
        assert_eq!(in_sight(&desk), Vec::<String>::new());
        finance.discard_batch(&finance_checker(), batch.id, "a byte was changed").await.unwrap();
        let next = prepared(&desk).await;
        assert_ne!(next.id, batch.id, "what was discarded is free");
        assert_eq!(next.sum, batch.sum);
    }

    async fn a_release_that_dies_anywhere_goes_on_and_comes_out_once(database) {
        let desk = Desk::new(database).await;
        desk.approved(1).await;
        for (dies_at, after, taken) in [(1, false, false), (1, true, false), (2, false, false), (2, true, false), (2, true, true)] {
            let batch = approved(&desk).await;
            let mut ctx = desk.ctx.clone();
            ctx.world.outbox = Arc::new(Dying { inner: ctx.world.outbox.clone(), dies_at, after, calls: AtomicU32::new(0) });
            let died = Finance::new(ctx).release_batch(&finance_checker(), batch.id).await;
            assert!(matches!(died, Err(StageError::FilesAway { .. })), "{died:?}");
            let folder = outbox(&desk).join(&batch.stem);
            if taken {
                std::fs::remove_dir_all(&folder).unwrap();
            }
            let finance = finance(&desk);
            assert_eq!(finance.resume_releases().await.unwrap(), 0, "left to whoever began it for a while");
            desk.clock.advance(120_000);
            assert_eq!(finance.resume_releases().await.unwrap(), 1);
            let now = finance.batch(&finance_staff(), batch.id).await.unwrap().batch;
            let BatchState::Released { release, .. } = &now.state else { panic!("{now:?}") };
            assert_eq!(release.by, "finance-checker");
            assert_eq!(folder.exists(), !taken, "what the bank has taken does not come back");
            if !taken {
                assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 7, "whole");
            }
            // The next batch needs its instruction back: nothing in the service does this.
            let mut tx = desk.ctx.store.write().await.unwrap();
            let state = BatchState::Discarded { approval: now.state.approval().cloned(), discard: now.prepared.clone(), grounds: "test".into() };
            tx.update_batch(&Batch { state, ..now }).await.unwrap();
            tx.commit().await.unwrap();
        }
    }

    async fn what_came_back_since_is_told(database) {
        let desk = Desk::new(database).await;
        let cases = desk.approved(2).await;
        let batch = prepared(&desk).await;
        let mut tx = desk.ctx.store.write().await.unwrap();
        let change = InstructionChange::to(InstructionState::Returned);
        assert!(tx.change_instruction(&cases[1].instruction, &InstructionState::ALL, &change).await.unwrap());
        tx.commit().await.unwrap();
        let view = finance(&desk).batch(&finance_staff(), batch.id).await.unwrap();
        assert_eq!(view.turned.len(), 1);
        assert_eq!(view.turned[0].instruction, cases[1].instruction);
        assert_eq!(view.turned[0].now, InstructionState::Returned);
    }

    async fn a_district_s_finance_sees_and_prepares_its_own(database) {
        let desk = Desk::new(database).await;
        desk.approved(1).await;
        let mut other = finance_staff();
        other.district = ["440605", "440606"].into_iter().find(|code| *code != DISTRICT).and_then(|code| code.parse().ok());
        let finance = finance(&desk);
        assert!(finance.preparable(&other).await.unwrap().is_empty());
        assert!(finance.prepare_batch(&other, &wanted(&desk)).await.is_err());
        let batch = prepared(&desk).await;
        assert!(finance.batches(&other, None, 10).await.unwrap().is_empty());
        let hidden = finance.batch(&other, batch.id).await;
        assert!(matches!(hidden, Err(StageError::NotFound { .. })), "{hidden:?}");
        let hidden = finance.approve_batch(&other, batch.id, batch.manifest).await;
        assert!(matches!(hidden, Err(StageError::NotFound { .. })), "{hidden:?}");
    }
}
