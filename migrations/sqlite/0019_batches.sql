-- Batches of payout files: prepared by one, approved by another on the manifest's hash, released once. The bytes of the files are sealed
-- outside the database. Nothing here is about a person.
CREATE TABLE batches (
    id TEXT NOT NULL PRIMARY KEY,
    day TEXT NOT NULL CHECK (length(day) = 10),
    policy TEXT NOT NULL,
    district TEXT NOT NULL CHECK (length(district) = 6),
    count INTEGER NOT NULL CHECK (count >= 1),
    sum INTEGER NOT NULL CHECK (sum BETWEEN 1 AND 9999999999999999),
    manifest TEXT NOT NULL CHECK (length(manifest) = 64),
    stem TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('prepared', 'approved', 'releasing', 'released', 'discarded')),
    prepared_by TEXT NOT NULL,
    prepared_at INTEGER NOT NULL,
    approved_by TEXT,
    approved_at INTEGER,
    released_by TEXT,
    released_at INTEGER,
    epoch INTEGER,
    staged INTEGER CHECK (staged IN (0, 1)),
    out_at INTEGER,
    discarded_by TEXT,
    discarded_at INTEGER,
    grounds TEXT,
    version INTEGER NOT NULL CHECK (version >= 0),
    -- The maker is never the checker, whatever program writes here.
    CONSTRAINT batches_four_eyes CHECK (approved_by IS NULL OR approved_by <> prepared_by),
    CHECK (state NOT IN ('approved', 'releasing', 'released') OR approved_by IS NOT NULL),
    CHECK ((state = 'discarded') = (discarded_by IS NOT NULL)),
    CHECK ((state = 'released') = (out_at IS NOT NULL))
) STRICT;
CREATE INDEX batches_newest ON batches (id, district);
CREATE INDEX batches_of_district ON batches (district, id);
CREATE INDEX batches_on_their_way ON batches (released_at, id) WHERE state = 'releasing';

CREATE TABLE batch_files (
    id TEXT NOT NULL PRIMARY KEY,
    batch_id TEXT NOT NULL REFERENCES batches (id),
    place INTEGER NOT NULL CHECK (place >= 1),
    name TEXT NOT NULL,
    bytes INTEGER NOT NULL CHECK (bytes >= 1),
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    UNIQUE (batch_id, place),
    UNIQUE (batch_id, name)
) STRICT;

-- Which instructions a batch names. `stood` is where each stood when the batch was prepared.
CREATE TABLE batch_rows (
    batch_id TEXT NOT NULL REFERENCES batches (id),
    instruction_id TEXT NOT NULL REFERENCES instructions (id),
    amount INTEGER NOT NULL CHECK (amount BETWEEN 1 AND 9999999999999999),
    stood TEXT NOT NULL,
    living INTEGER NOT NULL CHECK (living IN (0, 1)),
    PRIMARY KEY (batch_id, instruction_id)
) STRICT;
-- An instruction is in one living batch at most: of two that are prepared at once one is stored.
CREATE UNIQUE INDEX batch_rows_living ON batch_rows (instruction_id) WHERE living = 1;
