//! The kinds of problem there are. A kind's URI is stable and served as a page of its own.

use axum::http::StatusCode;

use crate::web::words::Words;

macro_rules! kinds {
    ($($(#[$doc:meta])+ $name:ident = $status:ident $slug:literal
        ($title_zh:literal, $title_en:literal) ($about_zh:literal, $about_en:literal);)+) => {
        /// A kind of problem.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Kind { $($(#[$doc])+ $name),+ }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Last part of its URI.
            #[must_use]
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$name => $slug),+ }
            }

            /// Its status.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status),+ }
            }

            /// Its `type`: the path at which it is described.
            #[must_use]
            pub const fn uri(self) -> &'static str {
                match self { $(Self::$name => concat!("/problems/", $slug)),+ }
            }

            /// What it is called.
            #[must_use]
            pub const fn title(self) -> Words {
                match self { $(Self::$name => Words::of($title_zh, $title_en)),+ }
            }

            /// What it means and what to do.
            #[must_use]
            pub const fn about(self) -> Words {
                match self { $(Self::$name => Words::of($about_zh, $about_en)),+ }
            }
        }
    };
}

kinds! {
    /// No token, or one that is not believed.
    Unauthorized = UNAUTHORIZED "unauthorized"
        ("需要登录", "Sign-in is needed")
        ("请求没有带有效的访问令牌。请重新登录后再试。",
         "The request carries no valid access token. Sign in again and repeat it.");
    /// Signed in, but this is not theirs to do.
    Forbidden = FORBIDDEN "forbidden"
        ("没有权限", "Not permitted")
        ("您的账号没有办理此事项的权限。",
         "Your account does not have the role that this needs.");
    /// A form that no page of ours has sent.
    CrossSite = FORBIDDEN "cross-site"
        ("请求来自其他网站", "The request comes from another site")
        ("为保护您的账号，只接受从本网站页面提交的表单。没有办理任何事项。",
         "To protect your account, forms are taken from the pages of this site alone. Nothing was done.");
    /// A form of an earlier session.
    StaleForm = FORBIDDEN "stale-form"
        ("页面已经失效", "The page is out of date")
        ("这个页面属于先前的登录，没有办理任何事项。您填写的内容已保留，请返回该页面核对后重新提交。",
         "The page belongs to an earlier sign-in, and nothing was done. What you typed is kept: go back to the page, check it and send it again.");
    /// The way back from the identity provider does not fit the way there.
    SignInFailed = BAD_REQUEST "sign-in-failed"
        ("登录没有完成", "Sign-in was not completed")
        ("登录已中断、超时或已使用过。请重新登录。",
         "The sign-in was broken off, took too long or was used already. Sign in again.");
    /// There is no section `sign_in` in the configuration.
    SignInOff = SERVICE_UNAVAILABLE "sign-in-off"
        ("尚未开通网页登录", "Sign-in is not set up")
        ("本服务尚未配置网页登录，请联系运维人员。接口仍可照常使用。",
         "This service has no sign-in for pages configured; ask those who run it. The API works as always.");
    /// No such thing, or not theirs to see.
    NotFound = NOT_FOUND "not-found"
        ("没有找到", "Not found")
        ("没有这样的内容，或者它不属于您。请核对编号。",
         "There is no such thing, or it is not yours to see. Check the id.");
    /// The path has no such method.
    MethodNotAllowed = METHOD_NOT_ALLOWED "method-not-allowed"
        ("不支持该方法", "The method is not supported here")
        ("该地址不支持这种请求方法，支持的方法见 allow 响应头。",
         "This address does not take that method; the header `allow` lists those it takes.");
    /// The body took too long to arrive.
    RequestTimeout = REQUEST_TIMEOUT "request-timeout"
        ("请求发送超时", "The request took too long to arrive")
        ("没有在规定时间内收到完整的请求，请重新提交。",
         "The whole request did not arrive in time. Send it again.");
    /// The body is larger than is read.
    BodyTooLarge = PAYLOAD_TOO_LARGE "body-too-large"
        ("提交的内容过大", "The body is too large")
        ("提交的内容超过 bytes_max 所示的字节数。",
         "The body has more bytes than `bytes_max` says.");
    /// The address is longer than is read.
    UriTooLong = URI_TOO_LONG "uri-too-long"
        ("地址过长", "The address is too long")
        ("请求地址不能超过 4096 字节。",
         "An address may have at most 4096 bytes.");
    /// The headers are larger than is read.
    HeadersTooLarge = REQUEST_HEADER_FIELDS_TOO_LARGE "headers-too-large"
        ("请求头过大", "The headers are too large")
        ("请求头总长不能超过 16 KiB，数量不能超过 64 个。",
         "All headers together may have at most 16 KiB, and there may be at most 64 of them.");
    /// Not JSON, or in another coding.
    UnsupportedMediaType = UNSUPPORTED_MEDIA_TYPE "unsupported-media-type"
        ("不支持的内容类型", "The media type is not supported")
        ("请以 content-type: application/json 提交 UTF-8 编码的内容，不要压缩。",
         "Send UTF-8 with `content-type: application/json`, and not compressed.");
    /// Not a JSON text that is read.
    MalformedJson = BAD_REQUEST "malformed-json"
        ("不是正确的 JSON", "Not well-formed JSON")
        ("提交的内容不是正确的 JSON。",
         "The body is not well-formed JSON.");
    /// JSON, but not what this address takes.
    InvalidBody = UNPROCESSABLE_ENTITY "invalid-body"
        ("提交的内容有误", "The body is not as it must be")
        ("请按 errors 中逐项的说明改正后重新提交。",
         "Mend what `errors` lists and send it again.");
    /// A parameter in the address is wrong.
    InvalidQuery = BAD_REQUEST "invalid-query"
        ("查询参数有误", "The parameters are not as they must be")
        ("请按 errors 中逐项的说明改正查询参数。",
         "Mend the parameters that `errors` lists.");
    /// It changed since it was read.
    Stale = CONFLICT "stale"
        ("内容已经变化", "It has changed in the meantime")
        ("您看到之后内容已被更改，请重新读取后再办理。",
         "It was changed after you read it. Read it again, then decide.");
    /// Another snapshot is the newest one.
    SnapshotMismatch = CONFLICT "snapshot-mismatch"
        ("表单已经更新", "The form is newer than the one confirmed")
        ("您确认的不是最新的表单，请核对 latest_snapshot_id 所指的表单后再提交。",
         "You confirmed a form that is not the newest. Read the one named in `latest_snapshot_id`, then file.");
    /// The form that was confirmed is too old.
    SnapshotExpired = CONFLICT "snapshot-expired"
        ("表单已经过期", "The form is out of date")
        ("您确认的表单已经过期，或政策已有新版本，请重新打开表单核对后再提交。",
         "The form you confirmed is out of date, or the policy has a new version. Open it again, check it, then file.");
    /// The person has the benefit already, or has asked for it.
    AlreadyHeld = CONFLICT "already-held"
        ("不可重复享受", "No duplicate benefit")
        ("您已有一件同类补贴的申请，见 application_id。",
         "You have an application for a benefit of this family already, see `application_id`.");
    /// The thing is not in a state in which this can be done.
    WrongState = CONFLICT "wrong-state"
        ("当前状态不能办理", "Not possible in this state")
        ("事项在当前状态下不能这样办理。",
         "This cannot be done in the state in which the matter stands.");
    /// A budget line has less to give than an order takes.
    BudgetShort = CONFLICT "budget-short"
        ("指标余额不足", "The budget line does not reach")
        ("只有未占用的指标可以调出、结转或注销，可用数额见 free。调整单仍待审核。",
         "Only what a line has not promised can leave it; `free` says how much that is. The order stays proposed.");
    /// The policy has no version in force on the day.
    PolicyNotInForce = UNPROCESSABLE_ENTITY "policy-not-in-force"
        ("政策未在有效期内", "The policy is not in force")
        ("没有这个编号的政策，或它今天没有生效的版本；可申请的政策见 /api/v1/policies。",
         "There is no such policy, or no version of it is in force today; `/api/v1/policies` lists those that are.");
    /// Sources that the policy needs are not covered.
    ConsentTooNarrow = UNPROCESSABLE_ENTITY "consent-too-narrow"
        ("授权范围不足", "The consent does not cover enough")
        ("办理本政策还需要授权查询 missing 中的数源部门。",
         "The policy also needs the registers listed in `missing`.");
    /// Sources that the policy does not need are covered.
    ConsentTooWide = UNPROCESSABLE_ENTITY "consent-too-wide"
        ("授权范围过宽", "The consent covers more than is needed")
        ("办理本政策不需要查询 extra 中的数源部门，请从授权范围中去掉。",
         "The policy does not need the registers listed in `extra`. Leave them out.");
    /// Refused by the stage for a member's sake.
    Refused = UNPROCESSABLE_ENTITY "refused"
        ("无法受理", "Cannot be accepted")
        ("提交的内容无法受理，请按 errors 中的说明改正。",
         "It cannot be accepted as it is. Mend what `errors` lists.");
    /// The treasury's signature does not hold.
    BadSignature = UNAUTHORIZED "bad-signature"
        ("签名无效", "The signature does not hold")
        ("请求的签名、时间戳、随机数或摘要不正确。",
         "Signature, time stamp, nonce or digest of the request is not right.");
    /// A call-back that is signed and yet not what the contract says.
    BadCallback = BAD_REQUEST "bad-callback"
        ("回调内容不符合约定", "The call-back does not keep to the contract")
        ("回调签名有效，但内容不符合约定的格式。",
         "The call-back is signed, but is not of the form that was agreed.");
    /// More event streams than a person may hold open.
    TooManyStreams = TOO_MANY_REQUESTS "too-many-streams"
        ("同时打开的进度连接过多", "Too many event streams")
        ("同一人同时打开的进度连接数已达上限，请先关闭其他页面。",
         "One person may hold only a few event streams open. Close another one first.");
    /// Not answered in time.
    Timeout = GATEWAY_TIMEOUT "timeout"
        ("处理超时", "Not finished in time")
        ("没有在规定时间内办完。已经提交的事项不会丢失，请查询其当前状态。",
         "It was not finished in time. What was filed is not lost: ask for its state.");
    /// A part of the service is not available.
    Unavailable = SERVICE_UNAVAILABLE "unavailable"
        ("服务暂时不可用", "Not available at the moment")
        ("服务暂时不可用，请稍后再试。",
         "The service is not available at the moment. Try again shortly.");
    /// Our fault.
    Internal = INTERNAL_SERVER_ERROR "internal"
        ("系统内部错误", "Internal error")
        ("系统出错，已记录。请凭 instance 中的请求编号联系我们。",
         "Something went wrong on our side and was recorded. Quote the request id in `instance`.");
}

impl Kind {
    /// The kind of a last URI part, or `None`.
    #[must_use]
    pub fn parse(slug: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.slug() == slug)
    }

    /// What an error status stands for that came without a problem; `None` when it is no error.
    #[must_use]
    pub fn of_bare_status(status: StatusCode) -> Option<Self> {
        let kind = match status {
            status if !status.is_client_error() && !status.is_server_error() => return None,
            StatusCode::UNAUTHORIZED => Self::Unauthorized,
            StatusCode::FORBIDDEN => Self::Forbidden,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::REQUEST_TIMEOUT => Self::RequestTimeout,
            StatusCode::PAYLOAD_TOO_LARGE => Self::BodyTooLarge,
            StatusCode::URI_TOO_LONG => Self::UriTooLong,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::UnsupportedMediaType,
            StatusCode::UNPROCESSABLE_ENTITY => Self::InvalidBody,
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => Self::HeadersTooLarge,
            StatusCode::SERVICE_UNAVAILABLE => Self::Unavailable,
            StatusCode::GATEWAY_TIMEOUT => Self::Timeout,
            status if status.is_client_error() => Self::NotFound,
            _ => Self::Internal,
        };
        Some(kind)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_kind_has_a_uri_of_its_own_that_leads_back_to_it() {
        let slugs: HashSet<_> = Kind::ALL.iter().map(|kind| kind.slug()).collect();
        assert_eq!(slugs.len(), Kind::ALL.len());
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.slug()), Some(*kind));
            assert!(kind.status().is_client_error() || kind.status().is_server_error());
        }
    }

    #[test]
    fn a_success_is_not_a_problem() {
        for status in [
            StatusCode::OK,
            StatusCode::NO_CONTENT,
            StatusCode::SEE_OTHER,
        ] {
            assert_eq!(Kind::of_bare_status(status), None);
        }
        assert_eq!(
            Kind::of_bare_status(StatusCode::IM_A_TEAPOT),
            Some(Kind::NotFound)
        );
        assert_eq!(
            Kind::of_bare_status(StatusCode::BAD_GATEWAY),
            Some(Kind::Internal)
        );
    }
}
