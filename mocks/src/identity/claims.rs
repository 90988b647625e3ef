//! Who a subject is.

use serde::Serialize;

use crate::people::DocumentType;
use crate::shared::Shared;

/// The claims of a token.
#[derive(Clone, Serialize)]
pub(crate) struct Claims {
    pub(crate) iss: String,
    pub(crate) sub: String,
    pub(crate) aud: String,
    pub(crate) exp: i64,
    pub(crate) iat: i64,
    pub(crate) name: String,
    pub(crate) roles: Vec<&'static str>,
    pub(crate) district: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) document_type: Option<DocumentType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) document_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) nonce: Option<String>,
}

/// The claims of a subject, issuer and audience still open; `None` when nobody has it.
pub(crate) fn claims_of(shared: &Shared, subject: &str) -> Option<Claims> {
    let iat = shared.clock.wall_seconds();
    let lifetime = i64::try_from(shared.identity.lifetime.as_secs()).unwrap_or(3_600);
    let mut claims = Claims {
        iss: String::new(),
        sub: subject.to_owned(),
        aud: String::new(),
        exp: iat + lifetime,
        iat,
        name: String::new(),
        roles: Vec::new(),
        district: None,
        document_type: None,
        document_number: None,
        nonce: None,
    };
    if let Some(person) = shared.person_by_subject(subject) {
        claims.name.clone_from(&person.name);
        claims.roles = vec!["applicant"];
        claims.document_type = Some(person.document_type);
        claims.document_number = Some(person.document_number.clone());
        return Some(claims);
    }
    let (role, district) = staff(subject)?;
    claims.name = format!("样例工作人员 {subject}");
    claims.roles = vec![role];
    claims.district = district;
    Some(claims)
}

/// Role and district of a staff subject: `reviewer-<place>`, `supervisor-<place>`, `finance-…`, `policy-…`, `auditor-…`, where a place
/// is a district, a district with a number when several people work there, or `city` for whoever sees all.
fn staff(subject: &str) -> Option<(&'static str, Option<String>)> {
    let (kind, rest) = subject.split_once('-')?;
    let is_word = (1..=32).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_alphanumeric());
    match kind {
        "reviewer" if is_place(rest) => Some(("reviewer", district(rest))),
        "supervisor" if is_place(rest) => Some(("supervisor", district(rest))),
        "finance" if is_word => Some(("finance", None)),
        "policy" if is_word => Some(("policy", None)),
        "auditor" if is_word => Some(("auditor", None)),
        _ => None,
    }
}

/// A district such as `440604`, one of several people there such as `440604-2`, or `city` for whoever sees all.
fn is_place(text: &str) -> bool {
    let (district, number) = text.split_once('-').unwrap_or((text, "1"));
    let is_digits = |text: &str, most| {
        (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    text == "city" || (district.len() == 6 && is_digits(district, 6) && is_digits(number, 2))
}

/// The district of a place; none of the city as a whole.
fn district(place: &str) -> Option<String> {
    let district = place.split('-').next().unwrap_or_default();
    (district != "city").then(|| district.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn staff_subjects_say_role_and_district() {
        assert_eq!(
            staff("reviewer-440604"),
            Some(("reviewer", Some("440604".to_owned())))
        );
        assert_eq!(staff("reviewer-440604-2"), staff("reviewer-440604"));
        assert_eq!(staff("supervisor-city"), Some(("supervisor", None)));
        assert_eq!(staff("finance-maker"), Some(("finance", None)));
        for nobody in [
            "reviewer-chancheng",
            "reviewer-",
            "reviewer-440604-",
            "reviewer-440604-x",
            "reviewer-440604-2-3",
            "root-1",
            "finance-",
            "auditor",
            "policy-a b",
        ] {
            assert_eq!(staff(nobody), None, "{nobody}");
        }
    }
}
