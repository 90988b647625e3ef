-- Browsers that are signed in. `id` is the SHA-256 of the cookie's token, so that a copy of this table opens no session; `who` seals
-- whom it stands for. It is over at `ends_at`, which moves on with use, but never beyond `latest_at`. A row outlives its end for a
-- while, so that a form sent too late is known by whose it was.
CREATE TABLE sessions (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY CHECK (length(id) = 64),
    applicant_id TEXT COLLATE "C" REFERENCES applicants (id),
    who BYTEA NOT NULL,
    key_id TEXT COLLATE "C" NOT NULL,
    began_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    latest_at BIGINT NOT NULL CHECK (latest_at >= ends_at)
);
CREATE INDEX sessions_ended ON sessions (ends_at);

-- Sign-ins under way: what must be remembered until the provider sends the browser back. `id` is the SHA-256 of the browser's
-- cookie and of the state; a row is taken once.
CREATE TABLE sign_ins (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY CHECK (length(id) = 64),
    memory BYTEA NOT NULL,
    key_id TEXT COLLATE "C" NOT NULL,
    ends_at BIGINT NOT NULL
);
CREATE INDEX sign_ins_ended ON sign_ins (ends_at);

-- Forms that came without a session: kept until their sender has signed in, and given back once. `id` is the SHA-256 of the
-- browser's cookie; `owner` whose session it was, where that is known.
CREATE TABLE kept_forms (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY CHECK (length(id) = 64),
    owner TEXT COLLATE "C" REFERENCES applicants (id),
    form BYTEA NOT NULL,
    key_id TEXT COLLATE "C" NOT NULL,
    ends_at BIGINT NOT NULL
);
CREATE INDEX kept_forms_ended ON kept_forms (ends_at);
