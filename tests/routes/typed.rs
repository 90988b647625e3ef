//! Nothing typed is lost: kept while it is typed, given back at any browser, to nobody else, and only as long as it is of use.

use sanmiao::jobs::sweep;

use super::browser::Browser;
use super::house::{ACCOUNT, House};

const DAY_MS: i64 = 86_400_000;

/// The page's own token.
async fn csrf(browser: &Browser<'_>, page: &str) -> String {
    let text = browser.get(page).await.text;
    let (_, rest) = text.split_once("name=\"csrf\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

/// A draft of `applicant-1`: the address of its page, and its form.
async fn draft(house: &House) -> (String, String) {
    let (id, snapshot) = house.open("applicant-1").await;
    (format!("/applications/{id}"), snapshot)
}

async fn signed_in<'h>(house: &'h House, who: &str) -> Browser<'h> {
    let browser = Browser::of(house);
    browser.sign_in(who, "/home").await;
    browser
}

/// Sends the form to one of its addresses, with a field more.
async fn send(browser: &Browser<'_>, page: &str, act: &str, more: &[(&str, &str)]) -> u16 {
    let csrf = csrf(browser, "/home").await;
    let mut fields = vec![("csrf", csrf.as_str()), ("page", page)];
    fields.extend(more);
    browser
        .post(&format!("{page}/{act}"), &fields)
        .await
        .status
        .as_u16()
}

const TYPED: [(&str, &str); 4] = [
    ("account", "6222 0200"),
    ("bank", "1025"),
    ("phone", "138"),
    ("words-employer_name", "单位已更名"),
];

fn shows_what_was_typed(html: &str) {
    for part in [
        "value=\"62220200\"",
        "value=\"1025\"",
        "value=\"138\"",
        ">单位已更名</textarea>",
    ] {
        assert!(html.contains(part), "{part}");
    }
}

#[tokio::test]
async fn what_is_typed_is_there_at_any_browser_of_the_same_person() {
    let house = House::new().await;
    let (page, _) = draft(&house).await;
    let browser = signed_in(&house, "applicant-1").await;
    assert!(
        !browser.get(&page).await.text.contains("接着填"),
        "nothing to say yet"
    );
    assert_eq!(send(&browser, &page, "typed", &TYPED).await, 204);
    let other = signed_in(&house, "applicant-1").await;
    for browser in [browser, other] {
        let shown = browser.get(&page).await.text;
        shows_what_was_typed(&shown);
        assert!(shown.contains("接着填"));
    }
}

#[tokio::test]
async fn without_a_script_the_button_keeps_and_shows_the_page_again() {
    let house = House::new().await;
    let (page, _) = draft(&house).await;
    let browser = signed_in(&house, "applicant-1").await;
    let csrf = csrf(&browser, &page).await;
    let mut fields = TYPED.to_vec();
    fields.extend([("csrf", csrf.as_str()), ("save", "yes")]);
    let reply = browser.post(&format!("{page}/typed"), &fields).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    shows_what_was_typed(&reply.text);
    assert!(reply.text.contains("已暂存"));
}

#[tokio::test]
async fn a_form_that_is_refused_is_kept_with_the_words_that_were_being_written() {
    let house = House::new().await;
    let (page, snapshot) = draft(&house).await;
    let browser = signed_in(&house, "applicant-1").await;
    let mut fields = TYPED.to_vec();
    fields.push(("snapshot", &snapshot));
    assert_eq!(send(&browser, &page, "file", &fields).await, 422);
    shows_what_was_typed(&signed_in(&house, "applicant-1").await.get(&page).await.text);
    // A dispute that is said is kept as a dispute and not as words any more; the others stay.
    fields.extend([("field", "employer_name"), ("words-district", "应为南海")]);
    assert_eq!(send(&browser, &page, "dispute", &fields).await, 200);
    let shown = browser.get(&page).await.text;
    assert!(shown.contains("应为南海") && !shown.contains("单位已更名"));
    assert!(shown.contains("value=\"62220200\""));
}

#[tokio::test]
async fn what_came_without_a_session_is_kept_like_the_rest_and_does_not_undo_what_was_typed_later()
{
    let house = House::new().await;
    let (page, _) = draft(&house).await;
    let browser = signed_in(&house, "applicant-1").await;
    house.clock.advance(31 * 60_000);
    assert_eq!(
        browser
            .post(
                &format!("{page}/file"),
                &[("account", "1111"), ("page", &page)]
            )
            .await
            .status,
        303
    );
    browser.sign_in("applicant-1", &page).await;
    assert!(browser.get(&page).await.text.contains("value=\"1111\""));
    // Given back once by the door, and there as often as one looks.
    let again = browser.get(&page).await.text;
    assert!(again.contains("value=\"1111\"") && again.contains("接着填"));

    house.clock.advance(31 * 60_000);
    assert_eq!(
        browser
            .post(
                &format!("{page}/file"),
                &[("account", "2222"), ("page", &page)]
            )
            .await
            .status,
        303
    );
    house.clock.advance(1_000);
    let other = signed_in(&house, "applicant-1").await;
    assert_eq!(
        send(&other, &page, "typed", &[("account", "3333")]).await,
        204
    );
    browser.sign_in("applicant-1", &page).await;
    assert!(
        browser.get(&page).await.text.contains("value=\"3333\""),
        "the later"
    );
}

#[tokio::test]
async fn a_field_no_page_has_is_refused_and_nothing_is_kept() {
    let house = House::new().await;
    let (page, snapshot) = draft(&house).await;
    let browser = signed_in(&house, "applicant-1").await;
    let (long, words) = ("6".repeat(41), "字".repeat(1_001));
    for more in [
        vec![("employer_name", "别的单位")],
        vec![("words-nothing", "x")],
        vec![("words-account_number", "x")],
        vec![("account", "1"), ("account", "2")],
        vec![("account", long.as_str())],
        vec![("words-employer_name", words.as_str())],
    ] {
        assert_eq!(send(&browser, &page, "typed", &more).await, 422, "{more:?}");
    }
    // Nor does it file or dispute anything.
    let good = [
        ("snapshot", snapshot.as_str()),
        ("account", ACCOUNT),
        ("bank", "102588000018"),
        ("phone", "13800000000"),
    ];
    for (act, more) in [("file", ("degree_no", "1")), ("dispute", ("save", "yes"))] {
        let mut fields = good.to_vec();
        fields.push(more);
        assert_eq!(send(&browser, &page, act, &fields).await, 422, "{act}");
    }
    let shown = browser.get(&page).await.text;
    assert!(
        !shown.contains("接着填") && shown.contains("/file\""),
        "still a draft with nothing kept"
    );
}

#[tokio::test]
async fn anothers_draft_is_as_if_it_did_not_exist() {
    let house = House::new().await;
    let (page, _) = draft(&house).await;
    let stranger = signed_in(&house, "applicant-2").await;
    assert_eq!(send(&stranger, &page, "typed", &TYPED).await, 404);
    let owner = signed_in(&house, "applicant-1").await;
    assert!(!owner.get(&page).await.text.contains("62220200"));
}

#[tokio::test]
async fn what_was_filed_or_withdrawn_leaves_nothing_typed_behind_and_takes_nothing_more() {
    let house = House::new().await;
    house.appropriate().await;
    let browser = signed_in(&house, "applicant-1").await;
    for act in ["withdraw", "file"] {
        let (page, snapshot) = draft(&house).await;
        assert_eq!(send(&browser, &page, "typed", &TYPED).await, 204);
        let good = [
            ("snapshot", snapshot.as_str()),
            ("account", ACCOUNT),
            ("bank", "102588000018"),
            ("phone", "13800000000"),
        ];
        let fields = if act == "file" { &good[..] } else { &[] };
        assert_eq!(send(&browser, &page, act, fields).await, 303, "{act}");
        // The page that is closed by the click sends once more.
        assert_eq!(send(&browser, &page, "typed", &TYPED).await, 303);
        let id = page.rsplit('/').next().unwrap().parse().unwrap();
        let mut tx = house.ctx.store.read().await.unwrap();
        assert_eq!(tx.typing(id, house.ctx.now()).await.unwrap(), None);
    }
}

#[tokio::test]
async fn gone_by_itself_after_thirty_days() {
    let house = House::new().await;
    let (page, _) = draft(&house).await;
    let browser = signed_in(&house, "applicant-1").await;
    assert_eq!(send(&browser, &page, "typed", &TYPED).await, 204);
    house.clock.advance(29 * DAY_MS);
    sweep::run_once(&house.ctx).await.unwrap();
    let browser = signed_in(&house, "applicant-1").await;
    shows_what_was_typed(&browser.get(&page).await.text);
    house.clock.advance(DAY_MS);
    let browser = signed_in(&house, "applicant-1").await;
    assert!(!browser.get(&page).await.text.contains("62220200"));
    while sweep::run_once(&house.ctx).await.unwrap() > 0 {}
    let mut tx = house.ctx.store.write().await.unwrap();
    let id = page.rsplit('/').next().unwrap().parse().unwrap();
    assert!(!tx.forget_typing(id).await.unwrap(), "the row is gone too");
}

#[tokio::test]
async fn a_youyue_card_is_called_so_to_its_owner_and_to_nobody_else() {
    let house = House::new().await;
    house.appropriate().await;
    let (page, snapshot) = draft(&house).await;
    let browser = signed_in(&house, "applicant-1").await;
    let fresh = browser.get(&page).await.text;
    assert!(
        fresh.contains("value=\"other\" checked"),
        "nothing is claimed unasked"
    );
    assert_eq!(
        send(&browser, &page, "typed", &[("kind", "gold_card")]).await,
        422
    );
    assert_eq!(
        send(
            &browser,
            &page,
            "typed",
            &[("kind", "youyue_card"), ("phone", "138")]
        )
        .await,
        204
    );
    assert!(
        browser
            .get(&page)
            .await
            .text
            .contains("value=\"youyue_card\" checked")
    );
    let good = [
        ("snapshot", snapshot.as_str()),
        ("kind", "youyue_card"),
        ("account", ACCOUNT),
        ("bank", "102588000018"),
        ("phone", "13800000000"),
    ];
    assert_eq!(send(&browser, &page, "file", &good).await, 303);
    let shown = browser.get(&page).await.text;
    assert!(shown.contains("优粤佛山卡 ****0018"), "{shown}");
    // Neither the treasury nor the decision hears of it.
    let id = page.rsplit('/').next().unwrap().parse().unwrap();
    let mut tx = house.ctx.store.read().await.unwrap();
    let award = tx.award_of(id).await.unwrap().unwrap();
    let payment = tx.payments_of(award.id).await.unwrap().remove(0);
    let instruction = tx.instructions_of(payment.id).await.unwrap().remove(0);
    let decision = tx.decisions_of(id).await.unwrap().remove(0);
    for bytes in [instruction.payload.reveal(), &decision.record] {
        let text = String::from_utf8_lossy(bytes);
        assert!(
            !text.contains("youyue") && !text.contains("kind\":"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_client_that_names_no_kind_of_account_files_as_before() {
    let house = House::new().await;
    house.appropriate().await;
    let (id, snapshot) = house.open("applicant-1").await;
    let path = format!("/api/v1/applications/{id}/file");
    let mut body = super::house::typed(&snapshot);
    body["account_kind"] = "gold_card".into();
    let refused = house.post("applicant-1", &path, &body).await;
    assert_eq!(
        (refused.status.as_u16(), refused.pointers()),
        (422, vec!["/account_kind".to_owned()])
    );
    body.as_object_mut().unwrap().remove("account_kind");
    assert_eq!(house.post("applicant-1", &path, &body).await.status, 200);
    let page = signed_in(&house, "applicant-1")
        .await
        .get(&format!("/applications/{id}"))
        .await;
    assert!(page.text.contains("银行账户 ****0018") && !page.text.contains("优粤佛山卡"));
}
