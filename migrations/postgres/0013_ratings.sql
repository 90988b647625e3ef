-- What applicants say about the service, once an application: its id is the application's. `words` seals what they wrote; nothing else
-- is ever changed, so that a seal can be renewed and a grade cannot.
CREATE TABLE ratings (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES applications (id),
    grade TEXT COLLATE "C" NOT NULL CHECK (grade IN ('very_satisfied', 'satisfied', 'basically_satisfied', 'dissatisfied', 'very_dissatisfied')),
    at BIGINT NOT NULL,
    case_id TEXT COLLATE "C" REFERENCES cases (id),
    words BYTEA,
    key_id TEXT COLLATE "C",
    CHECK ((words IS NULL) = (key_id IS NULL)),
    CHECK ((grade IN ('dissatisfied', 'very_dissatisfied')) = (case_id IS NOT NULL))
);
CREATE INDEX ratings_in_time ON ratings (at, id);
CREATE INDEX ratings_of_case ON ratings (case_id) WHERE case_id IS NOT NULL;

CREATE TRIGGER ratings_keep BEFORE UPDATE OF id, grade, at, case_id ON ratings
FOR EACH ROW EXECUTE FUNCTION rows_are_never_changed();
CREATE TRIGGER ratings_stay BEFORE DELETE ON ratings
FOR EACH ROW EXECUTE FUNCTION rows_are_never_changed();

-- 原因分析 reads a month: its referrals, its ended cases, and how sources answered.
CREATE INDEX decisions_referred ON decisions (at, id) WHERE outcome = 'refer';
CREATE INDEX cases_ended ON cases (closed_at, id) WHERE closed_at IS NOT NULL;
CREATE INDEX fetches_in_time ON fetches (asked_at, source, outcome);
