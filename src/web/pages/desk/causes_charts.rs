//! The charts of the analysis: which values they show, and what they say to whoever does not see them.

use crate::domain::causes::{Analysis, Times};
use crate::domain::desk::StageName;
use crate::web::causes::{Names, time_parts};
use crate::web::chart::{self, Bar, Line, Part, Row, Told};
use crate::web::table::{hours, percent};
use crate::web::texts::causes as c;
use crate::web::words::{Language, Words};

/// Most bars of a Pareto chart: the table beside it goes on.
const BARS_MAX: usize = 12;
/// Most policies whose times are drawn.
const POLICIES_MAX: usize = 5;
/// Room for the name at the end of a line; a Chinese character takes two.
const NAME_ROOM: usize = 16;
const HOUR_US: f64 = 3_600_000_000.0;

/// Reasons by count, the line of their cumulated share above them.
pub(super) fn reasons(analysis: &Analysis, names: &Names<'_>, language: Language) -> String {
    let lines = &analysis.tally.reasons;
    let mentions: usize = lines.iter().map(|line| line.count).sum();
    let mut so_far = 0;
    let bars: Vec<Bar> = lines
        .iter()
        .take(BARS_MAX)
        .map(|line| {
            so_far += line.count;
            let what = names.what(&line.what);
            Bar {
                says: format!("{}: {}", what.text(language), line.count),
                count: line.count,
                cumulated_per_mille: (so_far * 1_000).checked_div(mentions).unwrap_or(0),
            }
        })
        .collect();
    let summary = lines.first().map_or(Words::of("", ""), |first| {
        let what = names.what(&first.what);
        let shown: usize = lines.iter().take(3).map(|line| line.count).sum();
        let share = percent(shown, mentions);
        let (count, different) = (first.count, lines.len());
        Words::with(
            format!(
                "共 {different} 个原因，最多的是“{}”，{count} 份；前三个原因占 {share}。",
                what.zh
            ),
            format!(
                "{different} reasons; the most frequent is “{}” with {count}; the first three make up {share}.",
                what.en
            ),
        )
    });
    let told = Told {
        id: "chart-reasons",
        title: c::REASONS.text(language).to_owned(),
        summary: summary.text(language).to_owned(),
    };
    chart::pareto(&told, &bars)
}

/// Referrals and their leading reasons, month by month.
pub(super) fn trend(analysis: &Analysis, names: &Names<'_>, language: Language) -> String {
    let months: Vec<String> = analysis
        .trend
        .iter()
        .map(|(month, ..)| month.to_string())
        .collect();
    let total = Line {
        name: c::REFERRED.text(language).to_owned(),
        values: analysis.trend.iter().map(|(_, count, _)| *count).collect(),
    };
    let leading = analysis
        .trend
        .last()
        .map_or(0, |(_, _, counts)| counts.len());
    let reasons = analysis.tally.reasons.iter().take(leading).enumerate();
    let lines = reasons.map(|(at, line)| {
        let what = names.what(&line.what);
        Line {
            name: shortened(&format!("{} {}", at + 1, what.text(language))),
            values: analysis
                .trend
                .iter()
                .map(|(_, _, counts)| counts.get(at).copied().unwrap_or(0))
                .collect(),
        }
    });
    let lines: Vec<Line> = [total].into_iter().chain(lines).collect();
    let counts = || analysis.trend.iter().map(|(_, count, _)| *count);
    let (least, most) = (
        counts().min().unwrap_or_default(),
        counts().max().unwrap_or_default(),
    );
    let now = analysis.tally.referrals;
    let summary = Words::with(
        format!("每月转人工 {least} 至 {most} 份，本月 {now} 份。"),
        format!("Between {least} and {most} referrals a month; {now} in this one."),
    );
    let told = Told {
        id: "chart-trend",
        title: c::TREND.text(language).to_owned(),
        summary: summary.text(language).to_owned(),
    };
    chart::trend(&told, &months, &lines)
}

/// Where the time of ended cases went, on average, for all and for the policies with most of them.
pub(super) fn stages(analysis: &Analysis, names: &Names<'_>, language: Language) -> String {
    let times = &analysis.times;
    let all = row(c::ALL_POLICIES.text(language), &times.all, language);
    let policies = times.by_policy.iter().take(POLICIES_MAX);
    let each = policies.map(|(id, of)| row(names.policy(id).text(language), of, language));
    let rows: Vec<Row> = [all].into_iter().chain(each).collect();
    let legend: Vec<(&str, String)> = time_parts(&times.all)
        .into_iter()
        .map(|(stage, _)| (look(stage), c::stage(stage).text(language).to_owned()))
        .collect();
    let whole = mean(&times.all);
    let cases = times.all.cases;
    let summary = Words::with(
        format!("本月办结 {cases} 件，平均用时 {whole} 小时；各环节见右表。"),
        format!("{cases} cases ended; {whole} hours on average; the table has each state."),
    );
    let told = Told {
        id: "chart-stages",
        title: c::STAGES.text(language).to_owned(),
        summary: summary.text(language).to_owned(),
    };
    chart::stacked(&told, &legend, &rows)
}

fn row(name: &str, times: &Times, language: Language) -> Row {
    let parts = time_parts(times).map(|(stage, us)| Part {
        class: look(stage),
        says: format!("{}: {}", c::stage(stage).text(language), hours(us)),
        value: as_hours(us),
    });
    let unit = Words::of("小时", "h");
    Row {
        name: format!("{name} ({})", times.cases),
        parts: parts.into(),
        total: format!("{} {}", mean(times), unit.text(language)),
    }
}

fn mean(times: &Times) -> String {
    hours(times.whole.map_or(0, |span| span.mean))
}

const fn look(stage: StageName) -> &'static str {
    match stage {
        StageName::Waiting => "s-waiting",
        StageName::Working => "s-working",
        StageName::Asked => "s-asked",
        StageName::Proposed => "s-proposed",
        StageName::Checking | StageName::Closed => "s-checking",
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "microseconds of a case are far below 2^52, and a pixel is no money"
)]
fn as_hours(us: i64) -> f64 {
    us as f64 / HOUR_US
}

/// As much of a name as fits beside a chart.
fn shortened(name: &str) -> String {
    let width = |c: char| if c.is_ascii() { 1 } else { 2 };
    let whole: usize = name.chars().map(width).sum();
    if whole <= NAME_ROOM {
        return name.to_owned();
    }
    let mut room = NAME_ROOM - 1;
    let fits = |c: &char| match room.checked_sub(width(*c)) {
        Some(left) => {
            room = left;
            true
        }
        None => false,
    };
    name.chars().take_while(fits).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_cut_where_it_no_longer_fits() {
        assert_eq!(shortened("1 全日制就业"), "1 全日制就业");
        assert_eq!(
            shortened("1 在佛山市缴纳社会保险满六个月"),
            "1 在佛山市缴纳…"
        );
        assert_eq!(shortened("2 Employed full-time by one"), "2 Employed full…");
    }
}
