-- 对账: statements of treasury and bank. One file is imported once; one movement counts once, whichever file tells of it, and again only
-- where one file tells of it again (`occurrence`). Accounts are compared by keyed hash and shown by their last digits.
CREATE TABLE statements (
    id TEXT NOT NULL PRIMARY KEY,
    sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),
    kind TEXT NOT NULL CHECK (kind IN ('treasury', 'pain.002', 'camt.053', 'camt.054', 'csv', 'xlsx')),
    first_day TEXT CHECK (length(first_day) = 10),
    last_day TEXT CHECK (length(last_day) = 10),
    settled_count INTEGER NOT NULL CHECK (settled_count >= 0),
    settled_sum INTEGER NOT NULL CHECK (settled_sum BETWEEN 0 AND 9999999999999999),
    returned_count INTEGER NOT NULL CHECK (returned_count >= 0),
    returned_sum INTEGER NOT NULL CHECK (returned_sum BETWEEN 0 AND 9999999999999999),
    rejected_count INTEGER NOT NULL CHECK (rejected_count >= 0),
    rejected_sum INTEGER NOT NULL CHECK (rejected_sum BETWEEN 0 AND 9999999999999999),
    bad_count INTEGER NOT NULL CHECK (bad_count >= 0),
    bad TEXT NOT NULL,
    wrong_totals TEXT NOT NULL,
    imported_by TEXT NOT NULL,
    imported_at INTEGER NOT NULL
) STRICT;

-- The days of which a side has told everything.
CREATE TABLE statement_days (
    side TEXT NOT NULL CHECK (side IN ('treasury', 'bank')),
    day TEXT NOT NULL CHECK (length(day) = 10),
    statement_id TEXT NOT NULL REFERENCES statements (id),
    PRIMARY KEY (day, side, statement_id)
) STRICT;

CREATE TABLE statement_lines (
    fingerprint TEXT NOT NULL CHECK (length(fingerprint) = 64),
    occurrence INTEGER NOT NULL CHECK (occurrence >= 1),
    statement_id TEXT NOT NULL REFERENCES statements (id),
    place INTEGER NOT NULL CHECK (place >= 0),
    side TEXT NOT NULL CHECK (side IN ('treasury', 'bank')),
    reference TEXT NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('settled', 'returned', 'rejected')),
    amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 9999999999999999),
    account TEXT CHECK (length(account) = 64),
    masked TEXT,
    day TEXT NOT NULL CHECK (length(day) = 10),
    at INTEGER,
    serial TEXT,
    reason TEXT,
    district TEXT CHECK (length(district) = 6),
    complete INTEGER NOT NULL CHECK (complete IN (0, 1)),
    PRIMARY KEY (fingerprint, occurrence)
) STRICT;
CREATE INDEX statement_lines_of_reference ON statement_lines (reference);
CREATE INDEX statement_lines_of_day ON statement_lines (day, reference);
CREATE INDEX statement_lines_told ON statement_lines (day, side, what, district, amount) WHERE complete = 1;

-- A difference is the same difference however often it is found. `what` is empty where a statement as a whole is meant. `grounds` seals what
-- the closing person wrote.
CREATE TABLE finance_cases (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('missing', 'extra', 'amount', 'account', 'duplicate', 'status', 'totals', 'unreadable')),
    side TEXT NOT NULL CHECK (side IN ('treasury', 'bank')),
    reference TEXT NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('', 'settled', 'returned', 'rejected')),
    day TEXT NOT NULL CHECK (length(day) = 10),
    ours INTEGER CHECK (ours BETWEEN 0 AND 9999999999999999),
    theirs INTEGER CHECK (theirs BETWEEN 0 AND 9999999999999999),
    district TEXT CHECK (length(district) = 6),
    found_by TEXT NOT NULL REFERENCES statements (id),
    owner TEXT,
    due_on TEXT NOT NULL CHECK (length(due_on) = 10),
    state TEXT NOT NULL CHECK (state IN ('open', 'closed', 'explained')),
    opened_at INTEGER NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    closed_at INTEGER,
    closed_by TEXT,
    grounds BLOB,
    key_id TEXT,
    explained_by TEXT REFERENCES statements (id),
    UNIQUE (reference, kind, side, what),
    CHECK ((state = 'open') = (closed_at IS NULL)),
    CHECK ((grounds IS NULL) = (key_id IS NULL)),
    CHECK ((state = 'closed') = (closed_by IS NOT NULL AND grounds IS NOT NULL))
) STRICT;
CREATE INDEX finance_cases_in_state ON finance_cases (state, id);
CREATE INDEX finance_cases_found_by ON finance_cases (found_by, id);
CREATE INDEX finance_cases_open ON finance_cases (reference) WHERE state = 'open';

-- By the day in China: eight hours ahead of UTC, in days since 1970.
CREATE INDEX instructions_settled_of_day ON instructions ((settled_at + 28800000000) / 86400000000, id) WHERE settled_at IS NOT NULL;
CREATE INDEX instructions_returned_of_day ON instructions ((returned_at + 28800000000) / 86400000000, id) WHERE returned_at IS NOT NULL;
CREATE INDEX awards_of_day ON awards ((at + 28800000000) / 86400000000, district, total);
CREATE INDEX journal_ended ON journal ((at + 28800000000) / 86400000000, movement, district, amount)
    WHERE movement IN ('settle', 'return_unsettled', 'return_settled');
