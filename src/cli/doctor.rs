//! `sanmiao doctor`: what is wrong, and how to mend it. Asks nothing about anybody.
//!
//! The checks that belong to other parts (database, policies) come in as hooks, so that this command knows neither.

use std::future::Future;
use std::io::{self, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use futures_util::future::join_all;
use serde::Serialize;

use super::CliError;
use super::settings::{Where, nature};
use crate::app::{self, Nature};
use crate::config::{Config, ConfigError, PeerConfig, Text};
use crate::domain::budget_order::YearEndRule;
use crate::domain::calendar::WorkingCalendar;
use crate::domain::time::Date;
use crate::gateways::assemble::{self, identity_settings};
use crate::gateways::http::{Http, HttpError};
use crate::gateways::identity::OpenIdIdentity;
use crate::gateways::probe::{Presence, knock};
use crate::gateways::wire::SKEW_S_MAX;
use crate::ports::{Clock, Entropy, IdentityError, SignInError};
use crate::store::{Store, StoreError};

/// For one knock.
const PATIENCE: Duration = Duration::from_secs(3);
/// The calendar must reach this many days ahead, or deadlines cannot be reckoned.
const CALENDAR_DAYS_MIN: i32 = 60;
/// Clocks closer than this are not worth a word.
const SKEW_S_QUIET: i64 = 5;

/// What is looked at.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    #[command(flatten)]
    place: Where,
    /// Print one JSON array
    #[arg(long)]
    json: bool,
}

/// Looks at everything and says what is wrong.
///
/// # Errors
/// `No` when something is; `Unusable` for a configuration that cannot be read.
pub async fn run(args: DoctorArgs, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    let config = match Config::load(args.place.file().as_deref(), std::env::vars()) {
        Ok(config) => config,
        Err(error) => {
            print(&of_config_error(&error), args.json, out)?;
            return Err(CliError::Unusable(
                "the configuration cannot be used".to_owned(),
            ));
        }
    };
    let Nature { clock, entropy } = nature();
    let http = Http::new().map_err(CliError::failed)?;
    let calendar = WorkingCalendar::official().map_err(CliError::failed)?;
    let hooks = Hooks {
        database: Box::pin(database(&config, &entropy)),
        policies: Box::pin(std::future::ready(policies(&config))),
        calendar_until: *calendar.covers().end(),
    };
    let checks = doctor(&config, &http, &clock, &entropy, hooks).await;
    print(&checks, args.json, out)?;
    if all_well(&checks) {
        Ok(())
    } else {
        Err(CliError::No)
    }
}

async fn database(config: &Config, entropy: &Arc<dyn Entropy>) -> Finding {
    let trouble = |error: &dyn std::fmt::Display| Trouble {
        what: Text::new(
            format!("数据库无法使用：{error}"),
            format!("the database cannot be used: {error}"),
        ),
        mend: Text::new(
            "检查 [database] 与 [vault]",
            "look at [database] and [vault]",
        ),
    };
    let store = app::open_store(config, entropy)
        .await
        .map_err(|error| trouble(&error))?;
    match store
        .pending_migrations()
        .await
        .map_err(|error| trouble(&error))?
    {
        0 => {
            store.verify_keys().await.map_err(|error| trouble(&error))?;
            let faults = ledger_faults(&store).await;
            ledger(&faults.map_err(|error| trouble(&error))?)
        }
        pending => Err(Trouble {
            what: Text::new(
                format!("缺少 {pending} 个迁移"),
                format!("{pending} migrations are missing"),
            ),
            mend: Text::new("运行 sanmiao migrate", "run sanmiao migrate"),
        }),
    }
}

async fn ledger_faults(store: &Store) -> Result<Vec<String>, StoreError> {
    store.read().await?.ledger_faults().await
}

/// What disagrees is told and never mended here: which of the two is right is for people who answer for the money.
fn ledger(faults: &[String]) -> Finding {
    let Some(first) = faults.first() else {
        return Ok(Text::new(
            "可用，版本一致，账目相符",
            "reachable, at this version, and its ledger agrees with itself",
        ));
    };
    let more = faults.len() - 1;
    Err(Trouble {
        what: Text::new(
            format!("账目不符：{first}（另有 {more} 处）"),
            format!("the ledger does not agree with itself: {first} (and {more} more)"),
        ),
        mend: Text::new(
            "停止付款，保留数据库原样，由财务核对分录",
            "stop paying, keep the database as it is, and have finance go through the journal",
        ),
    })
}

fn policies(config: &Config) -> Finding {
    match app::policies(&config.policies_dir) {
        Ok(book) => {
            let count = book.iter().count();
            Ok(Text::new(
                format!("{count} 份政策文件"),
                format!("{count} policy documents"),
            ))
        }
        Err(error) => Err(Trouble {
            what: Text::new(
                format!("政策文件有误：{error}"),
                format!("a policy document has a problem: {error}"),
            ),
            mend: Text::new("运行 sanmiao policy check", "run sanmiao policy check"),
        }),
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at, as the configuration calls it.
    pub name: String,
    /// Whether it is good.
    pub ok: bool,
    /// What was found.
    pub what: Text,
    /// What to do; `None` when it is good.
    pub mend: Option<Text>,
}

/// What is wrong and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What is wrong.
    pub what: Text,
    /// What to do.
    pub mend: Text,
}

/// What a look found.
pub type Finding = Result<Text, Trouble>;

/// A look that takes a while.
pub type Look<'a> = Pin<Box<dyn Future<Output = Finding> + Send + 'a>>;

/// What other parts look at themselves.
pub struct Hooks<'a> {
    /// Reachable, and migrated to this version.
    pub database: Look<'a>,
    /// Every policy document loads and its cases pass.
    pub policies: Look<'a>,
    /// Last day the working-day calendar knows.
    pub calendar_until: Date,
}

/// Looks at everything at once; the order of the answer is fixed.
pub async fn doctor(
    config: &Config,
    http: &Http,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
    hooks: Hooks<'_>,
) -> Vec<Check> {
    let now_s = clock.now().as_seconds();
    let mut looks: Vec<(String, Look<'_>)> = vec![
        (
            "config".to_owned(),
            Box::pin(async { Ok(Text::new("配置有效", "the configuration is valid")) }),
        ),
        ("database".to_owned(), hooks.database),
        ("policies".to_owned(), hooks.policies),
        (
            "calendar".to_owned(),
            Box::pin(std::future::ready(calendar(
                hooks.calendar_until,
                clock.today(),
            ))),
        ),
        (
            "finance.year_end".to_owned(),
            Box::pin(std::future::ready(Ok(year_end(config.finance.year_end)))),
        ),
        ("identity".to_owned(), Box::pin(issuer(config, http, clock))),
    ];
    if let Some(sign_in) = assemble::sign_in(config, http, clock, entropy) {
        looks.push((
            "sign_in".to_owned(),
            Box::pin(async move { of_sign_in(&sign_in.probe().await) }),
        ));
    }
    for (source, one) in &config.sources {
        looks.push((
            format!("sources.{source}"),
            Box::pin(peer(http, &one.peer, now_s)),
        ));
    }
    looks.push((
        "treasury".to_owned(),
        Box::pin(peer(http, &config.treasury.peer, now_s)),
    ));
    if let Some(notify) = &config.notify {
        looks.push((
            "notify".to_owned(),
            Box::pin(peer(http, &notify.peer, now_s)),
        ));
    }
    join_all(
        looks
            .into_iter()
            .map(|(name, look)| async move { check(name, look.await) }),
    )
    .await
}

/// Said at every look, for no source states a rule and somebody has to answer for it.
fn year_end(rule: YearEndRule) -> Text {
    let by_default = rule == YearEndRule::DEFAULT;
    let (note_zh, note_en) = if by_default {
        (
            "（默认值，没有资料规定）",
            " (a default: no source states a rule)",
        )
    } else {
        ("", "")
    };
    match rule {
        YearEndRule::Lapse => Text::new(
            format!("年终未占用的指标注销{note_zh}"),
            format!("what a year leaves unpromised lapses{note_en}"),
        ),
        YearEndRule::CarryOver => Text::new(
            format!("年终未占用的指标结转下年{note_zh}"),
            format!("what a year leaves unpromised is carried over{note_en}"),
        ),
    }
}

/// The checks of a configuration that cannot be used: its problems, each as a check that failed.
#[must_use]
pub fn of_config_error(error: &ConfigError) -> Vec<Check> {
    let ConfigError::Problems(problems) = error else {
        let mend = Text::new(
            "修正配置文件的路径或格式",
            "mend the path or the form of the configuration file",
        );
        let what = Text::new("配置无法读取", error.to_string());
        return vec![check("config".to_owned(), Err(Trouble { what, mend }))];
    };
    let failed = |problem: &crate::config::Problem| Check {
        name: format!("config {}", problem.key),
        ok: false,
        what: problem.what.clone(),
        mend: Some(problem.mend.clone()),
    };
    problems.iter().map(failed).collect()
}

/// Whether all is well: exit code 0, else 1.
#[must_use]
pub fn all_well(checks: &[Check]) -> bool {
    checks.iter().all(|check| check.ok)
}

/// Writes the checks as a table, or as one JSON array.
///
/// # Errors
/// When `out` cannot be written to.
pub fn print(checks: &[Check], json: bool, out: &mut dyn Write) -> io::Result<()> {
    if json {
        serde_json::to_writer_pretty(&mut *out, checks)?;
        return writeln!(out);
    }
    let width = checks
        .iter()
        .map(|check| check.name.len())
        .max()
        .unwrap_or(0);
    for check in checks {
        let mark = if check.ok { "✓" } else { "✗" };
        writeln!(out, "{mark} {:width$}  {}", check.name, check.what)?;
        if let Some(mend) = &check.mend {
            writeln!(out, "  {:width$}  → {mend}", "")?;
        }
    }
    Ok(())
}

fn check(name: String, finding: Finding) -> Check {
    match finding {
        Ok(what) => Check {
            name,
            ok: true,
            what,
            mend: None,
        },
        Err(Trouble { what, mend }) => Check {
            name,
            ok: false,
            what,
            mend: Some(mend),
        },
    }
}

fn calendar(until: Date, today: Date) -> Finding {
    let days = today.until(until).map_or(0, |span| span.get_days());
    let what = Text::new(
        format!("工作日历到 {until}"),
        format!("the working-day calendar ends on {until}"),
    );
    if days >= CALENDAR_DAYS_MIN {
        return Ok(what);
    }
    let mend = Text::new(
        "国务院放假安排公布后,更新工作日历数据",
        "add the next year's official notice of holidays to the calendar",
    );
    Err(Trouble { what, mend })
}

async fn issuer(config: &Config, http: &Http, clock: &Arc<dyn Clock>) -> Finding {
    let identity = OpenIdIdentity::new(
        http.clone(),
        identity_settings(&config.identity),
        Arc::clone(clock),
    );
    match identity.probe().await {
        Ok(0) => Err(Trouble {
            what: Text::new(
                "身份认证没有可用的公钥",
                "the issuer has no key that can be used",
            ),
            mend: Text::new(
                "请身份认证方检查其 JWKS",
                "ask the issuer to look at its JWKS",
            ),
        }),
        Ok(keys) => Ok(Text::new(
            format!("身份认证可用,公钥 {keys} 个"),
            format!("the issuer answers, with {keys} keys"),
        )),
        Err(IdentityError::WrongIssuer) => Err(Trouble {
            what: Text::new(
                "身份认证自称是另一个颁发者",
                "the issuer calls itself by another name",
            ),
            mend: Text::new(
                "identity.issuer 须与其发现文档中的 issuer 完全一致,公钥须经 https",
                "write identity.issuer to the letter as in its discovery document; its keys must come over https",
            ),
        }),
        Err(_) => Err(Trouble {
            what: Text::new("身份认证无法访问", "the issuer cannot be reached"),
            mend: Text::new(
                "检查 identity.issuer、网络与证书",
                "check identity.issuer, the network and the certificates",
            ),
        }),
    }
}

fn of_sign_in(probed: &Result<(), SignInError>) -> Finding {
    let (what, mend) = match probed {
        Ok(()) => {
            return Ok(Text::new(
                "颁发者提供网页登录",
                "the issuer offers what sign-in needs",
            ));
        }
        Err(SignInError::Claims(IdentityError::AlgorithmNotAllowed)) => (
            Text::new(
                "颁发者的 ID 令牌算法均不在 identity.algorithms 中",
                "the issuer signs ID tokens with none of identity.algorithms",
            ),
            Text::new(
                "把其中一种算法加入 identity.algorithms",
                "put one of its algorithms into identity.algorithms",
            ),
        ),
        Err(SignInError::WrongIssuer) => (
            Text::new(
                "颁发者的登录地址未经 https",
                "the issuer's addresses for sign-in are not https",
            ),
            Text::new("请颁发者改用 https", "have the issuer use https"),
        ),
        Err(_) => (
            Text::new(
                "颁发者的发现文档无法用于网页登录",
                "the issuer's discovery document does not do for sign-in",
            ),
            Text::new(
                "检查 identity.issuer、网络,以及该文档中的 authorization_endpoint 与 token_endpoint",
                "check identity.issuer, the network, and authorization_endpoint and token_endpoint in that document",
            ),
        ),
    };
    Err(Trouble { what, mend })
}

async fn peer(http: &Http, peer: &PeerConfig, now_s: i64) -> Finding {
    match knock(http, &peer.url, now_s, PATIENCE).await {
        Ok(presence) => judge(presence),
        Err(error) => Err(Trouble {
            what: unreachable(error),
            mend: Text::new(
                "检查网址、网络、防火墙与证书",
                "check the address, the network, the firewall and the certificates",
            ),
        }),
    }
}

fn judge(presence: Presence) -> Finding {
    if let Some(skew_s) = presence.skew_s
        && skew_s.abs() > SKEW_S_MAX
    {
        return Err(Trouble {
            what: Text::new(
                format!("时钟相差 {skew_s} 秒"),
                format!("its clock differs from ours by {skew_s} s"),
            ),
            mend: Text::new("双方与时间服务器对时", "set both clocks by a time server"),
        });
    }
    match (presence.status, presence.skew_s) {
        (Some(status @ 500..), _) => Err(Trouble {
            what: Text::new(
                format!("服务异常({status})"),
                format!("it answers with status {status}"),
            ),
            mend: Text::new("联系对方运维", "call those who run it"),
        }),
        (_, Some(skew_s)) if skew_s.abs() > SKEW_S_QUIET => Ok(Text::new(
            format!("可访问,时钟相差 {skew_s} 秒"),
            format!("reachable; its clock differs by {skew_s} s"),
        )),
        _ => Ok(Text::new("可访问", "reachable")),
    }
}

fn unreachable(error: HttpError) -> Text {
    match error {
        HttpError::TimedOut => Text::new("连接超时", "no connection in time"),
        _ => Text::new("无法连接", "no connection"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::parse_date;

    #[test]
    fn the_calendar_must_reach_sixty_days_ahead() {
        let today = parse_date("2026-11-20").unwrap();
        assert!(calendar(parse_date("2027-01-19").unwrap(), today).is_ok());
        assert!(calendar(parse_date("2027-01-18").unwrap(), today).is_err());
        assert!(calendar(parse_date("2025-12-31").unwrap(), today).is_err());
        assert!(calendar(parse_date("2028-12-31").unwrap(), today).is_ok());
    }

    #[test]
    fn a_clock_too_far_off_and_a_server_in_trouble_are_failures() {
        let found = |status, skew_s| judge(Presence { status, skew_s });
        assert!(found(Some(404), None).is_ok(), "health is optional");
        assert!(found(None, None).is_ok());
        assert!(found(Some(503), None).is_err());
        assert!(found(Some(200), Some(301)).is_err());
        assert!(found(Some(200), Some(-301)).is_err());
        assert!(found(Some(200), Some(-60)).unwrap().en.contains("-60"));
    }

    #[test]
    fn a_table_and_json_say_the_same() {
        let checks = vec![
            check("a".to_owned(), Ok(Text::new("好", "fine"))),
            check(
                "longer".to_owned(),
                Err(Trouble {
                    what: Text::new("坏", "broken"),
                    mend: Text::new("修", "mend it"),
                }),
            ),
        ];
        assert!(!all_well(&checks) && all_well(&checks[..1]));
        let mut table = Vec::new();
        print(&checks, false, &mut table).unwrap();
        assert_eq!(
            String::from_utf8(table).unwrap(),
            "✓ a       好 / fine\n✗ longer  坏 / broken\n          → 修 / mend it\n"
        );
        let mut json = Vec::new();
        print(&checks, true, &mut json).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(json[1]["mend"]["en"], "mend it");
        assert_eq!(json[0]["mend"], serde_json::Value::Null);
    }

    #[test]
    fn each_problem_of_a_configuration_is_a_failed_check() {
        let error = Config::parse("[server]\nlisten = 5\n", []).unwrap_err();
        let checks = of_config_error(&error);
        assert!(checks.len() > 5 && checks.iter().all(|check| !check.ok && check.mend.is_some()));
        assert_eq!(
            of_config_error(&Config::parse("[", []).unwrap_err()).len(),
            1
        );
    }
}
