//! Compiles tests to the flat form, and finds what they get wrong on the way: unknown facts, wrong types, values that cannot be.

use std::collections::HashMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::document::{
    AtEmployer, Between, Comparison, DateOrder, DateRef, Fact, FactType, Limit, Literal,
    MonthsTest, Operand, Param, ParamType, Test,
};
use super::problem::{Problems, say};
use super::program::{
    DECIMALS, Day, Employer, MonthsNode, Node, Number, Order, Part, Program, Slot, Span, pack,
};
use crate::domain::judgement::SourceSet;
use crate::domain::money::Money;
use crate::domain::time::parse_date;

/// Days outside these years are slips of the pen.
pub(crate) const YEARS: std::ops::RangeInclusive<i16> = 1900..=2199;
/// Longest count of months a test may ask for; the matcher remembers 512.
const MONTHS_MAX: i64 = 480;
/// Longest count of years a test may ask for.
const YEARS_MAX: i64 = 150;
/// Deepest nesting of tests.
const DEPTH_MAX: usize = 16;

/// What tests are compiled against.
pub(crate) struct Compiler<'a> {
    pub(crate) facts: &'a [Fact],
    pub(crate) params: &'a [Param],
    by_id: HashMap<&'a str, usize>,
    param_by_id: HashMap<&'a str, usize>,
    pub(crate) used: Vec<bool>,
    pub(crate) params_used: Vec<bool>,
    pub(crate) program: Program,
    pub(crate) problems: &'a mut Problems,
    /// Facts of the test at hand.
    touched: Vec<Slot>,
}

impl<'a> Compiler<'a> {
    pub(crate) fn new(
        facts: &'a [Fact],
        params: &'a [Param],
        program: Program,
        problems: &'a mut Problems,
    ) -> Self {
        Self {
            by_id: facts
                .iter()
                .enumerate()
                .rev()
                .map(|(at, fact)| (fact.id.as_str(), at))
                .collect(),
            param_by_id: params
                .iter()
                .enumerate()
                .rev()
                .map(|(at, param)| (param.id.as_str(), at))
                .collect(),
            used: vec![false; facts.len()],
            params_used: vec![false; params.len()],
            facts,
            params,
            program,
            problems,
            touched: Vec::new(),
        }
    }

    /// Compiles a test; the node, the sources it rests on, and the facts it reads in order of slots.
    pub(crate) fn root(&mut self, test: &Test, at: &str) -> (Option<Node>, SourceSet, Vec<Slot>) {
        self.touched.clear();
        let node = self.test(test, at, 0);
        let slots = self.touched();
        (node, self.sources(&slots), slots)
    }

    /// Facts touched since the last root.
    fn touched(&mut self) -> Vec<Slot> {
        let mut slots = std::mem::take(&mut self.touched);
        slots.sort_unstable();
        slots.dedup();
        slots
    }

    /// Sources of some facts.
    pub(crate) fn sources(&self, slots: &[Slot]) -> SourceSet {
        slots
            .iter()
            .filter_map(|slot| self.facts.get(usize::from(*slot))?.source.register())
            .collect()
    }

    /// Looks a fact up and marks it as used.
    pub(crate) fn fact(&mut self, id: &str, at: &str) -> Option<(Slot, &'a Fact)> {
        let Some(&index) = self.by_id.get(id) else {
            let known = self
                .facts
                .iter()
                .map(|fact| fact.id.as_str())
                .collect::<Vec<_>>()
                .join(", ");
            self.problems.error(
                at,
                "unknown_fact",
                say(
                    format!(
                        "没有声明名为 {id} 的事实。请在 /facts 中声明，或改为已声明的：{known}。"
                    ),
                    format!(
                        "no fact is called {id}; declare it under /facts or use one of: {known}"
                    ),
                ),
            );
            return None;
        };
        if let Some(used) = self.used.get_mut(index) {
            *used = true;
        }
        let slot = Slot::try_from(index).ok()?;
        self.touched.push(slot);
        self.facts.get(index).map(|fact| (slot, fact))
    }

    /// Looks a fact up that must have one of some types.
    pub(crate) fn fact_of(
        &mut self,
        id: &str,
        at: &str,
        wanted: &[FactType],
    ) -> Option<(Slot, &'a Fact)> {
        let (slot, fact) = self.fact(id, at)?;
        if wanted.contains(&fact.kind) {
            return Some((slot, fact));
        }
        self.wrong_type(at, id, fact.kind, wanted);
        None
    }

    fn wrong_type(&mut self, at: &str, id: &str, found: FactType, wanted: &[FactType]) {
        let wanted = wanted
            .iter()
            .map(|kind| kind.as_str())
            .collect::<Vec<_>>()
            .join("/");
        let found = found.as_str();
        self.problems.error(
            at,
            "wrong_type",
            say(format!("此检验要求 {wanted} 类型，而 {id} 是 {found}。请换用合适的检验或事实。"), format!("this test wants a fact of type {wanted}, and {id} is {found}; use another test or another fact")),
        );
    }

    fn bad_value(&mut self, at: &str, what: &str) {
        self.problems.error(
            at,
            "wrong_value",
            say(
                format!("此处的值不合类型：应为 {what}。"),
                format!("the value does not fit its type: {what} is wanted"),
            ),
        );
    }

    fn test(&mut self, test: &Test, at: &str, depth: usize) -> Option<Node> {
        if depth > DEPTH_MAX {
            return self.too_deep(at);
        }
        match test {
            Test::Eq(c) => self.compare(c, Order::Eq, at),
            Test::Ne(c) => self.compare(c, Order::Ne, at),
            Test::Lt(c) => self.compare(c, Order::Lt, at),
            Test::Lte(c) => self.compare(c, Order::Lte, at),
            Test::Gt(c) => self.compare(c, Order::Gt, at),
            Test::Gte(c) => self.compare(c, Order::Gte, at),
            Test::In { fact, values } => self.one_of(fact, values, at),
            Test::Has { fact, values } => self.has(fact, values, at),
            Test::Present { fact } => self
                .fact(fact, &format!("{at}/fact"))
                .map(|(slot, _)| Node::Present { slot }),
            Test::Before(order) => self.days(order, Order::Lt, at),
            Test::After(order) => self.days(order, Order::Gt, at),
            Test::OnOrBefore(order) => self.days(order, Order::Lte, at),
            Test::OnOrAfter(order) => self.days(order, Order::Gte, at),
            Test::YearsBetween(between) => self.between(between, true, at),
            Test::MonthsBetween(between) => self.between(between, false, at),
            Test::CumulativeMonths(months) | Test::ConsecutiveMonths(months) => {
                self.months(months, at)
            }
            Test::NamesAgree { facts } => self.agree(facts, Some(FactType::Name), at),
            Test::Agree { facts } => self.agree(facts, None, at),
            Test::SameAs { fact, other } => self.same_as(fact, other, at),
            Test::Unchanged { fact } => self
                .fact_of(fact, &format!("{at}/fact"), FactType::COMPARABLE)
                .map(|(slot, _)| Node::Unchanged(slot)),
            Test::All { of } => self
                .parts(of.iter(), |n| format!("{at}/of/{n}"), depth, false)
                .map(Node::All),
            Test::Any { of } => self
                .parts(of.iter(), |n| format!("{at}/of/{n}"), depth, false)
                .map(Node::Any),
            Test::Routes { of } => self
                .parts(
                    of.iter().map(|route| &route.test),
                    |n| format!("{at}/of/{n}/test"),
                    depth,
                    false,
                )
                .map(Node::Any),
            Test::Not { of } => self.contrary(of, &format!("{at}/of"), depth + 1),
        }
    }

    /// The contrary of a test, with the negation carried down to single tests: a disjunction keeps other causes than a
    /// conjunction does, so a negated one must become the other.
    fn contrary(&mut self, test: &Test, at: &str, depth: usize) -> Option<Node> {
        match test {
            Test::Not { of } => self.test(of, &format!("{at}/of"), depth + 1),
            Test::All { of } => self
                .parts(of.iter(), |n| format!("{at}/of/{n}"), depth, true)
                .map(Node::Any),
            Test::Any { of } => self
                .parts(of.iter(), |n| format!("{at}/of/{n}"), depth, true)
                .map(Node::All),
            Test::Routes { of } => self
                .parts(
                    of.iter().map(|route| &route.test),
                    |n| format!("{at}/of/{n}/test"),
                    depth,
                    true,
                )
                .map(Node::All),
            single => {
                let node = self.test(single, at, depth)?;
                let place = u16::try_from(self.program.nodes.len()).ok()?;
                self.program.nodes.push(node);
                Some(Node::Not(place))
            }
        }
    }

    fn too_deep<T>(&mut self, at: &str) -> Option<T> {
        self.problems.error(
            at,
            "too_deep",
            say(
                "检验嵌套过深，请拆成几条标准。",
                "tests are nested too deeply; split them into several criteria",
            ),
        );
        None
    }

    /// Compiles parts and lays them side by side; their own parts lie before them.
    fn parts<'t>(
        &mut self,
        parts: impl Iterator<Item = &'t Test>,
        place: impl Fn(usize) -> String,
        depth: usize,
        contrary: bool,
    ) -> Option<Part> {
        if depth > DEPTH_MAX {
            return self.too_deep(&place(0));
        }
        let mut nodes = Vec::new();
        let mut whole = true;
        for (n, part) in parts.enumerate() {
            let node = if contrary {
                self.contrary(part, &place(n), depth + 1)
            } else {
                self.test(part, &place(n), depth + 1)
            };
            match node {
                Some(node) => nodes.push(node),
                None => whole = false,
            }
        }
        let part = Part {
            start: u16::try_from(self.program.nodes.len()).ok()?,
            len: u16::try_from(nodes.len()).ok()?,
        };
        self.program.nodes.append(&mut nodes);
        whole.then_some(part)
    }

    fn compare(&mut self, comparison: &Comparison, order: Order, at: &str) -> Option<Node> {
        let wanted = if matches!(order, Order::Eq | Order::Ne) {
            FactType::EQUATABLE
        } else {
            FactType::ORDERED
        };
        let (slot, fact) = self.fact_of(&comparison.fact, &format!("{at}/fact"), wanted)?;
        let at = format!("{at}/value");
        let with = match &comparison.value {
            Operand::Literal(literal) => Number::Fixed(self.literal(literal, fact, &at)?),
            Operand::Param(param) => {
                self.param(&param.param, fact.kind.param(), &format!("{at}/param"))?
            }
        };
        Some(Node::Compare { slot, order, with })
    }

    fn one_of(&mut self, id: &str, values: &[Literal], at: &str) -> Option<Node> {
        let (slot, fact) = self.fact_of(id, &format!("{at}/fact"), FactType::EQUATABLE)?;
        let numbers = self.literals(values, fact, at)?;
        if fact.kind == FactType::Code {
            return Some(Node::OneOfCodes {
                slot,
                codes: bits(&numbers),
            });
        }
        let start = u16::try_from(self.program.values.len()).ok()?;
        let len = u16::try_from(numbers.len()).ok()?;
        self.program.values.extend(numbers);
        Some(Node::OneOfValues {
            slot,
            values: Part { start, len },
        })
    }

    fn has(&mut self, id: &str, values: &[Literal], at: &str) -> Option<Node> {
        let (slot, fact) = self.fact_of(id, &format!("{at}/fact"), &[FactType::Codes])?;
        let numbers = self.literals(values, fact, at)?;
        Some(Node::Has {
            slot,
            codes: bits(&numbers),
        })
    }

    fn literals(&mut self, values: &[Literal], fact: &Fact, at: &str) -> Option<Vec<i64>> {
        let found: Vec<Option<i64>> = values
            .iter()
            .enumerate()
            .map(|(n, value)| self.literal(value, fact, &format!("{at}/values/{n}")))
            .collect();
        found.into_iter().collect()
    }

    /// A literal as the number it is compared by.
    fn literal(&mut self, literal: &Literal, fact: &Fact, at: &str) -> Option<i64> {
        let number = match (fact.kind, literal) {
            (FactType::Bool, Literal::Bool(value)) => Some(i64::from(*value)),
            (FactType::Int, Literal::Int(value)) => Some(*value),
            (FactType::Money, Literal::Text(text)) => text.parse::<Money>().ok().map(Money::fen),
            (FactType::Decimal, Literal::Text(text)) => decimal(text),
            (FactType::Date, Literal::Text(text)) => day(text).map(|day| i64::from(pack(day))),
            (FactType::Text, Literal::Text(text)) => self.text(text),
            (FactType::Code | FactType::Codes, Literal::Text(text)) => {
                let place = fact.codes.iter().position(|code| code == text);
                if place.is_none() {
                    self.unknown_code(text, fact, at);
                    return None;
                }
                place.and_then(|place| i64::try_from(place).ok())
            }
            _ => None,
        };
        // A fact keeps its number in 56 bits; a longer one could equal none.
        let number = number.filter(|number| (number << 8) >> 8 == *number);
        if number.is_none() {
            if fact.kind == FactType::Money && matches!(literal, Literal::Int(_)) {
                self.problems.error(
                    at,
                    "amount_as_number",
                    say(
                        "金额须写成字符串，如 \"200000.00\"，不得写成数字。",
                        "write the amount as a string such as \"200000.00\", not as a number",
                    ),
                );
            } else {
                self.bad_value(at, fact.kind.as_str());
            }
        }
        number
    }

    fn unknown_code(&mut self, code: &str, fact: &Fact, at: &str) {
        let (id, known) = (&fact.id, fact.codes.join(", "));
        self.problems.error(
            at,
            "unknown_code",
            say(format!("{id} 没有代码 {code}。已声明：{known}。请改正，或在该事实的 codes 中补上。"), format!("{id} has no code {code}; declared are {known}: correct it, or add it to the codes of the fact")),
        );
    }

    /// Number of a text of the document.
    fn text(&mut self, text: &str) -> Option<i64> {
        let place = self
            .program
            .texts
            .iter()
            .position(|known| **known == *text)
            .unwrap_or_else(|| {
                self.program.texts.push(text.into());
                self.program.texts.len() - 1
            });
        i64::try_from(place).ok()
    }

    /// A parameter of the wanted type: folded to a number when it never changes.
    fn param(&mut self, id: &str, wanted: Option<ParamType>, at: &str) -> Option<Number> {
        let Some(&index) = self.param_by_id.get(id) else {
            self.problems.error(
                at,
                "unknown_param",
                say(
                    format!("没有声明名为 {id} 的参数。请在 /params 中声明。"),
                    format!("no parameter is called {id}; declare it under /params"),
                ),
            );
            return None;
        };
        if let Some(used) = self.params_used.get_mut(index) {
            *used = true;
        }
        let param = self.params.get(index)?;
        if wanted != Some(param.kind) {
            self.problems.error(at, "wrong_type", say(format!("参数 {id} 的类型不合此检验。请换用类型相同的参数或直接写值。"), format!("parameter {id} has a type that does not fit this test; use one of the same type, or write the value")));
            return None;
        }
        match self.program.params.get(index)?.as_slice() {
            [] => None,
            [(_, only)] => Some(Number::Fixed(*only)),
            _ => u16::try_from(index).ok().map(Number::Param),
        }
    }

    fn days(&mut self, order: &DateOrder, compare: Order, at: &str) -> Option<Node> {
        let left = self.day(&order.date, &format!("{at}/date"));
        let right = self.day(&order.than, &format!("{at}/than"));
        Some(Node::Days {
            left: left?,
            right: right?,
            order: compare,
        })
    }

    /// A reference to a day.
    pub(crate) fn day(&mut self, date: &DateRef, at: &str) -> Option<Day> {
        match date {
            DateRef::Word(word) if word == "filing_date" => Some(Day::Filing),
            DateRef::Word(word) if word == "judged_on" => Some(Day::Judged),
            DateRef::Word(word) => {
                let day = day(word);
                if day.is_none() {
                    self.bad_value(at, "filing_date, judged_on or a day from 1900 to 2199");
                }
                day.map(|day| Day::Fixed(pack(day)))
            }
            DateRef::Fact(fact) => {
                let (slot, _) =
                    self.fact_of(&fact.fact, &format!("{at}/fact"), &[FactType::Date])?;
                Some(Day::Fact {
                    slot,
                    day_after: fact.day_after,
                })
            }
            DateRef::Param(param) => {
                match self.param(&param.param, Some(ParamType::Date), &format!("{at}/param"))? {
                    Number::Fixed(day) => i32::try_from(day).ok().map(Day::Fixed),
                    Number::Param(place) => Some(Day::Param(place)),
                }
            }
        }
    }

    fn between(&mut self, between: &Between, years: bool, at: &str) -> Option<Node> {
        let from = self.day(&between.from, &format!("{at}/from"));
        let to = self.day(&between.to, &format!("{at}/to"));
        let given = [
            ("at_least", Span::AtLeast, &between.at_least),
            ("at_most", Span::AtMost, &between.at_most),
            ("within", Span::Within, &between.within),
        ];
        let mut given = given
            .into_iter()
            .filter_map(|(name, span, limit)| limit.as_ref().map(|limit| (name, span, limit)));
        let (Some((name, span, limit)), None) = (given.next(), given.next()) else {
            self.problems.error(
                at,
                "one_limit",
                say(
                    "at_least、at_most、within 三者须恰好写一个。",
                    "give exactly one of at_least, at_most and within",
                ),
            );
            return None;
        };
        let limit = self.limit(
            limit,
            if years { YEARS_MAX } else { MONTHS_MAX },
            &format!("{at}/{name}"),
        );
        Some(Node::Between {
            from: from?,
            to: to?,
            years,
            span,
            limit: limit?,
        })
    }

    fn limit(&mut self, limit: &Limit, max: i64, at: &str) -> Option<Number> {
        let number = match limit {
            Limit::Count(count) => Number::Fixed(i64::from(*count)),
            Limit::Param(param) => {
                self.param(&param.param, Some(ParamType::Int), &format!("{at}/param"))?
            }
        };
        let fits = |value: i64| (0..=max).contains(&value);
        let fine = match number {
            Number::Fixed(value) => fits(value),
            Number::Param(place) => self
                .program
                .params
                .get(usize::from(place))
                .is_some_and(|values| values.iter().all(|(_, value)| fits(*value))),
        };
        if !fine {
            self.problems.error(
                at,
                "count_out_of_range",
                say(
                    format!("数目须在 0 到 {max} 之间。"),
                    format!("the count must lie between 0 and {max}"),
                ),
            );
        }
        fine.then_some(number)
    }

    fn months(&mut self, test: &MonthsTest, at: &str) -> Option<Node> {
        let fact = self.fact_of(&test.fact, &format!("{at}/fact"), &[FactType::Months]);
        let at_least = self.limit(&test.at_least, MONTHS_MAX, &format!("{at}/at_least"));
        let from = test
            .from
            .as_ref()
            .map(|from| self.day(from, &format!("{at}/from")));
        let until = test.until.as_ref().map_or(Some(Day::Judged), |until| {
            self.day(until, &format!("{at}/until"))
        });
        let employer = match &test.at_employer {
            None => Some(Employer::Anyone),
            Some(AtEmployer::Word(_)) => Some(Employer::AnyOne),
            Some(AtEmployer::Fact(fact)) => self
                .fact_of(
                    &fact.fact,
                    &format!("{at}/at_employer/fact"),
                    &[FactType::Text],
                )
                .map(|(slot, _)| Employer::Fact(slot)),
        };
        let node = MonthsNode {
            slot: fact?.0,
            at_least: at_least?,
            from: match from {
                None => None,
                Some(day) => Some(day?),
            },
            until: until?,
            back_paid: test.back_paid,
            employer: employer?,
            ending: test.ending,
        };
        let place = u16::try_from(self.program.months.len()).ok()?;
        self.program.months.push(node);
        Some(Node::Months(place))
    }

    fn agree(&mut self, ids: &[String], wanted: Option<FactType>, at: &str) -> Option<Node> {
        let found: Vec<_> = ids
            .iter()
            .enumerate()
            .map(|(n, id)| self.fact(id, &format!("{at}/facts/{n}")))
            .collect();
        let found: Vec<_> = found.into_iter().collect::<Option<_>>()?;
        let kind = wanted.or_else(|| found.first().map(|(_, fact)| fact.kind))?;
        for (n, (_, fact)) in found.iter().enumerate() {
            if fact.kind != kind || !FactType::COMPARABLE.contains(&kind) {
                let wanted = if FactType::COMPARABLE.contains(&kind) {
                    vec![kind]
                } else {
                    FactType::COMPARABLE.to_vec()
                };
                self.wrong_type(&format!("{at}/facts/{n}"), &fact.id, fact.kind, &wanted);
                return None;
            }
            self.same_codes(found.first()?.1, fact, &format!("{at}/facts/{n}"))?;
        }
        let start = u16::try_from(self.program.slots.len()).ok()?;
        let len = u16::try_from(found.len()).ok()?;
        self.program
            .slots
            .extend(found.iter().map(|(slot, _)| *slot));
        Some(Node::Agree(Part { start, len }))
    }

    fn same_as(&mut self, one: &str, other: &str, at: &str) -> Option<Node> {
        let first = self.fact_of(one, &format!("{at}/fact"), FactType::COMPARABLE);
        let second = self.fact_of(other, &format!("{at}/other"), FactType::COMPARABLE);
        let ((first, fact), (second, other)) = (first?, second?);
        if fact.kind != other.kind {
            self.wrong_type(&format!("{at}/other"), &other.id, other.kind, &[fact.kind]);
            return None;
        }
        self.same_codes(fact, other, &format!("{at}/other"))?;
        Some(Node::SameAs(first, second))
    }

    /// Codes are compared by their place, so both lists must be the same.
    fn same_codes(&mut self, one: &Fact, other: &Fact, at: &str) -> Option<()> {
        if one.codes == other.codes {
            return Some(());
        }
        self.problems.error(
            at,
            "different_codes",
            say(
                "两项事实的 codes 须完全相同才能比较。",
                "the two facts must declare the same codes in the same order to be compared",
            ),
        );
        None
    }
}

fn bits(places: &[i64]) -> u64 {
    places.iter().fold(0, |bits, place| {
        bits | 1_u64
            .checked_shl(u32::try_from(*place).unwrap_or(u32::MAX))
            .unwrap_or(0)
    })
}

/// A day of a document or record, within the years that are believed.
pub(crate) fn day(text: &str) -> Option<Date> {
    parse_date(text)
        .ok()
        .filter(|day| YEARS.contains(&day.year()))
}

/// A decimal as whole millionths; `None` when it has more decimals or does not fit.
pub(crate) fn decimal(text: &str) -> Option<i64> {
    let number: Decimal = Decimal::from_str_exact(text).ok()?.normalize();
    if number.scale() > DECIMALS {
        return None;
    }
    let factor = 10_i128.pow(DECIMALS - number.scale());
    i64::try_from(number.mantissa().checked_mul(factor)?).ok()
}
