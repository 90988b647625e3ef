CREATE TABLE audit (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    act TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    detail TEXT COLLATE "C" NOT NULL
);
CREATE INDEX audit_of_subject ON audit (subject, id);

CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit
FOR EACH ROW EXECUTE FUNCTION rows_are_never_changed();
CREATE TRIGGER audit_stays BEFORE DELETE ON audit
FOR EACH ROW EXECUTE FUNCTION rows_are_never_changed();

CREATE TABLE accesses (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    staff TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    purpose TEXT COLLATE "C" NOT NULL
);
CREATE INDEX accesses_of_subject ON accesses (subject, id);

CREATE TABLE alarms (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('payment_stuck', 'echo_differs', 'payment_rejected', 'unexpected_event', 'source_down', 'calendar_ends', 'inconsistent')),
    subject TEXT COLLATE "C" NOT NULL,
    raised_at BIGINT NOT NULL,
    count BIGINT NOT NULL CHECK (count >= 1),
    closed BIGINT NOT NULL DEFAULT 0 CHECK (closed IN (0, 1))
);
-- One open alarm a kind and subject: raising it again counts up.
CREATE UNIQUE INDEX alarms_open ON alarms (kind, subject) WHERE closed = 0;
