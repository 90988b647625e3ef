-- Fingerprints of the keys this database was written with: a wrong key is told at the start, not at the first look-up.
CREATE TABLE vault_keys (
    id TEXT NOT NULL PRIMARY KEY,
    fingerprint TEXT NOT NULL CHECK (length(fingerprint) = 64)
) STRICT;

-- `identity` seals document and name; `document_index` is the keyed hash that finds the document again.
CREATE TABLE applicants (
    id TEXT NOT NULL PRIMARY KEY,
    document_index TEXT NOT NULL UNIQUE CHECK (length(document_index) = 64),
    identity BLOB NOT NULL,
    key_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE subjects (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    applicant_id TEXT NOT NULL REFERENCES applicants (id),
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject)
) STRICT;

CREATE TABLE consents (
    id TEXT NOT NULL PRIMARY KEY,
    applicant_id TEXT NOT NULL REFERENCES applicants (id),
    scope TEXT NOT NULL,
    purpose TEXT NOT NULL,
    given_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;

CREATE TABLE policies (
    id TEXT NOT NULL,
    effective TEXT NOT NULL CHECK (length(effective) = 10),
    hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64),
    body BLOB NOT NULL,
    published_at INTEGER NOT NULL,
    PRIMARY KEY (id, effective)
) STRICT;

-- Published versions never change, whoever holds the connection.
CREATE TRIGGER policies_keep BEFORE UPDATE ON policies
BEGIN SELECT RAISE(ABORT, 'policies: rows are never changed'); END;
CREATE TRIGGER policies_stay BEFORE DELETE ON policies
BEGIN SELECT RAISE(ABORT, 'policies: rows are never changed'); END;
