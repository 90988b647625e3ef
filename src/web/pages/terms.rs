//! What a policy promises about the service, in plain words, from its document: how long, whether published first, paid when.

use crate::domain::policy::document::{DueDoc, Instalments, Monthly, PolicyDocument, ShareItem};
use crate::web::texts as t;
use crate::web::words::Words;

/// One promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) words: Words,
    /// The document calls it made up.
    pub(super) is_sample: bool,
}

/// All of a document's, in the order in which they come to bear.
pub(super) fn terms(document: &PolicyDocument) -> Vec<Term> {
    let service = &document.service;
    let is_sample = |field: &str| service.sample_fields.iter().any(|name| name == field);
    let mut terms = vec![
        Term {
            words: t::TERM_MACHINE,
            is_sample: false,
        },
        Term {
            words: by_a_person(
                service.deadline_working_days,
                service.deadline_special_working_days,
            ),
            is_sample: is_sample("deadline_working_days"),
        },
        Term {
            words: publicity(service.publicity_days),
            is_sample: is_sample("publicity_days"),
        },
    ];
    match &document.instalments {
        Instalments::Shares(shares) => {
            let whole = shares.items.iter().map(|item| item.weight).sum();
            let only = shares.items.len() == 1;
            let published = service.publicity_days > 0;
            terms.extend(shares.items.iter().zip(1..).map(|(item, number)| Term {
                words: share(item, number, whole, only, published),
                is_sample: item.sample,
            }));
        }
        Instalments::Monthly(every) => terms.push(Term {
            words: monthly(every),
            is_sample: false,
        }),
    }
    terms.extend(service.baseline.working_days.map(|days| Term {
        words: Words::with(
            format!("原来从提交到到账需要 {days} 个工作日。"),
            format!("Before, it took {days} working days from filing to money."),
        ),
        is_sample: is_sample("baseline"),
    }));
    terms
}

fn by_a_person(days: u32, special: u32) -> Words {
    Words::with(
        format!("需要专人核实的，{days} 个工作日内办结；情况特殊的，{special} 个工作日内。"),
        format!(
            "What a person has to look into is settled within {days} working days, within {special} in special cases."
        ),
    )
}

fn publicity(days: u32) -> Words {
    match days {
        0 => t::TERM_NO_PUBLICITY,
        days => Words::with(
            format!("通过后公示 {days} 个工作日，期满即发放。"),
            format!("After approval it is published for {days} working days, and then paid."),
        ),
    }
}

fn share(item: &ShareItem, number: u32, whole: u32, only: bool, published: bool) -> Words {
    let part = portion(item.weight, whole);
    let Words { zh, en } = due(&item.due, published);
    let (check_zh, check_en) = if item.check.is_empty() {
        ("", "")
    } else {
        (
            "，发放前由系统再核对一次资格",
            "; eligibility is checked again first, by machine",
        )
    };
    if only {
        return Words::with(
            format!("一次发放全部：{zh}{check_zh}。"),
            format!("Paid all at once: {en}{check_en}."),
        );
    }
    Words::with(
        format!("第 {number} 期发放 {part}：{zh}{check_zh}。"),
        format!("Instalment {number}, {part}: {en}{check_en}."),
    )
}

/// A share in per cent where that is a whole number, else as a fraction.
fn portion(weight: u32, whole: u32) -> String {
    match (weight * 100).checked_rem(whole) {
        Some(0) => format!("{}%", weight * 100 / whole),
        _ => format!("{weight}/{whole}"),
    }
}

fn due(due: &DueDoc, published: bool) -> Words {
    match due {
        DueDoc::AtAward if published => Words::of("公示期满即付", "when publicity is over"),
        DueDoc::AtAward => Words::of("通过即付", "at once on approval"),
        DueDoc::MonthsAfterAward(months) => Words::with(
            format!("通过满 {months} 个月"),
            format!("{months} months after approval"),
        ),
        DueDoc::On(date) => Words::with(format!("{date}"), format!("on {date}")),
    }
}

fn monthly(every: &Monthly) -> Words {
    let (month, most, gap) = (every.pay_month, every.months_max, every.gap_months_max);
    Words::with(
        format!(
            "按月计发，每年 {month} 月付清此前各月，最多 {most} 个月；没有缴费的月份不发，中断超过 {gap} 个月即停；每次发放前由系统再核对一次资格。"
        ),
        format!(
            "Reckoned by the month and paid each year in month {month} for the months before, {most} months at most; months without a contribution are not paid, and a gap of more than {gap} months ends it. Eligibility is checked again before each payment, by machine."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::shipped;

    fn of(id: &str) -> Vec<Term> {
        let policy = shipped::book().iter().find(|policy| policy.id() == id);
        terms(policy.unwrap().document())
    }

    fn says(terms: &[Term], zh: &str, en: &str, is_sample: bool) {
        let found = terms
            .iter()
            .find(|term| term.words.zh.contains(zh) && term.words.en.contains(en));
        assert_eq!(
            found.map(|term| term.is_sample),
            Some(is_sample),
            "{zh}: {terms:#?}"
        );
    }

    #[test]
    fn deadlines_publicity_and_instalments_are_said_as_the_document_has_them() {
        let phd = of("foshan-phd-settling-in");
        says(&phd, "5 个工作日内办结", "within 5 working days", false);
        says(&phd, "不公示", "not published", false);
        says(&phd, "第 1 期发放 50%：通过即付。", "50%: at once", false);
        says(
            &phd,
            "第 2 期发放 50%：通过满 12 个月，发放前",
            "checked again",
            true,
        );
        says(
            &phd,
            "原来从提交到到账需要 20 个工作日",
            "20 working days",
            false,
        );
        let sample = of("foshan-leading-talent-sample");
        says(&sample, "公示 5 个工作日", "5 working days", true);
        says(&sample, "第 1 期发放 1/3：公示期满即付", "1/3", true);
        says(
            &sample,
            "第 3 期发放 1/3：2030-12-31",
            "on 2030-12-31",
            true,
        );
        says(
            &of("foshan-senior-title-sample"),
            "一次发放全部",
            "all at once",
            true,
        );
        let monthly = of("foshan-junior-mid-level");
        says(&monthly, "每年 9 月", "in month 9", false);
    }

    #[test]
    fn how_it_was_before_is_said_only_where_the_document_says_so() {
        for policy in shipped::book().iter() {
            let stated = policy.document().service.baseline.working_days.is_some();
            let terms = terms(policy.document());
            let said = terms.iter().any(|term| term.words.zh.contains("原来"));
            assert_eq!(said, stated, "{}", policy.id());
        }
    }
}
