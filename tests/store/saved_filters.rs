//! Filters that officers keep: each their own, one of a name.

use sanmiao::store::SavedFilter;

use super::harness::{Db, on_both_databases};

fn filter(name: &str, query: &str) -> SavedFilter {
    SavedFilter {
        name: name.to_owned(),
        query: query.to_owned(),
    }
}

on_both_databases! {
    async fn an_officer_keeps_one_filter_of_a_name_and_sees_nobody_elses(db: &Db) {
        let mut tx = db.store.write().await.unwrap();
        for one in [filter("红牌", "card=red"), filter("mine", "officer=me"), filter("红牌", "card=red&kind=filing")] {
            tx.save_filter("a", &one).await.unwrap();
        }
        tx.save_filter("b", &filter("红牌", "stage=")).await.unwrap();
        tx.drop_filter("a", "mine").await.unwrap();
        tx.drop_filter("a", "never there").await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = db.store.read().await.unwrap();
        assert_eq!(tx.saved_filters("a").await.unwrap(), [filter("红牌", "card=red&kind=filing")]);
        assert_eq!(tx.saved_filters("b").await.unwrap(), [filter("红牌", "stage=")]);
        assert_eq!(tx.saved_filters("c").await.unwrap(), []);
    }
}
