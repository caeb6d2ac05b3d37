-- consent-withdrawn: Consent was withdrawn and the journey goes on without a hold
-- Regulation: Human Tissue Act 2004 and HTA Code A (withdrawal at any time); SI 2004/1031 Sch.
--   1 Part 3
-- Severity: critical
-- Owner: treating-physician
-- Remedy: Place a hold; ask the patient what is to become of the cells; stop what was planned.
-- Cadence: hourly
-- Scope: journey
SELECT c.journey_id::text || '/' || c.scope AS subject, c.journey_id, c.scope || ' was withdrawn at '
    || to_char(c.withdrawn_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS found
FROM consent c JOIN journey j ON j.id = c.journey_id
WHERE c.withdrawn_at IS NOT NULL AND c.scope IN ('collection', 'treatment')
    AND j.ended IS NULL AND j.held_by IS NULL AND LOOKED(c.journey_id)
    AND NOT EXISTS (SELECT FROM administration a WHERE a.journey_id = c.journey_id)
