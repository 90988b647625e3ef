//! `POST /api/v1/payments/{id}/account`: after a 退票, the account corrected.

use axum::Json;
use axum::extract::State;
use utoipa::ToSchema;

use crate::domain::application::Typed;
use crate::domain::bank::{AccountKind, AccountNumber, BankCode};
use crate::domain::id::PaymentId;
use crate::domain::person::Private;
use crate::web::Web;
use crate::web::api::views::PaymentBody;
use crate::web::auth::Me;
use crate::web::extract::{Body, Fields, Id, Read, chosen, parsed};
use crate::web::problem::Problem;

/// Where the money goes, and where messages go.
#[derive(Debug, ToSchema)]
pub struct AccountRequest {
    /// What the account is called: `youyue_card` (优粤佛山卡) or `other`; `other` when it is left out. Every account is checked and paid in
    /// the same way.
    #[schema(value_type = String, required = false, example = "youyue_card", default = "other")]
    pub account_kind: AccountKind,
    /// Account the money goes to; its holder is the applicant.
    #[schema(value_type = String, example = "6222020000000000018")]
    pub account: AccountNumber,
    /// The bank's 12-digit CNAPS code.
    #[schema(value_type = String, example = "102588000018")]
    pub bank: BankCode,
    /// Mobile telephone for messages.
    #[schema(value_type = String, example = "13800000000")]
    pub phone: Private<String>,
}

impl Read for AccountRequest {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        read_account(fields)
    }
}

/// Reads the members that an applicant types.
pub fn read_account(fields: &mut Fields<'_>) -> Option<AccountRequest> {
    let digits = (
        "请填写银行账号，只写数字",
        "write the account number, digits only",
    );
    let cnaps = ("请填写 12 位联行号", "write the bank's 12-digit CNAPS code");
    let mobile = (
        "请填写手机号码，例如 13800000000，境外号码以 + 和国家代码开头",
        "write a mobile number, such as 13800000000, or + and country code",
    );
    let kinds = (
        "请填写 youyue_card（优粤佛山卡）或 other（其他银行账户）",
        "write youyue_card or other",
    );
    let account_kind = fields.optional("account_kind", chosen(AccountKind::parse, kinds));
    let account = fields.required("account", parsed(digits));
    let bank = fields.required("bank", parsed(cnaps));
    let phone = fields.required("phone", chosen(mobile_number, mobile));
    Some(AccountRequest {
        account_kind: account_kind?.unwrap_or_default(),
        account: account?,
        bank: bank?,
        phone: phone?,
    })
}

/// A number of the mainland, or one of ITU-T E.164 with its country code.
#[must_use]
pub fn mobile_number(text: &str) -> Option<Private<String>> {
    let digits = |text: &str, from: usize, to: usize| {
        (from..=to).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let good = match text.strip_prefix('+') {
        Some(rest) => digits(rest, 7, 15) && !rest.starts_with('0'),
        None => digits(text, 11, 11) && text.starts_with('1'),
    };
    good.then(|| Private::new(text.to_owned()))
}

/// Corrects the account of a payment that came back (退票). A new instruction, linked to the one before, pays it again.
#[utoipa::path(post, path = "/api/v1/payments/{id}/account", operation_id = "correct_account", tag = "payments",
    params(("id" = String, Path, description = "The payment's id", example = "019a0000-0000-7000-8000-000000000003")),
    request_body = AccountRequest,
    responses(
        (status = 200, description = "On its way again", body = PaymentBody),
        (status = 409, description = "The payment did not come back", body = crate::web::problem::ProblemSchema,
            content_type = "application/problem+json")
    ))]
pub(super) async fn account(
    State(web): State<Web>,
    Me(me): Me,
    Id(id): Id<PaymentId>,
    Body(typed): Body<AccountRequest>,
) -> Result<Json<PaymentBody>, Problem> {
    let typed = Typed {
        kind: typed.account_kind,
        account: typed.account,
        bank: typed.bank,
        phone: typed.phone,
    };
    let payment = web.payout.correct_account(me.id, id, typed).await?;
    Ok(Json(PaymentBody::of(&payment, [])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mobile_numbers_of_the_mainland_and_from_abroad_are_taken() {
        for good in ["13800000000", "+85291234567", "+447700900123"] {
            assert!(mobile_number(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "1380000000",
            "23800000000",
            "138 0000 0000",
            "+0123456789",
            "+",
            "+12",
            "１３８００００００００",
        ] {
            assert!(mobile_number(bad).is_none(), "{bad}");
        }
    }
}
