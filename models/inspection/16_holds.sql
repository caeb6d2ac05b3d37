-- holds: Holds
-- Says: From the event that stopped the journey until two people agreed to go on.
-- Of: journeys
-- Empty: Nothing was held.
-- Column: 8 Event = #{seq}
-- Column: 26 Held by = {event}
-- Column: 18 Why = {reason}
-- Column: 14 Since (UTC) = {since}
-- Column: 20 Agreed to go on = {agreed}
-- Column: 14 Lifted (UTC) = {until}
SELECT j.coi, l.seq, l.name AS event, l.payload ->> 'reason' AS reason, l.occurred_at AS since,
    l.actor, l.role, (SELECT string_agg(DISTINCT a.actor, ', ') FROM ledger a
        WHERE a.journey_id = l.journey_id AND a.name = 'hold.lift_agreed' AND a.seq > l.seq
            AND a.seq < coalesce(u.seq, 2147483647)) AS agreed,
    u.seq AS lifted_by_event, u.occurred_at AS until
FROM ledger l JOIN journey j ON j.id = l.journey_id
LEFT JOIN LATERAL (
    SELECT seq, occurred_at FROM ledger n
    WHERE n.journey_id = l.journey_id AND n.name = 'hold.lifted' AND n.seq > l.seq
    ORDER BY seq LIMIT 1
) AS u ON TRUE
WHERE l.journey_id = ANY(%(journeys)s) AND l.name = ANY(%(holds)s) ORDER BY j.coi, l.seq
