-- The queues once more, so that a page takes as long with a million cases behind it as with ten thousand. Two things were missing: what is
-- asked for besides the columns an index begins with is looked for in the index itself, whose last columns hold it, and no row is
-- fetched to be passed over; and what is rare, a card or a matter that is no filing, leads to an index of its own, which is small.
DROP INDEX cases_queue;
DROP INDEX cases_queue_of_officer;
DROP INDEX cases_queue_of_district;
DROP INDEX cases_queue_of_policy;
DROP INDEX cases_queue_of_district_and_policy;
DROP INDEX cases_with_card;
DROP INDEX cases_with_card_of_district;
DROP INDEX cases_with_card_in_stage;
DROP INDEX cases_with_card_in_stage_of_district;
DROP INDEX cases_in_stage;
DROP INDEX cases_in_stage_of_officer;
DROP INDEX cases_in_stage_of_policy;
DROP INDEX cases_in_stage_of_district;

CREATE INDEX cases_queue ON cases (due_on, id, officer, district, policy_id, stage, card, about) WHERE stage <> 'closed';
CREATE INDEX cases_queue_of_officer ON cases (officer, due_on, id, district, policy_id, stage, card, about) WHERE stage <> 'closed';
CREATE INDEX cases_queue_of_district ON cases (district, due_on, id, officer, policy_id, stage, card, about) WHERE stage <> 'closed';
CREATE INDEX cases_queue_of_policy ON cases (policy_id, due_on, id, officer, district, stage, card, about) WHERE stage <> 'closed';
CREATE INDEX cases_queue_of_district_and_policy ON cases (district, policy_id, due_on, id, officer, stage, card, about) WHERE stage <> 'closed';
CREATE INDEX cases_with_card ON cases (card, due_on, id, officer, district, policy_id, stage, about) WHERE stage <> 'closed' AND card <> 'none';
CREATE INDEX cases_with_card_of_district ON cases (district, card, due_on, id, officer, policy_id, stage, about) WHERE stage <> 'closed' AND card <> 'none';
CREATE INDEX cases_with_card_in_stage ON cases (card, stage, due_on, id, officer, district, policy_id, about) WHERE card <> 'none';
CREATE INDEX cases_with_card_in_stage_of_district ON cases (district, card, stage, due_on, id, officer, policy_id, about) WHERE card <> 'none';
CREATE INDEX cases_in_stage ON cases (stage, due_on, id, officer, district, policy_id, card, about);
CREATE INDEX cases_in_stage_of_officer ON cases (officer, stage, due_on, id, district, policy_id, card, about);
CREATE INDEX cases_in_stage_of_policy ON cases (policy_id, stage, due_on, id, officer, district, card, about);
CREATE INDEX cases_in_stage_of_district ON cases (district, stage, due_on, id, officer, policy_id, card, about);
CREATE INDEX cases_with_card_of_officer ON cases (officer, card, due_on, id, district, policy_id, stage, about) WHERE stage <> 'closed' AND card <> 'none';
CREATE INDEX cases_with_card_in_stage_of_officer ON cases (officer, card, stage, due_on, id, district, policy_id, about) WHERE card <> 'none';
CREATE INDEX cases_about_in_stage ON cases (about, stage, due_on, id, officer, district, policy_id, card) WHERE about <> 'filing';
CREATE INDEX cases_about_in_stage_of_officer ON cases (officer, about, stage, due_on, id, district, policy_id, card) WHERE about <> 'filing';
CREATE INDEX cases_about_in_stage_of_district ON cases (district, about, stage, due_on, id, officer, policy_id, card) WHERE about <> 'filing';
CREATE INDEX cases_about_in_stage_of_officer_and_policy ON cases (officer, about, policy_id, stage, due_on, id, district, card) WHERE about <> 'filing';
CREATE INDEX cases_about_open ON cases (about, due_on, id, officer, district, policy_id, stage, card) WHERE about <> 'filing' AND stage <> 'closed';
CREATE INDEX cases_about_open_of_officer ON cases (officer, about, due_on, id, district, policy_id, stage, card) WHERE about <> 'filing' AND stage <> 'closed';
CREATE INDEX cases_about_open_of_district ON cases (district, about, due_on, id, officer, policy_id, stage, card) WHERE about <> 'filing' AND stage <> 'closed';
CREATE INDEX cases_about_with_card_in_stage ON cases (about, card, stage, due_on, id, officer, district, policy_id) WHERE about <> 'filing' AND card <> 'none';

-- What the machine found has one open case. The kind is compared as an expression: an index on the plain column would hold every open
-- case of its kind, and PostgreSQL would rather sort all of these than read the first of a queue.
DROP INDEX IF EXISTS cases_one_filing;
CREATE UNIQUE INDEX cases_one_filing ON cases (application_id) WHERE about || '' = 'filing' AND stage <> 'closed';
DROP INDEX IF EXISTS cases_one_recheck;
CREATE UNIQUE INDEX cases_one_recheck ON cases (payment_id) WHERE about || '' = 'recheck' AND stage <> 'closed';
DROP INDEX IF EXISTS cases_one_sample;
CREATE UNIQUE INDEX cases_one_sample ON cases (application_id) WHERE about || '' = 'sample' AND stage <> 'closed';
DROP INDEX IF EXISTS cases_one_recovery;
CREATE UNIQUE INDEX cases_one_recovery ON cases (payment_id) WHERE about || '' = 'recovery' AND stage <> 'closed';
