//! Sessions: found by the hash of a cookie alone, taken once, over when they are over, and sealed.

use sanmiao::domain::hash::Sha256Hex;
use sanmiao::domain::id::ApplicantId;
use sanmiao::domain::person::{Private, Role, Staff, Subject};
use sanmiao::domain::session::{
    BrowserToken, KeptForm, Owner, Session, SessionTimes, SignInMemory, TOKEN_BYTES, Visitor,
};

use super::fixture::*;
use super::harness::{Db, on_both_databases, vault};

const TIMES: SessionTimes = SessionTimes {
    idle_s: 600,
    whole_s: 3_600,
};

fn key(fill: u8) -> Sha256Hex {
    BrowserToken::new([fill; TOKEN_BYTES]).key()
}

fn staff() -> Staff {
    Staff {
        subject: Subject {
            issuer: "https://id.example".to_owned(),
            subject: "geheim-1".to_owned(),
        },
        roles: vec![Role::Reviewer],
        district: "440604".parse().ok(),
    }
}

fn memory() -> SignInMemory {
    SignInMemory {
        state: Private::new("geheim-state".to_owned()),
        nonce: Private::new("geheim-nonce".to_owned()),
        verifier: Private::new("geheim-verifier".to_owned()),
        return_to: "/home".to_owned(),
    }
}

fn form(owner: Option<ApplicantId>) -> KeptForm {
    KeptForm {
        owner: owner.map(Owner::Applicant),
        page: "/a".to_owned(),
        path: "/a/file".to_owned(),
        fields: Private::new(vec![("account".to_owned(), "6222-geheim".to_owned())]),
        ends_at: NOW.plus_seconds(60),
    }
}

async fn person(db: &Db) -> ApplicantId {
    let (person, subject) = applicant(1);
    let mut tx = db.store.write().await.unwrap();
    let id = tx
        .upsert_applicant(&person, &subject, NOW)
        .await
        .unwrap()
        .id;
    tx.commit().await.unwrap();
    id
}

on_both_databases! {
    async fn a_session_comes_back_as_it_was_and_ends_when_it_is_told(db: &Db) {
        let id = person(db).await;
        let mut tx = db.store.write().await.unwrap();
        for (fill, visitor) in [(1, Visitor::Applicant(id)), (2, Visitor::Staff(staff()))] {
            let session = Session::begin(key(fill), visitor, NOW, TIMES);
            tx.insert_session(&session).await.unwrap();
            assert_eq!(tx.session(key(fill)).await.unwrap(), Some(session));
        }
        assert_eq!(tx.session(key(3)).await.unwrap(), None);
        assert!(tx.end_session(key(1)).await.unwrap());
        assert!(!tx.end_session(key(1)).await.unwrap());
        assert_eq!(tx.session(key(1)).await.unwrap(), None);
        tx.commit().await.unwrap();
    }

    async fn a_session_that_has_ended_is_not_prolonged(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let session = Session::begin(key(1), Visitor::Staff(staff()), NOW, TIMES);
        tx.insert_session(&session).await.unwrap();
        let after = |seconds| NOW.plus_seconds(seconds);
        assert!(tx.prolong_session(key(1), after(900), after(300)).await.unwrap());
        assert!(!tx.prolong_session(key(1), after(800), after(300)).await.unwrap(), "never back");
        assert!(!tx.prolong_session(key(1), after(1_500), after(900)).await.unwrap(), "over");
        assert!(!tx.prolong_session(key(1), after(3_601), after(300)).await.unwrap(), "too long");
        assert_eq!(tx.session(key(1)).await.unwrap().unwrap().ends_at, after(900));
        tx.commit().await.unwrap();
    }

    async fn of_many_who_come_back_with_one_sign_in_one_gets_it(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        tx.begin_sign_in(key(1), &memory(), NOW.plus_seconds(60)).await.unwrap();
        tx.begin_sign_in(key(2), &memory(), NOW).await.unwrap();
        assert_eq!(tx.take_sign_in(key(2), NOW).await.unwrap(), None, "too late");
        tx.commit().await.unwrap();
        let tries = (0..8).map(|_| async {
            let mut tx = db.store.write().await.unwrap();
            let taken = tx.take_sign_in(key(1), NOW).await.unwrap();
            tx.commit().await.unwrap();
            taken
        });
        let taken: Vec<_> = futures_util::future::join_all(tries).await.into_iter().flatten().collect();
        assert_eq!(taken, [memory()]);
    }

    async fn a_kept_form_is_given_back_once(db: &Db) {
        let id = person(db).await;
        let mut tx = db.store.write().await.unwrap();
        tx.keep_form(key(1), &form(None)).await.unwrap();
        tx.keep_form(key(1), &form(Some(id))).await.unwrap();
        assert_eq!(tx.kept_form(key(1), NOW).await.unwrap(), Some(form(Some(id))), "the later one");
        assert_eq!(tx.take_kept_form(key(1), NOW).await.unwrap(), Some(form(Some(id))));
        let officers = KeptForm { owner: Some(Owner::Staff(staff().subject)), ..form(None) };
        tx.keep_form(key(1), &officers).await.unwrap();
        assert_eq!(tx.take_kept_form(key(1), NOW).await.unwrap(), Some(officers));
        assert_eq!(tx.take_kept_form(key(1), NOW).await.unwrap(), None);
        tx.keep_form(key(2), &form(None)).await.unwrap();
        assert_eq!(tx.take_kept_form(key(2), NOW.plus_seconds(60)).await.unwrap(), None, "too late");
        tx.commit().await.unwrap();
    }

    async fn neither_tokens_nor_what_was_typed_nor_who_stand_in_the_rows(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let session = Session::begin(key(1), Visitor::Staff(staff()), NOW, TIMES);
        tx.insert_session(&session).await.unwrap();
        tx.begin_sign_in(key(1), &memory(), NOW.plus_seconds(60)).await.unwrap();
        tx.keep_form(key(1), &form(None)).await.unwrap();
        tx.commit().await.unwrap();
        let bytes = crate::store::secrecy::all_bytes(db);
        let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(holds(&key(1).to_string()), "the bytes are the database's");
        assert!(!holds("geheim"));
        assert!(!holds(BrowserToken::new([1; TOKEN_BYTES]).reveal()));
    }

    async fn sessions_move_to_a_new_key_like_all_that_is_sealed(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        let session = Session::begin(key(1), Visitor::Staff(staff()), NOW, TIMES);
        tx.insert_session(&session).await.unwrap();
        tx.begin_sign_in(key(1), &memory(), NOW.plus_seconds(60)).await.unwrap();
        tx.keep_form(key(1), &form(None)).await.unwrap();
        tx.commit().await.unwrap();
        let both = db.reopen(vault(&["b", "a"], 200)).await;
        let mut rotation = sanmiao::store::Rotation::default();
        while !rotation.is_done() {
            rotation = both.rotate_batch(&rotation, 2).await.unwrap();
        }
        assert_eq!(rotation.moved, 3);
        let new = db.reopen(vault(&["b"], 200)).await;
        let mut tx = new.write().await.unwrap();
        assert_eq!(tx.session(key(1)).await.unwrap(), Some(session));
        assert_eq!(tx.take_sign_in(key(1), NOW).await.unwrap(), Some(memory()));
        assert_eq!(tx.take_kept_form(key(1), NOW).await.unwrap(), Some(form(None)));
    }

    async fn only_what_is_long_over_is_swept(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        for fill in 1..=3 {
            let session = Session::begin(key(fill), Visitor::Staff(staff()), NOW.plus_seconds(i64::from(fill)), TIMES);
            tx.insert_session(&session).await.unwrap();
        }
        tx.begin_sign_in(key(1), &memory(), NOW.plus_seconds(60)).await.unwrap();
        tx.keep_form(key(1), &form(None)).await.unwrap();
        let after = |seconds| NOW.plus_seconds(seconds);
        assert_eq!(tx.sweep_sessions(after(602), after(60)).await.unwrap(), 1);
        assert_eq!(tx.sweep_sessions(after(602), after(61)).await.unwrap(), 2);
        assert_eq!(tx.session(key(1)).await.unwrap(), None);
        assert!(tx.session(key(2)).await.unwrap().is_some());
        tx.commit().await.unwrap();
    }

    async fn strangers_find_only_so_much_room(db: &Db) {
        let id = person(db).await;
        // Rows past the store, so that the test does not seal ten thousand forms.
        let fill = |table: &str, columns: &str, values: &str, count: u32| {
            let numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < COUNT_MAX)";
            let numbers = numbers.replace("COUNT_MAX", &count.to_string());
            let key = if db.is_sqlite() { "printf('%064d', i)" } else { "lpad(i::text, 64, '0')" };
            format!("INSERT INTO {table} (id, {columns}) {numbers} SELECT {key}, {values} FROM n")
        };
        let bytes = if db.is_sqlite() { "x'00'" } else { "'\\x00'::bytea" };
        let forms = fill("kept_forms", "form, key_id, ends_at", &format!("{bytes}, 'a', 1"), 9_999);
        assert_eq!(db.raw(&forms).await, Ok(9_999));
        let sign_ins = fill("sign_ins", "memory, key_id, ends_at", &format!("{bytes}, 'a', 1"), 99_999);
        assert_eq!(db.raw(&sign_ins).await, Ok(99_999));
        let mut tx = db.store.write().await.unwrap();
        assert!(tx.keep_form(key(1), &form(Some(id))).await.unwrap());
        assert!(!tx.keep_form(key(2), &form(None)).await.unwrap());
        assert!(tx.begin_sign_in(key(1), &memory(), NOW).await.unwrap());
        assert!(!tx.begin_sign_in(key(2), &memory(), NOW).await.unwrap());
        // They end, and make room again.
        assert_eq!(tx.sweep_sessions(NOW, NOW).await.unwrap(), 2_000);
        assert!(tx.keep_form(key(2), &form(None)).await.unwrap());
        assert!(tx.begin_sign_in(key(2), &memory(), NOW).await.unwrap());
        tx.commit().await.unwrap();
    }
}
