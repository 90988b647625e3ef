//! What is needed is asked, under a consent that says so, and nothing else.

use sanmiao::domain::source::SourceId;
use serde_json::Value;

use crate::support::database::on_both_databases;
use crate::support::house::{House, PHD, Plan};
use crate::support::people::ordinary;

/// Applications there are.
async fn count(applicant: &crate::support::house::Applicant<'_>) -> usize {
    let mine = applicant.caller.get("/api/v1/applications").await.good();
    mine.get("items")
        .unwrap_or(&mine)
        .as_array()
        .map_or(0, Vec::len)
}

on_both_databases! {
    async fn a_consent_that_leaves_out_a_register_asks_nobody(database) {
        let house = House::funded(Plan::of(database, ordinary(1))).await;
        let applicant = house.applicant(&house.world.people()[0]);
        let mut scope = applicant.scope(PHD);
        let left_out = scope.pop().unwrap();
        let narrow = applicant.try_open(PHD, &scope).await;
        assert_eq!(narrow.status, 422, "{narrow:?}");
        assert_eq!(narrow.body.pointer("/missing/0").and_then(Value::as_str), Some(left_out));
        assert_eq!(count(&applicant).await, 0);
        house.stop().await;
    }

    async fn a_consent_for_more_than_the_policy_needs_asks_nobody(database) {
        let house = House::funded(Plan::of(database, ordinary(1))).await;
        let applicant = house.applicant(&house.world.people()[0]);
        let all = SourceId::ALL.map(SourceId::as_str);
        let book = &house.ctx.policies;
        let modest = book.ids().find(|id| applicant.scope(id).len() < all.len()).unwrap();
        let wide = applicant.try_open(modest, &all).await;
        assert_eq!(wide.status, 422, "{wide:?}");
        assert!(!applicant.scope(modest).contains(&wide.text("/extra/0")));
        assert_eq!(count(&applicant).await, 0);
        house.stop().await;
    }
}
