-- Trust, but look: samples of what the machine approved, holds until somebody has looked, the breaker, and what is recovered.
-- New kinds of cases, and new endings.
ALTER TABLE cases DROP CONSTRAINT cases_about_check;
ALTER TABLE cases ADD CONSTRAINT cases_about_check CHECK (about IN ('filing', 'recheck', 'report', 'sample', 'recovery'));
ALTER TABLE cases DROP CONSTRAINT cases_ending_check;
ALTER TABLE cases ADD CONSTRAINT cases_ending_check CHECK (ending IN ('approved', 'refused', 'answered', 'handed_on', 'lapsed', 'withdrawn', 'broken', 'right', 'wrong', 'recovering', 'let_be'));
ALTER TABLE cases DROP CONSTRAINT cases_check3;
ALTER TABLE cases ADD CONSTRAINT cases_payment_check CHECK ((about IN ('recheck', 'recovery')) = (payment_id IS NOT NULL));
-- One sample is looked at at a time for an application, and one recovery for a payment.
CREATE UNIQUE INDEX cases_one_sample ON cases (application_id) WHERE about = 'sample' AND stage <> 'closed';
CREATE UNIQUE INDEX cases_one_recovery ON cases (payment_id) WHERE about = 'recovery' AND stage <> 'closed';

-- New movements: what is claimed back, repaid, given up; and what came back of an award that has ended.
ALTER TABLE journal DROP CONSTRAINT journal_movement_check;
ALTER TABLE journal ADD CONSTRAINT journal_movement_check CHECK (movement IN ('appropriate', 'commit', 'release', 'instruct', 'settle', 'return_unsettled', 'return_settled', 'reinstruct', 'recover', 'claim', 'repay', 'unclaim', 'restore', 'release_returned'));

-- A new kind of alarm.
ALTER TABLE alarms DROP CONSTRAINT alarms_kind_check;
ALTER TABLE alarms ADD CONSTRAINT alarms_kind_check CHECK (kind IN ('payment_stuck', 'echo_differs', 'payment_rejected', 'unexpected_event', 'source_down', 'notifier_down', 'calendar_ends', 'inconsistent', 'breaker_open'));

-- What the machine decided about filings, each decision once: the window of the breaker.
CREATE TABLE machine_decisions (
    decision_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES decisions (id),
    policy_id TEXT COLLATE "C" NOT NULL,
    approved BIGINT NOT NULL CHECK (approved IN (0, 1)),
    at BIGINT NOT NULL
);
CREATE INDEX machine_decisions_of_policy ON machine_decisions (policy_id, at, decision_id, approved);
CREATE INDEX freezes_of_policy ON freezes (policy_id, lifted_at);
-- The breaker opens once: of two nodes that find the same one freezes.
CREATE UNIQUE INDEX freezes_one_breaker ON freezes (policy_id) WHERE frozen_by = 'machine:breaker' AND lifted_at IS NULL;

-- How many approvals of a version are among its first so far. Counted in the transaction of the decision, so that no two are the tenth.
CREATE TABLE first_approvals (
    policy_id TEXT COLLATE "C" NOT NULL,
    effective TEXT COLLATE "C" NOT NULL,
    counted BIGINT NOT NULL CHECK (counted >= 1),
    PRIMARY KEY (policy_id, effective)
);

-- Nothing is paid to an application that stands here: until somebody has looked, or because what was paid may have to come back.
CREATE TABLE holds (
    application_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES applications (id),
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('look', 'recall')),
    because TEXT COLLATE "C",
    since BIGINT NOT NULL,
    CHECK ((kind = 'recall') = (because IS NOT NULL))
);

-- What was paid and is to come back. Never more is repaid than was claimed.
CREATE TABLE receivables (
    payment_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES payments (id),
    case_id TEXT COLLATE "C" NOT NULL REFERENCES cases (id),
    amount BIGINT NOT NULL CHECK (amount BETWEEN 1 AND 9999999999999999),
    repaid BIGINT NOT NULL CHECK (repaid BETWEEN 0 AND amount),
    opened_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX receivables_of_case ON receivables (case_id);

-- Paid under a policy that asks for continued contributions: when the register is asked next, and until when.
CREATE TABLE watches (
    payment_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES payments (id),
    look_on TEXT COLLATE "C" CHECK (length(look_on) = 10),
    until_on TEXT COLLATE "C" NOT NULL CHECK (length(until_on) = 10),
    looks BIGINT NOT NULL CHECK (looks >= 0)
);
CREATE INDEX watches_to_look_at ON watches (look_on, payment_id) WHERE look_on IS NOT NULL;
