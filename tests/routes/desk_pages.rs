//! The officers' pages over the router: the queue page by page, looks that are written down, and what nobody offers but somebody sends.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use sanmiao::domain::id::CaseId;
use sanmiao::domain::payment::PaymentState;
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

/// An approval by machine that its officer is to look at; the address of its case.
async fn drawn(house: &House) -> (String, String) {
    house.appropriate().await;
    let officer = serde_json::json!({"subject": REVIEWER, "name": "王明", "contact": "0757-83320000", "district": DISTRICT, "role": "reviewer"});
    let known = house
        .post("supervisor-city", "/api/v1/desk/officers", &officer)
        .await;
    assert_eq!(known.status, StatusCode::OK, "{known:?}");
    let application = house.filed("applicant-1").await;
    (application, only_case(house, "sample").await)
}

async fn only_case(house: &House, about: &str) -> String {
    let path = format!("/api/v1/desk/cases?about={about}");
    let queue = house.get(REVIEWER, &path).await.json();
    assert_eq!(queue["items"].as_array().unwrap().len(), 1, "{queue}");
    format!("/desk/cases/{}", queue["items"][0]["id"].as_str().unwrap())
}

/// The treasury's word that the first payment has arrived, written down without a treasury.
async fn arrives(house: &House, application: &str) {
    let mut tx = house.ctx.store.write().await.unwrap();
    let award = tx.award_of(application.parse().unwrap()).await.unwrap();
    let mut payment = tx.payments_of(award.unwrap().id).await.unwrap().remove(0);
    payment.state = PaymentState::Settled;
    tx.update_payment(&payment).await.unwrap();
    tx.commit().await.unwrap();
}

const WRONG: [(&str, &str); 3] = [
    ("verdict", "wrong"),
    ("grounds", "单位并不存在<b>"),
    ("legal_basis", "佛发〔2018〕2号 第三条"),
];

#[tokio::test]
async fn a_sample_is_found_right_on_its_page_and_what_others_decide_is_not_offered() {
    let house = House::looked_at().await;
    let (_, path) = drawn(&house).await;
    let browser = Browser::of(&house);
    browser.sign_in(REVIEWER, &path).await;
    let page = browser.get(&path).await;
    assert!(page.text.contains("随机抽取"), "{page:?}");
    assert!(page.text.contains("id=\"granted\""), "{page:?}");
    let preview = format!("{path}/preview");
    let nothing = send(&browser, &page, &preview, &[("grounds", "看过了")]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nothing.text.contains("href=\"#preview-verdict\""));
    assert!(nothing.text.contains("看过了</textarea>"));
    // What belongs to a referral or a recovery is no verdict here, previewed or not.
    for (act, verdict) in [
        ("sample", "approve"),
        ("recovery", "let_be"),
        ("propose", "approve"),
    ] {
        let fields = [("verdict", verdict), ("grounds", "看过了")];
        let reply = send(&browser, &page, &format!("{path}/{act}"), &fields).await;
        assert!(
            reply.status.is_client_error(),
            "{act} {verdict}: {}",
            reply.status
        );
    }
    let fields = [("verdict", "right"), ("grounds", "与各项记录一致。")];
    let seen = send(&browser, &page, &preview, &fields).await;
    assert_eq!(seen.status, StatusCode::OK, "{seen:?}");
    assert!(seen.text.contains(&format!("{path}/sample")), "{seen:?}");
    assert!(!seen.text.contains("行政复议"), "it burdens nobody");
    let done = send(&browser, &seen, &format!("{path}/sample"), &fields).await;
    assert_eq!(done.header("location"), format!("{path}?done=sample"));
    let ended = browser.get(&path).await;
    assert!(ended.text.contains("核看无误"), "{ended:?}");
    assert!(!ended.text.contains("id=\"act-preview\""), "once");
}

#[tokio::test]
async fn found_wrong_with_remedies_it_is_taken_back_and_what_was_paid_is_claimed_to_the_fen() {
    let house = House::looked_at().await;
    let (application, path) = drawn(&house).await;
    arrives(&house, &application).await;
    let browser = Browser::of(&house);
    browser.sign_in(REVIEWER, &path).await;
    let page = browser.get(&path).await;
    let preview = format!("{path}/preview");
    let bare = send(&browser, &page, &preview, &WRONG[..2]).await;
    assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        bare.text.contains("href=\"#preview-legal_basis\""),
        "{bare:?}"
    );
    let seen = send(&browser, &page, &preview, &WRONG).await;
    assert_eq!(seen.status, StatusCode::OK, "{seen:?}");
    assert!(seen.text.contains("行政复议") && seen.text.contains("第三条"));
    assert!(!seen.text.contains("存在<b>"), "what was typed is text");
    // Somebody writes a note meanwhile: nothing is decided on what was seen before.
    send(
        &browser,
        &page,
        &format!("{path}/note"),
        &[("words", "再核一次")],
    )
    .await;
    let moved = send(&browser, &seen, &format!("{path}/sample"), &WRONG).await;
    assert_eq!(moved.status, StatusCode::CONFLICT);
    assert!(moved.text.contains("再核一次") && moved.text.contains("第三条"));
    let page = browser.get(&path).await;
    let seen = send(&browser, &page, &preview, &WRONG).await;
    let done = send(&browser, &seen, &format!("{path}/sample"), &WRONG).await;
    assert_eq!(
        done.header("location"),
        format!("{path}?done=sample"),
        "{done:?}"
    );

    let path = only_case(&house, "recovery").await;
    let page = browser.get(&path).await;
    assert!(
        page.text.contains("抽查认定批准有误") && page.text.contains("尚未决定追回"),
        "{page:?}"
    );
    let claim = [("verdict", "recover"), WRONG[1], WRONG[2]];
    let seen = send(&browser, &page, &format!("{path}/preview"), &claim).await;
    let amount = between(&seen.text, "<strong class=\"big\">", "<");
    let amount = amount.first().copied().unwrap_or_default().to_owned();
    assert!(
        amount.starts_with('¥') && seen.text.contains("行政复议"),
        "{seen:?}"
    );
    let done = send(&browser, &seen, &format!("{path}/recovery"), &claim).await;
    assert_eq!(
        done.header("location"),
        format!("{path}?done=recovery"),
        "{done:?}"
    );
    let ended = browser.get(&path).await;
    for said in ["应退金额", "已退回", "¥0.00", &amount] {
        assert!(ended.text.contains(said), "{said}: {ended:?}");
    }
}

#[tokio::test]
async fn what_need_not_come_back_is_let_be_with_grounds_and_what_is_on_its_way_is_not_claimed() {
    let house = House::looked_at().await;
    let (application, path) = drawn(&house).await;
    arrives(&house, &application).await;
    let browser = Browser::of(&house);
    browser.sign_in(REVIEWER, &path).await;
    let page = browser.get(&path).await;
    send(&browser, &page, &format!("{path}/sample"), &WRONG).await;
    let path = only_case(&house, "recovery").await;
    let page = browser.get(&path).await;
    let bare = [("verdict", "let_be"), ("grounds", " ")];
    let refused = send(&browser, &page, &format!("{path}/preview"), &bare).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [("verdict", "let_be"), ("grounds", "单位已补缴。")];
    let seen = send(&browser, &page, &format!("{path}/preview"), &fields).await;
    assert!(!seen.text.contains("行政复议"), "{seen:?}");
    let done = send(&browser, &seen, &format!("{path}/recovery"), &fields).await;
    assert_eq!(
        done.header("location"),
        format!("{path}?done=recovery"),
        "{done:?}"
    );
    let ended = browser.get(&path).await;
    assert!(ended.text.contains("无需退回"), "{ended:?}");
}

#[tokio::test]
async fn what_an_officer_typed_when_their_session_had_ended_comes_back_to_them_alone() {
    let house = House::looked_at().await;
    let (_, path) = drawn(&house).await;
    let browser = Browser::of(&house);
    browser.sign_in(REVIEWER, &path).await;
    let page = browser.get(&path).await;
    house.clock.advance(31 * 60_000);
    let fields = [("page", path.as_str()), WRONG[0], WRONG[1]];
    let late = send(&browser, &page, &format!("{path}/preview"), &fields).await;
    assert_eq!(late.status, StatusCode::SEE_OTHER, "{late:?}");
    assert!(late.header("location").contains("kept=1"), "{late:?}");
    assert_eq!(browser.sign_in(REVIEWER, &path).await, path);
    let back = browser.get(&path).await;
    assert!(
        back.text.contains("单位并不存在&#60;b&#62;</textarea>"),
        "{back:?}"
    );
    assert!(back.text.contains("您填写的内容还在"));
    assert!(
        !browser.get(&path).await.text.contains("单位并不存在"),
        "once"
    );

    // A colleague at the same browser gets nothing of it.
    let page = browser.get(&path).await;
    house.clock.advance(31 * 60_000);
    send(&browser, &page, &format!("{path}/preview"), &fields).await;
    browser.sign_in("reviewer-city", &path).await;
    let asked = browser.get(&path).await;
    let purpose = [("page", path.as_str()), ("purpose", "复核")];
    let csrf = between(&asked.text, "name=\"csrf\" value=\"", "\"")[0];
    let purpose = [&purpose[..], &[("csrf", csrf)]].concat();
    let seen = browser.post(&format!("{path}/look"), &purpose).await;
    assert_eq!(seen.status, StatusCode::OK, "{seen:?}");
    assert!(!seen.text.contains("单位并不存在"), "{seen:?}");
}
