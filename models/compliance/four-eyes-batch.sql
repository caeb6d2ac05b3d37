-- four-eyes-batch: Who certified a batch also made it, checked it or asked for the exception
-- Regulation: EU GMP Annex 16, 1; Part IV 11.5; 21 CFR 11.10(g)
-- Severity: critical
-- Owner: compliance-officer
-- Remedy: Hold the unit; have another Qualified Person review the batch.
-- Cadence: daily
-- Scope: journey
SELECT b.batch AS subject, b.journey_id, 'the signer had a hand in the batch' AS found
FROM batch b
WHERE LOOKED(b.journey_id)
    AND (b.certified_by IN (b.made_by, b.checked_by, b.evaluated_by, b.requested_by)
        OR b.evaluated_by = b.requested_by)
