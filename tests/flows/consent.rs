//! What is needed is asked, under a consent that says so, and nothing else.

use crate::support::database::on_both_databases;
use crate::support::house::{House, PHD, Plan, SCOPE};
use crate::support::people::ordinary;

on_both_databases! {
    async fn a_consent_too_narrow_or_too_wide_asks_nobody(database) {
        let house = House::funded(Plan::of(database, ordinary(1))).await;
        let applicant = house.applicant(&house.world.people()[0]);
        assert_eq!(applicant.scope(PHD), SCOPE);
        let narrow = applicant.try_open(PHD, &SCOPE[..2]).await;
        assert!(narrow.status >= 400, "{narrow:?}");
        assert_eq!(narrow.body.pointer("/missing/0").and_then(|one| one.as_str()), Some("social_security"));
        let wide = applicant.try_open(PHD, &["talent_introduction", "degree", "social_security", "education"]).await;
        assert!(wide.status >= 400, "{wide:?}");
        assert_eq!(wide.body.pointer("/extra/0").and_then(|one| one.as_str()), Some("education"));
        let mine = applicant.caller.get("/api/v1/applications").await.good();
        assert_eq!(mine.pointer("/items").or(Some(&mine)).and_then(|list| list.as_array()).map(Vec::len), Some(0));
        house.stop().await;
    }
}
