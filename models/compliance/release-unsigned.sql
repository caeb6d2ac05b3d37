-- release-unsigned: A batch was certified and no signature stands for it
-- Regulation: 21 CFR 11.50 and 11.70; EU GMP Annex 11, 14 and 15; Annex 16
-- Severity: critical
-- Owner: qualified-person
-- Remedy: Do not use the unit; have the Qualified Person certify anew under a signature.
-- Cadence: hourly
-- Scope: journey
SELECT b.batch AS subject, b.journey_id, 'certified at '
    || to_char(b.certified_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') || ' without a standing signature' AS found
FROM batch b
WHERE b.certified_at IS NOT NULL AND LOOKED(b.journey_id)
    AND EXISTS (SELECT FROM command c JOIN signature_policy p ON c.kept_at >= p.kept_at
        WHERE c.journey_id = b.journey_id AND c.name = 'certify-batch' AND c.outcome = 'accepted')
    AND NOT EXISTS (SELECT FROM signature_use u
        WHERE u.journey_id = b.journey_id AND u.meaning = 'certified'
            AND NOT EXISTS (SELECT FROM signature_void v WHERE v.signature_id = u.signature_id))
