//! What came of a demonstration: our ledger beside the treasury's own, and whether every promise was kept.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use std::time::Duration;

use serde_json::{Value, json};

use super::cases::Worked;
use super::drive::{Driver, Story, instant};
use super::town::Town;
use crate::cli::CliError;
use crate::cli::replay::{Replayed, replay_store};
use crate::domain::decision::Outcome;
use crate::domain::figures::{percentile, seconds, share};
use crate::domain::ledger::Account;
use crate::domain::money::Money;
use crate::domain::notice::NoticeState;
use crate::domain::payment::PaymentState;
use crate::domain::time::Timestamp;
use crate::domain::treasury::TreasuryLedger;

/// Decisions read at once.
const PAGE: u32 = 500;
/// Pause between two looks at messages that still wait.
const MESSAGE_LOOK_MS: u64 = 100;
/// How often they are looked at before the report says how many still wait: ten seconds.
const MESSAGE_LOOKS_MAX: u32 = 100;

/// The figures.
pub struct Report {
    people: usize,
    filed: usize,
    approved_by_machine: usize,
    referred: usize,
    referred_by_reason: BTreeMap<String, u64>,
    parked_then_resumed: usize,
    waiting_for_budget: usize,
    waited_then_awarded: usize,
    unfinished: usize,
    approved: Fen,
    not_yet_due: Fen,
    returned_outstanding: Fen,
    approved_unpaid: usize,
    returned: u64,
    treasury: TreasuryLedger,
    ledger_paid: i64,
    ledger_faults: Vec<String>,
    replayed: Replayed,
    filled: u64,
    typed: u64,
    to_decision_us: Vec<i64>,
    to_money_us: Vec<i64>,
    messages: Messages,
    samples_looked_at: u64,
    worked: Vec<Ended>,
}

/// A case that was worked, with the money that came of it.
struct Ended {
    worked: Worked,
    approved: Fen,
}

impl Ended {
    fn of(worked: Worked, stories: &[Story]) -> Self {
        let mut approved = Fen::default();
        let story = stories
            .iter()
            .find(|story| story.application["id"] == worked.application.as_str());
        let payments = story.into_iter().flat_map(|story| &story.payments);
        payments.for_each(|payment| approved.add(amount_of(payment)));
        Self { worked, approved }
    }

    fn ending(&self) -> &str {
        self.worked.ending.as_deref().unwrap_or("open")
    }

    fn to_json(&self) -> Value {
        json!({
            "case": self.worked.case,
            "reason": self.worked.reason,
            "acts": self.worked.acts,
            "ending": self.worked.ending,
            "amount": self.approved.text(),
        })
    }
}

/// Messages to applicants: ours beside what the sink itself has counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Messages {
    sent: u64,
    waiting: u64,
    dead: u64,
    /// Taken by the sink, each id once.
    taken: u64,
}

impl Messages {
    /// Reads both, once nothing waits any more or a sink that is down has been waited for long enough.
    async fn read(town: &Town) -> Result<Self, CliError> {
        let mut messages = Self::default();
        for _ in 0..MESSAGE_LOOKS_MAX {
            let mut tx = town
                .context()
                .store
                .read()
                .await
                .map_err(CliError::failed)?;
            let counts = tx
                .count_notices_by_state()
                .await
                .map_err(CliError::failed)?;
            drop(tx);
            messages = Self::of(&counts);
            if messages.waiting == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(MESSAGE_LOOK_MS)).await;
        }
        // After ours: what we call sent, the sink must have by then.
        messages.taken = town.world().message_counts().taken;
        Ok(messages)
    }

    fn of(counts: &[(NoticeState, i64)]) -> Self {
        let count = |state| {
            let found = counts.iter().find(|(of, _)| *of == state);
            found.map_or(0, |(_, count)| u64::try_from(*count).unwrap_or(0))
        };
        Self {
            sent: count(NoticeState::Sent),
            waiting: count(NoticeState::Waiting),
            dead: count(NoticeState::Dead),
            taken: 0,
        }
    }

    fn print(self, out: &mut dyn Write) -> io::Result<()> {
        write!(
            out,
            "\n消息  {:>6} sent, {} at the sink",
            self.sent, self.taken
        )?;
        for (count, words) in [(self.waiting, "still waiting"), (self.dead, "given up")] {
            if count > 0 {
                write!(out, ", {count} {words}")?;
            }
        }
        writeln!(out)
    }

    /// What we call sent is what the sink has; what still waits it may have, for an answer can be lost.
    const fn agree(self) -> bool {
        self.sent <= self.taken && self.taken <= self.sent + self.waiting
    }
}

/// A sum of amounts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Fen(i64);

impl Fen {
    fn add(&mut self, money: Money) {
        self.0 += money.fen();
    }

    fn text(self) -> String {
        Money::from_fen(self.0)
            .map_or_else(|_| format!("{} fen", self.0), |money| money.to_string())
    }
}

impl Report {
    /// Gathers the figures: the people's stories, our store, and the treasury's own ledger over HTTP.
    ///
    /// # Errors
    /// When service, store or treasury cannot be asked.
    pub async fn gather(
        town: &Town,
        driver: &Driver<'_>,
        stories: &[Story],
        samples_looked_at: u64,
        worked: Vec<Worked>,
    ) -> Result<Self, CliError> {
        let store = &town.context().store;
        let treasury = town.treasury_ledger().await?;
        let replayed = replay_store(store, || {}).await.map_err(CliError::failed)?;
        let ledger_faults = store
            .read()
            .await
            .map_err(CliError::failed)?
            .ledger_faults()
            .await;
        let balances = driver.balances().await?;
        let decisions = Decisions::read(town, stories).await?;
        let mut report = Self {
            people: stories.len(),
            filed: stories
                .iter()
                .filter(|story| story.filed_at().is_some())
                .count(),
            approved_by_machine: count(stories, |story| {
                !story.referred && matches!(story.state(), "approved" | "publicity")
            }),
            referred: count(stories, |story| story.referred),
            referred_by_reason: decisions.reasons,
            parked_then_resumed: count(stories, |story| story.parked && story.state() != "parked"),
            waiting_for_budget: count(stories, |story| story.state() == "waiting_for_budget"),
            waited_then_awarded: count(stories, |story| {
                story.waited && story.state() == "approved"
            }),
            unfinished: count(stories, |story| {
                matches!(story.state(), "draft" | "filed" | "parked")
            }),
            approved: Fen::default(),
            not_yet_due: Fen::default(),
            returned_outstanding: Fen::default(),
            approved_unpaid: 0,
            returned: stories.iter().map(|story| story.returned).sum(),
            treasury,
            ledger_paid: paid_balance(&balances),
            ledger_faults: ledger_faults.map_err(CliError::failed)?,
            replayed,
            filled: stories.iter().map(|story| story.filled).sum(),
            typed: stories.iter().map(|story| story.typed).sum(),
            to_decision_us: decisions.elapsed_us,
            to_money_us: stories.iter().filter_map(money_us).collect(),
            messages: Messages::read(town).await?,
            samples_looked_at,
            worked: worked
                .into_iter()
                .map(|worked| Ended::of(worked, stories))
                .collect(),
        };
        report.to_decision_us.sort_unstable();
        report.to_money_us.sort_unstable();
        for payment in stories.iter().flat_map(|story| &story.payments) {
            report.count_payment(payment);
        }
        Ok(report)
    }

    fn count_payment(&mut self, payment: &Value) {
        let amount = amount_of(payment);
        self.approved.add(amount);
        match payment["state"].as_str().and_then(PaymentState::parse) {
            Some(PaymentState::Scheduled) => self.not_yet_due.add(amount),
            Some(PaymentState::Returned) => self.returned_outstanding.add(amount),
            Some(PaymentState::Settled) => {}
            _ => self.approved_unpaid += 1,
        }
    }

    /// Whether every promise was kept: nothing paid twice, nothing approved and unpaid, nothing left lying, both ledgers
    /// equal to the fen, every decision recomputed to the same bytes.
    #[must_use]
    pub fn promises_kept(&self) -> bool {
        self.broken().is_empty()
    }

    /// The promises that were not kept, in words.
    #[must_use]
    pub fn broken(&self) -> Vec<&'static str> {
        let paid = self.treasury.paid_total.fen();
        [
            (
                !self.treasury.paid_twice.is_empty(),
                "the treasury paid something twice",
            ),
            (
                self.approved_unpaid > 0,
                "something approved and due was not paid",
            ),
            (self.unfinished > 0, "an application was left lying"),
            (self.filed != self.people, "somebody could not file"),
            (
                self.approved.0 != paid + self.returned_outstanding.0 + self.not_yet_due.0,
                "what was approved is not what was paid, returned or is not yet due",
            ),
            (
                self.ledger_paid != paid,
                "our ledger and the treasury's differ",
            ),
            (
                !self.ledger_faults.is_empty(),
                "our ledger contradicts itself",
            ),
            (
                self.replayed.mismatches > 0,
                "a decision could not be recomputed to the same bytes",
            ),
            (
                self.worked.iter().any(|one| one.worked.ending.is_none()),
                "a case that was worked did not come to its end",
            ),
            (
                !self.messages.agree(),
                "the messages sent are not the messages that arrived",
            ),
        ]
        .into_iter()
        .filter_map(|(is_broken, words)| is_broken.then_some(words))
        .collect()
    }

    /// One object; amounts are strings.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "people": self.people,
            "filed": self.filed,
            "approved_by_machine": self.approved_by_machine,
            "samples_looked_at": self.samples_looked_at,
            "referred": self.referred,
            "referred_by_reason": self.referred_by_reason,
            "cases_worked": self.cases_worked(),
            "parked_then_resumed": self.parked_then_resumed,
            "waiting_for_budget": self.waiting_for_budget,
            "waited_then_awarded": self.waited_then_awarded,
            "unfinished": self.unfinished,
            "approved_total": self.approved.text(),
            "treasury_paid_total": self.treasury.paid_total,
            "treasury_paid_count": self.treasury.paid_count,
            "ledger_paid_total": Fen(self.ledger_paid).text(),
            "not_yet_due_total": self.not_yet_due.text(),
            "returned_outstanding_total": self.returned_outstanding.text(),
            "paid_twice": self.treasury.paid_twice.len(),
            "approved_unpaid": self.approved_unpaid,
            "returned": self.returned,
            "replay_checked": self.replayed.checked,
            "replay_mismatches": self.replayed.mismatches,
            "fields_filled": self.filled,
            "fields_typed": self.typed,
            "fields_prefilled_share": share(self.filled, self.filled + self.typed),
            "seconds_to_decision": percentiles(&self.to_decision_us),
            "seconds_to_money": percentiles(&self.to_money_us),
            "messages_sent": self.messages.sent,
            "messages_waiting": self.messages.waiting,
            "messages_given_up": self.messages.dead,
            "messages_at_sink": self.messages.taken,
            "promises_broken": self.broken(),
        })
    }

    /// How the cases that people worked ended, and each of them.
    fn cases_worked(&self) -> Value {
        let ended = |ending| {
            self.worked
                .iter()
                .filter(move |one| one.ending() == ending)
                .count()
        };
        let mut approved = Fen::default();
        self.worked
            .iter()
            .for_each(|one| approved.0 += one.approved.0);
        json!({
            "count": self.worked.len(),
            "approved": ended("approved"),
            "refused": ended("refused"),
            "approved_total": approved.text(),
            "cases": self.worked.iter().map(Ended::to_json).collect::<Vec<_>>(),
        })
    }

    fn print_cases(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.worked.is_empty() {
            return Ok(());
        }
        writeln!(
            out,
            "\n办结  {:>6} cases worked to their end",
            self.worked.len()
        )?;
        for one in &self.worked {
            let Worked {
                case, reason, acts, ..
            } = &one.worked;
            let short: String = case.chars().skip(case.len().saturating_sub(8)).collect();
            let (ending, amount) = (one.ending(), one.approved.text());
            writeln!(out, "      {short}  {ending:<10} {amount:>14}  {reason}")?;
            writeln!(out, "                {}", acts.join(" → "))?;
        }
        Ok(())
    }

    fn print_approved(&self, out: &mut dyn Write) -> io::Result<()> {
        let (approved, looked_at) = (self.approved_by_machine, self.samples_looked_at);
        writeln!(out, "秒批  {approved:>6} approved by machine")?;
        writeln!(
            out,
            "      {looked_at:>6} of these drawn, and looked at by an officer"
        )
    }

    /// The same for people.
    ///
    /// # Errors
    /// When the output is gone.
    pub fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        let (decision, money) = (
            percentiles(&self.to_decision_us),
            percentiles(&self.to_money_us),
        );
        let second =
            |figures: &Value, which: &str| figures[which].as_str().unwrap_or("-").to_owned();
        writeln!(
            out,
            "\n秒报  {:>6} filed of {} people",
            self.filed, self.people
        )?;
        let share = share(self.filled, self.filled + self.typed);
        writeln!(
            out,
            "      {:>6} fields from registers, {} typed ({share} prefilled)",
            self.filled, self.typed
        )?;
        self.print_approved(out)?;
        writeln!(out, "      {:>6} referred to a person", self.referred)?;
        for (reason, count) in &self.referred_by_reason {
            writeln!(out, "        {count:>6}  {reason}")?;
        }
        writeln!(
            out,
            "      {:>6} parked while a register was down, resumed by themselves",
            self.parked_then_resumed
        )?;
        writeln!(
            out,
            "      {:>6} waited for budget, awarded when it came",
            self.waited_then_awarded
        )?;
        writeln!(
            out,
            "      seconds to decision  p50 {}  p99 {}",
            second(&decision, "p50"),
            second(&decision, "p99")
        )?;
        writeln!(
            out,
            "秒付  {:>6} paid, {} returned and paid again",
            self.treasury.paid_count, self.returned
        )?;
        writeln!(
            out,
            "      seconds to money     p50 {}  p99 {}",
            second(&money, "p50"),
            second(&money, "p99")
        )?;
        writeln!(
            out,
            "\n      approved          {:>18}",
            self.approved.text()
        )?;
        writeln!(
            out,
            "      not yet due       {:>18}",
            self.not_yet_due.text()
        )?;
        writeln!(
            out,
            "      returned          {:>18}",
            self.returned_outstanding.text()
        )?;
        writeln!(
            out,
            "      paid, our ledger  {:>18}",
            Fen(self.ledger_paid).text()
        )?;
        writeln!(
            out,
            "      paid, treasury's  {:>18}",
            self.treasury.paid_total.to_string()
        )?;
        self.print_cases(out)?;
        self.messages.print(out)?;
        let Replayed {
            checked,
            mismatches,
            ..
        } = &self.replayed;
        writeln!(
            out,
            "\n      {checked} decisions recomputed from evidence, {mismatches} differ"
        )?;
        match self.broken().as_slice() {
            [] => writeln!(
                out,
                "      every promise kept: nothing lost, nothing paid twice"
            ),
            broken => broken
                .iter()
                .try_for_each(|words| writeln!(out, "      BROKEN: {words}")),
        }
    }
}

fn amount_of(payment: &Value) -> Money {
    payment["amount"]
        .as_str()
        .and_then(|text| text.parse().ok())
        .unwrap_or(Money::ZERO)
}

fn count(stories: &[Story], which: impl Fn(&Story) -> bool) -> usize {
    stories.iter().filter(|story| which(story)).count()
}

/// What the store says about the machine's decisions.
#[derive(Default)]
struct Decisions {
    /// How often each criterion stood in the way.
    reasons: BTreeMap<String, u64>,
    /// From filing to the first decision, in microseconds.
    elapsed_us: Vec<i64>,
}

impl Decisions {
    async fn read(town: &Town, stories: &[Story]) -> Result<Self, CliError> {
        let filed_at = |story: &Story| {
            Some((
                story.application["id"].as_str()?.to_owned(),
                story.filed_at()?,
            ))
        };
        let mut filed: HashMap<String, Timestamp> = stories.iter().filter_map(filed_at).collect();
        let mut decisions = Self::default();
        let mut after = None;
        loop {
            let mut tx = town
                .context()
                .store
                .read()
                .await
                .map_err(CliError::failed)?;
            let page = tx
                .decisions_page(after, PAGE)
                .await
                .map_err(CliError::failed)?;
            let Some(last) = page.last() else {
                return Ok(decisions);
            };
            after = Some(last.id);
            for decision in &page {
                // Removed, so that only the first decision of an application counts.
                let filed = filed.remove(&decision.application.to_string());
                decisions
                    .elapsed_us
                    .extend(filed.map(|filed| elapsed_us(filed, decision.at)));
                if decision.outcome == Outcome::Refer {
                    decisions.count_reasons(&decision.record);
                }
            }
        }
    }

    fn count_reasons(&mut self, record: &[u8]) {
        let record: Value = serde_json::from_slice(record).unwrap_or(Value::Null);
        for finding in record["findings"].as_array().into_iter().flatten() {
            let verdict = finding["verdict"].as_str().unwrap_or_default();
            if verdict != "met" {
                let criterion = finding["criterion"].as_str().unwrap_or_default();
                *self
                    .reasons
                    .entry(format!("{criterion}: {verdict}"))
                    .or_insert(0) += 1;
            }
        }
        for signal in record["signals"].as_array().into_iter().flatten() {
            let signal = signal.as_str().unwrap_or_default();
            *self.reasons.entry(format!("signal: {signal}")).or_insert(0) += 1;
        }
    }
}

/// What our ledger holds as paid, in fen; what is to come back, or has come back, was paid too.
fn paid_balance(balances: &Value) -> i64 {
    let accounts = [Account::Paid, Account::Receivable, Account::Recovered];
    let paid = |balance: &&Value| {
        let account = balance["account"].as_str().and_then(Account::parse);
        account.is_some_and(|account| accounts.contains(&account))
    };
    let fen = |balance: &Value| {
        balance["balance"]
            .as_str()?
            .parse::<Money>()
            .ok()
            .map(Money::fen)
    };
    balances
        .as_array()
        .into_iter()
        .flatten()
        .filter(paid)
        .filter_map(fen)
        .sum()
}

/// From filing to the first settlement. Who waited for budget or for a person is not counted: that wait is not
/// the pipeline's.
fn money_us(story: &Story) -> Option<i64> {
    if story.waited || story.referred {
        return None;
    }
    let settled = story
        .payments
        .iter()
        .filter_map(|payment| payment["instructions"].as_array())
        .flatten()
        .filter_map(|instruction| instant(&instruction["settled_at"]))
        .min()?;
    Some(elapsed_us(story.filed_at()?, settled))
}

fn elapsed_us(from: Timestamp, until: Timestamp) -> i64 {
    until.as_micros() - from.as_micros()
}

fn percentiles(sorted_us: &[i64]) -> Value {
    let at = |per_cent| percentile(sorted_us, per_cent).map(seconds);
    json!({ "p50": at(50), "p99": at(99) })
}
