//! The desk around its cases: officers, conflicts of interest, freezes.

use super::codec::At;
use super::sql::{args, row, statements};
use super::{StoreError, Tx};
use crate::domain::desk::{Candidate, Card, Conflict, Freeze, Officer};
use crate::domain::district::DistrictCode;
use crate::domain::id::{ApplicantId, FreezeId};
use crate::domain::person::Role;
use crate::domain::time::Timestamp;

/// Most officers and freezes that are listed.
const LISTED_MAX: i64 = 10_000;

statements! {
    PUT_OFFICER = ["INSERT INTO officers (subject, name, contact, role, district, away) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (subject) DO UPDATE SET name = excluded.name, contact = excluded.contact, role = excluded.role, district = excluded.district, away = excluded.away"];
    SET_AWAY = ["UPDATE officers SET away = $2 WHERE subject = $1"];
    OFFICER = ["SELECT subject, name, contact, district, away FROM officers WHERE subject = $1"];
    OFFICERS = ["SELECT subject, name, contact, district, away FROM officers ORDER BY subject LIMIT $1"];
    /// Those of the district and those at city level, with what they have to do and whether they must not handle this person's cases.
    CANDIDATES = ["SELECT o.subject, o.name, o.contact, o.district, o.away, (SELECT CAST(COUNT(*) AS BIGINT) FROM cases c WHERE c.officer = o.subject AND c.stage <> 'closed') AS load, (SELECT CAST(COUNT(*) AS BIGINT) FROM conflicts f WHERE f.officer = o.subject AND f.applicant_id = $3) + (SELECT CAST(COUNT(*) AS BIGINT) FROM subjects s WHERE s.applicant_id = $3 AND s.subject = o.subject) AS conflict FROM officers o WHERE o.role = 'reviewer' AND o.away = 0 AND (o.district IS NULL OR o.district = $1 OR o.district = $2)"];
    LOADS = ["SELECT officer, card, CAST(COUNT(*) AS BIGINT) AS count FROM cases"]
        { sqlite: " INDEXED BY cases_queue_of_officer", postgres: "" }
        " WHERE officer IS NOT NULL AND stage <> 'closed' GROUP BY officer, card ORDER BY officer, card";
    DECLARE = ["INSERT INTO conflicts (officer, applicant_id, declared_at) VALUES ($1, $2, $3) ON CONFLICT (officer, applicant_id) DO NOTHING"];
    CONFLICT = ["SELECT officer AS id FROM conflicts WHERE officer = $1 AND applicant_id = $2"];
    FREEZE = ["INSERT INTO freezes (id, policy_id, district, reason, frozen_by, frozen_at) VALUES ($1, $2, $3, $4, $5, $6)"];
    LIFT = ["UPDATE freezes SET lifted_by = $2, lifted_at = $3 WHERE id = $1 AND lifted_at IS NULL"];
    FREEZES = ["SELECT id, policy_id, district, reason, frozen_by, frozen_at FROM freezes"]
        { sqlite: " INDEXED BY freezes_in_force", postgres: "" }
        " WHERE lifted_at IS NULL ORDER BY id LIMIT $1";
    FROZEN = ["SELECT id, policy_id, district, reason, frozen_by, frozen_at FROM freezes"]
        { sqlite: " INDEXED BY freezes_in_force", postgres: "" }
        " WHERE lifted_at IS NULL AND (policy_id IS NULL OR policy_id = $1) AND (district IS NULL OR district = $2) ORDER BY id LIMIT 1";
}

row!(OfficerRow {
    subject: String,
    name: String,
    contact: String,
    district: Option<String>,
    away: i64,
});
row!(CandidateRow {
    subject: String,
    name: String,
    contact: String,
    district: Option<String>,
    away: i64,
    load: i64,
    conflict: i64,
});
row!(LoadRow {
    officer: String,
    card: String,
    count: i64
});
row!(IdRow { id: String });
row!(FreezeRow {
    id: String,
    policy_id: Option<String>,
    district: Option<String>,
    reason: String,
    frozen_by: String,
    frozen_at: i64,
});

impl Tx {
    /// Stores an officer, or what has changed about one. Supervisors are known by name and get no cases.
    ///
    /// # Errors
    /// When the database fails or the row is refused.
    pub async fn put_officer(&mut self, officer: &Officer, role: Role) -> Result<(), StoreError> {
        let row = args![
            &officer.subject,
            &officer.name,
            &officer.contact,
            role.as_str(),
            officer.district.map(|district| district.to_string()),
            officer.away,
        ];
        self.run(&PUT_OFFICER, row).await.map(drop)
    }

    /// An officer goes away, or comes back. Whether there is such an officer.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_away(&mut self, subject: &str, away: bool) -> Result<bool, StoreError> {
        Ok(self.run(&SET_AWAY, args![subject, away]).await? == 1)
    }

    /// The officer of a subject.
    ///
    /// # Errors
    /// When the database fails or the row is inconsistent.
    pub async fn officer(&mut self, subject: &str) -> Result<Option<Officer>, StoreError> {
        let row: Option<OfficerRow> = self.first(&OFFICER, args![subject]).await?;
        row.map(read_officer).transpose()
    }

    /// Every officer, supervisors among them.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn officers(&mut self) -> Result<Vec<Officer>, StoreError> {
        let rows: Vec<OfficerRow> = self.all(&OFFICERS, args![LISTED_MAX]).await?;
        rows.into_iter().map(read_officer).collect()
    }

    /// How many open cases every officer has, by card.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn load_by_officer(&mut self) -> Result<Vec<(String, Card, i64)>, StoreError> {
        let rows: Vec<LoadRow> = self.all(&LOADS, args![]).await?;
        let read = |row: LoadRow| {
            let at = At {
                table: "cases",
                row: &row.officer,
            };
            let card = at.word("card", Card::parse, &row.card)?;
            Ok((row.officer, card, row.count))
        };
        rows.into_iter().map(read).collect()
    }

    /// Who is there for a case of this district and this person.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn candidates(
        &mut self,
        district: Option<DistrictCode>,
        applicant: Option<ApplicantId>,
    ) -> Result<Vec<Candidate>, StoreError> {
        let city = district.map(|district| district.city().to_string());
        let row = args![
            district.map(|district| district.to_string()),
            city,
            applicant.map(|applicant| applicant.to_string()),
        ];
        let rows: Vec<CandidateRow> = self.all(&CANDIDATES, row).await?;
        rows.into_iter()
            .map(|row| {
                let (load, conflict) = (row.load, row.conflict > 0);
                let officer = read_officer(OfficerRow {
                    subject: row.subject,
                    name: row.name,
                    contact: row.contact,
                    district: row.district,
                    away: row.away,
                })?;
                Ok(Candidate {
                    officer,
                    load,
                    conflict,
                })
            })
            .collect()
    }

    /// An officer declares that they must not handle somebody's cases. Declared again, it stays as it was.
    ///
    /// # Errors
    /// When the database fails or the row is refused.
    pub async fn declare_conflict(&mut self, conflict: &Conflict) -> Result<(), StoreError> {
        let row = args![
            &conflict.officer,
            conflict.applicant.to_string(),
            conflict.at
        ];
        self.run(&DECLARE, row).await.map(drop)
    }

    /// Whether an officer declared that.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn has_conflict(
        &mut self,
        officer: &str,
        applicant: ApplicantId,
    ) -> Result<bool, StoreError> {
        let row: Option<IdRow> = self
            .first(&CONFLICT, args![officer, applicant.to_string()])
            .await?;
        Ok(row.is_some_and(|row| !row.id.is_empty()))
    }

    /// Freezes a policy, a district, or one in the other.
    ///
    /// # Errors
    /// When the database fails or the row is refused.
    pub async fn insert_freeze(&mut self, freeze: &Freeze) -> Result<(), StoreError> {
        let row = args![
            freeze.id.to_string(),
            freeze.policy.clone(),
            freeze.district.map(|district| district.to_string()),
            &freeze.reason,
            &freeze.by,
            freeze.at,
        ];
        self.run(&FREEZE, row).await.map(drop)
    }

    /// Lifts a freeze. Whether it was in force.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lift_freeze(
        &mut self,
        id: FreezeId,
        by: &str,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        Ok(self.run(&LIFT, args![id.to_string(), by, at]).await? == 1)
    }

    /// Freezes in force, oldest first.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn freezes(&mut self) -> Result<Vec<Freeze>, StoreError> {
        let rows: Vec<FreezeRow> = self.all(&FREEZES, args![LISTED_MAX]).await?;
        rows.into_iter().map(read_freeze).collect()
    }

    /// The freeze that a policy in a district is under, if there is one.
    ///
    /// # Errors
    /// When the database fails or the row is inconsistent.
    pub async fn freeze_over(
        &mut self,
        policy: Option<&str>,
        district: Option<DistrictCode>,
    ) -> Result<Option<Freeze>, StoreError> {
        let row = args![policy, district.map(|district| district.to_string())];
        let row: Option<FreezeRow> = self.first(&FROZEN, row).await?;
        row.map(read_freeze).transpose()
    }
}

fn read_officer(row: OfficerRow) -> Result<Officer, StoreError> {
    let at = At {
        table: "officers",
        row: &row.subject,
    };
    Ok(Officer {
        district: at.parse_opt("district", row.district.as_ref())?,
        subject: row.subject,
        name: row.name,
        contact: row.contact,
        away: row.away == 1,
    })
}

fn read_freeze(row: FreezeRow) -> Result<Freeze, StoreError> {
    let at = At {
        table: "freezes",
        row: &row.id,
    };
    Ok(Freeze {
        id: at.parse("id", &row.id)?,
        district: at.parse_opt("district", row.district.as_ref())?,
        at: at.time("frozen_at", row.frozen_at)?,
        policy: row.policy_id,
        reason: row.reason,
        by: row.frozen_by,
    })
}
