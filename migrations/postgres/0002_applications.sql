-- `typed` seals what the applicant typed: account, bank, telephone. The columns after `state` hold what each
-- state knows; the checks say which. No reference is deferred: what an application points at is stored first, for SQLite would
-- look through every application when a decision is stored after it.
CREATE TABLE applications (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    applicant_id TEXT COLLATE "C" NOT NULL REFERENCES applicants (id),
    consent_id TEXT COLLATE "C" NOT NULL REFERENCES consents (id),
    policy_id TEXT COLLATE "C" NOT NULL,
    policy_effective TEXT COLLATE "C" NOT NULL,
    policy_hash TEXT COLLATE "C" NOT NULL CHECK (length(policy_hash) = 64),
    district TEXT COLLATE "C" CHECK (length(district) = 6),
    opened_at BIGINT NOT NULL,
    filed_at BIGINT,
    filed_on TEXT COLLATE "C" CHECK (length(filed_on) = 10),
    snapshot_id TEXT COLLATE "C",
    typed BYTEA,
    key_id TEXT COLLATE "C",
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('draft', 'filed', 'parked', 'referred', 'waiting_for_budget', 'publicity', 'approved', 'refused', 'withdrawn')),
    sources TEXT COLLATE "C",
    decision_id TEXT COLLATE "C",
    award_id TEXT COLLATE "C",
    since BIGINT,
    retry_at BIGINT,
    until_on TEXT COLLATE "C" CHECK (length(until_on) = 10),
    version BIGINT NOT NULL CHECK (version >= 0),
    request_id TEXT COLLATE "C" NOT NULL,
    FOREIGN KEY (policy_id, policy_effective) REFERENCES policies (id, effective),
    CHECK ((filed_at IS NULL) = (filed_on IS NULL)
        AND (filed_at IS NULL) = (snapshot_id IS NULL)
        AND (filed_at IS NULL) = (typed IS NULL)
        AND (typed IS NULL) = (key_id IS NULL)),
    CHECK (state IN ('draft', 'withdrawn') OR filed_at IS NOT NULL),
    CHECK (state <> 'draft' OR filed_at IS NULL),
    CHECK ((state = 'parked') = (sources IS NOT NULL)),
    CHECK ((state = 'parked') = (retry_at IS NOT NULL)),
    CHECK ((state IN ('referred', 'waiting_for_budget', 'publicity', 'approved', 'refused')) = (decision_id IS NOT NULL)),
    CHECK ((state IN ('publicity', 'approved')) = (award_id IS NOT NULL)),
    CHECK ((state = 'publicity') = (until_on IS NOT NULL)),
    CHECK ((state IN ('draft', 'filed', 'publicity')) = (since IS NULL))
);
CREATE INDEX applications_of_applicant ON applications (applicant_id, id);
CREATE INDEX applications_by_state ON applications (state, id);
CREATE INDEX applications_filed ON applications (filed_at, id) WHERE state = 'filed';
CREATE INDEX applications_parked ON applications (retry_at, id) WHERE state = 'parked';
CREATE INDEX applications_publicity ON applications (until_on, id) WHERE state = 'publicity';
CREATE INDEX applications_waiting ON applications (policy_id, district, since, id) WHERE state = 'waiting_for_budget';

-- Exclusive benefits: the key decides which of two racing filings has the slot.
CREATE TABLE slots (
    applicant_id TEXT COLLATE "C" NOT NULL REFERENCES applicants (id),
    slot TEXT COLLATE "C" NOT NULL,
    application_id TEXT COLLATE "C" NOT NULL REFERENCES applications (id),
    PRIMARY KEY (applicant_id, slot)
);
CREATE INDEX slots_of_application ON slots (application_id);

-- `body` seals the answer byte for byte.
CREATE TABLE evidence (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    application_id TEXT COLLATE "C" NOT NULL REFERENCES applications (id),
    round BIGINT NOT NULL CHECK (round BETWEEN 0 AND 255),
    origin TEXT COLLATE "C" NOT NULL CHECK (origin IN ('identity', 'talent_introduction', 'education', 'degree', 'social_security')),
    received_at BIGINT NOT NULL,
    hash TEXT COLLATE "C" NOT NULL CHECK (length(hash) = 64),
    body BYTEA NOT NULL,
    key_id TEXT COLLATE "C" NOT NULL
);
CREATE INDEX evidence_of_application ON evidence (application_id, round, received_at, id);

CREATE TABLE fetches (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    application_id TEXT COLLATE "C" NOT NULL REFERENCES applications (id),
    round BIGINT NOT NULL CHECK (round BETWEEN 0 AND 255),
    source TEXT COLLATE "C" NOT NULL CHECK (source IN ('talent_introduction', 'education', 'degree', 'social_security')),
    consent_id TEXT COLLATE "C" NOT NULL REFERENCES consents (id),
    asked_at BIGINT NOT NULL,
    elapsed_ms BIGINT NOT NULL CHECK (elapsed_ms >= 0),
    attempts BIGINT NOT NULL CHECK (attempts BETWEEN 0 AND 255),
    outcome TEXT COLLATE "C" NOT NULL CHECK (outcome IN ('answered', 'timed_out', 'unreachable', 'server_error', 'refused', 'malformed', 'bad_signature', 'breaker_open', 'not_configured')),
    evidence_id TEXT COLLATE "C" REFERENCES evidence (id)
);
CREATE INDEX fetches_of_application ON fetches (application_id, asked_at, id);

-- `form` seals the rows as the applicant saw them.
CREATE TABLE snapshots (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    application_id TEXT COLLATE "C" NOT NULL REFERENCES applications (id),
    made_at BIGINT NOT NULL,
    evidence TEXT COLLATE "C" NOT NULL,
    form BYTEA NOT NULL,
    key_id TEXT COLLATE "C" NOT NULL
);
CREATE INDEX snapshots_of_application ON snapshots (application_id, made_at, id);

-- `words` seals the applicant's words.
CREATE TABLE disputes (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    application_id TEXT COLLATE "C" NOT NULL REFERENCES applications (id),
    snapshot_id TEXT COLLATE "C" NOT NULL REFERENCES snapshots (id),
    field TEXT COLLATE "C" NOT NULL,
    words BYTEA NOT NULL,
    key_id TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX disputes_of_application ON disputes (application_id, id);

CREATE TABLE decisions (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    application_id TEXT COLLATE "C" NOT NULL REFERENCES applications (id),
    round BIGINT NOT NULL CHECK (round BETWEEN 0 AND 255),
    outcome TEXT COLLATE "C" NOT NULL CHECK (outcome IN ('approve', 'refer', 'refuse')),
    decided_by TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    record BYTEA NOT NULL,
    hash TEXT COLLATE "C" NOT NULL CHECK (length(hash) = 64),
    -- The machine approves or refers; it never refuses.
    CHECK (outcome <> 'refuse' OR decided_by LIKE 'staff:%')
);
CREATE INDEX decisions_of_application ON decisions (application_id, at, id);

CREATE TRIGGER decisions_keep BEFORE UPDATE ON decisions
FOR EACH ROW EXECUTE FUNCTION rows_are_never_changed();
CREATE TRIGGER decisions_stay BEFORE DELETE ON decisions
FOR EACH ROW EXECUTE FUNCTION rows_are_never_changed();

ALTER TABLE applications ADD FOREIGN KEY (snapshot_id) REFERENCES snapshots (id);
ALTER TABLE applications ADD FOREIGN KEY (decision_id) REFERENCES decisions (id);
