-- quality: Release tests
-- Says: As quality control recorded them; a later result of a test stands beside the earlier one.
-- Of: journeys
-- Empty: No result is on record.
-- Column: 8 Event = #{seq}
-- Column: 28 Batch = {batch}
-- Column: 24 Test = {test}
-- Column: 18 Result = {value} {outcome}
-- Column: 22 By = {actor}
SELECT j.coi, l.seq, l.payload ->> 'batch' AS batch, one ->> 'test' AS test,
    (one ->> 'value')::float8 AS value, one ->> 'outcome' AS outcome, l.actor, l.occurred_at
FROM ledger l JOIN journey j ON j.id = l.journey_id
CROSS JOIN LATERAL jsonb_array_elements(l.payload -> 'results') WITH ORDINALITY AS r (one, place)
WHERE l.journey_id = ANY(%(journeys)s) AND l.name = 'quality.results_recorded'
ORDER BY j.coi, l.seq, r.place
