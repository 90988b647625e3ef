-- The newest filed applications, of which the public figures are made: without it every filed application there ever was would be
-- sorted for them.
CREATE INDEX applications_newest ON applications (filed_at, id) WHERE state NOT IN ('draft', 'withdrawn');
