//! 秒批: the machine judges, and what it decides is committed whole. Also the commit of what a person decides.
//!
//! Every step reads and judges first and writes afterwards: opening evidence takes time, and on SQLite one writer serves
//! everybody. What was read is compared inside the write, by the version of the application or of the payment; whoever was
//! overtaken changes nothing.
//!
//! | file | what it does |
//! |---|---|
//! | `decide` | the machine judges a filed or parked application, and commits that |
//! | `parked` | an application whose register is away |
//! | `person` | a person's decision about a referred application |
//! | `waiting` | those who waited: for budget, for the end of publicity |
//! | `sample` | what people look at: drawn with an approval, held until then, found right or wrong |
//! | `recheck` | a later instalment, judged anew by the machine or decided by a person |
//! | `watch` | whether what a payment rests on goes on: a look after payment |
//! | `signals` | what speaks against approval by machine though every condition is met |
//! | `explained` | every check in words |
//! | `fits` | every policy held against somebody who has applied for nothing yet |
//! | `load` | what a judgement rests on, and the decision made from it |

mod decide;
mod explained;
mod fits;
mod load;
mod parked;
mod person;
mod recheck;
mod sample;
mod signals;
mod waiting;
mod watch;

use crate::context::Context;

pub use explained::{Explained, Viewer};
pub use fits::Told;
pub use person::Prospect;
pub(super) use person::plan_by_person;
pub use recheck::Recheck;

/// 秒批.
#[derive(Clone)]
pub struct Approve {
    ctx: Context,
}

impl Approve {
    /// On this context.
    #[must_use]
    pub const fn new(ctx: Context) -> Self {
        Self { ctx }
    }
}
