-- The reviewer's desk. A case is the fold over its acts; this row is what queues go by, written in the transaction of the act.
-- `due_on` is the last day, and 9999-12-31 while the clock stands, so that such cases come last and nobody moves them each day;
-- `look_on` is the day on which the calendar brings about something next.
CREATE TABLE cases (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    about TEXT COLLATE "C" NOT NULL CHECK (about IN ('filing', 'recheck', 'report')),
    application_id TEXT COLLATE "C" REFERENCES applications (id),
    payment_id TEXT COLLATE "C" REFERENCES payments (id),
    applicant_id TEXT COLLATE "C" REFERENCES applicants (id),
    policy_id TEXT COLLATE "C",
    district TEXT COLLATE "C" CHECK (length(district) = 6),
    officer TEXT COLLATE "C",
    stage TEXT COLLATE "C" NOT NULL CHECK (stage IN ('waiting', 'working', 'asked', 'proposed', 'checking', 'closed')),
    ending TEXT COLLATE "C" CHECK (ending IN ('approved', 'refused', 'answered', 'handed_on', 'lapsed', 'withdrawn', 'broken')),
    card TEXT COLLATE "C" NOT NULL CHECK (card IN ('none', 'yellow', 'red')),
    special BIGINT NOT NULL CHECK (special IN (0, 1)),
    due_on TEXT COLLATE "C" NOT NULL CHECK (length(due_on) = 10),
    look_on TEXT COLLATE "C" CHECK (length(look_on) = 10),
    opened_at BIGINT NOT NULL,
    closed_at BIGINT,
    version BIGINT NOT NULL CHECK (version >= 1),
    CHECK ((stage = 'closed') = (closed_at IS NOT NULL)
        AND (stage = 'closed') = (ending IS NOT NULL)),
    CHECK (stage <> 'waiting' OR officer IS NULL),
    CHECK (about = 'report' OR application_id IS NOT NULL),
    CHECK ((about = 'recheck') = (payment_id IS NOT NULL))
);
-- What the machine referred has one open case.
CREATE UNIQUE INDEX cases_one_filing ON cases (application_id) WHERE about = 'filing' AND stage <> 'closed';
CREATE UNIQUE INDEX cases_one_recheck ON cases (payment_id) WHERE about = 'recheck' AND stage <> 'closed';
CREATE INDEX cases_of_application ON cases (application_id, id);
CREATE INDEX cases_of_payment ON cases (payment_id, id);
CREATE INDEX cases_of_applicant ON cases (applicant_id, id);
-- Queues, each by its last day: whatever else is asked for is looked for along the way.
CREATE INDEX cases_queue ON cases (due_on, id) WHERE stage <> 'closed';
CREATE INDEX cases_queue_of_officer ON cases (officer, due_on, id) WHERE stage <> 'closed';
CREATE INDEX cases_queue_of_district ON cases (district, due_on, id) WHERE stage <> 'closed';
CREATE INDEX cases_queue_of_policy ON cases (policy_id, due_on, id) WHERE stage <> 'closed';
CREATE INDEX cases_queue_of_district_and_policy ON cases (district, policy_id, due_on, id) WHERE stage <> 'closed';
CREATE INDEX cases_with_card ON cases (card, due_on, id) WHERE stage <> 'closed' AND card <> 'none';
CREATE INDEX cases_with_card_of_district ON cases (district, card, due_on, id) WHERE stage <> 'closed' AND card <> 'none';
CREATE INDEX cases_with_card_in_stage ON cases (card, stage, due_on, id) WHERE card <> 'none';
CREATE INDEX cases_with_card_in_stage_of_district ON cases (district, card, stage, due_on, id) WHERE card <> 'none';
CREATE INDEX cases_in_stage ON cases (stage, due_on, id);
CREATE INDEX cases_in_stage_of_officer ON cases (officer, stage, due_on, id);
CREATE INDEX cases_in_stage_of_policy ON cases (policy_id, stage, due_on, id);
CREATE INDEX cases_in_stage_of_district ON cases (district, stage, due_on, id);
CREATE INDEX cases_to_look_at ON cases (look_on, id) WHERE look_on IS NOT NULL;
CREATE INDEX cases_by_ending ON cases (about, ending) WHERE ending IS NOT NULL;

-- Everything that happened. The number of an act is the version of the case after it: of two acts on one version one is stored.
CREATE TABLE case_acts (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    case_id TEXT COLLATE "C" NOT NULL REFERENCES cases (id),
    seq BIGINT NOT NULL CHECK (seq >= 1),
    at BIGINT NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    deed TEXT COLLATE "C" NOT NULL,
    UNIQUE (case_id, seq)
);

CREATE TRIGGER case_acts_keep BEFORE UPDATE ON case_acts
FOR EACH ROW EXECUTE FUNCTION rows_are_never_changed();
CREATE TRIGGER case_acts_stay BEFORE DELETE ON case_acts
FOR EACH ROW EXECUTE FUNCTION rows_are_never_changed();

-- What somebody wrote with an act: a notice, a ground, a note. Apart from the acts, whose rows are never changed, so that it can be
-- sealed with another key. `id` is the act's.
CREATE TABLE case_words (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES case_acts (id),
    words BYTEA NOT NULL,
    key_id TEXT COLLATE "C" NOT NULL
);

-- What was handed in; the content is kept outside. `name` seals its name, as its owner called it.
CREATE TABLE case_files (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    case_id TEXT COLLATE "C" NOT NULL REFERENCES cases (id),
    act_id TEXT COLLATE "C" NOT NULL REFERENCES case_acts (id),
    name BYTEA NOT NULL,
    key_id TEXT COLLATE "C" NOT NULL,
    media_type TEXT COLLATE "C" NOT NULL,
    bytes BIGINT NOT NULL CHECK (bytes >= 0),
    hash TEXT COLLATE "C" NOT NULL CHECK (length(hash) = 64)
);
CREATE INDEX case_files_of_case ON case_files (case_id, id);

CREATE TABLE officers (
    subject TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    contact TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C" NOT NULL CHECK (role IN ('reviewer', 'supervisor')),
    district TEXT COLLATE "C" CHECK (length(district) = 6),
    away BIGINT NOT NULL CHECK (away IN (0, 1))
);

-- An officer must not handle somebody's cases.
CREATE TABLE conflicts (
    officer TEXT COLLATE "C" NOT NULL,
    applicant_id TEXT COLLATE "C" NOT NULL REFERENCES applicants (id),
    declared_at BIGINT NOT NULL,
    PRIMARY KEY (officer, applicant_id)
);
CREATE INDEX subjects_of_applicant ON subjects (applicant_id, subject);
CREATE INDEX conflicts_with_applicant ON conflicts (applicant_id, officer);

-- Nothing is approved by people under this policy, or in this district; every one where none is named.
CREATE TABLE freezes (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    policy_id TEXT COLLATE "C",
    district TEXT COLLATE "C" CHECK (length(district) = 6),
    reason TEXT COLLATE "C" NOT NULL,
    frozen_by TEXT COLLATE "C" NOT NULL,
    frozen_at BIGINT NOT NULL,
    lifted_by TEXT COLLATE "C",
    lifted_at BIGINT,
    CHECK ((lifted_by IS NULL) = (lifted_at IS NULL))
);
CREATE INDEX freezes_in_force ON freezes (id) WHERE lifted_at IS NULL;
