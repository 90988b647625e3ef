-- What somebody has typed into the form of a draft so far: account, bank, telephone, the words of a dispute that is being written.
-- `id` is the application's. One an application: what was typed later replaces it, filing or withdrawing takes it away, and it is gone
-- at `ends_at`.
CREATE TABLE typed (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES applications (id),
    fields BYTEA NOT NULL,
    key_id TEXT COLLATE "C" NOT NULL,
    kept_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL CHECK (ends_at > kept_at)
);
CREATE INDEX typed_ended ON typed (ends_at);
