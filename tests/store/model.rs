//! Any sequence of appropriations, reservations and releases does what a few lines of arithmetic say.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use sanmiao::domain::award::BudgetKey;
use sanmiao::store::StoreError;

use super::fixture::*;
use super::harness::Db;

#[derive(Debug, Clone)]
enum Step {
    Appropriate(i64),
    Reserve(i64),
    Release(i64),
    Forget(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let amount = prop_oneof![1_i64..200, Just(9_999_999_999_999_999)];
    prop_oneof![
        (1_i64..200).prop_map(Step::Appropriate),
        amount.clone().prop_map(Step::Reserve),
        amount.clone().prop_map(Step::Release),
        amount.prop_map(Step::Forget),
    ]
}

/// The line as arithmetic has it: missing, or what was granted and what is promised.
type Model = Option<(i64, i64)>;

async fn play(db: &Db, key: &BudgetKey, steps: &[Step]) {
    let mut model: Model = None;
    for step in steps {
        let mut tx = db.store.write().await.unwrap();
        match (step, &mut model) {
            (Step::Appropriate(amount), model) => {
                tx.appropriate(key, fen(*amount)).await.unwrap();
                model.get_or_insert((0, 0)).0 += amount;
                tx.commit().await.unwrap();
            }
            (Step::Reserve(amount), model) => {
                let fits = model.is_some_and(|(granted, promised)| promised + amount <= granted);
                assert_eq!(tx.reserve(key, fen(*amount)).await.unwrap(), fits);
                if let (true, Some(model)) = (fits, model) {
                    model.1 += amount;
                }
                tx.commit().await.unwrap();
            }
            (Step::Release(amount), model) => {
                match (tx.release_budget(key, fen(*amount)).await, model) {
                    (Ok(()), Some((_, promised))) if *amount <= *promised => {
                        *promised -= amount;
                        tx.commit().await.unwrap();
                    }
                    (
                        Err(StoreError::Inconsistent {
                            table: "budgets", ..
                        }),
                        Some((_, promised)),
                    ) if amount > promised => {}
                    (
                        Err(StoreError::Inconsistent {
                            table: "budgets", ..
                        }),
                        None,
                    ) => {}
                    (other, model) => panic!("{other:?} at {model:?}"),
                }
            }
            // Done and rolled back: as if it had never been.
            (Step::Forget(amount), _) => {
                let _ = tx.reserve(key, fen(*amount)).await.unwrap();
                drop(tx);
            }
        }
        let line = db.store.read().await.unwrap().budget(key).await.unwrap();
        assert_eq!(
            line.map(|line| (line.appropriated.fen(), line.reserved.fen())),
            model
        );
    }
}

fn holds_on(open: impl Future<Output = Db>) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let db = runtime.block_on(open);
    let number = std::cell::Cell::new(0);
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 24,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    runner
        .run(&proptest::collection::vec(step(), 1..40), |steps| {
            number.set(number.get() + 1);
            let key = BudgetKey {
                policy: format!("policy-{}", number.get()),
                ..budget()
            };
            runtime.block_on(play(&db, &key, &steps));
            Ok(())
        })
        .unwrap();
    runtime.block_on(db.store.close());
}

#[test]
fn any_sequence_on_a_budget_line_does_as_arithmetic_says_sqlite() {
    holds_on(Db::sqlite());
}

#[test]
fn any_sequence_on_a_budget_line_does_as_arithmetic_says_postgres() {
    holds_on(Db::postgres());
}
