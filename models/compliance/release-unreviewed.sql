-- release-unreviewed: A batch was certified and its signer had not reviewed the audit trail
-- Regulation: EU GMP Annex 11, 9; Annex 16, 1.7; MHRA GXP data integrity 2018, 6.13
-- Severity: critical
-- Owner: qualified-person
-- Remedy: Review the audit trail now (`atmpflow review`) and assess the release in a deviation.
-- Cadence: daily
-- Scope: journey
SELECT b.batch AS subject, b.journey_id, 'certified at '
    || to_char(b.certified_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') || ' without a review by the signer' AS found
FROM batch b
WHERE b.certified_at IS NOT NULL AND LOOKED(b.journey_id)
    AND EXISTS (SELECT FROM command c JOIN signature_policy p ON c.kept_at >= p.kept_at
        WHERE c.journey_id = b.journey_id AND c.name = 'certify-batch' AND c.outcome = 'accepted')
    AND NOT EXISTS (SELECT FROM trail_review r WHERE r.journey_id = b.journey_id AND r.account = b.certified_by)
