//! What is handed in with a case: kept sealed beside the database, bounded, and lost by nobody's hurry.

use std::path::PathBuf;
use std::sync::Arc;

use futures_util::future::join_all;
use sanmiao::docket::{self, Said};
use sanmiao::domain::desk::{Deed, DeskCase, Doer, Officer, StepError};
use sanmiao::domain::id::{ApplicantId, CaseFileId};
use sanmiao::domain::person::{Private, Role, Staff, Subject};
use sanmiao::domain::upload::{Upload, UploadFault};
use sanmiao::error::StageError;
use sanmiao::gateways::files::{FileFolder, NoFiles};
use sanmiao::ports::FileLimits;
use sanmiao::review::CaseDesk;
use sanmiao::review::desk::Step;

use crate::support::database::{Database, on_both_databases};
use crate::support::desk::Desk;
use crate::support::people::{DISTRICT, ordinary, referred};

const PDF: &[u8] = "%PDF-1.7\n% 张三的劳动合同\ntrailer<<>>\nstartxref\n9\n%%EOF\n".as_bytes();

fn staff(subject: &str, role: Role) -> Staff {
    Staff {
        subject: Subject {
            issuer: "http://issuer".to_owned(),
            subject: subject.to_owned(),
        },
        roles: vec![role],
        district: None,
    }
}

fn upload() -> Upload {
    Upload {
        name: Private::new("合同.pdf".to_owned()),
        bytes: Private::new(PDF.to_vec()),
    }
}

/// The stages with one officer and one referred case.
struct Counter {
    stages: Desk,
    desk: CaseDesk,
    case: DeskCase,
    who: ApplicantId,
}

impl Counter {
    async fn new(database: Database) -> Self {
        let stages = Desk::new(database).await;
        let desk = CaseDesk::new(stages.ctx.clone());
        let officer = Officer {
            subject: "a".to_owned(),
            name: "王明".to_owned(),
            contact: "0757-12345".to_owned(),
            district: Some(DISTRICT.parse().unwrap()),
            away: false,
        };
        let boss = staff("boss", Role::Supervisor);
        desk.enrol(&boss, &officer, Role::Reviewer).await.unwrap();
        let application = stages.file(&referred()).await;
        let id = desk.case_of(application.id).await.unwrap().unwrap();
        let mut tx = stages.ctx.store.read().await.unwrap();
        let case = tx.desk_case(id).await.unwrap().unwrap();
        drop(tx);
        Self {
            stages,
            desk,
            case,
            who: application.applicant,
        }
    }

    /// The same desk over another place for files.
    fn with_files(&self, files: Arc<dyn sanmiao::ports::FileStore>) -> CaseDesk {
        let mut ctx = self.stages.ctx.clone();
        ctx.world.files = files;
        CaseDesk::new(ctx)
    }

    async fn hand_in(&self) -> CaseFileId {
        let handed = self.desk.hand_in(self.who, self.case.id, upload()).await;
        handed.unwrap().id
    }

    async fn files(&self) -> usize {
        let mut tx = self.stages.ctx.store.read().await.unwrap();
        tx.case_files(self.case.id).await.unwrap().len()
    }

    async fn acts(&self) -> usize {
        let mut tx = self.stages.ctx.store.read().await.unwrap();
        tx.case_acts(self.case.id, 0).await.unwrap().len()
    }

    /// Where a content lies.
    fn place(&self, id: CaseFileId) -> PathBuf {
        let name = id.to_string();
        let drawer = self.stages.files.path().join(&name[name.len() - 2..]);
        drawer.join(name)
    }
}

on_both_databases! {
    async fn a_content_is_sealed_and_is_had_back_by_whoever_may(database) {
        let counter = Counter::new(database).await;
        let id = counter.hand_in().await;
        let kept = std::fs::read(counter.place(id)).unwrap();
        let plain = "张三的劳动合同".as_bytes();
        assert!(!kept.windows(plain.len()).any(|window| window == plain), "sealed");
        let own = counter.desk.own_file(counter.who, counter.case.id, id).await.unwrap();
        assert_eq!(own.content.as_slice(), PDF);
        let read = counter.desk.file(&staff("a", Role::Reviewer), counter.case.id, id).await.unwrap();
        assert_eq!((read.content.as_slice(), read.file.media_type.as_str()), (PDF, "application/pdf"));
        let other = counter.desk.file(&staff("b", Role::Reviewer), counter.case.id, id).await.unwrap_err();
        assert!(matches!(other, StageError::Forbidden { .. }), "{other}");
        let stranger = counter.stages.file(&ordinary(1)[0]).await.applicant;
        let theirs = counter.desk.own_file(stranger, counter.case.id, id).await.unwrap_err();
        assert!(matches!(theirs, StageError::NotFound { .. }), "{theirs}");
    }

    async fn a_content_that_was_changed_moved_or_taken_away_is_found_out(database) {
        let counter = Counter::new(database).await;
        let (one, two) = (counter.hand_in().await, counter.hand_in().await);
        let whole = std::fs::read(counter.place(one)).unwrap();
        let mut bent = whole.clone();
        *bent.last_mut().unwrap() ^= 1;
        let moved = std::fs::read(counter.place(two)).unwrap();
        for wrong in [Some(bent), Some(moved), Some(Vec::new()), Some(whole[..9].to_vec()), None] {
            match &wrong {
                Some(bytes) => std::fs::write(counter.place(one), bytes).unwrap(),
                None => std::fs::remove_file(counter.place(one)).unwrap(),
            }
            let told = counter.desk.own_file(counter.who, counter.case.id, one).await.unwrap_err();
            assert!(matches!(told, StageError::Store(_) | StageError::Corrupt { .. }), "{told}");
        }
        counter.desk.own_file(counter.who, counter.case.id, two).await.unwrap();
    }

    async fn without_a_place_that_works_nothing_happens_to_the_case(database) {
        let counter = Counter::new(database).await;
        let before = counter.acts().await;
        let no_folder = counter.stages.files.path().join("file");
        std::fs::write(&no_folder, b"x").unwrap();
        let broken = Arc::new(FileFolder::new(no_folder, FileLimits::default()));
        for desk in [counter.with_files(broken), counter.with_files(Arc::new(NoFiles))] {
            let told = desk.hand_in(counter.who, counter.case.id, upload()).await.unwrap_err();
            assert!(matches!(told, StageError::FilesAway { .. }), "{told}");
        }
        assert_eq!((counter.acts().await, counter.files().await), (before, 0));
    }

    async fn who_hands_in_at_once_passes_no_bound_and_loses_nothing(database) {
        let counter = Counter::new(database).await;
        let limits = FileLimits { files_a_case_max: 3, ..FileLimits::default() };
        let folder = counter.stages.files.path().to_owned();
        let desk = counter.with_files(Arc::new(FileFolder::new(folder, limits)));
        let all = (0..6).map(|_| desk.hand_in(counter.who, counter.case.id, upload()));
        let mut kept = 0;
        for one in join_all(all).await {
            match one {
                Ok(_) => kept += 1,
                Err(StageError::Upload(UploadFault::TooMany { files_max: 3 })) => {}
                Err(error) => assert!(matches!(error, StageError::Stale { .. } | StageError::Store(_)), "{error}"),
            }
        }
        assert_eq!((kept, counter.files().await), (3, 3));
        for file in desk.own_files(counter.who, counter.case.id).await.unwrap() {
            desk.own_file(counter.who, counter.case.id, file.id).await.unwrap();
        }
    }

    async fn what_is_handed_in_stops_no_clock_and_ends_with_the_case(database) {
        let counter = Counter::new(database).await;
        let (officer, words) = (staff("a", Role::Reviewer), "请补充合同");
        let ask = Step::Ask { criteria: vec!["full_time".to_owned()] };
        counter.desk.act(&officer, counter.case.id, counter.case.version, ask, words).await.unwrap();
        counter.hand_in().await;
        let mut tx = counter.stages.ctx.store.read().await.unwrap();
        let asked = tx.desk_case(counter.case.id).await.unwrap().unwrap();
        drop(tx);
        assert!(matches!(asked.stage, sanmiao::domain::desk::Stage::Asked { .. }), "they say themselves when it is all");
        counter.desk.supply(counter.who, counter.case.id, "已上传").await.unwrap();
        let mut tx = counter.stages.ctx.store.write().await.unwrap();
        let case = tx.desk_case(counter.case.id).await.unwrap().unwrap();
        let withdrawn = vec![Said::silently(Deed::Withdrawn)];
        docket::record(&counter.stages.ctx, &mut tx, &case, &Doer::applicant(counter.who), withdrawn).await.unwrap();
        tx.commit().await.unwrap();
        let late = counter.desk.hand_in(counter.who, counter.case.id, upload()).await.unwrap_err();
        assert!(matches!(late, StageError::Step(StepError::NotNow { .. })), "{late}");
        assert_eq!(counter.files().await, 1);
    }
}
