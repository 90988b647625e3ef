-- What applications of different people can have in common: employer and account, as keyed hashes that show neither.
CREATE TABLE marks (
    application_id TEXT NOT NULL REFERENCES applications (id),
    kind TEXT NOT NULL CHECK (kind IN ('employer', 'account')),
    mark TEXT NOT NULL CHECK (length(mark) = 64),
    applicant_id TEXT NOT NULL REFERENCES applicants (id),
    at INTEGER NOT NULL,
    PRIMARY KEY (application_id, kind, mark)
) STRICT;
CREATE INDEX marks_in_common ON marks (kind, mark, at, applicant_id);
