-- Browsers that are signed in. `id` is the SHA-256 of the cookie's token, so that a copy of this table opens no session; `who` seals
-- whom it stands for. It is over at `ends_at`, which moves on with use, but never beyond `latest_at`. A row outlives its end for a
-- while, so that a form sent too late is known by whose it was.
CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 64),
    applicant_id TEXT REFERENCES applicants (id),
    who BLOB NOT NULL,
    key_id TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    latest_at INTEGER NOT NULL CHECK (latest_at >= ends_at)
) STRICT;
CREATE INDEX sessions_ended ON sessions (ends_at);

-- Sign-ins under way: what must be remembered until the provider sends the browser back. `id` is the SHA-256 of the browser's
-- cookie and of the state; a row is taken once.
CREATE TABLE sign_ins (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 64),
    memory BLOB NOT NULL,
    key_id TEXT NOT NULL,
    ends_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_ins_ended ON sign_ins (ends_at);

-- Forms that came without a session: kept until their sender has signed in, and given back once. `id` is the SHA-256 of the
-- browser's cookie; `owner` whose session it was, where that is known.
CREATE TABLE kept_forms (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 64),
    owner TEXT REFERENCES applicants (id),
    form BLOB NOT NULL,
    key_id TEXT NOT NULL,
    ends_at INTEGER NOT NULL
) STRICT;
CREATE INDEX kept_forms_ended ON kept_forms (ends_at);
