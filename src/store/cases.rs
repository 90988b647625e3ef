//! Cases of the reviewer's desk: their acts, and the row that queues go by.

use super::codec::At;
use super::sql::{Arg, Statement, args, row, statements};
use super::vault::Place;
use super::{StoreError, Tx};
use crate::domain::desk::{
    Act, Card, CaseFile, Deed, DeskCase, Ending, Placing, Stage, StageName, Who,
};
use crate::domain::district::DistrictCode;
use crate::domain::id::{ActId, ApplicantId, ApplicationId, CaseFileId, CaseId, PaymentId};
use crate::domain::person::Private;
use crate::domain::time::{Date, Timestamp};

const WORDS: Place = Place {
    table: "case_words",
    column: "words",
};
const NAME: Place = Place {
    table: "case_files",
    column: "name",
};
/// The table, for errors.
const CASES: &str = "cases";
/// Stands for no last day: after every other.
const NO_DAY: &str = "9999-12-31";
/// Most cases of one person or application, acts and files of one case that are listed.
const LISTED_MAX: i64 = 10_000;

macro_rules! columns {
    () => {
        "id, about, application_id, payment_id, applicant_id, policy_id, district, officer, stage, ending, card, special, due_on, look_on, opened_at, closed_at, version"
    };
}

/// A page of a queue: what leads to its index, then everything else that may be asked for.
macro_rules! page {
    ($lead:literal) => {
        concat!(
            " WHERE ",
            $lead,
            " AND (due_on, id) > ($1, $2) AND due_on <= $3",
            " AND (CAST($4 AS TEXT) IS NULL OR officer = $4)",
            " AND (CAST($5 AS TEXT) IS NULL OR district = $5)",
            " AND (CAST($6 AS TEXT) IS NULL OR policy_id = $6)",
            " AND (CAST($7 AS TEXT) IS NULL OR stage = $7)",
            " AND (CAST($8 AS TEXT) IS NULL OR card = $8)",
            " AND (CAST($9 AS TEXT) IS NULL OR about = $9)",
            " ORDER BY due_on, id LIMIT $10"
        )
    };
}

statements! {
    INSERT = ["INSERT INTO cases (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"];
    UPDATE = ["UPDATE cases SET officer = $3, stage = $4, ending = $5, card = $6, special = $7, due_on = $8, look_on = $9, closed_at = $10, version = $11 WHERE id = $1 AND version = $2"];
    REST = ["UPDATE cases SET look_on = $2 WHERE id = $1"];
    INSERT_ACT = ["INSERT INTO case_acts (id, case_id, seq, at, actor, deed) VALUES ($1, $2, $3, $4, $5, $6)"];
    INSERT_WORDS = ["INSERT INTO case_words (id, words, key_id) VALUES ($1, $2, $3)"];
    ACTS = ["SELECT id, seq, at, actor, deed FROM case_acts WHERE case_id = $1 ORDER BY seq LIMIT $2"];
    ACTS_IN_FULL = ["SELECT a.id, a.seq, a.at, a.actor, a.deed, w.words, w.key_id FROM case_acts a LEFT JOIN case_words w ON w.id = a.id WHERE a.case_id = $1 AND a.seq > $2 ORDER BY a.seq LIMIT $3"];
    LINE = ["SELECT ", columns!(), " FROM cases WHERE id = $1"];
    OPEN_FILING = ["SELECT id FROM cases WHERE application_id = $1 AND about = 'filing' AND stage <> 'closed'"];
    OPEN_RECHECK = ["SELECT id FROM cases WHERE payment_id = $1 AND about = 'recheck' AND stage <> 'closed'"];
    OPEN_SAMPLE = ["SELECT id FROM cases WHERE application_id = $1 AND about = 'sample' AND stage <> 'closed'"];
    OPEN_RECOVERY = ["SELECT id FROM cases WHERE payment_id = $1 AND about = 'recovery' AND stage <> 'closed'"];
    OF_APPLICATION = ["SELECT ", columns!(), " FROM cases WHERE application_id = $1 ORDER BY id LIMIT $2"];
    OF_APPLICANT = ["SELECT ", columns!(), " FROM cases WHERE applicant_id = $1 ORDER BY id LIMIT $2"];
    TO_LOOK_AT = ["SELECT id FROM cases"]
        { sqlite: " INDEXED BY cases_to_look_at", postgres: "" }
        " WHERE look_on IS NOT NULL AND look_on <= $1 ORDER BY look_on, id LIMIT $2";
    COUNT_BY_ENDING = ["SELECT about, ending, CAST(COUNT(*) AS BIGINT) AS count FROM cases"]
        { sqlite: " INDEXED BY cases_by_ending", postgres: "" }
        " WHERE ending IS NOT NULL GROUP BY about, ending ORDER BY about, ending";
    OPEN_REPORTS = ["SELECT CAST(COUNT(*) AS BIGINT) AS count FROM cases"]
        { sqlite: " INDEXED BY cases_queue", postgres: "" }
        " WHERE about = 'report' AND stage <> 'closed'";
    INSERT_FILE = ["INSERT INTO case_files (id, case_id, act_id, name, key_id, media_type, bytes, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"];
    FILES = ["SELECT id, case_id, act_id, name, key_id, media_type, bytes, hash FROM case_files WHERE case_id = $1 ORDER BY id LIMIT $2"];
    /// The queues. Each names its index on SQLite, which without statistics would rather sort.
    QUEUE = ["SELECT ", columns!(), " FROM cases"]
        { sqlite: " INDEXED BY cases_queue", postgres: "" }
        page!("stage <> 'closed'");
    QUEUE_OF_OFFICER = ["SELECT ", columns!(), " FROM cases"]
        { sqlite: " INDEXED BY cases_queue_of_officer", postgres: "" }
        page!("stage <> 'closed' AND officer = $4");
    QUEUE_OF_DISTRICT = ["SELECT ", columns!(), " FROM cases"]
        { sqlite: " INDEXED BY cases_queue_of_district", postgres: "" }
        page!("stage <> 'closed' AND district = $5");
    QUEUE_OF_POLICY = ["SELECT ", columns!(), " FROM cases"]
        { sqlite: " INDEXED BY cases_queue_of_policy", postgres: "" }
        page!("stage <> 'closed' AND policy_id = $6");
    QUEUE_OF_DISTRICT_AND_POLICY = ["SELECT ", columns!(), " FROM cases"]
        { sqlite: " INDEXED BY cases_queue_of_district_and_policy", postgres: "" }
        page!("stage <> 'closed' AND district = $5 AND policy_id = $6");
    IN_STAGE = ["SELECT ", columns!(), " FROM cases"]
        { sqlite: " INDEXED BY cases_in_stage", postgres: "" }
        page!("stage = $7");
    IN_STAGE_OF_OFFICER = ["SELECT ", columns!(), " FROM cases"]
        { sqlite: " INDEXED BY cases_in_stage_of_officer", postgres: "" }
        page!("officer = $4 AND stage = $7");
    IN_STAGE_OF_DISTRICT = ["SELECT ", columns!(), " FROM cases"]
        { sqlite: " INDEXED BY cases_in_stage_of_district", postgres: "" }
        page!("district = $5 AND stage = $7");
    IN_STAGE_OF_POLICY = ["SELECT ", columns!(), " FROM cases"]
        { sqlite: " INDEXED BY cases_in_stage_of_policy", postgres: "" }
        page!("policy_id = $6 AND stage = $7");
    WITH_CARD = ["SELECT ", columns!(), " FROM cases"]
        { sqlite: " INDEXED BY cases_with_card", postgres: "" }
        page!("stage <> 'closed' AND card <> 'none' AND card = $8");
    WITH_CARD_OF_DISTRICT = ["SELECT ", columns!(), " FROM cases"]
        { sqlite: " INDEXED BY cases_with_card_of_district", postgres: "" }
        page!("stage <> 'closed' AND card <> 'none' AND district = $5 AND card = $8");
    WITH_CARD_IN_STAGE = ["SELECT ", columns!(), " FROM cases"]
        { sqlite: " INDEXED BY cases_with_card_in_stage", postgres: "" }
        page!("card <> 'none' AND card = $8 AND stage = $7");
    WITH_CARD_IN_STAGE_OF_DISTRICT = ["SELECT ", columns!(), " FROM cases"]
        { sqlite: " INDEXED BY cases_with_card_in_stage_of_district", postgres: "" }
        page!("card <> 'none' AND district = $5 AND card = $8 AND stage = $7");
    WITH_CARD_OF_OFFICER = ["SELECT ", columns!(), " FROM cases"]
        { sqlite: " INDEXED BY cases_with_card_of_officer", postgres: "" }
        page!("stage <> 'closed' AND card <> 'none' AND officer = $4 AND card = $8");
    WITH_CARD_IN_STAGE_OF_OFFICER = ["SELECT ", columns!(), " FROM cases"]
        { sqlite: " INDEXED BY cases_with_card_in_stage_of_officer", postgres: "" }
        page!("card <> 'none' AND officer = $4 AND card = $8 AND stage = $7");
    ABOUT_IN_STAGE = ["SELECT ", columns!(), " FROM cases"]
        { sqlite: " INDEXED BY cases_about_in_stage", postgres: "" }
        page!("about <> 'filing' AND about = $9 AND stage = $7");
    ABOUT_IN_STAGE_OF_OFFICER = ["SELECT ", columns!(), " FROM cases"]
        { sqlite: " INDEXED BY cases_about_in_stage_of_officer", postgres: "" }
        page!("about <> 'filing' AND officer = $4 AND about = $9 AND stage = $7");
    ABOUT_IN_STAGE_OF_DISTRICT = ["SELECT ", columns!(), " FROM cases"]
        { sqlite: " INDEXED BY cases_about_in_stage_of_district", postgres: "" }
        page!("about <> 'filing' AND district = $5 AND about = $9 AND stage = $7");
    ABOUT_IN_STAGE_OF_OFFICER_AND_POLICY = ["SELECT ", columns!(), " FROM cases"]
        { sqlite: " INDEXED BY cases_about_in_stage_of_officer_and_policy", postgres: "" }
        page!("about <> 'filing' AND officer = $4 AND about = $9 AND policy_id = $6 AND stage = $7");
    ABOUT_OPEN = ["SELECT ", columns!(), " FROM cases"]
        { sqlite: " INDEXED BY cases_about_open", postgres: "" }
        page!("about <> 'filing' AND stage <> 'closed' AND about = $9");
    ABOUT_OPEN_OF_OFFICER = ["SELECT ", columns!(), " FROM cases"]
        { sqlite: " INDEXED BY cases_about_open_of_officer", postgres: "" }
        page!("about <> 'filing' AND stage <> 'closed' AND officer = $4 AND about = $9");
    ABOUT_OPEN_OF_DISTRICT = ["SELECT ", columns!(), " FROM cases"]
        { sqlite: " INDEXED BY cases_about_open_of_district", postgres: "" }
        page!("about <> 'filing' AND stage <> 'closed' AND district = $5 AND about = $9");
    ABOUT_WITH_CARD_IN_STAGE = ["SELECT ", columns!(), " FROM cases"]
        { sqlite: " INDEXED BY cases_about_with_card_in_stage", postgres: "" }
        page!("about <> 'filing' AND card <> 'none' AND about = $9 AND card = $8 AND stage = $7");
}

row!(CaseRow {
    id: String,
    about: String,
    application_id: Option<String>,
    payment_id: Option<String>,
    applicant_id: Option<String>,
    policy_id: Option<String>,
    district: Option<String>,
    officer: Option<String>,
    stage: String,
    ending: Option<String>,
    card: String,
    special: i64,
    due_on: String,
    look_on: Option<String>,
    opened_at: i64,
    closed_at: Option<i64>,
    version: i64,
});
row!(IdRow { id: String });
row!(ActRow {
    id: String,
    seq: i64,
    at: i64,
    actor: String,
    deed: String,
});
row!(FullActRow {
    id: String,
    seq: i64,
    at: i64,
    actor: String,
    deed: String,
    words: Option<Vec<u8>>,
    key_id: Option<String>,
});
row!(CountRow {
    about: String,
    ending: String,
    count: i64
});
row!(OpenRow { count: i64 });
row!(FileRow {
    id: String,
    case_id: String,
    act_id: String,
    name: Vec<u8>,
    key_id: String,
    media_type: String,
    bytes: i64,
    hash: String,
});

/// A case as a queue shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseLine {
    /// Its id.
    pub id: CaseId,
    /// What it is about, as [`About::as_str`](crate::domain::desk::About::as_str) has it.
    pub about: String,
    /// The application, where there is one.
    pub application: Option<ApplicationId>,
    /// The instalment, where it is about one.
    pub payment: Option<PaymentId>,
    /// Whose it is.
    pub applicant: Option<ApplicantId>,
    /// Under which policy.
    pub policy: Option<String>,
    /// Of which district.
    pub district: Option<DistrictCode>,
    /// Subject of its officer.
    pub officer: Option<String>,
    /// Where it stands.
    pub stage: StageName,
    /// How it ended.
    pub ending: Option<Ending>,
    /// The card its officer got.
    pub card: Card,
    /// Whether it is a special one.
    pub special: bool,
    /// Its last day; none while the clock stands, and after the end.
    pub due: Option<Date>,
    /// When the calendar brings about something next.
    pub look_on: Option<Date>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it ended.
    pub closed_at: Option<Timestamp>,
    /// Number of its acts.
    pub version: i64,
}

impl CaseLine {
    /// Where the next page begins.
    #[must_use]
    pub const fn key(&self) -> (Option<Date>, CaseId) {
        (self.due, self.id)
    }
}

/// A page of a queue, by last day; `None` means all. Without a stage it is what has not ended.
#[derive(Debug, Clone, Default)]
pub struct CaseFilter {
    /// Where they stand.
    pub stage: Option<StageName>,
    /// With this officer.
    pub officer: Option<String>,
    /// Of this district.
    pub district: Option<DistrictCode>,
    /// Under this policy.
    pub policy: Option<String>,
    /// With this card.
    pub card: Option<Card>,
    /// About this, as [`About::as_str`](crate::domain::desk::About::as_str) has it.
    pub about: Option<String>,
    /// With a last day up to this one.
    pub due_until: Option<Date>,
    /// After this one: [`CaseLine::key`] of the last of the page before.
    pub after: Option<(Option<Date>, CaseId)>,
    /// At most so many.
    pub limit: u32,
}

impl CaseFilter {
    /// The queue with the index that holds the least besides what is asked for: a card, or a matter that is no filing, is rare and leads
    /// to it; then officer, district and policy.
    fn queue(&self) -> &'static Statement {
        if self.stage.is_some() {
            self.queue_in_stage()
        } else {
            self.queue_of_open()
        }
    }

    fn queue_of_open(&self) -> &'static Statement {
        let (officer, district) = (self.officer.is_some(), self.district.is_some());
        match (self.is_carded(), self.is_no_filing(), self.policy.is_some()) {
            (true, _, _) if officer => &WITH_CARD_OF_OFFICER,
            (true, _, _) if district => &WITH_CARD_OF_DISTRICT,
            (true, _, _) => &WITH_CARD,
            (false, true, _) if officer => &ABOUT_OPEN_OF_OFFICER,
            (false, true, _) if district => &ABOUT_OPEN_OF_DISTRICT,
            (false, true, _) => &ABOUT_OPEN,
            (false, false, _) if officer => &QUEUE_OF_OFFICER,
            (false, false, true) if district => &QUEUE_OF_DISTRICT_AND_POLICY,
            (false, false, _) if district => &QUEUE_OF_DISTRICT,
            (false, false, true) => &QUEUE_OF_POLICY,
            (false, false, false) => &QUEUE,
        }
    }

    fn queue_in_stage(&self) -> &'static Statement {
        let (officer, district) = (self.officer.is_some(), self.district.is_some());
        match (self.is_carded(), self.is_no_filing()) {
            (true, _) if officer => &WITH_CARD_IN_STAGE_OF_OFFICER,
            (true, true) => &ABOUT_WITH_CARD_IN_STAGE,
            (true, false) if district => &WITH_CARD_IN_STAGE_OF_DISTRICT,
            (true, false) => &WITH_CARD_IN_STAGE,
            (false, true) if officer && self.policy.is_some() => {
                &ABOUT_IN_STAGE_OF_OFFICER_AND_POLICY
            }
            (false, true) if officer => &ABOUT_IN_STAGE_OF_OFFICER,
            (false, true) if district => &ABOUT_IN_STAGE_OF_DISTRICT,
            (false, true) => &ABOUT_IN_STAGE,
            (false, false) if officer => &IN_STAGE_OF_OFFICER,
            (false, false) if district => &IN_STAGE_OF_DISTRICT,
            (false, false) if self.policy.is_some() => &IN_STAGE_OF_POLICY,
            (false, false) => &IN_STAGE,
        }
    }

    fn is_carded(&self) -> bool {
        self.card.is_some_and(|card| card != Card::None)
    }

    fn is_no_filing(&self) -> bool {
        self.about.as_deref().is_some_and(|about| about != "filing")
    }
}

impl Tx {
    /// Stores a new case with its first acts.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when what it is about has an open case already; else when the database or the vault fails.
    pub async fn insert_case(
        &mut self,
        case: &DeskCase,
        acts: &[Act],
        placing: &Placing,
    ) -> Result<(), StoreError> {
        let (opening, about) = (&case.opening, case.opening.about);
        let mut row = args![
            case.id.to_string(),
            about.as_str(),
            about.application().map(|id| id.to_string()),
            about.payment().map(|id| id.to_string()),
            opening.applicant.map(|id| id.to_string()),
            opening.policy.clone(),
            opening.district.map(|district| district.to_string()),
        ];
        let (ending, closed_at) = ended(case);
        row.extend(args![
            case.officer.clone(),
            case.stage.name().as_str(),
            ending,
            case.card.as_str(),
            case.special,
            day_text(placing.due),
            placing.look_on,
            case.opened_at,
            closed_at,
            case.version,
        ]);
        self.run(&INSERT, row).await?;
        self.insert_acts(case.id, acts).await
    }

    /// Stores what happened to a case since the version `base`: of two writers on one version one is stored.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when somebody else was first; else when the database or the vault fails.
    pub async fn append_acts(
        &mut self,
        base: i64,
        case: &DeskCase,
        acts: &[Act],
        placing: &Placing,
    ) -> Result<(), StoreError> {
        let (ending, closed_at) = ended(case);
        let row = args![
            case.id.to_string(),
            base,
            case.officer.clone(),
            case.stage.name().as_str(),
            ending,
            case.card.as_str(),
            case.special,
            day_text(placing.due),
            placing.look_on,
            closed_at,
            case.version,
        ];
        if self.run(&UPDATE, row).await? == 0 {
            return Err(StoreError::Stale {
                what: "case",
                id: case.id.to_string(),
            });
        }
        self.insert_acts(case.id, acts).await
    }

    async fn insert_acts(&mut self, case: CaseId, acts: &[Act]) -> Result<(), StoreError> {
        for act in acts {
            let deed = serde_json::to_string(&act.deed)
                .map_err(|_| StoreError::Unwritable { table: "case_acts" })?;
            let id = act.id.to_string();
            let row = args![
                &id,
                case.to_string(),
                act.seq,
                act.at,
                act.by.to_string(),
                deed
            ];
            self.run(&INSERT_ACT, row).await?;
            if let Some(words) = &act.words {
                let sealed = self.seal(WORDS, &id, words.reveal().as_bytes())?;
                self.run(&INSERT_WORDS, args![&id, sealed.bytes, sealed.key])
                    .await?;
            }
        }
        Ok(())
    }

    /// The case of this id as its acts have made it; without anybody's words.
    ///
    /// # Errors
    /// When the database fails or the acts are not those of one case.
    pub async fn desk_case(&mut self, id: CaseId) -> Result<Option<DeskCase>, StoreError> {
        let rows: Vec<ActRow> = self.all(&ACTS, args![id.to_string(), LISTED_MAX]).await?;
        if rows.is_empty() {
            return Ok(None);
        }
        let acts = rows.iter().map(read_act).collect::<Result<Vec<_>, _>>()?;
        let at = At {
            table: "case_acts",
            row: &rows[0].id,
        };
        DeskCase::fold(id, &acts)
            .map(Some)
            .map_err(|_| at.wrong("deed"))
    }

    /// What has happened to a case since the version `after`, oldest first, with what was written.
    ///
    /// # Errors
    /// When the database or the vault fails, or a row is inconsistent.
    pub async fn case_acts(&mut self, id: CaseId, after: i64) -> Result<Vec<Act>, StoreError> {
        let args = args![id.to_string(), after, LISTED_MAX];
        let rows: Vec<FullActRow> = self.all(&ACTS_IN_FULL, args).await?;
        rows.into_iter()
            .map(|row| self.read_full_act(row))
            .collect()
    }

    /// The row of a case in the queues.
    ///
    /// # Errors
    /// When the database fails or the row is inconsistent.
    pub async fn case_line(&mut self, id: CaseId) -> Result<Option<CaseLine>, StoreError> {
        let row: Option<CaseRow> = self.first(&LINE, args![id.to_string()]).await?;
        row.map(read_line).transpose()
    }

    /// The open case of an application that was referred.
    ///
    /// # Errors
    /// When the database fails or the row is inconsistent.
    pub async fn open_case_of_filing(
        &mut self,
        application: ApplicationId,
    ) -> Result<Option<CaseId>, StoreError> {
        self.case_id(&OPEN_FILING, application.to_string()).await
    }

    /// The open case of an instalment whose re-check was referred.
    ///
    /// # Errors
    /// When the database fails or the row is inconsistent.
    pub async fn open_case_of_recheck(
        &mut self,
        payment: PaymentId,
    ) -> Result<Option<CaseId>, StoreError> {
        self.case_id(&OPEN_RECHECK, payment.to_string()).await
    }

    /// The open case about a sample.
    ///
    /// # Errors
    /// When the database fails or the row is inconsistent.
    pub async fn open_case_of_sample(
        &mut self,
        application: ApplicationId,
    ) -> Result<Option<CaseId>, StoreError> {
        self.case_id(&OPEN_SAMPLE, application.to_string()).await
    }

    /// The open case about whether a payment is to come back.
    ///
    /// # Errors
    /// When the database fails or the row is inconsistent.
    pub async fn open_case_of_recovery(
        &mut self,
        payment: PaymentId,
    ) -> Result<Option<CaseId>, StoreError> {
        self.case_id(&OPEN_RECOVERY, payment.to_string()).await
    }

    async fn case_id(
        &mut self,
        statement: &'static Statement,
        about: String,
    ) -> Result<Option<CaseId>, StoreError> {
        let row: Option<IdRow> = self.first(statement, args![&about]).await?;
        let at = At {
            table: CASES,
            row: &about,
        };
        at.parse_opt("id", row.map(|row| row.id).as_ref())
    }

    /// Every case about an application, oldest first.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn cases_of_application(
        &mut self,
        application: ApplicationId,
    ) -> Result<Vec<CaseLine>, StoreError> {
        self.lines(&OF_APPLICATION, args![application.to_string(), LISTED_MAX])
            .await
    }

    /// Every case of a person, oldest first.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn cases_of_applicant(
        &mut self,
        applicant: ApplicantId,
    ) -> Result<Vec<CaseLine>, StoreError> {
        self.lines(&OF_APPLICANT, args![applicant.to_string(), LISTED_MAX])
            .await
    }

    /// A page of a queue.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn queue(&mut self, filter: &CaseFilter) -> Result<Vec<CaseLine>, StoreError> {
        let (after_day, after_id) = match filter.after {
            Some((due, id)) => (day_text(due), id.to_string()),
            None => (String::new(), String::new()),
        };
        let row = args![
            after_day,
            after_id,
            day_text(filter.due_until),
            filter.officer.clone(),
            filter.district.map(|district| district.to_string()),
            filter.policy.clone(),
            filter.stage.map(StageName::as_str),
            filter.card.map(Card::as_str),
            filter.about.clone(),
            filter.limit,
        ];
        let rows: Vec<CaseRow> = self.all_planned(filter.queue(), row).await?;
        rows.into_iter().map(read_line).collect()
    }

    /// Cases about which the calendar has brought about something by `today`, the longest overdue first.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn cases_to_look_at(
        &mut self,
        today: Date,
        limit: u32,
    ) -> Result<Vec<CaseId>, StoreError> {
        let rows: Vec<IdRow> = self.all(&TO_LOOK_AT, args![today, limit]).await?;
        let id = |row: &IdRow| {
            At {
                table: CASES,
                row: &row.id,
            }
            .parse("id", &row.id)
        };
        rows.iter().map(id).collect()
    }

    /// Looks at a case on another day, for it cannot be looked at now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn rest_case(&mut self, id: CaseId, look_on: Date) -> Result<(), StoreError> {
        self.run(&REST, args![id.to_string(), look_on])
            .await
            .map(drop)
    }

    /// How many cases of each kind ended in which way.
    ///
    /// # Errors
    /// When the database fails or a row is inconsistent.
    pub async fn count_cases_by_ending(
        &mut self,
    ) -> Result<Vec<(String, Ending, i64)>, StoreError> {
        let rows: Vec<CountRow> = self.all(&COUNT_BY_ENDING, args![]).await?;
        let at = At {
            table: CASES,
            row: "count",
        };
        rows.into_iter()
            .map(|row| {
                let ending = at.word("ending", Ending::parse, &row.ending)?;
                Ok((row.about, ending, row.count))
            })
            .collect()
    }

    /// How many reports have not ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_open_reports(&mut self) -> Result<i64, StoreError> {
        let row: Option<OpenRow> = self.first(&OPEN_REPORTS, args![]).await?;
        Ok(row.map_or(0, |row| row.count))
    }

    /// Records a file that came with an act; its content is kept elsewhere.
    ///
    /// # Errors
    /// When the database or the vault fails, or the row is refused.
    pub async fn insert_case_file(&mut self, file: &CaseFile) -> Result<(), StoreError> {
        let id = file.id.to_string();
        let sealed = self.seal(NAME, &id, file.name.reveal().as_bytes())?;
        let row = args![
            id,
            file.case.to_string(),
            file.act.to_string(),
            sealed.bytes,
            sealed.key,
            &file.media_type,
            file.bytes,
            file.hash.to_string(),
        ];
        self.run(&INSERT_FILE, row).await.map(drop)
    }

    /// What was handed in with a case, oldest first.
    ///
    /// # Errors
    /// When the database or the vault fails, or a row is inconsistent.
    pub async fn case_files(&mut self, case: CaseId) -> Result<Vec<CaseFile>, StoreError> {
        let rows: Vec<FileRow> = self
            .all(&FILES, args![case.to_string(), LISTED_MAX])
            .await?;
        rows.into_iter().map(|row| self.read_file(row)).collect()
    }

    async fn lines(
        &mut self,
        statement: &'static Statement,
        args: Vec<Arg>,
    ) -> Result<Vec<CaseLine>, StoreError> {
        let rows: Vec<CaseRow> = self.all(statement, args).await?;
        rows.into_iter().map(read_line).collect()
    }

    fn read_full_act(&self, row: FullActRow) -> Result<Act, StoreError> {
        let words = match (&row.words, &row.key_id) {
            (Some(sealed), Some(key)) => Some(self.read_text(WORDS, &row.id, key, sealed)?),
            _ => None,
        };
        let act = read_act(&ActRow {
            id: row.id,
            seq: row.seq,
            at: row.at,
            actor: row.actor,
            deed: row.deed,
        })?;
        Ok(Act { words, ..act })
    }

    fn read_file(&self, row: FileRow) -> Result<CaseFile, StoreError> {
        let at = At {
            table: NAME.table,
            row: &row.id,
        };
        Ok(CaseFile {
            id: at.parse::<CaseFileId>("id", &row.id)?,
            case: at.parse("case_id", &row.case_id)?,
            act: at.parse("act_id", &row.act_id)?,
            name: self.read_text(NAME, &row.id, &row.key_id, &row.name)?,
            hash: at.parse("hash", &row.hash)?,
            media_type: row.media_type,
            bytes: row.bytes,
        })
    }

    fn read_text(
        &self,
        place: Place,
        row: &str,
        key: &str,
        sealed: &[u8],
    ) -> Result<Private<String>, StoreError> {
        let plain = self.unseal(place, row, key, sealed)?;
        let at = At {
            table: place.table,
            row,
        };
        let text = std::str::from_utf8(&plain).map_err(|_| at.wrong(place.column))?;
        Ok(Private::new(text.to_owned()))
    }
}

/// `ending` and `closed_at`.
fn ended(case: &DeskCase) -> (Option<&'static str>, Option<Timestamp>) {
    match case.stage {
        Stage::Closed { ending, at } => (Some(ending.as_str()), Some(at)),
        _ => (None, None),
    }
}

fn day_text(day: Option<Date>) -> String {
    day.map_or_else(|| NO_DAY.to_owned(), |day| day.to_string())
}

fn read_act(row: &ActRow) -> Result<Act, StoreError> {
    let at = At {
        table: "case_acts",
        row: &row.id,
    };
    Ok(Act {
        id: at.parse::<ActId>("id", &row.id)?,
        seq: row.seq,
        at: at.time("at", row.at)?,
        by: at.parse::<Who>("actor", &row.actor)?,
        deed: at.json::<Deed>("deed", row.deed.as_bytes())?,
        words: None,
    })
}

fn read_line(row: CaseRow) -> Result<CaseLine, StoreError> {
    let at = At {
        table: CASES,
        row: &row.id,
    };
    let due = at.date("due_on", &row.due_on)?;
    let ending = row
        .ending
        .as_deref()
        .map(|word| at.word("ending", Ending::parse, word));
    let look_on = row.look_on.as_deref().map(|day| at.date("look_on", day));
    Ok(CaseLine {
        id: at.parse("id", &row.id)?,
        application: at.parse_opt("application_id", row.application_id.as_ref())?,
        payment: at.parse_opt("payment_id", row.payment_id.as_ref())?,
        applicant: at.parse_opt("applicant_id", row.applicant_id.as_ref())?,
        district: at.parse_opt("district", row.district.as_ref())?,
        stage: at.word("stage", StageName::parse, &row.stage)?,
        ending: ending.transpose()?,
        card: at.word("card", Card::parse, &row.card)?,
        special: row.special == 1,
        due: (row.due_on != NO_DAY).then_some(due),
        look_on: look_on.transpose()?,
        opened_at: at.time("opened_at", row.opened_at)?,
        closed_at: at.time_opt("closed_at", row.closed_at)?,
        about: row.about,
        policy: row.policy_id,
        officer: row.officer,
        version: row.version,
    })
}
