-- What fits a person, as they asked to be told before applying: verdicts and amounts, and nothing of what the registers answered.
-- `id` is the applicant's. One a person: the next replaces it, and it is gone at `ends_at`.
CREATE TABLE fits (
    id TEXT NOT NULL PRIMARY KEY REFERENCES applicants (id),
    consent_id TEXT NOT NULL REFERENCES consents (id),
    made_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL CHECK (ends_at > made_at),
    told BLOB NOT NULL,
    key_id TEXT NOT NULL
) STRICT;
CREATE INDEX fits_ended ON fits (ends_at);
