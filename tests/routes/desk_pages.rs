//! The officers' pages over the router: the queue page by page, looks that are written down, and what nobody offers but somebody sends.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use sanmiao::domain::id::CaseId;
use sanmiao::review::CaseDesk;
use sanmiao::review::counter::Report;

use super::browser::Browser;
use super::house::{DISTRICT, House, Reply};

const REVIEWER: &str = "reviewer-440604";

async fn report(house: &House) -> CaseId {
    let report = Report {
        application: None,
        district: DISTRICT.parse().ok(),
        words: "补贴一直没有到账<b>".to_owned(),
    };
    let desk = CaseDesk::new(house.ctx.clone());
    desk.report(None, &report).await.unwrap().id
}

/// What stands between two texts, wherever they do.
fn between<'t>(text: &'t str, from: &str, to: &str) -> Vec<&'t str> {
    let parts = text.split(from).skip(1);
    parts.map(|part| part.split(to).next().unwrap()).collect()
}

/// Sends a form of a page, with what that page carries unseen.
async fn send(browser: &Browser<'_>, page: &Reply, path: &str, fields: &[(&str, &str)]) -> Reply {
    let hidden = |name: &str| {
        let values = between(&page.text, &format!("name=\"{name}\" value=\""), "\"");
        values.first().copied().unwrap_or_default().to_owned()
    };
    let (csrf, seen, purpose) = (hidden("csrf"), hidden("seen"), hidden("purpose"));
    let mut all = vec![
        ("csrf", csrf.as_str()),
        ("seen", &seen),
        ("purpose", &purpose),
    ];
    all.extend(fields);
    browser.post(path, &all).await
}

#[tokio::test]
async fn a_queue_is_read_page_by_page_without_a_count_and_without_a_case_twice() {
    let house = House::new().await;
    let mut there = BTreeSet::new();
    for _ in 0..61 {
        there.insert(format!("/desk/cases/{}", report(&house).await));
    }
    let browser = Browser::of(&house);
    browser.sign_in(REVIEWER, "/desk").await;
    let mut seen = Vec::new();
    let mut next = Some("/desk?stage=".to_owned());
    while let Some(path) = next {
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::OK);
        let lines = between(&page.text, "<td class=\"what\"><a href=\"", "\"");
        seen.extend(lines.into_iter().map(str::to_owned));
        let more = between(&page.text, "\" rel=\"next\">", "<");
        let link = page.text.split("\" rel=\"next\">").next().unwrap();
        next = (!more.is_empty()).then(|| {
            let link = link.rsplit("href=\"").next().unwrap();
            link.replace("&amp;", "&").replace("&#38;", "&")
        });
    }
    assert_eq!(seen.len(), 61);
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), there);
}

#[tokio::test]
async fn whoever_is_not_the_officer_says_why_before_they_see_anything() {
    let house = House::new().await;
    let path = format!("/desk/cases/{}", report(&house).await);
    let browser = Browser::of(&house);
    assert_eq!(browser.sign_in(REVIEWER, &path).await, path);
    let asked = browser.get(&path).await;
    assert!(!asked.text.contains("没有到账"), "{asked:?}");
    let look = format!("{path}/look");
    let nothing = send(&browser, &asked, &look, &[("purpose", " ")]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!nothing.text.contains("没有到账"));
    let csrf = between(&asked.text, "name=\"csrf\" value=\"", "\"")[0];
    let fields = [("csrf", csrf), ("purpose", "领取前查看")];
    let shown = browser.post(&look, &fields).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(shown.text.contains("没有到账"), "{shown:?}");
    assert!(!shown.text.contains("到账<b>"), "what was typed is text");
    let taken = send(&browser, &shown, &format!("{path}/take"), &[]).await;
    assert_eq!(taken.header("location"), format!("{path}?done=take"));
    let own = browser.get(&path).await;
    assert!(own.text.contains("没有到账"), "its officer is not asked");
}

#[tokio::test]
async fn what_is_not_there_to_be_done_is_refused_with_words_and_keeps_what_was_typed() {
    let house = House::new().await;
    let path = format!("/desk/cases/{}", report(&house).await);
    let browser = Browser::of(&house);
    browser.sign_in(REVIEWER, &path).await;
    let asked = browser.get(&path).await;
    let csrf = between(&asked.text, "name=\"csrf\" value=\"", "\"")[0];
    let look = [("csrf", csrf), ("purpose", "领取前查看")];
    let shown = browser.post(&format!("{path}/look"), &look).await;
    // Not theirs yet, and not for a reviewer at all.
    for (act, status) in [
        ("note", StatusCode::FORBIDDEN),
        ("reopen", StatusCode::FORBIDDEN),
        ("confirm", StatusCode::CONFLICT),
        ("nonsense", StatusCode::NOT_FOUND),
    ] {
        let path = format!("{path}/{act}");
        let reply = send(&browser, &shown, &path, &[("words", "一段话")]).await;
        assert_eq!(reply.status, status, "{act}: {}", &reply.text[..200]);
    }
    send(&browser, &shown, &format!("{path}/take"), &[]).await;
    let stale = format!("{path}/note");
    let moved = send(&browser, &shown, &stale, &[("words", "重要的话")]).await;
    assert_eq!(moved.status, StatusCode::CONFLICT);
    assert!(moved.text.contains("重要的话</textarea>"), "{moved:?}");
    let longest = "字".repeat(2_000);
    let own = browser.get(&path).await;
    let noted = send(&browser, &own, &stale, &[("words", &longest)]).await;
    assert_eq!(noted.status, StatusCode::SEE_OTHER, "2000 characters fit");
    let own = browser.get(&path).await;
    let longer = format!("{longest}字");
    let refused = send(&browser, &own, &stale, &[("words", &longer)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains(&longer));
}
