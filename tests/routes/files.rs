//! Files over the API and from pages: told by their content, kept sealed, served as attachments to whom they concern.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use super::browser::Browser;
use super::desk::{act, referred, staffed};
use super::house::{FILES, House, Reply, multipart, multipart_body};

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n";
const OFFICER: &str = "reviewer-440604";

async fn hand_in(house: &House, application: &str, name: &[u8], bytes: &[u8]) -> Reply {
    let path = format!("/api/v1/applications/{application}/files");
    house
        .send(multipart(&path, "applicant-1", &[], Some((name, bytes))))
        .await
}

async fn attach(house: &House, who: &str, case: &Value, words: &str) -> Reply {
    let path = format!("/api/v1/desk/cases/{}/files", case["id"].as_str().unwrap());
    let version = case["version"].to_string();
    let fields = [("seen_version", version.as_str()), ("words", words)];
    house
        .send(multipart(&path, who, &fields, Some((b"b.pdf", PDF))))
        .await
}

#[tokio::test]
async fn what_an_applicant_hands_in_their_officer_reads_and_nobody_else() {
    let house = staffed().await;
    let (application, line) = referred(&house).await;
    let handed = hand_in(&house, &application, "劳动合同.exe".as_bytes(), PDF).await;
    assert_eq!(handed.status, StatusCode::CREATED, "{handed:?}");
    let file = handed.json();
    assert_eq!(
        (&file["media_type"], &file["bytes"]),
        (&json!("application/pdf"), &json!(PDF.len()))
    );
    let id = file["id"].as_str().unwrap();
    let card = format!("/api/v1/applications/{application}/case");
    let card = house.get("applicant-1", &card).await.json();
    assert_eq!(card["files"][0]["id"], file["id"]);

    let at_desk = format!(
        "/api/v1/desk/cases/{}/files/{id}",
        line["id"].as_str().unwrap()
    );
    let own = format!("/api/v1/applications/{application}/files/{id}");
    for (who, path) in [
        (OFFICER, &at_desk),
        ("supervisor-city", &at_desk),
        ("applicant-1", &own),
    ] {
        let got = house.get(who, path).await;
        assert_eq!(got.status, StatusCode::OK, "{who} {got:?}");
        assert_eq!(got.text.as_bytes(), PDF);
        assert_eq!(got.header("content-type"), "application/pdf");
        assert_eq!(got.header("x-content-type-options"), "nosniff");
        assert_eq!(got.header("cache-control"), "no-store");
        let policy = got.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("sandbox"));
        let named = got.header("content-disposition");
        assert!(
            named.starts_with("attachment; filename=\"____.exe.pdf\""),
            "{named}"
        );
        assert!(named.ends_with(".exe.pdf"), "{named}");
    }
    let mut tx = house.ctx.store.read().await.unwrap();
    let looks = tx.accesses_of(id).await.unwrap();
    assert_eq!(looks.len(), 2, "staff's looks are written down");
    drop(tx);
    house.get("applicant-2", &own).await.is_problem("not-found");
    house
        .get("reviewer-440605", &at_desk)
        .await
        .is_problem("not-found");
    house
        .get("reviewer-city", &at_desk)
        .await
        .is_problem("forbidden");
    house
        .get("finance-city", &at_desk)
        .await
        .is_problem("forbidden");
    // Whoever is to agree sees what the proposal rests on.
    let path = format!(
        "/api/v1/desk/cases/{}?purpose=x",
        line["id"].as_str().unwrap()
    );
    let case = house.get(OFFICER, &path).await.json()["case"].clone();
    let approval = json!({"verdict": "approve", "grounds": "见合同"});
    let proposed = act(&house, OFFICER, &case, "propose", approval).await;
    assert_eq!(proposed.json()["stage"], "proposed", "{proposed:?}");
    let second = house.get("reviewer-city", &at_desk).await;
    assert_eq!(second.status, StatusCode::OK);
}

#[tokio::test]
async fn an_officer_puts_a_file_to_a_case_and_settles_a_finding_on_it() {
    let house = staffed().await;
    let (application, line) = referred(&house).await;
    attach(&house, "reviewer-city", &line, "x")
        .await
        .is_problem("forbidden");
    attach(&house, "reviewer-440605", &line, "x")
        .await
        .is_problem("not-found");
    let wrong = attach(&house, OFFICER, &line, "\u{202e}x").await;
    assert_eq!(wrong.pointers(), ["/words"]);
    let attached = attach(&house, OFFICER, &line, "申请人带来的合同").await;
    assert_eq!(attached.status, StatusCode::CREATED, "{attached:?}");
    let file = attached.json()["file"]["id"].clone();
    attach(&house, OFFICER, &line, "再一次")
        .await
        .is_problem("stale");
    let case = attached.json()["case"].clone();
    let settle = json!({"criterion": "full_time", "file_id": file, "words": "合同载明全职"});
    let settled = act(&house, OFFICER, &case, "settle", settle).await;
    assert_eq!(settled.status, StatusCode::OK, "{settled:?}");
    let none = json!({"criterion": "degree", "file_id": line["id"], "words": "x"});
    act(&house, OFFICER, &settled.json(), "settle", none)
        .await
        .is_problem("not-found");
    // What the officer put there is the office's own.
    let own = format!(
        "/api/v1/applications/{application}/files/{}",
        file.as_str().unwrap()
    );
    house.get("applicant-1", &own).await.is_problem("not-found");
}

#[tokio::test]
async fn hostile_files_are_refused_and_leave_nothing_behind() {
    let house = staffed().await;
    let (application, _) = referred(&house).await;
    let large = vec![b'x'; FILES.bytes_max + 1];
    let whole_large = [&PDF[..9], &large[..], &PDF[9..]].concat();
    let cases: [(&[u8], &[u8], &str); 11] = [
        (b"a.pdf", b"<script>alert(1)</script>", "refused"),
        (b"a.pdf", b"", "refused"),
        (b"a.pdf", b"%PDF-1.7\n", "refused"),
        (
            b"a.png",
            b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffIHDR",
            "refused",
        ),
        (b"../../etc/passwd", PDF, "refused"),
        (b"C:\\\\boot.pdf", PDF, "refused"),
        ("\u{202e}fdp.exe".as_bytes(), PDF, "refused"),
        (b"\xff\xfe.pdf", PDF, "refused"),
        (b".pdf", PDF, "refused"),
        (&[b'a'; 300], PDF, "refused"),
        (b"a.pdf", &whole_large, "body-too-large"),
    ];
    for (name, bytes, slug) in cases {
        let reply = hand_in(&house, &application, name, bytes).await;
        reply.is_problem(slug);
        if slug == "refused" {
            assert_eq!(reply.pointers(), ["/file"], "{name:?}");
        } else {
            assert_eq!(reply.json()["bytes_max"], FILES.bytes_max);
        }
    }
    let path = format!("/api/v1/applications/{application}/files");
    let unknown = [("words", "x")];
    let unknown = multipart(&path, "applicant-1", &unknown, Some((b"a.pdf", PDF)));
    assert_eq!(house.send(unknown).await.pointers(), ["/words"]);
    let json = house.post("applicant-1", &path, &json!({})).await;
    json.is_problem("unsupported-media-type");
    for body in ["", "--x-part", "--x-part\r\n\r\n", "--y--"] {
        let request = Request::builder().method(Method::POST).uri(&path);
        let request = request
            .header("authorization", "Bearer applicant-1")
            .header("content-type", "multipart/form-data; boundary=x-part")
            .body(Body::from(body))
            .unwrap();
        let reply = house.send(request).await;
        assert!(reply.status.is_client_error(), "{body} {reply:?}");
    }
    assert!(
        !house.folder.path().join("files").exists(),
        "nothing was kept"
    );
    for n in 0..FILES.files_a_case_max {
        let name = format!("{n}.pdf");
        let kept = hand_in(&house, &application, name.as_bytes(), PDF).await;
        assert_eq!(kept.status, StatusCode::CREATED, "{kept:?}");
    }
    let more = hand_in(&house, &application, b"more.pdf", PDF).await;
    more.is_problem("refused");
}

#[tokio::test]
async fn a_form_with_a_file_must_come_from_a_page_of_ours_and_is_told_what_is_wrong() {
    let house = staffed().await;
    let (application, line) = referred(&house).await;
    let browser = Browser::of(&house);
    browser.sign_in("applicant-1", "/home").await;
    let page = format!("/applications/{application}");
    let to = format!("{page}/files");
    let csrf = browser.csrf().await;
    let send = |fields: Vec<(&'static str, String)>, name: &'static str, bytes: Vec<u8>| {
        let fields: Vec<(&str, String)> = fields;
        let (browser, to) = (&browser, to.clone());
        async move {
            let fields: Vec<_> = fields
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            let (kind, body) = multipart_body(&fields, Some((name.as_bytes(), &bytes)));
            browser.post_as(&to, &kind, body).await
        }
    };
    let own = |csrf: &str| vec![("csrf", csrf.to_owned()), ("page", page.clone())];
    let planted = send(own("0"), "a.pdf", PDF.to_vec()).await;
    assert_eq!(planted.status, StatusCode::FORBIDDEN);
    let kept = send(own(&csrf), "合同.pdf", PDF.to_vec()).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{kept:?}");
    assert_eq!(kept.header("location"), format!("{page}#files"));
    let html = send(own(&csrf), "a.pdf", b"<html>".to_vec()).await;
    assert_eq!(html.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(html.text.contains("文件内容不是 PDF") && html.text.contains("href=\"#file\""));
    let large = send(own(&csrf), "a.pdf", vec![b'x'; FILES.bytes_max + 100_000]).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(
        large.text.contains("文件过大") && large.text.contains("返回刚才的页面"),
        "{}",
        large.text
    );
    // A form of an ordinary page brings no file.
    let (kind, body) = multipart_body(&[("csrf", &csrf)], Some((b"a.pdf", PDF)));
    let elsewhere = browser
        .post_as(&format!("{page}/withdraw"), &kind, body)
        .await;
    assert_eq!(elsewhere.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);

    let desk = Browser::of(&house);
    desk.sign_in(OFFICER, "/desk").await;
    let csrf = desk.csrf_of("/desk").await;
    let id = line["id"].as_str().unwrap();
    let to = format!("/desk/cases/{id}/files");
    // The applicant's file was the third act.
    let fields = |words: &'static str, csrf: &str| {
        multipart_body(
            &[("csrf", csrf), ("seen_version", "3"), ("words", words)],
            Some((b"b.pdf", PDF)),
        )
    };
    let (kind, body) = fields(" ", &csrf);
    let silent = desk.post_as(&to, &kind, body).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    let (kind, body) = fields("窗口收到的合同", &csrf);
    let put = desk.post_as(&to, &kind, body).await;
    assert_eq!(put.header("location"), format!("/desk/cases/{id}#files"));
    let (kind, body) = fields("又一份", &csrf);
    let late = desk.post_as(&to, &kind, body).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{late:?}");
}
