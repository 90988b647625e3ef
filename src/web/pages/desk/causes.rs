//! `GET /desk/causes`: why the machine referred, in charts with a table beside each; `GET /desk/causes.xlsx`: the same tables as a workbook.

use askama::Template;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::causes_charts as charts;
use crate::domain::causes::{Analysis, Scope};
use crate::domain::district::DistrictCode;
use crate::domain::person::Staff;
use crate::domain::time::YearMonth;
use crate::web::Web;
use crate::web::auth::Desk;
use crate::web::causes::query::Asked;
use crate::web::causes::{Names, tables};
use crate::web::extract::Query;
use crate::web::pages::layout::Page;
use crate::web::pages::preferences::Preferences;
use crate::web::problem::{Kind, Problem};
use crate::web::session::Visit;
use crate::web::table::workbook::{XLSX, workbook};
use crate::web::table::{Table, percent};
use crate::web::texts as t;
use crate::web::texts::causes as c;
use crate::web::words::{Language, Words};

/// Months to choose from.
const MONTHS: i32 = 24;

#[derive(Template)]
#[template(path = "desk/causes.html")]
struct CausesPage<'a> {
    page: &'a Page,
    month: String,
    made: String,
    months: Vec<Choice>,
    policies: Vec<Choice>,
    /// Empty for a district's staff, who see their own.
    districts: Vec<Choice>,
    /// Whose district it is, for those.
    own: Option<Words>,
    workbook: String,
    is_cut: bool,
    is_empty: bool,
    figures: Vec<(Words, String, String)>,
    sections: Vec<Section>,
    notes: Vec<Words>,
}

/// One of a list of choices.
struct Choice {
    value: String,
    words: Words,
    chosen: bool,
}

/// A table, with the chart it stands beside.
struct Section {
    id: &'static str,
    title: Words,
    /// Markup of the server's own; whatever stands in it was escaped.
    chart: Option<String>,
    head: Vec<(String, bool)>,
    rows: Vec<Vec<(String, bool)>>,
}

/// Why things were referred in a month.
#[utoipa::path(get, path = "/desk/causes", operation_id = "causes_page", tag = "pages",
    params(
        ("month" = Option<String>, Query, description = "The month; this one when left out"),
        ("policy" = Option<String>, Query, description = "One policy alone"),
        ("district" = Option<String>, Query, description = "One district alone")
    ),
    responses((status = 200, description = "The page")))]
pub(super) async fn causes(
    State(web): State<Web>,
    preferences: Preferences,
    visit: Visit,
    Desk(staff): Desk,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let page = Page::new(preferences, Some(&visit), "/desk/causes");
    let today = web.ctx.now().china_date();
    let analysis = web.causes.analysis(&staff, asked.scope(today)).await?;
    let names = Names(&web.ctx.policies);
    let language = preferences.language;
    let tally = &analysis.tally;
    let template = CausesPage {
        page: &page,
        month: analysis.scope.month.to_string(),
        made: page.moment(analysis.made_at),
        months: months(analysis.scope.month, YearMonth::from_date(today)),
        policies: policies(&web, &names, &analysis.scope),
        districts: districts(&staff, &names, &analysis.scope),
        own: staff.district.map(|own| names.district(Some(own))),
        workbook: address_of_workbook(&analysis.scope),
        is_cut: analysis.is_cut,
        is_empty: tally.referrals == 0
            && analysis.times.all.cases == 0
            && analysis.grades.all() == 0,
        figures: figures(&analysis, &names, language),
        sections: sections(&analysis, &names, language),
        notes: vec![
            c::NOTE_REFERRALS,
            c::NOTE_REASONS,
            c::NOTE_ALONE,
            c::NOTE_SOURCES,
            c::NOTE_TIMES,
            c::NOTE_EMPLOYERS,
        ],
    };
    Ok(page.render(StatusCode::OK, &template))
}

/// The tables of a month as a workbook.
#[utoipa::path(get, path = "/desk/causes.xlsx", operation_id = "causes_workbook", tag = "pages",
    params(
        ("month" = Option<String>, Query, description = "The month; this one when left out"),
        ("policy" = Option<String>, Query, description = "One policy alone"),
        ("district" = Option<String>, Query, description = "One district alone")
    ),
    responses((status = 200, description = "The workbook")))]
pub(super) async fn download(
    State(web): State<Web>,
    preferences: Preferences,
    Desk(staff): Desk,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let scope = asked.scope(web.ctx.now().china_date());
    let analysis = web.causes.analysis(&staff, scope).await?;
    let tables = tables(&analysis, &Names(&web.ctx.policies));
    let bytes = workbook(&tables, preferences.language).map_err(|error| {
        tracing::error!(%error, "a workbook could not be written");
        Problem::new(Kind::Internal)
    })?;
    let month = analysis.scope.month;
    let name = format!("attachment; filename=\"sanmiao-causes-{month}.xlsx\"");
    let name = HeaderValue::from_str(&name).map_err(|_| Problem::new(Kind::Internal))?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(XLSX)),
        (CONTENT_DISPOSITION, name),
    ];
    Ok((headers, bytes).into_response())
}

fn address_of_workbook(scope: &Scope) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("month", &scope.month.to_string());
    if let Some(policy) = &scope.policy {
        query.append_pair("policy", policy);
    }
    if let Some(district) = scope.district {
        query.append_pair("district", district.as_str());
    }
    format!("/desk/causes.xlsx?{}", query.finish())
}

/// The last two years, and the month that is shown where it lies elsewhere. No browser's own month picker: some have none.
fn months(shown: YearMonth, now: YearMonth) -> Vec<Choice> {
    let mut months: Vec<YearMonth> = (0..MONTHS).map(|ago| now.plus_months(-ago)).collect();
    if !months.contains(&shown) {
        months.push(shown);
    }
    let choice = |month: YearMonth| Choice {
        value: month.to_string(),
        words: Words::with(month.to_string(), month.to_string()),
        chosen: month == shown,
    };
    months.into_iter().map(choice).collect()
}

fn policies(web: &Web, names: &Names<'_>, scope: &Scope) -> Vec<Choice> {
    let mut ids: Vec<&str> = web.ctx.policies.ids().collect();
    ids.dedup();
    let all = Choice {
        value: String::new(),
        words: c::EVERY_POLICY,
        chosen: scope.policy.is_none(),
    };
    let each = ids.into_iter().map(|id| Choice {
        value: id.to_owned(),
        words: names.policy(id),
        chosen: scope.policy.as_deref() == Some(id),
    });
    [all].into_iter().chain(each).collect()
}

fn districts(staff: &Staff, names: &Names<'_>, scope: &Scope) -> Vec<Choice> {
    if staff.district.is_some() {
        return Vec::new();
    }
    let all = Choice {
        value: String::new(),
        words: c::EVERY_DISTRICT,
        chosen: scope.district.is_none(),
    };
    let codes = DistrictCode::FOSHAN_DISTRICTS;
    let each = codes.map(|code| Choice {
        value: code.to_string(),
        words: names.district(Some(code)),
        chosen: scope.district == Some(code),
    });
    [all].into_iter().chain(each).collect()
}

/// A few figures on top: name, value, of how many.
fn figures(
    analysis: &Analysis,
    names: &Names<'_>,
    language: Language,
) -> Vec<(Words, String, String)> {
    let (tally, times, grades) = (&analysis.tally, &analysis.times.all, &analysis.grades);
    let share = |part: usize, whole: usize| match whole {
        0 => ("—".to_owned(), String::new()),
        _ => (percent(part, whole), format!("{part} / {whole}")),
    };
    let alone = tally.reasons.iter().map(|line| line.alone).sum();
    let (one, one_more) = share(alone, tally.referrals);
    let (timely, timely_more) = share(times.in_time, times.in_time + times.late);
    let (bad, bad_more) = share(grades.bad(), grades.all());
    let leading = tally.reasons.first();
    let (lead, lead_more) = leading.map_or_else(
        || ("—".to_owned(), String::new()),
        |line| {
            let what = names.what(&line.what);
            (
                percent(line.count, tally.referrals),
                what.text(language).to_owned(),
            )
        },
    );
    let answers = Words::with(
        format!(
            "{bad_more}；按时答复 {}，超期 {}，办理中 {}",
            grades.answered_in_time, grades.late, grades.open
        ),
        format!(
            "{bad_more}; answered in time {}, late {}, open {}",
            grades.answered_in_time, grades.late, grades.open
        ),
    );
    let bad_more = if grades.bad() == 0 {
        bad_more
    } else {
        answers.text(language).to_owned()
    };
    vec![
        (c::REFERRED, tally.referrals.to_string(), String::new()),
        (c::LEADING, lead, lead_more),
        (c::ONE_REASON, one, one_more),
        (c::IN_TIME, timely, timely_more),
        (c::BAD_SHARE, bad, bad_more),
    ]
}

/// Every table that has something to say, each with its chart where it has one.
fn sections(analysis: &Analysis, names: &Names<'_>, language: Language) -> Vec<Section> {
    let tables = tables(analysis, names);
    let told = tables.iter().filter(|table| match table.id {
        "reasons" | "removals" | "policies" | "districts" | "employers" => !table.rows.is_empty(),
        "trend" => analysis.trend.iter().any(|(_, count, _)| *count > 0),
        "stages" | "deadlines" => analysis.times.all.cases > 0,
        "grades" => analysis.grades.all() > 0,
        _ => true,
    });
    told.map(|table| Section {
        chart: match table.id {
            "reasons" => Some(charts::reasons(analysis, names, language)),
            "trend" => Some(charts::trend(analysis, names, language)),
            "stages" => Some(charts::stages(analysis, names, language)),
            _ => None,
        },
        ..section(table, language)
    })
    .collect()
}

fn section(table: &Table, language: Language) -> Section {
    let rows = table.rows.iter().map(|row| {
        row.iter()
            .zip(&table.head)
            .map(|(cell, column)| (cell.text(language), column.is_number))
            .collect()
    });
    Section {
        id: table.id,
        title: table.title.clone(),
        chart: None,
        head: table
            .head
            .iter()
            .map(|column| (column.words.text(language).to_owned(), column.is_number))
            .collect(),
        rows: rows.collect(),
    }
}
