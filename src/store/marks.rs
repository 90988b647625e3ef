//! What applications have in common: employer and account, by blind index.

use super::codec::At;
use super::sql::{args, row, statements};
use super::{StoreError, Tx};
use crate::domain::application::Application;
use crate::domain::id::ApplicantId;
use crate::domain::signal::Mark;
use crate::domain::time::Timestamp;

statements! {
    MARK = ["INSERT INTO marks (application_id, kind, mark, applicant_id, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (application_id, kind, mark) DO NOTHING"];
    /// Counted no further than matters: whoever asks wants to know whether there are more than so many.
    OTHERS = ["SELECT CAST(COUNT(*) AS BIGINT) AS count FROM (SELECT DISTINCT applicant_id FROM marks WHERE kind = $1 AND mark = $2 AND at >= $3 AND applicant_id <> $4 LIMIT $5) AS others"];
}

row!(CountRow { count: i64 });

impl Tx {
    /// Notes that an application has this employer or account. Noting it again changes nothing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mark(
        &mut self,
        application: &Application,
        kind: Mark,
        value: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mark = self.vault.blind_index(kind.as_str(), &[value]);
        let row = args![
            application.id.to_string(),
            kind.as_str(),
            mark,
            application.applicant.to_string(),
            at
        ];
        self.run(&MARK, row).await.map(drop)
    }

    /// How many other people have filed with this employer or account since a moment; not counted beyond `most`.
    ///
    /// # Errors
    /// When the database fails or the row is inconsistent.
    pub async fn others_with(
        &mut self,
        kind: Mark,
        value: &str,
        since: Timestamp,
        than: ApplicantId,
        most: u32,
    ) -> Result<u32, StoreError> {
        let mark = self.vault.blind_index(kind.as_str(), &[value]);
        let row = args![kind.as_str(), mark, since, than.to_string(), most];
        let counted: Option<CountRow> = self.first(&OTHERS, row).await?;
        let at = At {
            table: "marks",
            row: kind.as_str(),
        };
        at.small("count", counted.map_or(0, |row| row.count))
    }
}
