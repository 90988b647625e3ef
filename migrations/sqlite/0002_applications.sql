-- `typed` seals what the applicant typed: account, bank, telephone. The columns after `state` hold what each
-- state knows; the checks say which. No reference is deferred: what an application points at is stored first, for SQLite would
-- look through every application when a decision is stored after it.
CREATE TABLE applications (
    id TEXT NOT NULL PRIMARY KEY,
    applicant_id TEXT NOT NULL REFERENCES applicants (id),
    consent_id TEXT NOT NULL REFERENCES consents (id),
    policy_id TEXT NOT NULL,
    policy_effective TEXT NOT NULL,
    policy_hash TEXT NOT NULL CHECK (length(policy_hash) = 64),
    district TEXT CHECK (length(district) = 6),
    opened_at INTEGER NOT NULL,
    filed_at INTEGER,
    filed_on TEXT CHECK (length(filed_on) = 10),
    snapshot_id TEXT REFERENCES snapshots (id),
    typed BLOB,
    key_id TEXT,
    state TEXT NOT NULL CHECK (state IN ('draft', 'filed', 'parked', 'referred', 'waiting_for_budget', 'publicity', 'approved', 'refused', 'withdrawn')),
    sources TEXT,
    decision_id TEXT REFERENCES decisions (id),
    award_id TEXT REFERENCES awards (id),
    since INTEGER,
    retry_at INTEGER,
    until_on TEXT CHECK (length(until_on) = 10),
    version INTEGER NOT NULL CHECK (version >= 0),
    request_id TEXT NOT NULL,
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
) STRICT;
CREATE INDEX applications_of_applicant ON applications (applicant_id, id);
CREATE INDEX applications_by_state ON applications (state, id);
CREATE INDEX applications_filed ON applications (filed_at, id) WHERE state = 'filed';
CREATE INDEX applications_parked ON applications (retry_at, id) WHERE state = 'parked';
CREATE INDEX applications_publicity ON applications (until_on, id) WHERE state = 'publicity';
CREATE INDEX applications_waiting ON applications (policy_id, district, since, id) WHERE state = 'waiting_for_budget';

-- Exclusive benefits: the key decides which of two racing filings has the slot.
CREATE TABLE slots (
    applicant_id TEXT NOT NULL REFERENCES applicants (id),
    slot TEXT NOT NULL,
    application_id TEXT NOT NULL REFERENCES applications (id),
    PRIMARY KEY (applicant_id, slot)
) STRICT;
CREATE INDEX slots_of_application ON slots (application_id);

-- `body` seals the answer byte for byte.
CREATE TABLE evidence (
    id TEXT NOT NULL PRIMARY KEY,
    application_id TEXT NOT NULL REFERENCES applications (id),
    round INTEGER NOT NULL CHECK (round BETWEEN 0 AND 255),
    origin TEXT NOT NULL CHECK (origin IN ('identity', 'talent_introduction', 'education', 'degree', 'social_security')),
    received_at INTEGER NOT NULL,
    hash TEXT NOT NULL CHECK (length(hash) = 64),
    body BLOB NOT NULL,
    key_id TEXT NOT NULL
) STRICT;
CREATE INDEX evidence_of_application ON evidence (application_id, round, received_at, id);

CREATE TABLE fetches (
    id TEXT NOT NULL PRIMARY KEY,
    application_id TEXT NOT NULL REFERENCES applications (id),
    round INTEGER NOT NULL CHECK (round BETWEEN 0 AND 255),
    source TEXT NOT NULL CHECK (source IN ('talent_introduction', 'education', 'degree', 'social_security')),
    consent_id TEXT NOT NULL REFERENCES consents (id),
    asked_at INTEGER NOT NULL,
    elapsed_ms INTEGER NOT NULL CHECK (elapsed_ms >= 0),
    attempts INTEGER NOT NULL CHECK (attempts BETWEEN 0 AND 255),
    outcome TEXT NOT NULL CHECK (outcome IN ('answered', 'timed_out', 'unreachable', 'server_error', 'refused', 'malformed', 'bad_signature', 'breaker_open', 'not_configured')),
    evidence_id TEXT REFERENCES evidence (id)
) STRICT;
CREATE INDEX fetches_of_application ON fetches (application_id, asked_at, id);

-- `form` seals the rows as the applicant saw them.
CREATE TABLE snapshots (
    id TEXT NOT NULL PRIMARY KEY,
    application_id TEXT NOT NULL REFERENCES applications (id),
    made_at INTEGER NOT NULL,
    evidence TEXT NOT NULL,
    form BLOB NOT NULL,
    key_id TEXT NOT NULL
) STRICT;
CREATE INDEX snapshots_of_application ON snapshots (application_id, made_at, id);

-- `words` seals the applicant's words.
CREATE TABLE disputes (
    id TEXT NOT NULL PRIMARY KEY,
    application_id TEXT NOT NULL REFERENCES applications (id),
    snapshot_id TEXT NOT NULL REFERENCES snapshots (id),
    field TEXT NOT NULL,
    words BLOB NOT NULL,
    key_id TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX disputes_of_application ON disputes (application_id, id);

CREATE TABLE decisions (
    id TEXT NOT NULL PRIMARY KEY,
    application_id TEXT NOT NULL REFERENCES applications (id),
    round INTEGER NOT NULL CHECK (round BETWEEN 0 AND 255),
    outcome TEXT NOT NULL CHECK (outcome IN ('approve', 'refer', 'refuse')),
    decided_by TEXT NOT NULL,
    at INTEGER NOT NULL,
    record BLOB NOT NULL,
    hash TEXT NOT NULL CHECK (length(hash) = 64),
    -- The machine approves or refers; it never refuses.
    CHECK (outcome <> 'refuse' OR decided_by LIKE 'staff:%')
) STRICT;
CREATE INDEX decisions_of_application ON decisions (application_id, at, id);

CREATE TRIGGER decisions_keep BEFORE UPDATE ON decisions
BEGIN SELECT RAISE(ABORT, 'decisions: rows are never changed'); END;
CREATE TRIGGER decisions_stay BEFORE DELETE ON decisions
BEGIN SELECT RAISE(ABORT, 'decisions: rows are never changed'); END;
