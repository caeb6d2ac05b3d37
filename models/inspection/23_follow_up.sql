-- follow_up: Follow-up
-- Says: Every visit of the plan, and what was recorded of it.
-- Of: journeys
-- Empty: No visit is planned.
-- Column: 10 Day = {day}
-- Column: 16 Due (UTC) = {due_at}
-- Column: 16 Recorded (UTC) = {recorded_at}
-- Column: 58 What was recorded = {said}
SELECT j.coi, v.day, v.due_at, v.recorded_at, (
        SELECT string_agg(one.key || ' ' || one.value, ', ' ORDER BY one.key)
        FROM ledger l CROSS JOIN LATERAL jsonb_each_text(l.payload - 'day') AS one
        WHERE l.journey_id = v.journey_id AND l.name = 'follow_up.recorded'
            AND (l.payload ->> 'day')::int = v.day) AS said
FROM follow_up_visit v JOIN journey j ON j.id = v.journey_id
WHERE v.journey_id = ANY(%(journeys)s) ORDER BY j.coi, v.day
