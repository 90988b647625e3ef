//! The one page of the provider: choose who to be. Links and a stylesheet of its own, so that it works without scripts.

use std::fmt::Write as _;

use super::{Authorization, STAFF};
use crate::people::{Person, Trait};
use crate::shared::Shared;

/// How many people the page lists.
const LISTED_MAX: usize = 200;

/// Where the stylesheet is.
pub(super) const STYLE_PATH: &str = "/oidc/choose.css";

/// The stylesheet.
pub(super) const STYLE: &str = include_str!("choose.css");

/// What the page may load: its stylesheet, and nothing else of anybody.
pub(super) const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A list of people and, apart, of staff; each a link that signs in as them.
pub(super) fn choose(shared: &Shared, asked: &Authorization) -> String {
    let mut page = String::from(HEAD);
    section(&mut page, "people", "人才", "en", "Applicants");
    for person in shared.people.iter().take(LISTED_MAX) {
        let (zh, en) = kind(person);
        item(&mut page, asked, &person.subject, &person.name, (zh, en));
    }
    page.push_str("</ul>\n</section>\n");
    section(&mut page, "staff", "工作人员", "en", "Staff");
    for subject in STAFF {
        item(&mut page, asked, subject, subject, duty(subject));
    }
    page.push_str("</ul>\n</section>\n</main>\n</body>\n</html>\n");
    page
}

const HEAD: &str = "<!doctype html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n\
    <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
    <meta name=\"color-scheme\" content=\"light dark\">\n\
    <title>样例统一身份认证 – Sample sign-in</title>\n\
    <link rel=\"stylesheet\" href=\"/oidc/choose.css\">\n</head>\n<body>\n<main>\n\
    <h1>样例统一身份认证 <span lang=\"en\">Sample sign-in</span></h1>\n\
    <p>这里没有真人，也没有密码。选择以谁的身份登录：<br>\
    <span lang=\"en\">Nobody here is real, and there are no passwords. Choose who to be:</span></p>\n";

fn section(page: &mut String, id: &str, zh: &str, lang: &str, other: &str) {
    // Writing to a string cannot fail.
    let _written = write!(
        page,
        "<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{zh} <span lang=\"{lang}\">{other}</span></h2>\n<ul>\n"
    );
}

fn item(
    page: &mut String,
    asked: &Authorization,
    subject: &str,
    shown: &str,
    (zh, en): (&str, &str),
) {
    let Some(query) = query(asked, subject) else {
        return;
    };
    let _written = writeln!(
        page,
        "<li><a href=\"?{}\"><strong>{}</strong> <span class=\"kind\">{zh} <span lang=\"en\">{en}</span></span></a></li>",
        escape(&query),
        escape(shown),
    );
}

/// The same question again, with the answer in it.
fn query(asked: &Authorization, subject: &str) -> Option<String> {
    let mut link = reqwest::Url::parse("http://host/oidc/authorize").ok()?;
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
    link.query().map(ToOwned::to_owned)
}

/// What is particular about a person; of several things the first.
fn kind(person: &Person) -> (&'static str, &'static str) {
    person
        .traits
        .first()
        .map_or(("", ""), |particular| words(*particular))
}

fn words(particular: Trait) -> (&'static str, &'static str) {
    match particular {
        Trait::Ordinary => ("一切齐备", "everything in order"),
        Trait::TDoctor => ("同等学力博士", "doctor by equivalent qualification"),
        Trait::OverseasRecognised => ("国外学位，已认证", "degree from abroad, recognised"),
        Trait::ResidencePermit => (
            "港澳台居民居住证",
            "residence permit of Hong Kong, Macau or Taiwan",
        ),
        Trait::ForeignNewCard => ("新版外国人永久居留证", "new permanent residence card"),
        Trait::ForeignOldCard => ("旧版外国人永久居留证", "old permanent residence card"),
        Trait::ForeignPassport => ("外国护照", "foreign passport"),
        Trait::RareName => ("姓名含生僻字", "rare characters in the name"),
        Trait::DottedName => ("姓名含间隔号", "a dot in the name"),
        Trait::LongName => ("姓名很长", "a very long name"),
        Trait::BackPaid => ("社保有补缴", "social security paid late"),
        Trait::Interrupted => ("社保曾中断", "a gap in social security"),
        Trait::SeveralEmployers => ("曾在多家单位工作", "several employers"),
        Trait::ClusterEmployer => ("同一单位集中入职", "one of many newcomers at one employer"),
        Trait::BadCard => ("银行会退票", "the bank will return the payment"),
        Trait::LivingAllowance => ("已领生活补贴", "has a living allowance"),
        Trait::CivilServant => ("公务员录用", "entered through the civil service"),
        Trait::OverseasUnrecognised => ("国外学位，未认证", "degree from abroad, not recognised"),
        Trait::NoWorkPermit => ("没有工作许可", "no work permit"),
        Trait::WorkPermitExpired => ("工作许可已过期", "work permit has run out"),
        Trait::NameSpelledTwoWays => ("各处姓名写法不一", "name spelled in two ways"),
        Trait::RentSubsidy => ("已领租房补贴", "has a rent subsidy"),
        Trait::SettlingInAlready => ("已领安家补贴", "has a settling-in subsidy"),
        Trait::IntroductionInProgress => ("引进手续未办结", "introduction not finished"),
        Trait::IntroductionRevoked => ("引进已撤销", "introduction revoked"),
        Trait::PartTime => ("非全职", "works part-time"),
        Trait::ShortContract => ("合同较短", "short contract"),
        Trait::GovernmentOffice => ("机关单位", "works for a government office"),
        Trait::SocialOrganisation => ("社会组织", "works for a social organisation"),
        Trait::NoIntroductionRecord => ("没有引进记录", "no record of introduction"),
        Trait::NoDegreeRecord => ("没有学历学位记录", "no record of a degree"),
        Trait::NoSocialSecurityRecord => ("没有社保记录", "no record of social security"),
        Trait::SocialSecurityElsewhere => ("社保在外地", "social security in another city"),
        Trait::RevokedDegree => ("学位已撤销", "degree revoked"),
        Trait::WrongCategory => ("申报类别不符", "applies in another category"),
    }
}

fn duty(subject: &str) -> (&'static str, &'static str) {
    match subject.split('-').next().unwrap_or_default() {
        "reviewer" => ("审核员", "reviewer"),
        "supervisor" => ("督办", "supervisor"),
        "finance" => ("财务", "finance"),
        "policy" => ("政策发布", "publishes policies"),
        "auditor" => ("审计", "auditor"),
        _ => ("", ""),
    }
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

    #[test]
    fn the_page_names_its_stylesheet_and_has_neither_style_nor_program_in_it() {
        assert!(HEAD.contains(&format!("href=\"{STYLE_PATH}\"")));
        for inline in ["<style", "style=", "<script", "onclick"] {
            assert!(!HEAD.contains(inline), "{inline}");
        }
        assert!(!STYLE.contains("@import") && !STYLE.contains("url("));
    }

    #[test]
    fn every_member_of_staff_has_a_duty_in_words() {
        for subject in STAFF {
            assert_ne!(duty(subject), ("", ""), "{subject}");
        }
    }
}
