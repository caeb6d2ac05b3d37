-- trail_reviews: Reviews of the audit trail
-- Says: Who reviewed it, up to which version (EU GMP Annex 11, 9).
-- Of: journeys
-- Empty: Nobody has put a review on record.
-- Column: 50 Reviewed by = [{printed_name}, ]{account}, {role}
-- Column: 20 Up to version = {version}
-- Column: 30 At (UTC) = {reviewed_at}
SELECT j.coi, a.printed_name, t.account, t.role, t.version, encode(t.hash, 'hex') AS hash,
    t.reviewed_at
FROM trail_review t JOIN journey j ON j.id = t.journey_id
LEFT JOIN account a ON a.username = t.account
WHERE t.journey_id = ANY(%(journeys)s) ORDER BY j.coi, t.reviewed_at, t.id
