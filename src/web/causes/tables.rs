//! The tables of an analysis.

use super::Names;
use crate::domain::causes::{Analysis, GroupLine, ReasonLine, SourceLine, Span, Times};
use crate::domain::desk::StageName;
use crate::domain::rating::Grade;
use crate::web::table::{Cell, Column, Table};
use crate::web::texts::causes as c;
use crate::web::words::Words;

/// States in which a case can stand before its end, in the order in which it goes through them.
const STAGES: [StageName; 5] = [
    StageName::Waiting,
    StageName::Working,
    StageName::Asked,
    StageName::Proposed,
    StageName::Checking,
];

/// Keys of the leading reasons in the trend, whose heads differ from month to month.
const LEADING: [&str; 3] = ["leading_1", "leading_2", "leading_3"];

/// Every table, in the order of the page.
#[must_use]
pub fn tables(analysis: &Analysis, names: &Names<'_>) -> Vec<Table> {
    let tally = &analysis.tally;
    let all = tally.referrals;
    let groups = |id, title, of, rows| Table {
        id,
        title,
        head: vec![
            words("name", of),
            number("referrals", c::REFERRALS),
            number("of_referrals", c::OF_REFERRALS),
            words("most", c::MOST),
            number("most_times", c::MOST_TIMES),
        ],
        rows,
    };
    let policies = rows(&tally.policies, all, names, |id| names.policy(id));
    let districts = rows(&tally.districts, all, names, |code| names.district(*code));
    let employers = rows(&tally.employers, all, names, |one| names.employer(one));
    vec![
        reasons(analysis, names),
        removals(analysis, names),
        trend(analysis, names),
        stages(&analysis.times.all),
        deadlines(analysis, names),
        sources(analysis, names),
        groups("policies", c::POLICIES, c::POLICY, policies),
        groups("districts", c::DISTRICTS, c::DISTRICT, districts),
        groups("employers", c::EMPLOYERS, c::EMPLOYER, employers),
        grades(analysis),
    ]
}

/// Hours that cases spent in each state on average, which together are the whole.
#[must_use]
pub fn time_parts(times: &Times) -> [(StageName, i64); 5] {
    STAGES.map(|stage| (stage, times.share_us(stage)))
}

const fn words(key: &'static str, words: Words) -> Column {
    Column {
        key,
        words,
        is_number: false,
    }
}

const fn number(key: &'static str, words: Words) -> Column {
    Column {
        key,
        words,
        is_number: true,
    }
}

fn reasons(analysis: &Analysis, names: &Names<'_>) -> Table {
    let all = analysis.tally.referrals;
    let lines = &analysis.tally.reasons;
    let mentions: usize = lines.iter().map(|line| line.count).sum();
    let mut so_far = 0;
    let row = |(at, line): (usize, &ReasonLine)| {
        so_far += line.count;
        vec![
            Cell::Count(at + 1),
            Cell::Text(names.what(&line.what)),
            names
                .policy_of(&line.what)
                .map_or(Cell::Nothing, Cell::Text),
            Cell::Count(line.count),
            Cell::Share(line.count, all),
            Cell::Share(so_far, mentions),
            Cell::Count(line.not_met),
            Cell::Count(line.unknown),
            Cell::Count(line.alone),
        ]
    };
    Table {
        id: "reasons",
        title: c::REASONS,
        head: vec![
            number("number", c::NUMBER),
            words("reason", c::REASON),
            words("policy", c::POLICY),
            number("referrals", c::REFERRALS),
            number("of_referrals", c::OF_REFERRALS),
            number("cumulated", c::CUMULATED),
            number("not_met", c::NOT_MET),
            number("unknown", c::UNKNOWN),
            number("alone", c::ALONE),
        ],
        rows: lines.iter().enumerate().map(row).collect(),
    }
}

/// What would fall away with one change, or with two: the largest first within each kind.
fn removals(analysis: &Analysis, names: &Names<'_>) -> Table {
    let tally = &analysis.tally;
    let row = |kind: Words, change: Words, count: usize| {
        vec![
            Cell::Text(kind),
            Cell::Text(change),
            Cell::Count(count),
            Cell::Share(count, tally.referrals),
        ]
    };
    let mut reasons: Vec<&ReasonLine> = tally.reasons.iter().filter(|one| one.alone > 0).collect();
    reasons.sort_by_key(|line| std::cmp::Reverse(line.alone));
    let mut sources: Vec<&SourceLine> = tally.sources.iter().filter(|one| one.alone > 0).collect();
    sources.sort_by_key(|line| std::cmp::Reverse(line.alone));
    let reasons = reasons
        .iter()
        .map(|line| row(c::KIND_REASON, names.what(&line.what), line.alone));
    let sources = sources
        .iter()
        .map(|line| row(c::KIND_SOURCE, names.source(line.source), line.alone));
    let pairs = tally.pairs.iter().map(|pair| {
        let (one, other) = (names.what(&pair.both.0), names.what(&pair.both.1));
        row(c::KIND_REASONS, both(&one, &other), pair.count)
    });
    let source_pairs = tally.source_pairs.iter().map(|pair| {
        let (one, other) = (names.source(pair.both.0), names.source(pair.both.1));
        row(c::KIND_SOURCES, both(&one, &other), pair.count)
    });
    Table {
        id: "removals",
        title: c::REMOVALS,
        head: vec![
            words("kind", c::KIND),
            words("change", c::CHANGE),
            number("fewer", c::FEWER),
            number("of_referrals", c::OF_REFERRALS),
        ],
        rows: reasons
            .chain(sources)
            .chain(pairs)
            .chain(source_pairs)
            .collect(),
    }
}

fn both(one: &Words, other: &Words) -> Words {
    Words::with(
        format!("{} ＋ {}", one.zh, other.zh),
        format!("{} + {}", one.en, other.en),
    )
}

fn trend(analysis: &Analysis, names: &Names<'_>) -> Table {
    let leading = analysis
        .trend
        .last()
        .map_or(0, |(_, _, counts)| counts.len());
    let mut head = vec![words("month", c::MONTH), number("referred", c::REFERRED)];
    let lines = analysis.tally.reasons.iter().take(leading);
    head.extend(
        lines
            .zip(LEADING)
            .map(|(line, key)| number(key, names.what(&line.what))),
    );
    let rows = analysis.trend.iter().map(|(month, referrals, counts)| {
        let month = month.to_string();
        let mut row = vec![
            Cell::Text(Words::with(month.clone(), month)),
            Cell::Count(*referrals),
        ];
        row.extend(counts.iter().map(|count| Cell::Count(*count)));
        row
    });
    Table {
        id: "trend",
        title: c::TREND,
        rows: rows.collect(),
        head,
    }
}

fn stages(times: &Times) -> Table {
    let row = |name: Words, span: Option<Span>| {
        let hours = |of: fn(Span) -> i64| span.map_or(Cell::Nothing, |span| Cell::Hours(of(span)));
        vec![
            Cell::Text(name),
            Cell::Count(span.map_or(0, |span| span.over)),
            hours(|span| span.p50),
            hours(|span| span.p90),
            hours(|span| span.mean),
        ]
    };
    let of = |stage| {
        let mut spans = times.stages.iter();
        spans
            .find(|(name, _)| *name == stage)
            .map(|(_, span)| *span)
    };
    let rows = STAGES.map(|stage| row(c::stage(stage), of(stage)));
    Table {
        id: "stages",
        title: c::STAGES,
        head: vec![
            words("state", c::STATE),
            number("cases", c::CASES),
            number("median_hours", c::MEDIAN_HOURS),
            number("p90_hours", c::P90_HOURS),
            number("mean_hours", c::MEAN_HOURS),
        ],
        rows: rows
            .into_iter()
            .chain([row(c::WHOLE, times.whole)])
            .collect(),
    }
}

fn deadlines(analysis: &Analysis, names: &Names<'_>) -> Table {
    let row = |name: Words, times: &Times| {
        let days = |of: fn(Span) -> i64| {
            times
                .used
                .map_or(Cell::Nothing, |span| Cell::Days(of(span)))
        };
        vec![
            Cell::Text(name),
            Cell::Count(times.cases),
            Cell::Count(times.in_time),
            Cell::Count(times.late),
            Cell::Share(times.in_time, times.in_time + times.late),
            days(|span| span.p50),
            days(|span| span.p90),
        ]
    };
    let times = &analysis.times;
    let all = [row(c::ALL_POLICIES, &times.all)];
    let each = times
        .by_policy
        .iter()
        .map(|(id, times)| row(names.policy(id), times));
    Table {
        id: "deadlines",
        title: c::DEADLINES,
        head: vec![
            words("policy", c::POLICY),
            number("cases", c::CASES),
            number("timely", c::TIMELY),
            number("late", c::LATE),
            number("timely_share", c::TIMELY_SHARE),
            number("working_median", c::WORKING_MEDIAN),
            number("working_p90", c::WORKING_P90),
        ],
        rows: all.into_iter().chain(each).collect(),
    }
}

fn sources(analysis: &Analysis, names: &Names<'_>) -> Table {
    let row = |line: &SourceLine| {
        vec![
            Cell::Text(names.source(line.source)),
            Cell::Count(line.asked.asked),
            Cell::Count(line.asked.silent),
            Cell::Share(line.asked.silent, line.asked.asked),
            Cell::Count(line.asked.malformed),
            Cell::Count(line.no_record),
            Cell::Count(line.contradicted),
            Cell::Count(line.disputed),
            Cell::Count(line.upheld),
            Cell::Count(line.count),
            Cell::Count(line.alone),
        ]
    };
    Table {
        id: "sources",
        title: c::SOURCES,
        head: vec![
            words("source", c::SOURCE),
            number("asked_times", c::ASKED_TIMES),
            number("silent", c::SILENT),
            number("silent_share", c::SILENT_SHARE),
            number("malformed", c::MALFORMED),
            number("no_record", c::NO_RECORD),
            number("contradicted", c::CONTRADICTED),
            number("disputed_times", c::DISPUTED_TIMES),
            number("upheld", c::UPHELD),
            number("touched", c::TOUCHED),
            number("fewer", c::FEWER),
        ],
        rows: analysis.tally.sources.iter().map(row).collect(),
    }
}

fn rows<K>(
    lines: &[GroupLine<K>],
    all: usize,
    names: &Names<'_>,
    name: impl Fn(&K) -> Words,
) -> Vec<Vec<Cell>> {
    let row = |line: &GroupLine<K>| {
        let (most, times) = line
            .most
            .as_ref()
            .map_or((Cell::Nothing, Cell::Nothing), |(what, count)| {
                (Cell::Text(names.what(what)), Cell::Count(*count))
            });
        vec![
            Cell::Text(name(&line.key)),
            Cell::Count(line.count),
            Cell::Share(line.count, all),
            most,
            times,
        ]
    };
    lines.iter().map(row).collect()
}

fn grades(analysis: &Analysis) -> Table {
    let grades = &analysis.grades;
    let all = grades.all();
    let row = |(grade, count): (Grade, usize)| {
        vec![
            Cell::Text(c::grade(grade)),
            Cell::Count(count),
            Cell::Share(count, all),
        ]
    };
    Table {
        id: "grades",
        title: c::GRADES,
        head: vec![
            words("grade", c::GRADE),
            number("ratings", c::RATINGS),
            number("of_ratings", c::OF_RATINGS),
        ],
        rows: Grade::ALL.into_iter().zip(grades.counts).map(row).collect(),
    }
}
