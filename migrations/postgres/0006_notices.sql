-- Messages to applicants. `address` seals telephone or open id, and is forgotten with its key when nothing is to be sent any more.
-- One occasion of an application makes one message, whoever comes upon it twice.
CREATE TABLE notices (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    application_id TEXT COLLATE "C" NOT NULL REFERENCES applications (id),
    occasion TEXT COLLATE "C" NOT NULL,
    channel TEXT COLLATE "C" NOT NULL CHECK (channel IN ('sms', 'wechat')),
    template TEXT COLLATE "C" NOT NULL,
    params TEXT COLLATE "C" NOT NULL,
    address BYTEA,
    key_id TEXT COLLATE "C",
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'sent', 'dead')),
    epoch BIGINT NOT NULL CHECK (epoch >= 0),
    leased_until BIGINT,
    attempts BIGINT NOT NULL CHECK (attempts >= 0),
    next_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    request_id TEXT COLLATE "C" NOT NULL,
    UNIQUE (application_id, occasion),
    CHECK ((state = 'waiting') = (address IS NOT NULL)
        AND (address IS NULL) = (key_id IS NULL)
        AND (state = 'waiting') = (ended_at IS NULL))
);
CREATE INDEX notices_to_send ON notices (next_at, id) WHERE state = 'waiting';
CREATE INDEX notices_waiting ON notices (created_at) WHERE state = 'waiting';
CREATE INDEX notices_by_state ON notices (state);

-- A new kind of alarm.
ALTER TABLE alarms DROP CONSTRAINT alarms_kind_check;
ALTER TABLE alarms ADD CONSTRAINT alarms_kind_check CHECK (kind IN ('payment_stuck', 'echo_differs', 'payment_rejected', 'unexpected_event', 'source_down', 'notifier_down', 'calendar_ends', 'inconsistent'));
