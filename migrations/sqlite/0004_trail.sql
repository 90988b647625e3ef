CREATE TABLE audit (
    id TEXT NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    act TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX audit_of_subject ON audit (subject, id);

CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'audit: rows are never changed'); END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'audit: rows are never changed'); END;

CREATE TABLE accesses (
    id TEXT NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    staff TEXT NOT NULL,
    subject TEXT NOT NULL,
    kind TEXT NOT NULL,
    purpose TEXT NOT NULL
) STRICT;
CREATE INDEX accesses_of_subject ON accesses (subject, id);

CREATE TABLE alarms (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('payment_stuck', 'echo_differs', 'payment_rejected', 'unexpected_event', 'source_down', 'calendar_ends', 'inconsistent')),
    subject TEXT NOT NULL,
    raised_at INTEGER NOT NULL,
    count INTEGER NOT NULL CHECK (count >= 1),
    closed INTEGER NOT NULL DEFAULT 0 CHECK (closed IN (0, 1))
) STRICT;
-- One open alarm a kind and subject: raising it again counts up.
CREATE UNIQUE INDEX alarms_open ON alarms (kind, subject) WHERE closed = 0;
