-- Fingerprints of the keys this database was written with: a wrong key is told at the start, not at the first look-up.
CREATE TABLE vault_keys (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    fingerprint TEXT COLLATE "C" NOT NULL CHECK (length(fingerprint) = 64)
);

-- `identity` seals document and name; `document_index` is the keyed hash that finds the document again.
CREATE TABLE applicants (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    document_index TEXT COLLATE "C" NOT NULL UNIQUE CHECK (length(document_index) = 64),
    identity BYTEA NOT NULL,
    key_id TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE subjects (
    issuer TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    applicant_id TEXT COLLATE "C" NOT NULL REFERENCES applicants (id),
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);

CREATE TABLE consents (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    applicant_id TEXT COLLATE "C" NOT NULL REFERENCES applicants (id),
    scope TEXT COLLATE "C" NOT NULL,
    purpose TEXT COLLATE "C" NOT NULL,
    given_at BIGINT NOT NULL,
    revoked_at BIGINT
);

CREATE TABLE policies (
    id TEXT COLLATE "C" NOT NULL,
    effective TEXT COLLATE "C" NOT NULL CHECK (length(effective) = 10),
    hash TEXT COLLATE "C" NOT NULL UNIQUE CHECK (length(hash) = 64),
    body BYTEA NOT NULL,
    published_at BIGINT NOT NULL,
    PRIMARY KEY (id, effective)
);

CREATE FUNCTION rows_are_never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: rows are never changed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

-- Published versions never change, whoever holds the connection.
CREATE TRIGGER policies_keep BEFORE UPDATE ON policies
FOR EACH ROW EXECUTE FUNCTION rows_are_never_changed();
CREATE TRIGGER policies_stay BEFORE DELETE ON policies
FOR EACH ROW EXECUTE FUNCTION rows_are_never_changed();
