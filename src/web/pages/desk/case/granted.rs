//! What was granted, instalment by instalment, and what of it comes back: for samples and recoveries.

use crate::domain::money::Money;
use crate::domain::payment::{Payment, PaymentState};
use crate::domain::recovery::Receivable;
use crate::review::dossier::{Dossier, Granted};
use crate::web::pages::layout::Page;
use crate::web::texts::trust as t;
use crate::web::words::Words;

/// One instalment.
pub(super) struct Line {
    pub(super) number: u8,
    pub(super) amount: String,
    pub(super) state: Words,
    pub(super) mood: &'static str,
    /// Whether the case is about it.
    pub(super) is_at_issue: bool,
}

/// The part of the page about money.
pub(super) struct GrantedPart {
    pub(super) lines: Vec<Line>,
    /// Paid so far, at issue, to come back, has come back: whatever there is of it.
    pub(super) sums: Vec<(Words, String)>,
}

impl GrantedPart {
    pub(super) fn of(page: &Page, dossier: &Dossier) -> Option<Self> {
        let granted = dossier.granted.as_ref()?;
        let at_issue = granted.recalled.as_ref().map(|payment| payment.id);
        let line = |payment: &Payment| Line {
            number: payment.instalment,
            amount: page.money(payment.amount),
            state: t::payment(payment.state, granted.is_held),
            mood: mood(payment.state),
            is_at_issue: at_issue == Some(payment.id),
        };
        Some(Self {
            lines: granted.payments.iter().map(line).collect(),
            sums: sums(page, granted),
        })
    }
}

/// Whether the payment at issue is neither here nor there: nothing is claimed before that is known.
pub(super) fn is_on_its_way(dossier: &Dossier) -> bool {
    let granted = dossier.granted.as_ref();
    let recalled = granted.and_then(|granted| granted.recalled.as_ref());
    recalled.is_some_and(|payment| {
        matches!(payment.state, PaymentState::Instructed | PaymentState::Held)
    })
}

fn sums(page: &Page, granted: &Granted) -> Vec<(Words, String)> {
    let mut sums = Vec::new();
    if let Some(paid) = paid(&granted.payments) {
        sums.push((t::PAID_SO_FAR, page.money(paid)));
    }
    match (&granted.receivable, &granted.recalled) {
        (Some(receivable), _) => sums.extend(claimed(page, receivable)),
        (None, Some(recalled)) => {
            sums.push((t::AMOUNT_AT_ISSUE, page.money(recalled.amount)));
            let not_yet = page.say(t::NOT_CLAIMED).into_owned();
            sums.push((t::AMOUNT_RECALLED, not_yet));
        }
        (None, None) => {}
    }
    sums
}

fn claimed(page: &Page, receivable: &Receivable) -> [(Words, String); 3] {
    [
        (t::AMOUNT_RECALLED, page.money(receivable.amount)),
        (t::REPAID, page.money(receivable.repaid)),
        (t::OUTSTANDING, page.money(receivable.outstanding())),
    ]
}

fn paid(payments: &[Payment]) -> Option<Money> {
    let settled = payments
        .iter()
        .filter(|payment| payment.state == PaymentState::Settled);
    settled
        .map(|payment| payment.amount)
        .try_fold(Money::ZERO, Money::checked_add)
}

const fn mood(state: PaymentState) -> &'static str {
    match state {
        PaymentState::Settled => "met",
        PaymentState::Returned | PaymentState::Cancelled => "not",
        _ => "wait",
    }
}
