//! What is being typed: kept beside a draft and nothing else, the later in place of the earlier, and gone when it has done its work.

use sanmiao::domain::application::{Application, Filing};
use sanmiao::domain::id::*;
use sanmiao::domain::person::Private;
use sanmiao::domain::typing::Typing;
use sanmiao::store::{Store, Tx};

use super::fixture::*;
use super::harness::{Db, on_both_databases};

fn typing(account: &str) -> Typing {
    Typing {
        account: Private::new(account.to_owned()),
        words: vec![("name".to_owned(), Private::new("这不是我".to_owned()))],
        ..Typing::default()
    }
}

async fn stored_draft(store: &Store, passport: u32) -> Application {
    let mut tx = store.write().await.unwrap();
    let application = draft(&mut tx, passport).await;
    tx.commit().await.unwrap();
    application
}

/// Files it, as the stage does: the state first, then what was typed.
async fn file(tx: &mut Tx, application: Application) {
    let evidence = evidence(application.id);
    tx.insert_evidence(&evidence).await.unwrap();
    let snapshot = snapshot(&evidence);
    tx.insert_snapshot(&snapshot).await.unwrap();
    let filing = Filing {
        snapshot: snapshot.id,
        at: NOW,
        on: NOW.china_date(),
        typed: typed(),
    };
    let id = application.id;
    let filed = application
        .file(filing, policy(), Some(district()))
        .unwrap();
    tx.update_application(&filed).await.unwrap();
    tx.forget_typing(id).await.unwrap();
}

async fn keep(store: &Store, id: ApplicationId, typing: &Typing, after_ms: i64) -> bool {
    let mut tx = store.write().await.unwrap();
    let kept = tx
        .keep_typing(id, typing, NOW.plus_millis(after_ms))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    kept
}

async fn read(store: &Store, id: ApplicationId) -> Option<Typing> {
    store
        .read()
        .await
        .unwrap()
        .typing(id, NOW.plus_millis(9))
        .await
        .unwrap()
}

on_both_databases! {
    async fn the_later_takes_the_place_of_the_earlier_and_never_the_other_way(db: &Db) {
        let id = stored_draft(&db.store, 1).await.id;
        assert_eq!(read(&db.store, id).await, None);
        assert!(keep(&db.store, id, &typing("6222"), 2).await);
        assert_eq!(read(&db.store, id).await, Some(typing("6222")));
        assert!(!keep(&db.store, id, &typing("6"), 1).await);
        assert_eq!(read(&db.store, id).await, Some(typing("6222")));
        assert!(keep(&db.store, id, &typing("62220"), 2).await, "at the same moment, the one that came last");
        assert!(keep(&db.store, id, &Typing::default(), 3).await, "what was cleared is cleared");
        assert_eq!(read(&db.store, id).await, Some(Typing::default()));
        assert!(!keep(&db.store, id!(ApplicationId), &typing("6"), 4).await);
    }

    async fn of_filing_and_keeping_at_once_nothing_typed_is_left(db: &Db) {
        for passport in 1..=12 {
            let application = stored_draft(&db.store, passport).await;
            let id = application.id;
            keep(&db.store, id, &typing("6222"), 1).await;
            let filing = async {
                let mut tx = db.store.write().await.unwrap();
                file(&mut tx, application).await;
                tx.commit().await.unwrap();
            };
            let typings = (2..8).map(|at| {
                let store = db.store.clone();
                tokio::spawn(async move { keep(&store, id, &typing("62220"), at).await })
            });
            let typings: Vec<_> = typings.collect();
            filing.await;
            futures_util::future::join_all(typings).await;
            assert_eq!(read(&db.store, id).await, None);
            assert!(!keep(&db.store, id, &typing("6222"), 8).await, "filed is filed");
        }
    }

    async fn gone_after_thirty_days_also_before_it_is_swept(db: &Db) {
        let id = stored_draft(&db.store, 1).await.id;
        keep(&db.store, id, &typing("6222"), 0).await;
        let end = NOW.plus_seconds(30 * 86_400);
        let mut tx = db.store.write().await.unwrap();
        assert!(tx.typing(id, end.plus_millis(-1)).await.unwrap().is_some());
        assert_eq!(tx.typing(id, end).await.unwrap(), None);
        assert_eq!(tx.sweep_typing(end.plus_millis(-1)).await.unwrap(), 0);
        assert_eq!(tx.sweep_typing(end).await.unwrap(), 1);
        assert!(!tx.forget_typing(id).await.unwrap());
        tx.commit().await.unwrap();
    }
}
