-- follow-up-due: A follow-up visit is overdue
-- Regulation: Reg. (EC) 1394/2007 Art. 14; EMA guideline on follow-up of patients given gene
--   therapy
-- Severity: minor
-- Owner: treating-physician
-- Remedy: Book the visit, or record each attempt to reach the patient.
-- Cadence: weekly
-- Scope: journey
SELECT v.journey_id::text || '/' || v.day AS subject, v.journey_id, 'the visit of day ' || v.day || ' was due on '
    || to_char(v.due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS found
FROM follow_up_visit v JOIN journey j ON j.id = v.journey_id
WHERE v.recorded_at IS NULL AND v.due_at < %(now)s - %(visit_grace)s AND j.ended IS NULL
    AND LOOKED(v.journey_id)
-- Falls due:
SELECT journey_id FROM follow_up_visit WHERE recorded_at IS NULL
    AND due_at >= %(since)s - %(visit_grace)s AND due_at < %(now)s - %(visit_grace)s
