-- What applications of different people can have in common: employer and account, as keyed hashes that show neither.
CREATE TABLE marks (
    application_id TEXT COLLATE "C" NOT NULL REFERENCES applications (id),
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('employer', 'account')),
    mark TEXT COLLATE "C" NOT NULL CHECK (length(mark) = 64),
    applicant_id TEXT COLLATE "C" NOT NULL REFERENCES applicants (id),
    at BIGINT NOT NULL,
    PRIMARY KEY (application_id, kind, mark)
);
CREATE INDEX marks_in_common ON marks (kind, mark, at, applicant_id);
