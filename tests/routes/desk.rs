//! The reviewer's desk over the API: one case from its queue to its end, and everything that is refused on the way.

use axum::http::StatusCode;
use sanmiao::domain::document::{DocumentType, IdentityDocument};
use sanmiao::domain::person::{Private, Subject};
use sanmiao::ports::ApplicantClaims;
use sanmiao::prefill::Prefill;
use serde_json::{Value, json};

use super::house::{DISTRICT, DOCUMENT, House, POLICY, Reply};

const OFFICER: &str = "reviewer-440604";
const SECOND: &str = "reviewer-city";
const BOSS: &str = "supervisor-city";

/// Two officers, one in the district and one at city level.
pub(super) async fn staffed() -> House {
    let house = House::new().await;
    house.appropriate().await;
    for (subject, district) in [(OFFICER, Some(DISTRICT)), (SECOND, None)] {
        let body = json!({"subject": subject, "name": "王明", "contact": "0757-83320000", "district": district, "role": "reviewer"});
        let known = house.post(BOSS, "/api/v1/desk/officers", &body).await;
        assert_eq!(known.status, StatusCode::OK, "{known:?}");
    }
    house
}

/// An application that goes to a person, for a row of its form is called wrong; and its case.
pub(super) async fn referred(house: &House) -> (String, Value) {
    let (id, snapshot) = house.open("applicant-1").await;
    let said = json!({"snapshot_id": snapshot, "field": "employer_name", "words": "单位名称有误"});
    let path = format!("/api/v1/applications/{id}/disputes");
    let disputed = house.post("applicant-1", &path, &said).await;
    assert_eq!(disputed.status, StatusCode::CREATED, "{disputed:?}");
    let filed = house.file("applicant-1", &id, &snapshot).await;
    assert_eq!(filed.json()["state"], "referred", "{filed:?}");
    let queue = house.get(OFFICER, "/api/v1/desk/cases").await.json();
    (id, queue["items"][0].clone())
}

/// An act on the version of a case as it was seen.
pub(super) async fn act(house: &House, who: &str, case: &Value, act: &str, more: Value) -> Reply {
    let mut body = more;
    body["seen_version"] = case["version"].clone();
    let id = case["id"].as_str().unwrap();
    house
        .post(who, &format!("/api/v1/desk/cases/{id}/{act}"), &body)
        .await
}

/// The same, and it is done.
async fn done(house: &House, who: &str, case: &Value, name: &str, more: Value) -> Value {
    let reply = act(house, who, case, name, more).await;
    assert_eq!(reply.status, StatusCode::OK, "{name}: {reply:?}");
    reply.json()
}

fn approval() -> Value {
    json!({"verdict": "approve", "grounds": "单位更名，已核实。"})
}

#[tokio::test]
async fn a_case_goes_from_its_queue_to_its_end_and_the_applicant_follows_it() {
    let house = staffed().await;
    let (application, line) = referred(&house).await;
    assert_eq!(
        (&line["officer"], &line["stage"]),
        (&json!(OFFICER), &json!("working"))
    );
    assert_eq!(line["due"], "2026-11-30", "five working days");
    let card_at = format!("/api/v1/applications/{application}/case");
    let card = house.get("applicant-1", &card_at).await.json();
    assert_eq!(
        (&card["number"], &card["turn"]),
        (&line["id"], &json!("officer"))
    );
    assert_eq!(card["officer"]["contact"], "0757-83320000");

    let ask = json!({"criteria": ["employer_name"], "words": "请补充劳动合同。"});
    let asked = done(&house, OFFICER, &line, "ask", ask).await;
    assert_eq!(
        (&asked["stage"], &asked["due"]),
        (&json!("asked"), &Value::Null)
    );
    let card = house.get("applicant-1", &card_at).await.json();
    assert_eq!(
        (&card["turn"], &card["notice"]),
        (&json!("you"), &json!("请补充劳动合同。"))
    );
    let words = json!({"words": "劳动合同已带来。"});
    let supplied = house
        .post("applicant-1", &format!("{card_at}/supply"), &words)
        .await;
    assert_eq!(supplied.json()["turn"], "officer", "{supplied:?}");
    house
        .post("applicant-1", &format!("{card_at}/supply"), &words)
        .await
        .is_problem("wrong-state");
    house
        .post("applicant-1", &format!("{card_at}/take-offer"), &words)
        .await
        .is_problem("wrong-state");

    let case = whole(&house, OFFICER, &line).await;
    let noted = done(&house, OFFICER, &case, "notes", json!({"words": "已致电"})).await;
    let proposed = done(&house, OFFICER, &noted, "propose", approval()).await;
    assert_eq!(proposed["stage"], "proposed");
    assert_eq!(proposed["proposal"]["agreed"], json!([OFFICER]));
    let agree = json!({"words": "同意"});
    let alone = act(&house, OFFICER, &proposed, "confirm", agree.clone()).await;
    alone.is_problem("wrong-state");
    let off = done(
        &house,
        OFFICER,
        &proposed,
        "withdraw-proposal",
        agree.clone(),
    )
    .await;
    assert_eq!(off["stage"], "working");
    let proposed = done(&house, OFFICER, &off, "propose", approval()).await;
    let ended = done(&house, SECOND, &proposed, "confirm", agree).await;
    assert_eq!(
        (&ended["stage"], &ended["ending"]),
        (&json!("closed"), &json!("approved"))
    );
    let mine = house
        .get(
            "applicant-1",
            &format!("/api/v1/applications/{application}"),
        )
        .await;
    assert_eq!(mine.json()["state"], "approved");
    let card = house.get("applicant-1", &card_at).await.json();
    assert_eq!(
        (&card["turn"], &card["ending"]),
        (&json!("nobody"), &json!("approved"))
    );
}

/// The case as whoever looks sees it.
async fn whole(house: &House, who: &str, line: &Value) -> Value {
    let path = format!(
        "/api/v1/desk/cases/{}?purpose=test",
        line["id"].as_str().unwrap()
    );
    let reply = house.get(who, &path).await;
    assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
    reply.json()["case"].clone()
}

#[tokio::test]
async fn whoever_was_overtaken_is_told_what_happened_and_nobodys_words() {
    let house = staffed().await;
    let (_, line) = referred(&house).await;
    let words = json!({"words": "仅供内部"});
    done(&house, OFFICER, &line, "notes", words.clone()).await;
    let late = act(&house, OFFICER, &line, "propose", approval()).await;
    let problem = late.is_problem("stale");
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert_eq!(problem["changed"]["seen_version"], line["version"]);
    let since = problem["changed"]["since"].as_array().unwrap();
    assert_eq!((since.len(), &since[0]["act"]), (1, &json!("case.noted")));
    assert!(!late.text.contains("仅供内部"));
}

#[tokio::test]
async fn another_districts_case_is_not_there_and_other_roles_stay_outside() {
    let house = staffed().await;
    let (application, line) = referred(&house).await;
    let path = format!(
        "/api/v1/desk/cases/{}?purpose=test",
        line["id"].as_str().unwrap()
    );
    house
        .get("reviewer-440605", &path)
        .await
        .is_problem("not-found");
    let words = json!({"words": "x"});
    act(&house, "reviewer-440605", &line, "notes", words.clone())
        .await
        .is_problem("not-found");
    let theirs = house.get("reviewer-440605", "/api/v1/desk/cases").await;
    assert_eq!(theirs.json()["items"], json!([]));
    house
        .get("reviewer-440605", "/api/v1/desk/cases?district=440604")
        .await
        .is_problem("forbidden");
    for other in ["finance-city", "auditor-city", "policy-city", "applicant-1"] {
        house.get(other, &path).await.is_problem("forbidden");
    }
    // A colleague of the district looks, and does not act.
    act(&house, SECOND, &line, "notes", words.clone())
        .await
        .is_problem("forbidden");
    act(&house, OFFICER, &line, "reopen", words)
        .await
        .is_problem("forbidden");
    let card = format!("/api/v1/applications/{application}/case");
    house
        .get("applicant-2", &card)
        .await
        .is_problem("not-found");
    let (draft, _) = house.open("applicant-2").await;
    let none = format!("/api/v1/applications/{draft}/case");
    house
        .get("applicant-2", &none)
        .await
        .is_problem("not-found");
}

#[tokio::test]
async fn nobody_handles_their_own_case_or_one_they_declared_a_conflict_in() {
    let house = staffed().await;
    let (_, line) = referred(&house).await;
    let conflict = act(&house, OFFICER, &line, "conflict", json!({})).await;
    assert_eq!(conflict.status, StatusCode::NO_CONTENT, "{conflict:?}");
    let case = whole(&house, OFFICER, &line).await;
    assert_eq!(case["officer"], SECOND, "given away at once");
    act(&house, OFFICER, &case, "take", json!({}))
        .await
        .is_problem("forbidden");
    // The second officer signs in with the document of the applicant.
    let claims = ApplicantClaims {
        subject: Subject {
            issuer: "https://id.example".to_owned(),
            subject: SECOND.to_owned(),
        },
        document: IdentityDocument::parse(DocumentType::ResidentId, DOCUMENT).unwrap(),
        name: Private::new("张三".to_owned()),
    };
    Prefill::new(house.ctx.clone())
        .enrol(&claims)
        .await
        .unwrap();
    for (name, body) in [("notes", json!({"words": "x"})), ("propose", approval())] {
        act(&house, SECOND, &case, name, body)
            .await
            .is_problem("forbidden");
    }
}

#[tokio::test]
async fn queues_are_filtered_and_paged_by_a_cursor() {
    let house = staffed().await;
    let mut ids = Vec::new();
    for n in 0..5 {
        let body = json!({"district": DISTRICT, "words": format!("办不成 {n}")});
        let reply = house.post(OFFICER, "/api/v1/desk/reports", &body).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{reply:?}");
        ids.push(reply.json()["id"].as_str().unwrap().to_owned());
    }
    ids.sort_unstable();
    let (mut seen, mut next) = (Vec::new(), Value::Null);
    loop {
        let after = next
            .as_str()
            .map_or(String::new(), |at| format!("&after={at}"));
        let path = format!("/api/v1/desk/cases?limit=2&about=report&stage=working{after}");
        let page = house.get(OFFICER, &path).await.json();
        for item in page["items"].as_array().unwrap() {
            seen.push(item["id"].as_str().unwrap().to_owned());
        }
        next = page["next"].clone();
        if next.is_null() {
            break;
        }
    }
    assert_eq!(seen, ids);
    for none in [
        "stage=asked",
        "about=filing",
        "card=red",
        "policy=x",
        "officer=x",
    ] {
        let page = house.get(BOSS, &format!("/api/v1/desk/cases?{none}")).await;
        assert_eq!(page.json()["items"], json!([]), "{none}");
    }
    for (wrong, pointer) in [
        ("stage=open", "?stage"),
        ("card=green", "?card"),
        ("about=x", "?about"),
        ("after=x", "?after"),
        ("after=none_019a0000", "?after"),
        ("limit=0", "?limit"),
        ("due_until=tomorrow", "?due_until"),
        ("colour=red", "?colour"),
    ] {
        let reply = house
            .get(BOSS, &format!("/api/v1/desk/cases?{wrong}"))
            .await;
        assert_eq!(reply.pointers(), [pointer], "{wrong}");
    }
}

#[tokio::test]
async fn a_report_is_answered_or_handed_on_and_both_are_counted() {
    let house = staffed().await;
    let report = |words: &str| json!({"district": DISTRICT, "words": words});
    let path = "/api/v1/desk/reports";
    let first = house.post(OFFICER, path, &report("一")).await.json();
    let second = house.post(OFFICER, path, &report("二")).await.json();
    let answered = done(
        &house,
        OFFICER,
        &first,
        "answer",
        json!({"words": "已协调"}),
    )
    .await;
    assert_eq!(answered["ending"], "answered");
    let on = json!({"to": "市社保基金管理局", "words": "由社保部门办理"});
    let handed = done(&house, OFFICER, &second, "hand-on", on).await;
    assert_eq!(handed["ending"], "handed_on");
    let counts = house.get(BOSS, "/api/v1/desk/endings").await.json();
    assert_eq!(
        counts,
        json!([
            {"about": "report", "ending": "answered", "count": 1},
            {"about": "report", "ending": "handed_on", "count": 1}
        ])
    );
    let again = done(
        &house,
        BOSS,
        &answered,
        "reopen",
        json!({"words": "答复有误"}),
    )
    .await;
    assert_eq!(again["stage"], "working");
}

#[tokio::test]
async fn a_freeze_keeps_people_from_approving_until_a_supervisor_lifts_it() {
    let house = staffed().await;
    let (_, line) = referred(&house).await;
    let body = json!({"policy": POLICY, "reason": "通过率突变"});
    house
        .post(OFFICER, "/api/v1/desk/freezes", &body)
        .await
        .is_problem("forbidden");
    let everything = house
        .post(BOSS, "/api/v1/desk/freezes", &json!({"reason": "x"}))
        .await;
    everything.is_problem("refused");
    let frozen = house.post(BOSS, "/api/v1/desk/freezes", &body).await;
    assert_eq!(frozen.status, StatusCode::CREATED, "{frozen:?}");
    let refused = act(&house, OFFICER, &line, "propose", approval()).await;
    assert_eq!(refused.is_problem("wrong-state")["frozen"], "通过率突变");
    let listed = house.get(OFFICER, "/api/v1/desk/freezes").await.json();
    assert_eq!(listed[0]["by"], BOSS);
    let id = listed[0]["id"].as_str().unwrap();
    let at = format!("/api/v1/desk/freezes/{id}/lift");
    let thawed = house.post(BOSS, &at, &json!({})).await;
    assert_eq!(thawed.status, StatusCode::NO_CONTENT, "{thawed:?}");
    house
        .post(BOSS, &at, &json!({}))
        .await
        .is_problem("not-found");
    done(&house, OFFICER, &line, "propose", approval()).await;
}

#[tokio::test]
async fn whoever_goes_away_hands_over_and_comes_back() {
    let house = staffed().await;
    let (_, line) = referred(&house).await;
    let away = |subject: &str, away: bool| json!({"subject": subject, "away": away});
    let path = "/api/v1/desk/officers/away";
    house
        .post("reviewer-440605", path, &away(OFFICER, true))
        .await
        .is_problem("forbidden");
    let gone = house.post(OFFICER, path, &away(OFFICER, true)).await;
    assert_eq!(gone.json(), json!({"moved": 1, "left": 0}), "{gone:?}");
    let roster = house.get(BOSS, "/api/v1/desk/officers").await.json();
    let loads: Vec<_> = roster
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["open"].clone(), one["officer"]["away"].clone()))
        .collect();
    assert_eq!(
        loads,
        [(json!(0), json!(true)), (json!(1), json!(false))],
        "by subject"
    );
    let back = house.post(BOSS, path, &away(OFFICER, false)).await;
    assert_eq!(back.status, StatusCode::OK);
    let case = whole(&house, BOSS, &line).await;
    let give = json!({"officer": OFFICER, "words": "归还"});
    let mine = done(&house, BOSS, &case, "hand-over", give).await;
    assert_eq!(mine["officer"], OFFICER);
    let nobody = json!({"officer": "nobody", "words": "x"});
    act(&house, BOSS, &mine, "hand-over", nobody)
        .await
        .is_problem("refused");
}

#[tokio::test]
async fn hostile_bodies_are_refused_with_everything_that_is_wrong() {
    let house = staffed().await;
    let (_, line) = referred(&house).await;
    let cases = [
        ("notes", json!({"words": "\u{202e}gnp"}), vec!["/words"]),
        ("notes", json!({"words": "  "}), vec!["/words"]),
        ("notes", json!({"words": "长".repeat(2001)}), vec!["/words"]),
        (
            "ask",
            json!({"criteria": [], "words": "x"}),
            vec!["/criteria"],
        ),
        (
            "ask",
            json!({"criteria": [1, "a\u{0}"], "words": "", "more": 1}),
            vec!["/criteria/0", "/criteria/1", "/words", "/more"],
        ),
        (
            "settle",
            json!({"criterion": "x", "file_id": "../../etc", "words": "x"}),
            vec!["/file_id"],
        ),
        (
            "offer",
            json!({"relief": "gift", "criteria": ["x"]}),
            vec!["/relief"],
        ),
        ("check", json!({"held": "yes", "words": "x"}), vec!["/held"]),
        (
            "propose",
            json!({"verdict": "refuse", "grounds": "x"}),
            vec!["/legal_basis"],
        ),
    ];
    for (name, body, pointers) in cases {
        let reply = act(&house, OFFICER, &line, name, body).await;
        assert_eq!(reply.pointers(), pointers, "{name} {reply:?}");
    }
    let id = line["id"].as_str().unwrap();
    for version in [json!(0), json!(-1), json!("02"), json!(2.0), Value::Null] {
        let body = json!({"seen_version": version, "words": "x"});
        let path = format!("/api/v1/desk/cases/{id}/notes");
        let reply = house.post(OFFICER, &path, &body).await;
        assert_eq!(reply.pointers(), ["/seen_version"], "{version}");
    }
}
