-- journeys: Journeys
-- Says: One row a journey, as it stood when the pack was made.
-- Of: journeys
-- Empty: No journey.
-- Column: 27 Journey = {coi}
-- Column: 12 Product = {product}
-- Column: 10 Centre = {centre}
-- Column: 15 Stage = {stage}
-- Column: 14 Opened (UTC) = {opened_at}
-- Column: 22 Outcome = {ended}[, {ended_at}]
SELECT j.coi, j.id AS journey, j.product, j.pathway, j.centre, o.name AS centre_name,
    r.payload ->> 'referring_organisation' AS referred_by, j.trial, j.person_id AS person, j.stage,
    j.version, encode(j.head, 'hex') AS head, j.opened_at, j.held_by, j.waits_for, j.waits_owner,
    j.waits_until, j.ended, j.ended_at,
    (SELECT max(l.recorded_at) FROM ledger l WHERE l.journey_id = j.id) AS recorded_until
FROM journey j
LEFT JOIN organisation o ON o.ods_code = j.centre
LEFT JOIN ledger r ON r.journey_id = j.id AND r.seq = 1
WHERE j.id = ANY(%(journeys)s) ORDER BY j.coi
