-- 13 conservation
-- Source: MHRA GxP data integrity 2018 (complete); EU GMP Annex 11, 5
-- Proves: every command that was kept is accepted, or rejected with code, message and remedy, or a
--   duplicate of one that was accepted before it; the file it came in is kept, and of every kept
--   file something became a command; every accepted referral is a journey and every journey a
--   referral; every reading belongs to a file.
SELECT journey_id, 'a ' || name || ' was ' || outcome || ' without saying why or how far' AS what
FROM command
WHERE (CASE outcome
    WHEN 'accepted' THEN code IS NULL AND version >= 1 AND journey_id IS NOT NULL
    WHEN 'duplicate' THEN code IS NULL AND version >= 1 AND journey_id IS NOT NULL
    WHEN 'rejected' THEN code <> '' AND message <> '' AND remedy IS NOT NULL AND field IS NOT NULL
    END) IS NOT TRUE
UNION ALL
SELECT d.journey_id, 'a ' || d.name || ' is a duplicate of nothing that was accepted'
FROM command d LEFT JOIN command c ON c.key = d.key AND c.outcome = 'accepted'
    AND c.journey_id = d.journey_id AND c.content_hash = d.content_hash AND c.version = d.version
WHERE d.outcome = 'duplicate' AND c.id IS NULL
UNION ALL
SELECT NULL, 'a file was received and nothing became of it'
FROM identity.received r LEFT JOIN command c ON c.source = r.sha256
WHERE c.id IS NULL AND r.received_at
    < current_setting('atmpflow.wall')::timestamptz - current_setting('atmpflow.patience')::interval
UNION ALL
SELECT c.journey_id, 'the file in which a ' || c.name || ' came is not kept'
FROM command c LEFT JOIN identity.received r ON r.sha256 = c.source
WHERE c.source IS NOT NULL AND r.sha256 IS NULL
UNION ALL
SELECT coalesce(c.journey_id, j.id), 'a referral without a journey, or a journey without its referral'
FROM (SELECT * FROM command WHERE name = 'refer' AND outcome = 'accepted') c
FULL JOIN journey j ON j.id = c.journey_id
WHERE c.id IS NULL OR j.id IS NULL
UNION ALL
SELECT NULL, count(*) || ' readings are of no file'
FROM reading r LEFT JOIN logger_file f ON f.number = r.file
WHERE f.number IS NULL HAVING count(*) > 0
