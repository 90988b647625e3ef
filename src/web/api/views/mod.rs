//! What goes out, as more than one endpoint shows it.

mod application;
mod desk;
mod explanation;
mod form;
mod payment;
mod scalars;

pub use application::{ApplicationView, PolicyView, next};
pub use desk::{
    ActView, CaseBody, CaseFileView, CaseLineView, ContactView, OfficerView, ProposalView,
    TrackingView,
};
pub use explanation::{DecisionView, FindingView};
pub use form::{DisputeView, FormBody, ProvenanceView, RowView};
pub use payment::{InstructionView, PayeeView, PaymentBody};
pub use scalars::{Amount, Day, Hash, IdText, Instant, SignedAmount};

use serde::Serialize;
use utoipa::ToSchema;

/// One page of a list, and where the next begins.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Give it as `after` to get the next page; `null` on the last one.
    pub next: Option<IdText>,
}

impl<T> Page<T> {
    /// A page of at most `limit` items; a full one may have another behind it.
    pub fn of<S>(
        found: &[S],
        limit: u32,
        id: impl Fn(&S) -> IdText,
        view: impl Fn(&S) -> T,
    ) -> Self {
        let full = u32::try_from(found.len()).is_ok_and(|count| count >= limit);
        let next = found.last().filter(|_| full).map(id);
        Self {
            items: found.iter().map(view).collect(),
            next,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_full_page_has_a_next_one() {
        let page = |limit| Page::of(&[1, 2], limit, |n| IdText::from(n.to_string()), |n| *n);
        assert_eq!(page(2).next, Some(IdText::from("2".to_owned())));
        assert_eq!(page(3).next, None);
        let none: [i32; 0] = [];
        assert_eq!(
            Page::of(&none, 1, |n| IdText::from(n.to_string()), |n| *n).next,
            None
        );
    }
}
