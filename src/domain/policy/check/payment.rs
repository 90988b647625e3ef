//! Rows, shares, months and bands: what is paid, when, and with how many hands.

use super::unique;
use crate::domain::money::Money;
use crate::domain::policy::document::{
    Amount, Choose, DueDoc, Instalments, PolicyDocument, Service, Shares, StageDoc,
};
use crate::domain::policy::problem::{Problems, say};
use crate::domain::policy::program::pack;

pub(super) fn amount(amount: &Amount, problems: &mut Problems) {
    for (n, row) in amount.rows.iter().enumerate() {
        let earlier = amount.rows.iter().take(n);
        let hidden = match amount.choose {
            Choose::First => earlier
                .into_iter()
                .any(|before| before.when.is_none() || before.when == row.when),
            Choose::Best => amount.rows.iter().enumerate().any(|(m, other)| {
                m != n
                    && (other.when.is_none() || other.when == row.when)
                    && (other.amount > row.amount || (other.amount == row.amount && m < n))
            }),
        };
        if hidden {
            problems.error(format!("/amount/rows/{n}"), "unreachable_row", say("此行永远轮不到：另一行总会先被选中。请调整次序或条件。", "this row is never reached, for another always comes first; change the order or the condition"));
        }
        if row.amount.is_zero() {
            problems.error(
                format!("/amount/rows/{n}/amount"),
                "zero_amount",
                say("金额不得为零。", "the amount must not be zero"),
            );
        }
    }
    let highest = amount.rows.iter().map(|row| row.amount).max();
    if Money::sum(
        highest
            .into_iter()
            .chain(amount.extra.iter().map(|row| row.amount)),
    )
    .is_none()
    {
        problems.error(
            "/amount",
            "amount_overflow",
            say(
                "金额之和超出上限。",
                "the amounts add up to more than an amount can hold",
            ),
        );
    }
}

pub(super) fn instalments(document: &PolicyDocument, problems: &mut Problems) {
    let (lists, later): (Vec<(String, &Vec<String>)>, bool) = match &document.instalments {
        Instalments::Shares(shares) => {
            share_shape(shares, problems);
            (
                shares
                    .items
                    .iter()
                    .enumerate()
                    .map(|(n, item)| (format!("/instalments/items/{n}/check"), &item.check))
                    .collect(),
                shares.items.len() > 1,
            )
        }
        Instalments::Monthly(monthly) => {
            let most = document
                .amount
                .rows
                .iter()
                .map(|row| row.amount)
                .max()
                .unwrap_or(Money::ZERO);
            let extra = Money::sum(document.amount.extra.iter().map(|row| row.amount));
            if extra
                .and_then(|extra| most.checked_add(extra))
                .and_then(|unit| unit.times(monthly.months_max))
                .is_none()
            {
                problems.error(
                    "/instalments/months_max",
                    "amount_overflow",
                    say(
                        "月数乘以金额超出上限。",
                        "the months times the amount is more than an amount can hold",
                    ),
                );
            }
            (
                vec![("/instalments/check".to_owned(), &monthly.check)],
                true,
            )
        }
    };
    for (at, list) in &lists {
        unique(
            list.iter()
                .enumerate()
                .map(|(n, id)| (id.as_str(), format!("{at}/{n}"))),
            problems,
        );
        for (n, id) in list.iter().enumerate() {
            if !document
                .criteria
                .iter()
                .any(|criterion| criterion.id == *id)
            {
                problems.error(
                    format!("{at}/{n}"),
                    "unknown_criterion",
                    say(
                        format!("没有名为 {id} 的标准。"),
                        format!("no criterion is called {id}"),
                    ),
                );
            }
        }
    }
    for (n, criterion) in document.criteria.iter().enumerate() {
        let listed = lists.iter().any(|(_, list)| list.contains(&criterion.id));
        if criterion.stage == StageDoc::Renewal && !(listed && later) {
            problems.error(
                format!("/criteria/{n}/stage"),
                "never_checked",
                say(
                    "此标准只在续发时检查，却没有列入任何 check。",
                    "this criterion is looked at only at renewals, and no check lists it",
                ),
            );
        }
    }
}

fn share_shape(shares: &Shares, problems: &mut Problems) {
    let weights: Vec<u32> = shares.items.iter().map(|item| item.weight).collect();
    let sum: u32 = weights.iter().sum();
    let equal = weights.iter().all(|weight| Some(weight) == weights.first());
    if weights.contains(&0) || !(equal || matches!(sum, 10 | 100 | 1000)) {
        problems.error(
            "/instalments/items",
            "shares_do_not_fit",
            say(format!("份额之和为 {sum}：须为 10、100 或 1000，或各份相等，且不得有零。"), format!("the shares add up to {sum}: they must make 10, 100 or 1000, or be equal, and none may be zero")),
        );
    }
    let mut before = None;
    for (n, item) in shares.items.iter().enumerate() {
        let at = format!("/instalments/items/{n}");
        if n == 0 && !item.check.is_empty() {
            problems.error(
                format!("{at}/check"),
                "shares_do_not_fit",
                say(
                    "首期没有复核，请删去 check。",
                    "nothing is checked again before the first instalment; remove check",
                ),
            );
        }
        if n > 0 && item.check.is_empty() {
            problems.warning(
                format!("{at}/check"),
                "no_recheck",
                say(
                    "此期发放前不作复核，请确认。",
                    "nothing is checked again before this instalment; make sure that is meant",
                ),
            );
        }
        let key = match item.due {
            DueDoc::AtAward => (0, 0),
            DueDoc::MonthsAfterAward(months) => (1, i64::from(months)),
            DueDoc::On(day) => (2, i64::from(pack(day))),
        };
        if before.is_some_and(|before| before >= key) {
            problems.error(
                format!("{at}/due"),
                "shares_do_not_fit",
                say(
                    "各期到期须依次推后。",
                    "each instalment must fall due after the one before it",
                ),
            );
        }
        before = Some(key);
    }
}

pub(super) fn service(service: &Service, problems: &mut Problems) {
    let last = service.amount_bands.len().saturating_sub(1);
    let mut before = Money::ZERO;
    for (n, band) in service.amount_bands.iter().enumerate() {
        let at = format!("/service/amount_bands/{n}/up_to");
        match band.up_to {
            None if n == last => {}
            Some(up_to) if n < last && up_to > before => before = up_to,
            _ => problems.error(
                at,
                "bands_do_not_fit",
                say(
                    "金额段须递增，且只有最后一段不设上限。",
                    "bands must ascend, and the last one, only that one, is open",
                ),
            ),
        }
    }
    if service.deadline_special_working_days < service.deadline_working_days
        || service.deadline_working_days == 0
    {
        problems.error(
            "/service/deadline_special_working_days",
            "deadline",
            say(
                "期限须大于零，特殊情形的期限不得更短。",
                "a deadline is more than zero days, and the special one is not shorter",
            ),
        );
    }
    let known = serde_json::to_value(service).unwrap_or_default();
    for (n, field) in service.sample_fields.iter().enumerate() {
        if known.get(field).is_none() {
            problems.error(
                format!("/service/sample_fields/{n}"),
                "unknown_member",
                say(
                    format!("service 中没有 {field}。"),
                    format!("service has no member {field}"),
                ),
            );
        }
    }
}
