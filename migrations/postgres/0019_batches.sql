-- Batches of payout files: prepared by one, approved by another on the manifest's hash, released once. The bytes of the files are sealed
-- outside the database. Nothing here is about a person.
CREATE TABLE batches (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    day TEXT COLLATE "C" NOT NULL CHECK (length(day) = 10),
    policy TEXT COLLATE "C" NOT NULL,
    district TEXT COLLATE "C" NOT NULL CHECK (length(district) = 6),
    count BIGINT NOT NULL CHECK (count >= 1),
    sum BIGINT NOT NULL CHECK (sum BETWEEN 1 AND 9999999999999999),
    manifest TEXT COLLATE "C" NOT NULL CHECK (length(manifest) = 64),
    stem TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('prepared', 'approved', 'releasing', 'released', 'discarded')),
    prepared_by TEXT COLLATE "C" NOT NULL,
    prepared_at BIGINT NOT NULL,
    approved_by TEXT COLLATE "C",
    approved_at BIGINT,
    released_by TEXT COLLATE "C",
    released_at BIGINT,
    epoch BIGINT,
    staged BIGINT CHECK (staged IN (0, 1)),
    out_at BIGINT,
    discarded_by TEXT COLLATE "C",
    discarded_at BIGINT,
    grounds TEXT COLLATE "C",
    version BIGINT NOT NULL CHECK (version >= 0),
    -- The maker is never the checker, whatever program writes here.
    CONSTRAINT batches_four_eyes CHECK (approved_by IS NULL OR approved_by <> prepared_by),
    CHECK (state NOT IN ('approved', 'releasing', 'released') OR approved_by IS NOT NULL),
    CHECK ((state = 'discarded') = (discarded_by IS NOT NULL)),
    CHECK ((state = 'released') = (out_at IS NOT NULL))
);
CREATE INDEX batches_newest ON batches (id, district);
CREATE INDEX batches_of_district ON batches (district, id);
CREATE INDEX batches_on_their_way ON batches (released_at, id) WHERE state = 'releasing';

CREATE TABLE batch_files (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    batch_id TEXT COLLATE "C" NOT NULL REFERENCES batches (id),
    place BIGINT NOT NULL CHECK (place >= 1),
    name TEXT COLLATE "C" NOT NULL,
    bytes BIGINT NOT NULL CHECK (bytes >= 1),
    sha256 TEXT COLLATE "C" NOT NULL CHECK (length(sha256) = 64),
    UNIQUE (batch_id, place),
    UNIQUE (batch_id, name)
);

-- Which instructions a batch names. `stood` is where each stood when the batch was prepared.
CREATE TABLE batch_rows (
    batch_id TEXT COLLATE "C" NOT NULL REFERENCES batches (id),
    instruction_id TEXT COLLATE "C" NOT NULL REFERENCES instructions (id),
    amount BIGINT NOT NULL CHECK (amount BETWEEN 1 AND 9999999999999999),
    stood TEXT COLLATE "C" NOT NULL,
    living BIGINT NOT NULL CHECK (living IN (0, 1)),
    PRIMARY KEY (batch_id, instruction_id)
);
-- An instruction is in one living batch at most: of two that are prepared at once one is stored.
CREATE UNIQUE INDEX batch_rows_living ON batch_rows (instruction_id) WHERE living = 1;
