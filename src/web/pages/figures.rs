//! `GET /figures`: how the service keeps its word, for everybody; and the short strip of it on the front page.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::layout::Page;
use super::preferences::Preferences;
use crate::domain::figures::{Group, OfPolicy, Promise, Spread, TOLD_FROM, Told, WINDOW, seconds};
use crate::web::Web;
use crate::web::problem::Problem;
use crate::web::session::Visit;
use crate::web::texts as t;
use crate::web::words::Words;

const MINUTE_S: i64 = 60;
const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 86_400;

#[derive(Template)]
#[template(path = "figures.html")]
struct FiguresPage<'a> {
    page: &'a Page,
    made: String,
    /// Of what they are, once there is something.
    scope: Option<Words>,
    shown: Option<Shown>,
    /// What stands there in place of figures.
    instead: Words,
}

/// The figures as the page shows them.
struct Shown {
    big: Vec<Big>,
    lines: Vec<Line>,
    notes: Vec<Words>,
}

/// One figure, large.
pub(super) struct Big {
    pub(super) name: Words,
    pub(super) value: Words,
    pub(super) more: Words,
}

/// One policy.
struct Line {
    title: String,
    is_sample: bool,
    decided: usize,
    by_machine: String,
    decision: Words,
    money: Words,
}

/// How the service keeps its word.
#[utoipa::path(get, path = "/figures", operation_id = "figures_page", tag = "pages",
    responses((status = 200, description = "The page")))]
pub(super) async fn figures(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), "/figures");
    let promise = web.figures.get().await?;
    let template = FiguresPage {
        page: &page,
        made: page.moment(promise.made_at),
        scope: (promise.filed > 0).then(|| scope(&promise)),
        shown: promise.told.as_ref().map(|told| Shown {
            big: big(&told.all),
            lines: lines(&web, &page, told),
            notes: notes(&told.all),
        }),
        instead: instead(&promise),
    };
    Ok(page.render(StatusCode::OK, &template))
}

/// Three figures for the front page, once there are enough applications to say anything. A front page does not fail for them.
pub(super) async fn strip(web: &Web) -> Vec<Big> {
    match web.figures.get().await {
        Ok(promise) => promise
            .for_the_front()
            .map(|all| vec![by_machine(all), to_decision(all), to_money(all)])
            .unwrap_or_default(),
        Err(error) => {
            tracing::warn!(%error, "the front page goes without its figures");
            Vec::new()
        }
    }
}

fn scope(promise: &Promise) -> Words {
    let (filed, decided) = (promise.filed, promise.decided);
    Words::with(
        format!("最近提交的 {filed} 份申请，其中 {decided} 份已审批。"),
        format!("The newest applications: {filed} filed, {decided} of them decided."),
    )
}

fn instead(promise: &Promise) -> Words {
    if promise.decided == 0 {
        return t::FIGURES_NONE;
    }
    Words::with(
        format!("满 {TOLD_FROM} 份审批后公布数字，以免让人看出说的是谁。"),
        format!(
            "Figures are given from {TOLD_FROM} decided applications on: fewer would tell of single people."
        ),
    )
}

fn big(all: &Group) -> Vec<Big> {
    vec![
        by_machine(all),
        to_people(all),
        to_decision(all),
        to_money(all),
        Big {
            name: t::FIGURE_ANSWERS,
            value: plain(&all.answers),
            more: t::FIGURE_ANSWERS_MORE,
        },
        materials(all),
        days(all),
    ]
}

fn by_machine(all: &Group) -> Big {
    Big {
        name: t::FIGURE_BY_MACHINE,
        value: plain(&percent(per_mille(all))),
        more: part(all.by_machine, all.decided),
    }
}

fn to_people(all: &Group) -> Big {
    Big {
        name: t::FIGURE_TO_PEOPLE,
        // What is cut off from one share is given to the other, so that both are the whole.
        value: plain(&percent(1_000 - per_mille(all))),
        more: part(all.to_people(), all.decided),
    }
}

fn to_decision(all: &Group) -> Big {
    Big {
        name: t::FIGURE_TO_DECISION,
        value: half(all.to_decision),
        more: nearly_all(all.to_decision),
    }
}

fn to_money(all: &Group) -> Big {
    Big {
        name: t::FIGURE_TO_MONEY,
        value: half(all.to_money),
        more: nearly_all(all.to_money),
    }
}

fn materials(all: &Group) -> Big {
    let saved = all.materials.saved;
    Big {
        name: t::FIGURE_MATERIALS,
        value: match all.materials.over {
            0 => t::FIGURE_NOT_STATED,
            _ => Words::with(format!("{saved} 份"), saved.to_string()),
        },
        more: match all.materials.over {
            0 => t::FIGURE_NOT_STATED_MORE,
            over => part(over, all.by_machine),
        },
    }
}

fn days(all: &Group) -> Big {
    let (days, saved) = (&all.days, all.days.saved());
    let (before, now) = (days.before, days.now);
    Big {
        name: t::FIGURE_DAYS,
        value: match days.over {
            0 => t::FIGURE_NOT_STATED,
            _ => Words::with(format!("{saved} 天"), format!("{saved} days")),
        },
        more: match days.over {
            0 => t::FIGURE_NOT_STATED_MORE,
            over => Words::with(
                format!("{over} 份合计：原需 {before}，现用 {now}"),
                format!("{over} applications: {before} before, {now} now"),
            ),
        },
    }
}

/// How each figure comes about, and what is left out.
fn notes(all: &Group) -> Vec<Words> {
    let (materials, days) = (&all.materials, &all.days);
    vec![
        Words::with(
            format!("看最近提交、未撤回的申请，最多 {WINDOW} 份；每分钟至多重算一次。"),
            format!(
                "The newest applications that were filed and not withdrawn, at most {WINDOW}; made anew once a minute at most."
            ),
        ),
        t::NOTE_BY_MACHINE,
        t::NOTE_TIMES,
        t::NOTE_ANSWERS,
        compared(
            &t::NOTE_MATERIALS,
            materials.over,
            &t::WHY_MATERIALS,
            materials.left_out,
        ),
        compared(&t::NOTE_DAYS, days.over, &t::WHY_DAYS, days.left_out),
        Words::with(
            format!("不足 {TOLD_FROM} 份审批的政策合并列示，以免让人看出说的是谁。"),
            format!(
                "Policies with fewer than {TOLD_FROM} decided applications are put together, so that nobody is told of."
            ),
        ),
    ]
}

/// How something is compared, with how many could be, and how many were left out and why.
fn compared(how: &Words, over: usize, why: &Words, left_out: usize) -> Words {
    Words::with(
        format!(
            "{}计入 {over} 份；{}不计，有 {left_out} 份。",
            how.zh, why.zh
        ),
        format!(
            "{} Compared: {over}; left out, because {}: {left_out}.",
            how.en, why.en
        ),
    )
}

fn lines(web: &Web, page: &Page, told: &Told) -> Vec<Line> {
    let line = |(of, group): &(OfPolicy, Group)| {
        let policy = match of {
            // The newest version has the title of today.
            OfPolicy::One(id) => web
                .ctx
                .policies
                .iter()
                .filter(|policy| policy.id() == id)
                .last(),
            OfPolicy::Others => None,
        };
        Line {
            title: match (policy, of) {
                (Some(policy), _) => page.text(&policy.document().title).to_owned(),
                (None, OfPolicy::One(id)) => id.clone(),
                (None, OfPolicy::Others) => page.say(t::FIGURES_OTHERS).into_owned(),
            },
            is_sample: policy.is_some_and(|policy| policy.is_sample()),
            decided: group.decided,
            by_machine: percent(per_mille(group)),
            decision: half(group.to_decision),
            money: half(group.to_money),
        }
    };
    told.by_policy.iter().map(line).collect()
}

fn plain(value: &impl ToString) -> Words {
    Words::with(value.to_string(), value.to_string())
}

fn part(part: usize, whole: usize) -> Words {
    Words::with(
        format!("{whole} 份中的 {part} 份"),
        format!("{part} of {whole}"),
    )
}

/// The share of approvals by machine in thousandths, cut off.
fn per_mille(group: &Group) -> usize {
    (group.by_machine * 1_000)
        .checked_div(group.decided)
        .unwrap_or(0)
}

fn percent(per_mille: usize) -> String {
    format!("{}.{}%", per_mille / 10, per_mille % 10)
}

fn half(spread: Option<Spread>) -> Words {
    spread.map_or(t::FIGURE_NONE_YET, |spread| span(spread.p50_us))
}

fn nearly_all(spread: Option<Spread>) -> Words {
    let Some(spread) = spread else {
        return t::FIGURE_NONE_YET_MORE;
    };
    let Words { zh, en } = span(spread.p99_us);
    let over = spread.over;
    Words::with(
        format!("一半在此之内；99% 在 {zh}之内；计 {over} 份"),
        format!("half within this; 99% within {en}; of {over}"),
    )
}

/// A length of time as people say it, cut off at what no longer matters.
fn span(us: i64) -> Words {
    let s = us / 1_000_000;
    let (minutes, hours, days) = (s / MINUTE_S, s / HOUR_S, s / DAY_S);
    match s {
        ..MINUTE_S => Words::with(format!("{} 秒", seconds(us)), format!("{} s", seconds(us))),
        MINUTE_S..HOUR_S => Words::with(
            format!("{minutes} 分 {} 秒", s % MINUTE_S),
            format!("{minutes} min {} s", s % MINUTE_S),
        ),
        HOUR_S..DAY_S => Words::with(
            format!("{hours} 小时 {} 分", minutes % 60),
            format!("{hours} h {} min", minutes % 60),
        ),
        _ => Words::with(
            format!("{days} 天 {} 小时", hours % 24),
            format!("{days} d {} h", hours % 24),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::figures::{Materials, WorkingDays};

    fn group(decided: usize, by_machine: usize) -> Group {
        Group {
            decided,
            by_machine,
            to_decision: None,
            to_money: None,
            answers: 0,
            materials: Materials::default(),
            days: WorkingDays::default(),
        }
    }

    #[test]
    fn a_length_of_time_is_said_as_people_say_it() {
        for (us, zh, en) in [
            (59_999, "0.059 秒", "0.059 s"),
            (59_999_999, "59.999 秒", "59.999 s"),
            (60_000_000, "1 分 0 秒", "1 min 0 s"),
            (3_661_000_000, "1 小时 1 分", "1 h 1 min"),
            (7 * 86_400_000_000, "7 天 0 小时", "7 d 0 h"),
        ] {
            assert_eq!(span(us), Words::of(zh, en));
        }
    }

    #[test]
    fn both_shares_are_the_whole() {
        for (decided, machine, people) in [(3, "66.6%", "33.4%"), (2, "100.0%", "0.0%")] {
            let group = group(decided, 2);
            assert_eq!(by_machine(&group).value.zh, machine);
            assert_eq!(to_people(&group).value.zh, people);
        }
    }

    #[test]
    fn what_no_document_states_is_said_to_be_unstated_and_never_a_nought() {
        let none = group(9, 9);
        assert_eq!(materials(&none).value, t::FIGURE_NOT_STATED);
        assert_eq!(days(&none).value, t::FIGURE_NOT_STATED);
        assert_eq!(to_money(&none).value, t::FIGURE_NONE_YET);
        let stated = Group {
            materials: Materials {
                over: 3,
                left_out: 6,
                saved: 21,
            },
            days: WorkingDays {
                over: 1,
                left_out: 8,
                before: 20,
                now: 23,
            },
            ..none
        };
        assert_eq!(materials(&stated).value.zh, "21 份");
        assert_eq!(materials(&stated).more.en, "3 of 9");
        assert_eq!(days(&stated).value.en, "-3 days");
    }
}
