//! 对账: statements come in, what differs becomes somebody's, a later statement explains it, or a person closes it.

use std::io::Cursor;

use sanmiao::domain::person::{Role, Staff, Subject};
use sanmiao::domain::statement::{DifferenceKind, FinanceCase, FinanceCaseState, Side};
use sanmiao::domain::time::Date;
use sanmiao::error::StageError;
use sanmiao::finance::statements::Imported;
use sanmiao::finance::{Finance, Terms};
use sanmiao::statement::Limits;
use sanmiao::store::differences::DifferenceFilter;
use serde_json::{Value, json};

use crate::support::database::on_both_databases;
use crate::support::house::{House, Plan, text};
use crate::support::people::{DISTRICT, ordinary};
use crate::support::reckoning::faults;

/// A payment that arrived.
#[derive(Clone)]
struct Paid {
    id: String,
    amount: String,
    account: String,
}

async fn paid(house: &House) -> Vec<Paid> {
    let mut paid = Vec::new();
    for person in house.world.people() {
        let applicant = house.applicant(person);
        let id = text(&applicant.apply().await, "/id").to_owned();
        let payment = applicant.until_payment(&id, 1, "settled").await;
        paid.push(Paid {
            id: text(&payment, "/instructions/0/id").to_owned(),
            amount: text(&payment, "/amount").to_owned(),
            account: person.account.number.clone(),
        });
    }
    paid.sort_by(|one, other| one.id.cmp(&other.id));
    paid
}

/// A bank's list.
fn list(day: Date, rows: &[Paid]) -> String {
    let rows = rows.iter().enumerate().map(|(at, one)| {
        format!(
            "{day},{},{},{},入账,YH{at}{}\r\n",
            one.id,
            one.amount,
            one.account,
            &one.id[..4]
        )
    });
    format!(
        "交易日期,支付指令号,金额（元）,收款账号,交易结果,银行流水号\r\n{}",
        rows.collect::<String>()
    )
}

/// The treasury's day-end statement.
fn day_end(day: Date, rows: &[Paid], total: &str) -> String {
    let lines: Vec<Value> = rows
        .iter()
        .map(|one| {
            json!({
                "instruction_id": one.id, "treasury_no": "GK1", "amount": one.amount, "payee_account": one.account,
                "status": "settled", "occurred_at": format!("{day}T04:00:00.000000Z"), "bank_serial": format!("YH{}", one.id),
                "return_code": null,
            })
        })
        .collect();
    json!({
        "date": day, "count": rows.len(), "total": total, "paid_count": rows.len(), "paid_total": total, "returned_count": 0,
        "returned_total": "0.00", "lines": lines,
    })
    .to_string()
}

fn staff(name: &str, district: Option<&str>) -> Staff {
    Staff {
        subject: Subject {
            issuer: "https://id.example".to_owned(),
            subject: name.to_owned(),
        },
        roles: vec![Role::Finance],
        district: district.map(|code| code.parse().expect("a district")),
    }
}

async fn open_ones(finance: &Finance, who: &Staff) -> Vec<FinanceCase> {
    let filter = DifferenceFilter {
        state: Some(FinanceCaseState::Open),
        limit: 50,
        ..DifferenceFilter::default()
    };
    finance.differences(who, filter).await.expect("a list")
}

fn names(cases: &[FinanceCase]) -> Vec<(DifferenceKind, Side, &str)> {
    let mut names: Vec<_> = cases
        .iter()
        .map(|case| {
            let key = &case.difference.key;
            (key.kind, key.side, key.reference.as_str())
        })
        .collect();
    names.sort_unstable();
    names
}

async fn import(finance: &Finance, who: &Staff, file: String) -> Result<Imported, StageError> {
    let file = Cursor::new(file.into_bytes());
    finance.import_statement(who, file, Limits::default()).await
}

/// Three payments that arrived, and the day on which we heard it.
async fn settled(house: &House) -> (Vec<Paid>, Date) {
    let paid = paid(house).await;
    (paid, house.ctx.now().china_date())
}

fn total(paid: &[Paid]) -> String {
    let amounts = paid
        .iter()
        .map(|one| one.amount.parse().expect("an amount"));
    sanmiao::domain::money::Money::sum(amounts)
        .expect("a sum")
        .to_string()
}

on_both_databases! {
    async fn what_everybody_agrees_on_leaves_no_difference_and_importing_twice_changes_nothing(database) {
        let house = House::funded(Plan::of(database, ordinary(3))).await;
        let (paid, day) = settled(&house).await;
        let (finance, who) = (Finance::new(house.ctx.clone()), staff("finance-1", None));
        for file in [day_end(day, &paid, &total(&paid)), list(day, &paid)] {
            let first = import(&finance, &who, file.clone()).await.unwrap();
            assert_eq!((first.before, first.new_lines, first.counted.matched, first.opened), (false, 3, 3, 0));
            let again = import(&finance, &who, file).await.unwrap();
            assert_eq!((again.before, again.new_lines, again.statement.id), (true, 0, first.statement.id));
        }
        // Another file with two of the same movements: they count once.
        let overlap = import(&finance, &who, list(day, &paid[..2])).await.unwrap();
        assert_eq!((overlap.before, overlap.new_lines, overlap.opened), (false, 0, 0));
        assert_eq!(names(&open_ones(&finance, &who).await), []);
        let totals = finance.day_totals(&who, day).await.unwrap();
        let wanted = (3, total(&paid));
        assert_eq!(totals.approved.count, 3);
        assert_eq!([totals.instructed, totals.settled, totals.treasury_settled, totals.bank_settled].map(|one| (one.count, one.sum.to_string())), [(); 4].map(|()| wanted.clone()));
        assert_eq!((totals.unknown.count, totals.returned.count, totals.bank_returned.count), (0, 0, 0));
        let elsewhere = finance.day_totals(&staff("finance-2", Some("440605")), day).await.unwrap();
        assert_eq!((elsewhere.settled.count, elsewhere.bank_settled.count), (0, 0));
        house.stop().await;
    }

    /// Peer defects: one unknown id fails the whole statement; a reconciliation that compares no amounts.
    async fn each_difference_is_named_and_a_later_statement_explains_it(database) {
        let house = House::funded(Plan::of(database, ordinary(3))).await;
        let (paid, day) = settled(&house).await;
        let terms = Terms { difference_working_days: 5, ..Terms::default() };
        let (finance, who) = (Finance::new(house.ctx.clone()).with_terms(terms), staff("finance-1", None));
        let mut told = vec![paid[0].clone(), paid[2].clone()];
        "0.01".clone_into(&mut told[0].amount);
        told.push(Paid { id: "SALARY-2026-11".to_owned(), ..paid[2].clone() });
        let first = import(&finance, &who, list(day, &told)).await.unwrap();
        assert_eq!((first.counted.matched, first.opened), (1, 3));
        let open = open_ones(&finance, &who).await;
        let mut wanted = vec![
            (DifferenceKind::Missing, Side::Bank, paid[1].id.as_str()),
            (DifferenceKind::Extra, Side::Bank, "SALARY-2026-11"),
            (DifferenceKind::Amount, Side::Bank, paid[0].id.as_str()),
        ];
        wanted.sort_unstable();
        assert_eq!(names(&open), wanted);
        assert!(open.iter().all(|case| case.owner.as_deref() == Some("finance-1")));
        let until = house.ctx.calendar.add_working_days(house.ctx.now().china_date(), 5).unwrap();
        assert!(open.iter().all(|case| case.due_on == until));
        // Whoever belongs to a district sees its payments, and not what is nobody's.
        let own = open_ones(&finance, &staff("finance-2", Some(DISTRICT))).await;
        assert_eq!(own.len(), 2);
        assert_eq!(open_ones(&finance, &staff("finance-3", Some("440605"))).await.len(), 0);
        // A later file tells what the first left out.
        let later = import(&finance, &who, list(day, &paid[1..2])).await.unwrap();
        assert_eq!((later.opened, later.explained), (0, 1));
        let missing = open.iter().find(|case| case.difference.key.kind == DifferenceKind::Missing).unwrap();
        let explained = finance.difference(&who, missing.id).await.unwrap();
        assert_eq!((explained.case.state, explained.case.explained_by), (FinanceCaseState::Explained, Some(later.statement.id)));
        assert_eq!((explained.bank.len(), explained.treasury.len(), explained.ours.is_some()), (1, 0, true));
        assert_eq!(explained.bank[0].masked.as_deref(), Some(explained.ours.unwrap().masked.as_str()));
        // No statement has moved money.
        let books = house.world.treasury_ledger();
        assert_eq!(faults(&house.ctx.store, &books).await, Vec::<String>::new());
        house.stop().await;
    }

    async fn a_person_closes_a_difference_with_grounds_and_it_stays_closed(database) {
        let house = House::funded(Plan::of(database, ordinary(1))).await;
        let (paid, day) = settled(&house).await;
        let (finance, who) = (Finance::new(house.ctx.clone()), staff("finance-1", None));
        let mut told = paid.clone();
        "6299019999999999999".clone_into(&mut told[0].account);
        import(&finance, &who, list(day, &told)).await.unwrap();
        let case = open_ones(&finance, &who).await.remove(0);
        assert_eq!(case.difference.key.kind, DifferenceKind::Account);
        let other = staff("finance-2", None);
        let taken = finance.take_difference(&other, case.id, case.version).await.unwrap();
        assert_eq!(taken.owner.as_deref(), Some("finance-2"));
        let stale = finance.close_difference(&who, case.id, case.version, "已核对。").await;
        assert!(matches!(stale, Err(StageError::Stale { .. })));
        let silent = finance.close_difference(&who, case.id, taken.version, " \n").await;
        assert!(matches!(silent, Err(StageError::Invalid { field: "grounds", .. })));
        let elsewhere = staff("finance-3", Some("440605"));
        let hidden = finance.close_difference(&elsewhere, case.id, taken.version, "已核对。").await;
        assert!(matches!(hidden, Err(StageError::NotFound { .. })));
        let closed = finance.close_difference(&other, case.id, taken.version, "已核对。").await.unwrap();
        assert_eq!((closed.state, closed.closed_by.as_deref()), (FinanceCaseState::Closed, Some("finance-2")));
        assert_eq!(closed.grounds.unwrap().reveal(), "已核对。");
        let again = finance.take_difference(&who, case.id, closed.version).await;
        assert!(matches!(again, Err(StageError::NotInState { .. })));
        // Found once more by another file, it is the same difference.
        let rematched = import(&finance, &who, list(day, &[told[0].clone(), told[0].clone()])).await.unwrap();
        assert_eq!(rematched.counted.differ, 1);
        let open = open_ones(&finance, &who).await;
        assert_eq!(names(&open), [(DifferenceKind::Duplicate, Side::Bank, told[0].id.as_str())]);
        house.stop().await;
    }

    async fn a_statement_that_is_wrong_in_itself_is_a_difference_and_one_that_breaks_off_is_not_kept(database) {
        let house = House::funded(Plan::of(database, ordinary(1))).await;
        let (paid, day) = settled(&house).await;
        let (finance, who) = (Finance::new(house.ctx.clone()), staff("finance-1", None));
        let whole = day_end(day, &paid, "1.00");
        let broken = import(&finance, &who, whole[..whole.len() - 2].to_owned()).await;
        assert!(matches!(broken, Err(StageError::Invalid { field: "statement", .. })));
        assert_eq!(finance.statements(&who, None, 10).await.unwrap(), []);
        let wrong = import(&finance, &who, whole).await.unwrap();
        let itself = wrong.statement.id.to_string();
        assert_eq!(names(&open_ones(&finance, &who).await), [(DifferenceKind::Totals, Side::Treasury, itself.as_str())]);
        let bad = list(day, &paid).replace(&paid[0].amount, "1e3");
        let bad = import(&finance, &who, bad).await.unwrap();
        assert_eq!((bad.statement.bad_count, bad.statement.bad[0].place), (1, 2));
        let nobody = staff("finance-2", Some(DISTRICT));
        let refused = import(&finance, &nobody, list(day, &paid)).await;
        assert!(matches!(refused, Err(StageError::Forbidden { .. })));
        house.stop().await;
    }

    async fn statements_and_differences_go_over_the_api(database) {
        let house = House::funded(Plan::of(database, ordinary(1))).await;
        let (paid, day) = settled(&house).await;
        let maker = house.staff("finance-maker");
        let mut told = paid.clone();
        "0.01".clone_into(&mut told[0].amount);
        let reply = maker.post_text("/api/v1/finance/statements", &list(day, &told)).await;
        assert_eq!(reply.status, 201, "{:?}", reply.body);
        assert_eq!(reply.body["opened"], json!(1));
        assert_eq!(maker.post_text("/api/v1/finance/statements", &list(day, &told)).await.status, 200);
        assert_eq!(maker.post_text("/api/v1/finance/statements", "no statement").await.status, 422);
        let id = text(&reply.body, "/statement/id").to_owned();
        let one = maker.get(&format!("/api/v1/finance/statements/{id}")).await.good();
        assert_eq!(one["differences"][0]["kind"], json!("amount"));
        let found = maker.get(&format!("/api/v1/finance/differences?state=open&kind=amount&day={day}&owner=finance-maker")).await.good();
        let case = text(&found, "/items/0/id").to_owned();
        let shown = maker.get(&format!("/api/v1/finance/differences/{case}")).await.good();
        assert!(!shown.to_string().contains(&paid[0].account));
        let tail = &paid[0].account[paid[0].account.len() - 4..];
        assert_eq!(shown["ours"]["account"], json!(format!("****{tail}")));
        let checker = house.staff("finance-checker");
        let path = |act: &str| format!("/api/v1/finance/differences/{case}/{act}");
        let taken = checker.post(&path("take"), &json!({"seen_version": 1})).await.good();
        let body = json!({"seen_version": taken["version"], "grounds": "已与银行核对。"});
        let closed = checker.post(&path("close"), &body).await.good();
        assert_eq!(closed["state"], json!("closed"));
        assert_eq!(checker.post(&path("close"), &body).await.status, 409);
        let list = maker.get("/api/v1/finance/statements").await.good();
        assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
        house.stop().await;
    }
}
