-- labels_printed: Labels printed
-- Says: Every print, with the copies before it and the SHA-256 of its file.
-- Of: journeys
-- Empty: No label was printed here.
-- Column: 36 Label = {kind} {subject}
-- Column: 18 Version, copy = {version}, copy {copy_number}
-- Column: 10 Format = {format}
-- Column: 18 Printed (UTC) = {printed_at}
-- Column: 18 By = {printed_by}
SELECT j.coi, p.kind, p.subject, p.version, p.copy_number, p.format, p.printed_at, p.printed_by,
    encode(p.sha256, 'hex') AS sha256
FROM label_print p JOIN journey j ON j.id = p.journey_id
WHERE p.journey_id = ANY(%(journeys)s)
ORDER BY j.coi, p.printed_at, p.kind, p.subject, p.version, p.copy_number
