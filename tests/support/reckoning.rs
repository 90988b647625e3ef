//! Our books beside the treasury's: what must hold whenever nothing is under way.

use sanmiao::domain::ledger::Account;
use sanmiao::domain::payment::PaymentState;
use sanmiao::store::Store;
use sanmiao_mocks::LedgerTotals;

/// What was paid, whatever has become of it since.
const PAID: [Account; 3] = [Account::Paid, Account::Receivable, Account::Recovered];

/// Everything that is wrong between our books and the treasury's; empty is the promise.
pub(crate) async fn faults(store: &Store, treasury: &LedgerTotals) -> Vec<String> {
    let mut tx = store.read().await.expect("a read");
    let mut faults = tx.ledger_faults().await.expect("the ledger");
    if !treasury.paid_twice.is_empty() {
        faults.push(format!("paid twice: {:?}", treasury.paid_twice));
    }
    let settled: i64 = payments(store, PaymentState::Settled).await;
    let paid_by_ledger: i64 = tx
        .balances()
        .await
        .expect("balances")
        .iter()
        .filter(|balance| PAID.contains(&balance.account))
        .map(|balance| balance.fen)
        .sum();
    let paid_by_treasury = fen(&treasury.paid_total);
    for (what, ours) in [("payments", settled), ("ledger", paid_by_ledger)] {
        if ours != paid_by_treasury {
            faults.push(format!(
                "our {what} say {ours} fen were paid, the treasury says {paid_by_treasury}"
            ));
        }
    }
    for budget in tx.budgets().await.expect("budgets") {
        if budget.reserved > budget.appropriated {
            faults.push(format!("{:?} is overspent", budget.key));
        }
    }
    faults
}

/// Sum of the payments in a state, in fen.
pub(crate) async fn payments(store: &Store, state: PaymentState) -> i64 {
    let mut tx = store.read().await.expect("a read");
    let counts = tx.count_payments_by_state().await.expect("counts");
    counts
        .into_iter()
        .filter(|(which, ..)| *which == state)
        .map(|(_, _, fen)| fen)
        .sum()
}

/// An amount text as fen.
pub(crate) fn fen(text: &str) -> i64 {
    text.parse::<sanmiao::domain::money::Money>()
        .expect("an exact amount")
        .fen()
}
