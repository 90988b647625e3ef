-- Messages to applicants. `address` seals telephone or open id, and is forgotten with its key when nothing is to be sent any more.
-- One occasion of an application makes one message, whoever comes upon it twice.
CREATE TABLE notices (
    id TEXT NOT NULL PRIMARY KEY,
    application_id TEXT NOT NULL REFERENCES applications (id),
    occasion TEXT NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('sms', 'wechat')),
    template TEXT NOT NULL,
    params TEXT NOT NULL,
    address BLOB,
    key_id TEXT,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'dead')),
    epoch INTEGER NOT NULL CHECK (epoch >= 0),
    leased_until INTEGER,
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    next_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    request_id TEXT NOT NULL,
    UNIQUE (application_id, occasion),
    CHECK ((state = 'waiting') = (address IS NOT NULL)
        AND (address IS NULL) = (key_id IS NULL)
        AND (state = 'waiting') = (ended_at IS NULL))
) STRICT;
CREATE INDEX notices_to_send ON notices (next_at, id) WHERE state = 'waiting';
CREATE INDEX notices_waiting ON notices (created_at) WHERE state = 'waiting';
CREATE INDEX notices_by_state ON notices (state);

-- A new kind of alarm. SQLite changes no CHECK in place: the table is made anew.
CREATE TABLE alarms_wider (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('payment_stuck', 'echo_differs', 'payment_rejected', 'unexpected_event', 'source_down', 'notifier_down', 'calendar_ends', 'inconsistent')),
    subject TEXT NOT NULL,
    raised_at INTEGER NOT NULL,
    count INTEGER NOT NULL CHECK (count >= 1),
    closed INTEGER NOT NULL DEFAULT 0 CHECK (closed IN (0, 1))
) STRICT;
INSERT INTO alarms_wider (id, kind, subject, raised_at, count, closed)
SELECT id, kind, subject, raised_at, count, closed FROM alarms;
DROP TABLE alarms;
ALTER TABLE alarms_wider RENAME TO alarms;
-- One open alarm a kind and subject: raising it again counts up.
CREATE UNIQUE INDEX alarms_open ON alarms (kind, subject) WHERE closed = 0;
