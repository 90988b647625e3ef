-- Appropriations that two people answer for, and sums that are kept of the journal. New movements: SQLite changes no CHECK in place, so the journal is made
-- anew under its name, with its indexes and the triggers that keep its rows.
CREATE TABLE journal_before AS SELECT * FROM journal;
DROP TABLE journal;
CREATE TABLE journal (
    id TEXT NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    movement TEXT NOT NULL CHECK (movement IN ('appropriate', 'transfer_out', 'transfer_in', 'carry_out', 'carry_in', 'lapse', 'commit', 'release', 'instruct', 'settle', 'return_unsettled', 'return_settled', 'reinstruct', 'recover', 'claim', 'repay', 'unclaim', 'restore', 'release_returned')),
    policy TEXT NOT NULL,
    district TEXT NOT NULL,
    year INTEGER NOT NULL,
    amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 9999999999999999),
    reference TEXT NOT NULL,
    UNIQUE (movement, reference),
    FOREIGN KEY (policy, district, year) REFERENCES budgets (policy, district, year)
) STRICT;
INSERT INTO journal SELECT * FROM journal_before;
DROP TABLE journal_before;
CREATE TRIGGER journal_keeps BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'journal: rows are never changed'); END;
CREATE TRIGGER journal_stays BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'journal: rows are never changed'); END;
CREATE INDEX journal_instructed ON journal ((at + 28800000000) / 86400000000, policy, district, amount)
    WHERE movement IN ('instruct', 'reinstruct');
CREATE INDEX journal_ended ON journal ((at + 28800000000) / 86400000000, movement, district, amount)
    WHERE movement IN ('settle', 'return_unsettled', 'return_settled');

-- 预算调整单: what one person proposes and another approves before a line is granted more or less. `district` is the one all its lines lie in;
-- where they lie in two, it is a matter of the city level. `grounds` seals what a declining person wrote.
CREATE TABLE budget_orders (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('add', 'move', 'carry_over', 'lapse')),
    from_policy TEXT,
    from_district TEXT CHECK (length(from_district) = 6),
    from_year INTEGER CHECK (from_year BETWEEN 2000 AND 9999),
    to_policy TEXT,
    to_district TEXT CHECK (length(to_district) = 6),
    to_year INTEGER CHECK (to_year BETWEEN 2000 AND 9999),
    amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 9999999999999999),
    reference TEXT NOT NULL,
    district TEXT CHECK (length(district) = 6),
    state TEXT NOT NULL CHECK (state IN ('proposed', 'approved', 'declined', 'withdrawn')),
    proposed_by TEXT NOT NULL,
    proposed_at INTEGER NOT NULL,
    ended_by TEXT,
    ended_at INTEGER,
    grounds BLOB,
    key_id TEXT,
    version INTEGER NOT NULL CHECK (version >= 0),
    CONSTRAINT budget_orders_reference_key UNIQUE (reference),
    -- The maker is never the checker, whatever program writes here; and nobody else takes an order back.
    CONSTRAINT budget_orders_four_eyes CHECK (ended_by IS NULL OR (state = 'withdrawn') = (ended_by = proposed_by)),
    CHECK ((state = 'proposed') = (ended_by IS NULL)),
    CHECK ((ended_by IS NULL) = (ended_at IS NULL)),
    CHECK ((kind = 'add') = (from_policy IS NULL)),
    CHECK ((kind = 'lapse') = (to_policy IS NULL)),
    CHECK ((from_policy IS NULL) = (from_district IS NULL) AND (from_policy IS NULL) = (from_year IS NULL)),
    CHECK ((to_policy IS NULL) = (to_district IS NULL) AND (to_policy IS NULL) = (to_year IS NULL)),
    CHECK ((state = 'declined') = (grounds IS NOT NULL)),
    CHECK ((grounds IS NULL) = (key_id IS NULL))
) STRICT;
CREATE INDEX budget_orders_in_state ON budget_orders (state, id, district);
-- What a line leaves is carried over or lapses by one order at a time, however often and by whomever it is proposed.
CREATE UNIQUE INDEX budget_orders_one_ending ON budget_orders (from_year, from_policy, from_district)
    WHERE state = 'proposed' AND kind IN ('carry_over', 'lapse');

CREATE INDEX budgets_of_year ON budgets (year, policy, district, appropriated, reserved);

-- Sums of the journal by line and movement, of everything before a moment: a look at the balances adds what has moved since, from an index
-- alone. Only the job that keeps them writes here; what moves money does not.
CREATE TABLE ledger_sums (
    policy TEXT NOT NULL,
    district TEXT NOT NULL,
    year INTEGER NOT NULL,
    movement TEXT NOT NULL,
    fen INTEGER NOT NULL CHECK (fen >= 0),
    PRIMARY KEY (policy, district, year, movement)
) STRICT;
CREATE TABLE ledger_kept (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    kept_until INTEGER NOT NULL CHECK (kept_until >= 0)
) STRICT;
INSERT INTO ledger_kept (one, kept_until) VALUES (1, 0);
CREATE INDEX journal_by_time ON journal (at, policy, district, year, movement, amount);

-- Instalments that are still to come, by month and award, for the forecast.
CREATE INDEX payments_to_come ON payments (due_on, award_id, amount) WHERE state IN ('scheduled', 'referred');
