//! What is still to be paid by line and month, who waits, and where a line is short.

use super::service::{Finance, must_be_finance};
use crate::domain::forecast::Forecast;
use crate::domain::person::Staff;
use crate::domain::time::YearMonth;
use crate::error::StageError;

impl Finance {
    /// The forecast of one's district, or of all.
    ///
    /// # Errors
    /// `Forbidden` without the role.
    pub async fn forecast(&self, staff: &Staff) -> Result<Forecast, StageError> {
        must_be_finance(staff)?;
        let ctx = self.context();
        let mut tx = ctx.store.read().await?;
        let budgets = tx.budgets().await?;
        let to_come = tx.instalments_to_come().await?;
        let waiting = tx.those_who_wait().await?;
        let from = YearMonth::from_date(ctx.now().china_date());
        let mut forecast = Forecast::of(from, budgets, &to_come, &waiting);
        forecast
            .lines
            .retain(|line| staff.covers(Some(&line.budget.key.district)));
        Ok(forecast)
    }
}
