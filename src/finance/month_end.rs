//! 月报: a month by budget line, from the journal alone.

use super::service::{Finance, must_be_finance};
use crate::domain::month_end::{MonthLine, month};
use crate::domain::person::Staff;
use crate::domain::time::{Timestamp, YearMonth};
use crate::error::StageError;

impl Finance {
    /// What a month (in China's time) did to each budget line of one's district.
    ///
    /// # Errors
    /// `Forbidden` without the role.
    pub async fn month(&self, staff: &Staff, of: YearMonth) -> Result<Vec<MonthLine>, StageError> {
        must_be_finance(staff)?;
        let [begins, ends] =
            [of, of.plus_months(1)].map(|month| Timestamp::start_of_china_day(month.first_day()));
        let mut tx = self.context().store.read().await?;
        let (before, until) = (
            tx.journal_before(begins).await?,
            tx.journal_before(ends).await?,
        );
        let mut lines = month(&before, &until);
        lines.retain(|line| staff.covers(Some(&line.budget.district)));
        Ok(lines)
    }
}
