-- follow-up-lost: A patient has not come for long and nobody has tried to reach them since
-- Regulation: Reg. (EC) 1394/2007 Art. 14; EMA guideline on follow-up of patients given gene
--   therapy
-- Severity: major
-- Owner: treating-physician
-- Remedy: Try to reach the patient, ask the GP and the registry, and record each attempt.
-- Cadence: weekly
-- Scope: journey
SELECT v.journey_id::text AS subject, v.journey_id, 'no visit and no attempt since the visit due on '
    || to_char(min(v.due_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS found
FROM follow_up_visit v
JOIN journey j ON j.id = v.journey_id
WHERE v.recorded_at IS NULL AND v.due_at < %(now)s - %(silent_longest)s AND j.ended IS NULL
    AND LOOKED(v.journey_id)
    AND NOT EXISTS (SELECT FROM ledger l WHERE l.journey_id = v.journey_id
        AND l.name = 'contact.attempted' AND l.occurred_at >= v.due_at)
GROUP BY v.journey_id
-- Falls due:
SELECT journey_id FROM follow_up_visit WHERE recorded_at IS NULL
    AND due_at >= %(since)s - %(silent_longest)s AND due_at < %(now)s - %(silent_longest)s
