-- Trust, but look: samples of what the machine approved, holds until somebody has looked, the breaker, and what is recovered.
-- New kinds of cases, and new endings. SQLite changes no CHECK in place: the table is made anew under its name, and the rows that
-- point to it find it again before the commit.
PRAGMA defer_foreign_keys = ON;
CREATE TABLE cases_before AS SELECT * FROM cases;
DROP TABLE cases;
CREATE TABLE cases (
    id TEXT NOT NULL PRIMARY KEY,
    about TEXT NOT NULL CHECK (about IN ('filing', 'recheck', 'report', 'sample', 'recovery')),
    application_id TEXT REFERENCES applications (id),
    payment_id TEXT REFERENCES payments (id),
    applicant_id TEXT REFERENCES applicants (id),
    policy_id TEXT,
    district TEXT CHECK (length(district) = 6),
    officer TEXT,
    stage TEXT NOT NULL CHECK (stage IN ('waiting', 'working', 'asked', 'proposed', 'checking', 'closed')),
    ending TEXT CHECK (ending IN ('approved', 'refused', 'answered', 'handed_on', 'lapsed', 'withdrawn', 'broken', 'right', 'wrong', 'recovering', 'let_be')),
    card TEXT NOT NULL CHECK (card IN ('none', 'yellow', 'red')),
    special INTEGER NOT NULL CHECK (special IN (0, 1)),
    due_on TEXT NOT NULL CHECK (length(due_on) = 10),
    look_on TEXT CHECK (length(look_on) = 10),
    opened_at INTEGER NOT NULL,
    closed_at INTEGER,
    version INTEGER NOT NULL CHECK (version >= 1),
    CHECK ((stage = 'closed') = (closed_at IS NOT NULL)
        AND (stage = 'closed') = (ending IS NOT NULL)),
    CHECK (stage <> 'waiting' OR officer IS NULL),
    CHECK (about = 'report' OR application_id IS NOT NULL),
    CHECK ((about IN ('recheck', 'recovery')) = (payment_id IS NOT NULL))
) STRICT;
INSERT INTO cases SELECT * FROM cases_before;
DROP TABLE cases_before;
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
-- One sample is looked at at a time for an application, and one recovery for a payment.
CREATE UNIQUE INDEX cases_one_sample ON cases (application_id) WHERE about = 'sample' AND stage <> 'closed';
CREATE UNIQUE INDEX cases_one_recovery ON cases (payment_id) WHERE about = 'recovery' AND stage <> 'closed';

-- New movements: what is claimed back, repaid, given up; and what came back of an award that has ended.
CREATE TABLE journal_before AS SELECT * FROM journal;
DROP TABLE journal;
CREATE TABLE journal (
    id TEXT NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    movement TEXT NOT NULL CHECK (movement IN ('appropriate', 'commit', 'release', 'instruct', 'settle', 'return_unsettled', 'return_settled', 'reinstruct', 'recover', 'claim', 'repay', 'unclaim', 'restore', 'release_returned')),
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

-- A new kind of alarm.
CREATE TABLE alarms_wider (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('payment_stuck', 'echo_differs', 'payment_rejected', 'unexpected_event', 'source_down', 'notifier_down', 'calendar_ends', 'inconsistent', 'breaker_open')),
    subject TEXT NOT NULL,
    raised_at INTEGER NOT NULL,
    count INTEGER NOT NULL CHECK (count >= 1),
    closed INTEGER NOT NULL DEFAULT 0 CHECK (closed IN (0, 1))
) STRICT;
INSERT INTO alarms_wider (id, kind, subject, raised_at, count, closed)
SELECT id, kind, subject, raised_at, count, closed FROM alarms;
DROP TABLE alarms;
ALTER TABLE alarms_wider RENAME TO alarms;
CREATE UNIQUE INDEX alarms_open ON alarms (kind, subject) WHERE closed = 0;

-- What the machine decided about filings, each decision once: the window of the breaker.
CREATE TABLE machine_decisions (
    decision_id TEXT NOT NULL PRIMARY KEY REFERENCES decisions (id),
    policy_id TEXT NOT NULL,
    approved INTEGER NOT NULL CHECK (approved IN (0, 1)),
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX machine_decisions_of_policy ON machine_decisions (policy_id, at, decision_id, approved);
CREATE INDEX freezes_of_policy ON freezes (policy_id, lifted_at);
-- The breaker opens once: of two nodes that find the same one freezes.
CREATE UNIQUE INDEX freezes_one_breaker ON freezes (policy_id) WHERE frozen_by = 'machine:breaker' AND lifted_at IS NULL;

-- How many approvals of a version are among its first so far. Counted in the transaction of the decision, so that no two are the tenth.
CREATE TABLE first_approvals (
    policy_id TEXT NOT NULL,
    effective TEXT NOT NULL,
    counted INTEGER NOT NULL CHECK (counted >= 1),
    PRIMARY KEY (policy_id, effective)
) STRICT;

-- Nothing is paid to an application that stands here: until somebody has looked, or because what was paid may have to come back.
CREATE TABLE holds (
    application_id TEXT NOT NULL PRIMARY KEY REFERENCES applications (id),
    kind TEXT NOT NULL CHECK (kind IN ('look', 'recall')),
    because TEXT,
    since INTEGER NOT NULL,
    CHECK ((kind = 'recall') = (because IS NOT NULL))
) STRICT;

-- What was paid and is to come back. Never more is repaid than was claimed.
CREATE TABLE receivables (
    payment_id TEXT NOT NULL PRIMARY KEY REFERENCES payments (id),
    case_id TEXT NOT NULL REFERENCES cases (id),
    amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 9999999999999999),
    repaid INTEGER NOT NULL CHECK (repaid BETWEEN 0 AND amount),
    opened_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;
CREATE INDEX receivables_of_case ON receivables (case_id);

-- Paid under a policy that asks for continued contributions: when the register is asked next, and until when.
CREATE TABLE watches (
    payment_id TEXT NOT NULL PRIMARY KEY REFERENCES payments (id),
    look_on TEXT CHECK (length(look_on) = 10),
    until_on TEXT NOT NULL CHECK (length(until_on) = 10),
    looks INTEGER NOT NULL CHECK (looks >= 0)
) STRICT;
CREATE INDEX watches_to_look_at ON watches (look_on, payment_id) WHERE look_on IS NOT NULL;
