//! Appropriations: one of finance proposes, another approves; what is promised stays where it is.

use futures_util::future::join_all;
use sanmiao::domain::award::{Budget, BudgetKey};
use sanmiao::domain::budget_order::{BudgetOrder, Change, OrderState, YearEndRule};
use sanmiao::domain::id::JournalId;
use sanmiao::domain::ledger::{Account, JournalEntry, Movement};
use sanmiao::domain::money::Money;
use sanmiao::domain::time::Timestamp;
use sanmiao::error::StageError;
use sanmiao::finance::budgets::Proposal;
use sanmiao::finance::year_end::{Ending, Left};
use sanmiao::finance::{Finance, Terms};
use sanmiao::jobs::balances;
use sanmiao::store::OrderFilter;

use crate::support::clock::DAY_MS;
use crate::support::database::on_both_databases;
use crate::support::desk::{Desk, finance_checker, finance_staff, grant, money};
use crate::support::house::PHD;
use crate::support::people::{DISTRICT, ordinary};

/// What the support grants a line at the start.
const GRANTED: &str = "50000000.00";

fn line_of(district: &str, year: i16) -> BudgetKey {
    BudgetKey {
        policy: PHD.to_owned(),
        district: district.parse().unwrap(),
        year,
    }
}

fn line() -> BudgetKey {
    line_of(DISTRICT, 2026)
}

fn other_line() -> BudgetKey {
    line_of("440605", 2026)
}

fn proposal(change: Change, amount: &str, reference: &str) -> Proposal {
    Proposal {
        change,
        amount: money(amount),
        reference: reference.to_owned(),
    }
}

fn finance(desk: &Desk) -> Finance {
    Finance::new(desk.ctx.clone())
}

async fn proposed(desk: &Desk, proposal: &Proposal) -> BudgetOrder {
    let proposed = finance(desk)
        .propose_order(&finance_staff(), proposal)
        .await;
    proposed.unwrap().order
}

async fn approve(desk: &Desk, order: &BudgetOrder) -> Result<BudgetOrder, StageError> {
    finance(desk)
        .approve_order(&finance_checker(), order.id, order.version)
        .await
}

async fn stands(desk: &Desk, key: &BudgetKey) -> (String, String) {
    let mut tx = desk.ctx.store.read().await.unwrap();
    let line = tx.budget(key).await.unwrap();
    let line = line.unwrap_or_else(|| Budget::empty(key.clone()));
    (line.appropriated.to_string(), line.reserved.to_string())
}

/// Everything granted, over all lines, in fen.
async fn sum(desk: &Desk) -> i64 {
    let mut tx = desk.ctx.store.read().await.unwrap();
    let lines = tx.budgets().await.unwrap();
    assert!(
        lines.iter().all(|line| line.reserved <= line.appropriated),
        "{lines:?}"
    );
    lines.iter().map(|line| line.appropriated.fen()).sum()
}

fn to(key: BudgetKey) -> Change {
    Change::Add { to: key }
}

fn across() -> Change {
    Change::Move {
        from: line(),
        to: other_line(),
    }
}

on_both_databases! {
    async fn nothing_moves_before_another_person_has_signed_what_they_saw(database) {
        let desk = Desk::new(database).await;
        let order = proposed(&desk, &proposal(to(line()), "7.00", "文1")).await;
        assert_eq!(stands(&desk, &line()).await.0, GRANTED);
        let finance = finance(&desk);
        let own = finance.approve_order(&finance_staff(), order.id, 0).await.unwrap_err();
        assert!(matches!(own, StageError::Forbidden { .. }), "{own}");
        let stranger = finance.withdraw_order(&finance_checker(), order.id, 0).await.unwrap_err();
        assert!(matches!(stranger, StageError::Forbidden { .. }), "{stranger}");
        let approved = approve(&desk, &order).await.unwrap();
        assert!(matches!(approved.state, OrderState::Approved { .. }));
        assert_eq!(stands(&desk, &line()).await.0, "50000007.00");
        let late = finance.decline_order(&finance_checker(), order.id, 0, "晚了").await.unwrap_err();
        let StageError::OrderMoved { seen: 0, current: 1, state: "approved", ended: Some(by), .. } = late else {
            panic!("{late}");
        };
        assert_eq!(by.by, "finance-checker");
        assert_eq!(desk.faults().await, Vec::<String>::new());
    }

    async fn a_document_orders_one_thing_once_for_ever(database) {
        let desk = Desk::new(database).await;
        let asked = proposal(to(line()), "7.00", "文1");
        let (maker, finance) = (finance_staff(), finance(&desk));
        let once = join_all((0..4).map(|_| finance.propose_order(&maker, &asked))).await;
        let once: Vec<_> = once.into_iter().map(Result::unwrap).collect();
        assert_eq!(once.iter().filter(|one| one.is_new).count(), 1);
        assert!(once.iter().all(|one| one.order == once[0].order));
        for other in [proposal(to(line()), "8.00", "文1"), proposal(to(other_line()), "7.00", "文1")] {
            let refused = finance.propose_order(&maker, &other).await.unwrap_err();
            assert!(matches!(refused, StageError::NotInState { what: "reference", .. }), "{refused}");
        }
        // A declined one has used its document too, and says why.
        let order = &once[0].order;
        assert!(finance.decline_order(&finance_checker(), order.id, 0, " ").await.is_err(), "without grounds");
        let declined = finance.decline_order(&finance_checker(), order.id, 0, "金额不符").await.unwrap();
        assert_eq!(finance.budget_order(&maker, order.id).await.unwrap().order, declined);
        let again = finance.propose_order(&maker, &asked).await.unwrap();
        assert!(!again.is_new && again.order == declined);
        assert_eq!(stands(&desk, &line()).await.0, GRANTED);
    }

    async fn what_is_promised_cannot_leave_its_line_and_the_checker_is_told_what_can(database) {
        let desk = Desk::new(database).await;
        desk.file(&ordinary(1)[0]).await;
        let order = proposed(&desk, &proposal(across(), "49800000.01", "文1")).await;
        let short = approve(&desk, &order).await.unwrap_err();
        assert!(matches!(short, StageError::BudgetShort { free } if free == money("49800000.00")), "{short}");
        assert_eq!(finance(&desk).budget_order(&finance_staff(), order.id).await.unwrap().order, order);
        finance(&desk).withdraw_order(&finance_staff(), order.id, 0).await.unwrap();
        let order = proposed(&desk, &proposal(across(), "49800000.00", "文2")).await;
        approve(&desk, &order).await.unwrap();
        assert_eq!(stands(&desk, &line()).await, ("200000.00".to_owned(), "200000.00".to_owned()));
        assert_eq!(stands(&desk, &other_line()).await.0, "49800000.00");
        let lines = finance(&desk).budget_lines(&finance_staff(), 2026).await.unwrap();
        let of = |key: BudgetKey| lines.iter().find(|line| line.budget.key == key).unwrap();
        assert!(of(line()).on(Account::Available).is_zero());
        assert_eq!(of(other_line()).on(Account::Available), money("49800000.00"));
        assert_eq!(desk.faults().await, Vec::<String>::new());
    }

    async fn racing_checkers_move_the_money_once(database) {
        let desk = Desk::new(database).await;
        let order = proposed(&desk, &proposal(across(), "1.00", "文1")).await;
        let finance = finance(&desk);
        let checkers: Vec<_> = (0..6)
            .map(|number| {
                let mut staff = finance_checker();
                staff.subject.subject = format!("checker-{number}");
                staff
            })
            .collect();
        let done = join_all(checkers.iter().map(|who| finance.approve_order(who, order.id, 0))).await;
        assert_eq!(done.iter().filter(|one| one.is_ok()).count(), 1);
        for late in done.into_iter().filter_map(Result::err) {
            assert!(matches!(late, StageError::OrderMoved { state: "approved", .. }), "{late}");
        }
        assert_eq!(stands(&desk, &other_line()).await.0, "1.00");
        assert_eq!(desk.faults().await, Vec::<String>::new());
    }

    async fn orders_back_and_forth_and_awards_at_once_lose_nothing_and_stand_in_nobodys_way(database) {
        let desk = Desk::new(database).await;
        let start = sum(&desk).await;
        let back = Change::Move { from: other_line(), to: line() };
        let mut orders = Vec::new();
        for number in 0..24 {
            let change = [across(), back.clone(), Change::Lapse { from: line() }, to(other_line())];
            // One lapse of a line may be proposed at a time, so there is one.
            let which = if number == 2 { 2 } else { [0, 1, 3][number % 3] };
            let change = change[which].clone();
            orders.push(proposed(&desk, &proposal(change, "9000000.00", &format!("文{number}"))).await);
        }
        let awards = ordinary(6);
        let filings = join_all(awards.iter().map(|person| desk.file(person)));
        let approvals = join_all(orders.iter().map(|order| approve(&desk, order)));
        let (_, done) = tokio::join!(filings, approvals);
        let mut grown = 0;
        for (order, done) in orders.iter().zip(done) {
            match done {
                Ok(_) => grown += match order.change {
                    Change::Add { .. } => order.amount.fen(),
                    Change::Lapse { .. } => -order.amount.fen(),
                    _ => 0,
                },
                Err(StageError::BudgetShort { free }) => assert!(free < order.amount),
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!(sum(&desk).await, start + grown);
        assert_eq!(desk.faults().await, Vec::<String>::new());
    }

    async fn what_makes_no_sense_or_is_not_theirs_is_not_proposed(database) {
        let desk = Desk::new(database).await;
        let finance = finance(&desk);
        let retired = line_of("440602", 2026);
        let unknown = BudgetKey { policy: "no-such".to_owned(), ..line() };
        for (change, amount) in [
            (to(retired), "1.00"),
            (to(unknown), "1.00"),
            (to(line()), "0.00"),
            (Change::Move { from: line(), to: line() }, "1.00"),
            (Change::CarryOver { from: line() }, "1.00"),
        ] {
            let refused = finance.propose_order(&finance_staff(), &proposal(change.clone(), amount, "文1")).await;
            assert!(matches!(refused, Err(StageError::Invalid { .. })), "{change:?}");
        }
        let mut nanhai = finance_staff();
        nanhai.district = Some("440605".parse().unwrap());
        let refused = finance.propose_order(&nanhai, &proposal(across(), "1.00", "文1")).await;
        assert!(matches!(refused, Err(StageError::Forbidden { .. })));
        let order = proposed(&desk, &proposal(across(), "1.00", "文1")).await;
        assert!(matches!(finance.budget_order(&nanhai, order.id).await, Err(StageError::NotFound { .. })));
        let filter = OrderFilter { limit: 10, ..OrderFilter::default() };
        assert_eq!(finance.budget_orders(&nanhai, &filter).await.unwrap(), []);
        assert_eq!(finance.budget_orders(&finance_staff(), &filter).await.unwrap().len(), 2);
    }

    async fn a_year_that_is_over_lets_go_of_what_is_not_promised_and_keeps_the_rest(database) {
        let desk = Desk::new(database).await;
        desk.file(&ordinary(1)[0]).await;
        grant(&desk.ctx, other_line(), "5.00", "other").await;
        let (finance, maker) = (finance(&desk), finance_staff());
        let early = finance.propose_year_end(&maker, 2026, "文年终").await.unwrap_err();
        assert!(matches!(early, StageError::Invalid { field: "year", .. }), "{early}");
        desk.clock.advance(60 * DAY_MS);
        let Ending { orders, left } = finance.propose_year_end(&maker, 2026, "文年终").await.unwrap();
        assert_eq!((orders.len(), left), (2, Vec::new()));
        assert!(orders.iter().all(|order| matches!(order.change, Change::Lapse { .. })));
        for document in ["文年终", "文年终二"] {
            assert_eq!(finance.propose_year_end(&maker, 2026, document).await.unwrap(), Ending::default(), "nothing new");
        }
        let seen: Vec<_> = orders.iter().map(|order| (order.id, order.version)).collect();
        for (_, own) in finance.approve_orders(&maker, &seen).await {
            assert!(matches!(own, Err(StageError::Forbidden { .. })));
        }
        for (_, done) in finance.approve_orders(&finance_checker(), &seen).await {
            done.unwrap();
        }
        assert_eq!(stands(&desk, &line()).await, ("200000.00".to_owned(), "200000.00".to_owned()));
        assert_eq!(stands(&desk, &other_line()).await.0, "0.00");
        assert_eq!(finance.propose_year_end(&maker, 2026, "文年终三").await.unwrap(), Ending::default(), "nothing is left");
        // The sums of the journal are kept up to an hour ago, which is before the orders of today.
        assert_eq!(balances::run_once(&desk.ctx).await.unwrap(), 1);
        assert_eq!(balances::run_once(&desk.ctx).await.unwrap(), 0);
        assert_eq!(desk.faults().await, Vec::<String>::new());
    }

    async fn a_line_for_which_no_order_can_be_proposed_keeps_no_other_from_it(database) {
        let desk = Desk::new(database).await;
        grant(&desk.ctx, other_line(), "5.00", "other").await;
        // A policy that has been taken out of the folder still holds money.
        let gone = BudgetKey { policy: "a-policy-of-before".to_owned(), ..line() };
        let mut tx = desk.ctx.store.write().await.unwrap();
        tx.appropriate(&gone, money("7.00")).await.unwrap();
        tx.post(&JournalEntry {
            id: desk.ctx.id(JournalId::new), at: desk.ctx.now(), movement: Movement::Appropriate,
            budget: gone.clone(), amount: money("7.00"), reference: "before".to_owned(),
        }).await.unwrap();
        tx.commit().await.unwrap();
        desk.clock.advance(60 * DAY_MS);
        let (lapse, maker) = (finance(&desk), finance_staff());
        let carry_over = lapse.clone().with_terms(Terms { year_end: YearEndRule::CarryOver, ..Terms::default() });
        let first = carry_over.propose_year_end(&maker, 2026, "文一").await.unwrap();
        assert_eq!((first.orders.len(), first.left), (2, vec![(gone.clone(), Left::NoSuchLine)]));
        // What it holds can lapse, though: nothing is granted anew.
        let second = lapse.propose_year_end(&maker, 2026, "文一").await.unwrap();
        let [order] = second.orders.as_slice() else { panic!("{second:?}") };
        assert_eq!((order.change.from(), second.left.len()), (Some(&gone), 0));
        // The number of an order that has ended is used up; money that is still there is told of.
        let declined = lapse.decline_order(&finance_checker(), order.id, order.version, "再核").await.unwrap();
        assert_eq!(declined.state.as_str(), "declined");
        let third = lapse.propose_year_end(&maker, 2026, "文一").await.unwrap();
        assert_eq!(third, Ending { orders: Vec::new(), left: vec![(gone, Left::ReferenceUsed)] });
        assert_eq!(desk.faults().await, Vec::<String>::new());
    }

    async fn sums_kept_by_a_clock_that_ran_ahead_are_made_anew(database) {
        let desk = Desk::new(database).await;
        let mut tx = desk.ctx.store.write().await.unwrap();
        let tomorrow = desk.ctx.now().plus_seconds(86_400);
        assert!(tx.keep_sums(Timestamp::EPOCH, tomorrow).await.unwrap());
        tx.commit().await.unwrap();
        grant(&desk.ctx, other_line(), "5.00", "other").await;
        assert_ne!(desk.faults().await, Vec::<String>::new(), "what was granted is in no sum");
        assert_eq!(balances::run_once(&desk.ctx).await.unwrap(), 1);
        assert_eq!(desk.faults().await, Vec::<String>::new());
        assert_eq!(balances::run_once(&desk.ctx).await.unwrap(), 0);
    }

    async fn by_the_other_rule_it_goes_on_to_the_next_year(database) {
        let desk = Desk::new(database).await;
        desk.file(&ordinary(1)[0]).await;
        desk.clock.advance(60 * DAY_MS);
        let finance = finance(&desk).with_terms(Terms {
            year_end: YearEndRule::CarryOver,
            ..Terms::default()
        });
        let orders = finance.propose_year_end(&finance_staff(), 2026, "文结转").await.unwrap().orders;
        let [order] = orders.as_slice() else { panic!("{orders:?}") };
        approve(&desk, order).await.unwrap();
        assert_eq!(stands(&desk, &line()).await, ("200000.00".to_owned(), "200000.00".to_owned()));
        assert_eq!(stands(&desk, &line_of(DISTRICT, 2027)).await, ("49800000.00".to_owned(), "0.00".to_owned()));
        assert_eq!(finance.budget_years(&finance_staff()).await.unwrap(), [2027, 2026]);
        assert_eq!(desk.faults().await, Vec::<String>::new());
    }

    async fn the_forecast_tells_every_instalment_and_who_waits(database) {
        let desk = Desk::new(database).await;
        let people = ordinary(2);
        desk.file(&people[0]).await;
        let order = proposed(&desk, &proposal(Change::Lapse { from: line() }, "49700000.00", "文1")).await;
        approve(&desk, &order).await.unwrap();
        desk.file(&people[1]).await;
        let forecast = finance(&desk).forecast(&finance_staff()).await.unwrap();
        let [told] = forecast.lines.as_slice() else { panic!("{forecast:?}") };
        // Half of the award went out at once; the other half is due a year later, and is charged to the same line.
        assert_eq!((told.to_come().count, told.to_come().sum), (1, money("100000.00")));
        assert_eq!((told.waiting.due.count, told.waiting.due.sum), (1, money("200000.00")));
        assert_eq!((told.waiting.unknown, told.budget.free()), (0, money("100000.00")));
        assert_eq!(told.short_by(), money("100000.00"));
        let months: Money = Money::sum(forecast.months().into_iter().map(|month| forecast.in_month(month).sum)).unwrap();
        assert_eq!(months, told.to_come().sum);
    }
}
