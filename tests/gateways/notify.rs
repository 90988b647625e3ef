//! Messages.

use std::collections::BTreeMap;
use std::time::Duration;

use sanmiao::domain::id::NoticeId;
use sanmiao::domain::notice::Template;
use sanmiao::domain::person::Private;
use sanmiao::domain::policy::Lang;
use sanmiao::domain::time::Timestamp;
use sanmiao::gateways::notify::HttpNotifier;
use sanmiao::ports::{Channel, Notice, Notifier, NotifyError};
use serde_json::{Value, json};

use super::support::{Fault, NOW_S, Signed, clock, nowhere, serve, signed};

pub(crate) fn notice() -> Notice {
    Notice {
        id: NoticeId::new(Timestamp::from_seconds(NOW_S), [3; 10]),
        to: Private::new("13800138000".to_owned()),
        channel: Channel::Sms,
        template: "approved".to_owned(),
        params: BTreeMap::from([("reference".to_owned(), "A-1".to_owned())]),
        request_id: "request-1".to_owned(),
    }
}

pub(crate) fn notifier(base: &str) -> HttpNotifier {
    HttpNotifier::new(signed(base, &clock()), Duration::from_secs(10))
}

#[tokio::test]
async fn a_message_goes_as_the_contract_says() {
    let server = serve(Signed::with(202, |request| {
        let message: Value = serde_json::from_slice(&request.body).unwrap();
        let expected = json!({
            "message_id": notice().id, "to": "13800138000", "channel": "sms", "template": "approved",
            "params": {"reference": "A-1"},
        });
        assert_eq!(message, expected);
        assert_eq!(request.url.path(), "/messages");
        b"{}".to_vec()
    }))
    .await;
    assert_eq!(notifier(&server.uri()).notify(&notice()).await, Ok(()));
}

#[tokio::test]
async fn what_may_pass_is_told_from_what_will_not() {
    for status in [408, 429, 500, 503] {
        let server = serve(Signed::new(status, "{}")).await;
        let error = notifier(&server.uri()).notify(&notice()).await.unwrap_err();
        assert_eq!(
            error,
            NotifyError::Unavailable {
                why: "server error"
            },
            "{status}"
        );
    }
    let server = serve(Signed::new(422, "{}")).await;
    assert_eq!(
        notifier(&server.uri()).notify(&notice()).await,
        Err(NotifyError::Refused { status: 422 })
    );
    let server = serve(Signed::new(202, "{}").faulty(Fault::Unsigned)).await;
    assert!(matches!(
        notifier(&server.uri()).notify(&notice()).await,
        Err(NotifyError::Unavailable { .. })
    ));
    let gone = notifier(&nowhere().await).notify(&notice()).await;
    assert_eq!(gone, Err(NotifyError::Unavailable { why: "unreachable" }));
}

/// The table of docs/contracts.md: name, parameters, Chinese, English.
fn documented() -> Vec<[String; 4]> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/contracts.md");
    let text = std::fs::read_to_string(path).unwrap();
    let table = text.split("| template | parameters |").nth(1).unwrap();
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<_> = row
            .trim_matches('|')
            .split('|')
            .map(|cell| cell.trim().replace('`', ""))
            .collect();
        cells.try_into().unwrap()
    })
    .collect()
}

#[test]
fn the_contract_lists_every_template_with_its_parameters_and_both_texts() {
    let ours = Template::ALL.map(|template| {
        [
            template.as_str().to_owned(),
            template.params().join(", "),
            template.text(Lang::Zh).to_owned(),
            template.text(Lang::En).to_owned(),
        ]
    });
    assert_eq!(documented(), ours);
}
