-- Amounts are whole fen. The last check is promise 3 held by the database itself.
CREATE TABLE budgets (
    policy TEXT COLLATE "C" NOT NULL,
    district TEXT COLLATE "C" NOT NULL CHECK (length(district) = 6),
    year BIGINT NOT NULL CHECK (year BETWEEN 2000 AND 9999),
    appropriated BIGINT NOT NULL CHECK (appropriated BETWEEN 0 AND 9999999999999999),
    reserved BIGINT NOT NULL CHECK (reserved BETWEEN 0 AND 9999999999999999),
    PRIMARY KEY (policy, district, year),
    CONSTRAINT budgets_never_overspent CHECK (reserved <= appropriated)
);

CREATE TABLE awards (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    application_id TEXT COLLATE "C" NOT NULL UNIQUE REFERENCES applications (id),
    applicant_id TEXT COLLATE "C" NOT NULL REFERENCES applicants (id),
    policy TEXT COLLATE "C" NOT NULL,
    district TEXT COLLATE "C" NOT NULL,
    year BIGINT NOT NULL,
    total BIGINT NOT NULL CHECK (total BETWEEN 1 AND 9999999999999999),
    at BIGINT NOT NULL,
    FOREIGN KEY (policy, district, year) REFERENCES budgets (policy, district, year)
);

-- One movement and one reference occur once: the same act is never booked twice.
CREATE TABLE journal (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    movement TEXT COLLATE "C" NOT NULL CHECK (movement IN ('appropriate', 'commit', 'release', 'instruct', 'settle', 'return_unsettled', 'return_settled', 'reinstruct', 'recover')),
    policy TEXT COLLATE "C" NOT NULL,
    district TEXT COLLATE "C" NOT NULL,
    year BIGINT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount BETWEEN 1 AND 9999999999999999),
    reference TEXT COLLATE "C" NOT NULL,
    UNIQUE (movement, reference),
    FOREIGN KEY (policy, district, year) REFERENCES budgets (policy, district, year)
);

CREATE TRIGGER journal_keeps BEFORE UPDATE ON journal
FOR EACH ROW EXECUTE FUNCTION rows_are_never_changed();
CREATE TRIGGER journal_stays BEFORE DELETE ON journal
FOR EACH ROW EXECUTE FUNCTION rows_are_never_changed();

CREATE TABLE payments (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    award_id TEXT COLLATE "C" NOT NULL REFERENCES awards (id),
    instalment BIGINT NOT NULL CHECK (instalment BETWEEN 1 AND 255),
    amount BIGINT NOT NULL CHECK (amount BETWEEN 0 AND 9999999999999999),
    due_on TEXT COLLATE "C" NOT NULL CHECK (length(due_on) = 10),
    recheck BIGINT NOT NULL CHECK (recheck IN (0, 1)),
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('scheduled', 'referred', 'instructed', 'settled', 'returned', 'held', 'cancelled')),
    generation BIGINT NOT NULL CHECK (generation BETWEEN 0 AND 255),
    version BIGINT NOT NULL CHECK (version >= 0),
    retry_at BIGINT,
    UNIQUE (award_id, instalment)
);
CREATE INDEX payments_scheduled ON payments (due_on, id) WHERE state = 'scheduled';
CREATE INDEX payments_by_state ON payments (state, id, amount);

-- `payload` seals the exact bytes that are sent. `leased_from` is the state a lease found.
CREATE TABLE instructions (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    payment_id TEXT COLLATE "C" NOT NULL REFERENCES payments (id),
    generation BIGINT NOT NULL CHECK (generation BETWEEN 1 AND 255),
    replaces TEXT COLLATE "C" UNIQUE REFERENCES instructions (id),
    payload BYTEA NOT NULL,
    key_id TEXT COLLATE "C" NOT NULL,
    payload_hash TEXT COLLATE "C" NOT NULL CHECK (length(payload_hash) = 64),
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('ready', 'unknown', 'acknowledged', 'settled', 'returned', 'rejected', 'held')),
    epoch BIGINT NOT NULL CHECK (epoch >= 0),
    leased_until BIGINT,
    leased_from TEXT COLLATE "C" CHECK (leased_from IN ('ready', 'unknown')),
    attempts BIGINT NOT NULL CHECK (attempts >= 0),
    next_at BIGINT NOT NULL,
    treasury_no TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    acknowledged_at BIGINT,
    settled_at BIGINT,
    returned_at BIGINT,
    reason_code TEXT COLLATE "C",
    request_id TEXT COLLATE "C" NOT NULL,
    UNIQUE (payment_id, generation),
    CHECK ((generation = 1) = (replaces IS NULL))
);
CREATE INDEX instructions_to_send ON instructions (next_at, id) WHERE state IN ('ready', 'unknown');
CREATE INDEX instructions_silent ON instructions (acknowledged_at, id) WHERE state = 'acknowledged';

-- No foreign key: the treasury may tell of an instruction that we do not know. `body` seals the call-back.
CREATE TABLE treasury_events (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    instruction_id TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    sequence BIGINT NOT NULL,
    at BIGINT NOT NULL,
    body BYTEA NOT NULL,
    key_id TEXT COLLATE "C" NOT NULL
);
CREATE INDEX treasury_events_of_instruction ON treasury_events (instruction_id, sequence);

ALTER TABLE applications ADD FOREIGN KEY (award_id) REFERENCES awards (id);
