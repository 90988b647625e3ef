-- Amounts are whole fen. The last check is promise 3 held by the database itself.
CREATE TABLE budgets (
    policy TEXT NOT NULL,
    district TEXT NOT NULL CHECK (length(district) = 6),
    year INTEGER NOT NULL CHECK (year BETWEEN 2000 AND 9999),
    appropriated INTEGER NOT NULL CHECK (appropriated BETWEEN 0 AND 9999999999999999),
    reserved INTEGER NOT NULL CHECK (reserved BETWEEN 0 AND 9999999999999999),
    PRIMARY KEY (policy, district, year),
    CONSTRAINT budgets_never_overspent CHECK (reserved <= appropriated)
) STRICT;

CREATE TABLE awards (
    id TEXT NOT NULL PRIMARY KEY,
    application_id TEXT NOT NULL UNIQUE REFERENCES applications (id),
    applicant_id TEXT NOT NULL REFERENCES applicants (id),
    policy TEXT NOT NULL,
    district TEXT NOT NULL,
    year INTEGER NOT NULL,
    total INTEGER NOT NULL CHECK (total BETWEEN 1 AND 9999999999999999),
    at INTEGER NOT NULL,
    FOREIGN KEY (policy, district, year) REFERENCES budgets (policy, district, year)
) STRICT;

-- One movement and one reference occur once: the same act is never booked twice.
CREATE TABLE journal (
    id TEXT NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    movement TEXT NOT NULL CHECK (movement IN ('appropriate', 'commit', 'release', 'instruct', 'settle', 'return_unsettled', 'return_settled', 'reinstruct', 'recover')),
    policy TEXT NOT NULL,
    district TEXT NOT NULL,
    year INTEGER NOT NULL,
    amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 9999999999999999),
    reference TEXT NOT NULL,
    UNIQUE (movement, reference),
    FOREIGN KEY (policy, district, year) REFERENCES budgets (policy, district, year)
) STRICT;

CREATE TRIGGER journal_keeps BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'journal: rows are never changed'); END;
CREATE TRIGGER journal_stays BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'journal: rows are never changed'); END;

CREATE TABLE payments (
    id TEXT NOT NULL PRIMARY KEY,
    award_id TEXT NOT NULL REFERENCES awards (id),
    instalment INTEGER NOT NULL CHECK (instalment BETWEEN 1 AND 255),
    amount INTEGER NOT NULL CHECK (amount BETWEEN 0 AND 9999999999999999),
    due_on TEXT NOT NULL CHECK (length(due_on) = 10),
    recheck INTEGER NOT NULL CHECK (recheck IN (0, 1)),
    state TEXT NOT NULL CHECK (state IN ('scheduled', 'referred', 'instructed', 'settled', 'returned', 'held', 'cancelled')),
    generation INTEGER NOT NULL CHECK (generation BETWEEN 0 AND 255),
    version INTEGER NOT NULL CHECK (version >= 0),
    retry_at INTEGER,
    UNIQUE (award_id, instalment)
) STRICT;
CREATE INDEX payments_scheduled ON payments (due_on, id) WHERE state = 'scheduled';
CREATE INDEX payments_by_state ON payments (state, id, amount);

-- `payload` seals the exact bytes that are sent. `leased_from` is the state a lease found.
CREATE TABLE instructions (
    id TEXT NOT NULL PRIMARY KEY,
    payment_id TEXT NOT NULL REFERENCES payments (id),
    generation INTEGER NOT NULL CHECK (generation BETWEEN 1 AND 255),
    replaces TEXT UNIQUE REFERENCES instructions (id),
    payload BLOB NOT NULL,
    key_id TEXT NOT NULL,
    payload_hash TEXT NOT NULL CHECK (length(payload_hash) = 64),
    state TEXT NOT NULL CHECK (state IN ('ready', 'unknown', 'acknowledged', 'settled', 'returned', 'rejected', 'held')),
    epoch INTEGER NOT NULL CHECK (epoch >= 0),
    leased_until INTEGER,
    leased_from TEXT CHECK (leased_from IN ('ready', 'unknown')),
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    next_at INTEGER NOT NULL,
    treasury_no TEXT,
    created_at INTEGER NOT NULL,
    acknowledged_at INTEGER,
    settled_at INTEGER,
    returned_at INTEGER,
    reason_code TEXT,
    request_id TEXT NOT NULL,
    UNIQUE (payment_id, generation),
    CHECK ((generation = 1) = (replaces IS NULL))
) STRICT;
CREATE INDEX instructions_to_send ON instructions (next_at, id) WHERE state IN ('ready', 'unknown');
CREATE INDEX instructions_silent ON instructions (acknowledged_at, id) WHERE state = 'acknowledged';

-- No foreign key: the treasury may tell of an instruction that we do not know. `body` seals the call-back.
CREATE TABLE treasury_events (
    id TEXT NOT NULL PRIMARY KEY,
    instruction_id TEXT NOT NULL,
    status TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    at INTEGER NOT NULL,
    body BLOB NOT NULL,
    key_id TEXT NOT NULL
) STRICT;
CREATE INDEX treasury_events_of_instruction ON treasury_events (instruction_id, sequence);
