//! The one page of the provider: choose who to be.

use std::fmt::Write as _;

use super::{Authorization, STAFF};
use crate::shared::Shared;

/// How many people the page lists.
const LISTED_MAX: usize = 200;

/// A list of people and staff, each a link that signs in as them.
pub(super) fn choose(shared: &Shared, asked: &Authorization) -> String {
    let mut page = String::from(
        "<!doctype html><html lang=\"zh\"><meta charset=\"utf-8\"><title>样例统一身份认证</title>\
         <h1>样例统一身份认证 · Sample sign-in</h1><p>选择身份 · Choose who to be</p><ul>",
    );
    for subject in STAFF {
        item(&mut page, asked, subject, subject);
    }
    page.push_str("</ul><ul>");
    for person in shared.people.iter().take(LISTED_MAX) {
        item(&mut page, asked, &person.subject, &person.name);
    }
    page.push_str("</ul></html>");
    page
}

fn item(page: &mut String, asked: &Authorization, subject: &str, shown: &str) {
    let Ok(mut link) = reqwest::Url::parse("http://host/oidc/authorize") else {
        return;
    };
    link.query_pairs_mut()
        .append_pair("client_id", &asked.client_id)
        .append_pair("redirect_uri", &asked.redirect_uri)
        .append_pair("response_type", &asked.response_type)
        .append_pair("code_challenge", &asked.code_challenge)
        .append_pair("code_challenge_method", &asked.code_challenge_method)
        .append_pair("state", &asked.state)
        .append_pair("login_hint", subject);
    if let Some(nonce) = &asked.nonce {
        link.query_pairs_mut().append_pair("nonce", nonce);
    }
    let query = escape(link.query().unwrap_or(""));
    // Writing to a string cannot fail.
    let _written = write!(
        page,
        "<li><a href=\"?{query}\">{}</a> <small>{}</small></li>",
        escape(shown),
        escape(subject)
    );
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_cannot_become_markup() {
        assert_eq!(
            escape("<a href=\"x\">'&"),
            "&lt;a href=&quot;x&quot;&gt;&#39;&amp;"
        );
    }
}
