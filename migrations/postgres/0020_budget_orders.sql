-- Appropriations that two people answer for, and sums that are kept of the journal.
ALTER TABLE journal DROP CONSTRAINT journal_movement_check;
ALTER TABLE journal ADD CONSTRAINT journal_movement_check CHECK (movement IN ('appropriate', 'transfer_out', 'transfer_in', 'carry_out', 'carry_in', 'lapse', 'commit', 'release', 'instruct', 'settle', 'return_unsettled', 'return_settled', 'reinstruct', 'recover', 'claim', 'repay', 'unclaim', 'restore', 'release_returned'));

-- 预算调整单: what one person proposes and another approves before a line is granted more or less. `district` is the one all its lines lie in;
-- where they lie in two, it is a matter of the city level. `grounds` seals what a declining person wrote.
CREATE TABLE budget_orders (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('add', 'move', 'carry_over', 'lapse')),
    from_policy TEXT COLLATE "C",
    from_district TEXT COLLATE "C" CHECK (length(from_district) = 6),
    from_year BIGINT CHECK (from_year BETWEEN 2000 AND 9999),
    to_policy TEXT COLLATE "C",
    to_district TEXT COLLATE "C" CHECK (length(to_district) = 6),
    to_year BIGINT CHECK (to_year BETWEEN 2000 AND 9999),
    amount BIGINT NOT NULL CHECK (amount BETWEEN 1 AND 9999999999999999),
    reference TEXT COLLATE "C" NOT NULL,
    district TEXT COLLATE "C" CHECK (length(district) = 6),
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('proposed', 'approved', 'declined', 'withdrawn')),
    proposed_by TEXT COLLATE "C" NOT NULL,
    proposed_at BIGINT NOT NULL,
    ended_by TEXT COLLATE "C",
    ended_at BIGINT,
    grounds BYTEA,
    key_id TEXT COLLATE "C",
    version BIGINT NOT NULL CHECK (version >= 0),
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
);
CREATE INDEX budget_orders_in_state ON budget_orders (state, id, district);
-- What a line leaves is carried over or lapses by one order at a time, however often and by whomever it is proposed.
CREATE UNIQUE INDEX budget_orders_one_ending ON budget_orders (from_year, from_policy, from_district)
    WHERE state = 'proposed' AND kind IN ('carry_over', 'lapse');

CREATE INDEX budgets_of_year ON budgets (year, policy, district, appropriated, reserved);

-- Sums of the journal by line and movement, of everything before a moment: a look at the balances adds what has moved since, from an index
-- alone. Only the job that keeps them writes here; what moves money does not.
CREATE TABLE ledger_sums (
    policy TEXT COLLATE "C" NOT NULL,
    district TEXT COLLATE "C" NOT NULL,
    year BIGINT NOT NULL,
    movement TEXT COLLATE "C" NOT NULL,
    fen BIGINT NOT NULL CHECK (fen >= 0),
    PRIMARY KEY (policy, district, year, movement)
);
CREATE TABLE ledger_kept (
    one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    kept_until BIGINT NOT NULL CHECK (kept_until >= 0)
);
INSERT INTO ledger_kept (one, kept_until) VALUES (1, 0);
CREATE INDEX journal_by_time ON journal (at, policy, district, year, movement, amount);

-- Instalments that are still to come, by month and award, for the forecast.
CREATE INDEX payments_to_come ON payments (due_on, award_id, amount) WHERE state IN ('scheduled', 'referred');
