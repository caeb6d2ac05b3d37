-- figures: At a glance
-- Says: Counted over everything that this pack covers.
-- Of: summary
-- Empty: Nothing.
-- Column: 80 What = {figure}
-- Column: 20 How many = {count}
WITH mine AS (SELECT * FROM journey WHERE id = ANY(%(journeys)s)),
told AS (SELECT * FROM ledger WHERE journey_id = ANY(%(journeys)s))
SELECT figure, count FROM (VALUES
    (1, 'journeys', (SELECT count(*) FROM mine)),
    (2, 'patients', (SELECT count(DISTINCT person_id) FROM mine)),
    (3, 'journeys that are open', (SELECT count(*) FROM mine WHERE ended IS NULL)),
    (4, 'journeys that are open and on hold',
        (SELECT count(*) FROM mine WHERE held_by IS NOT NULL AND ended IS NULL)),
    (5, 'events', (SELECT count(*) FROM told)),
    (6, 'late entries', (SELECT count(*) FROM told
        WHERE role <> 'system' AND recorded_at - occurred_at > %(late)s)),
    (7, 'legs shipped',
        (SELECT count(*) FROM shipment WHERE journey_id = ANY(%(journeys)s) AND packed_at IS NOT NULL)),
    (8, 'legs quarantined', (SELECT count(*) FROM told WHERE name = 'shipment.quarantined')),
    (9, 'deviations, by unit', (SELECT count(*) FROM deviation WHERE journey_id = ANY(%(journeys)s))),
    (10, 'deviations not decided',
        (SELECT count(*) FROM deviation WHERE journey_id = ANY(%(journeys)s) AND decision IS NULL)),
    (11, 'holds', (SELECT count(*) FROM told WHERE name = ANY(%(holds)s))),
    (12, 'findings', (SELECT count(*) FROM finding WHERE journey_id = ANY(%(journeys)s))),
    (13, 'findings that are open',
        (SELECT count(*) FROM finding WHERE journey_id = ANY(%(journeys)s) AND closed_at IS NULL)),
    (14, 'signatures', (SELECT count(*) FROM signature
        WHERE record_kind = 'journey' AND record_id = ANY(%(records)s))),
    (15, 'signatures that are void', (SELECT count(*) FROM signature s
        WHERE s.record_kind = 'journey' AND s.record_id = ANY(%(records)s)
            AND (EXISTS (SELECT FROM signature_void v WHERE v.signature_id = s.id)
                OR EXISTS (SELECT FROM signature_broken b WHERE b.signature_id = s.id)))),
    (16, 'commands that were refused', (SELECT count(*) FROM command
        WHERE journey_id = ANY(%(journeys)s) AND outcome = 'rejected')),
    (17, 'labels printed', (SELECT count(*) FROM label_print WHERE journey_id = ANY(%(journeys)s))),
    (18, 'doses given', (SELECT count(*) FROM administration WHERE journey_id = ANY(%(journeys)s)))
) AS line (place, figure, count) ORDER BY place
