-- timeline: Timeline
-- Says: Every event, when it happened and when it was recorded. LATE: recorded by a person more
--   than 24 hours after it happened. The archive has what each event said and its hash, too.
-- Of: journeys
-- Empty: Nothing is on record.
-- Column: 4 # = {seq}
-- Column: 13 Happened (UTC) = {occurred_at}
-- Column: 13 Recorded (UTC) = {recorded_at}[ {late}]
-- Column: 25 Event = {event}
-- Column: 19 Why, or what stood against it = {reason}
-- Column: 25 By, in which role = [{printed_name}, ]{actor}, {role}
SELECT j.coi, l.seq, l.name AS event, l.stage, l.occurred_at, l.recorded_at,
    CASE WHEN l.role <> 'system' AND l.recorded_at - l.occurred_at > %(late)s
        THEN 'LATE' END AS late,
    l.actor, a.printed_name, l.role, c.name AS command, nullif(concat_ws('; ',
        (SELECT string_agg(coalesce(one ->> 'code', one #>> '{}'), ', ')
            FROM jsonb_array_elements(CASE jsonb_typeof(l.payload -> 'objections')
                WHEN 'array' THEN l.payload -> 'objections' ELSE '[]' END) AS one),
        (SELECT string_agg(coalesce(one ->> 'code', one #>> '{}'), ', ')
            FROM jsonb_array_elements(CASE jsonb_typeof(l.payload -> 'missing')
                WHEN 'array' THEN l.payload -> 'missing' ELSE '[]' END) AS one),
        l.payload ->> 'decision', l.payload ->> 'reason', l.payload ->> 'justification'), '')
        AS reason,
    l.payload, encode(l.previous, 'hex') AS previous, encode(l.hash, 'hex') AS hash,
    l.command_id AS command_number
FROM ledger l JOIN journey j ON j.id = l.journey_id
JOIN command c ON c.id = l.command_id LEFT JOIN account a ON a.username = l.actor
WHERE l.journey_id = ANY(%(journeys)s) ORDER BY j.coi, l.seq
