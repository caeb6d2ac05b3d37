-- custody: Custody
-- Says: Who held each unit from when until when, who gave it, and what was scanned at both ends of
--   the hand-over.
-- Of: journeys
-- Empty: Nobody has held anything yet.
-- Column: 20 Unit = {unit}
-- Column: 22 Held by = {holder}[ {holder_name}]
-- Column: 14 Given by = {giver}
-- Column: 13 From (UTC) = {starts_at}
-- Column: 13 Until (UTC) = {ends_at}
-- Column: 18 Scanned = [giver's end {giver_scan}][; receiver's end {receiver_scan}]
SELECT j.coi, c.unit, u.kind, c.holder, o.name AS holder_name, c.role, c.giver, c.starts_at,
    c.ends_at, c.giver_scan, c.receiver_scan
FROM custody c JOIN journey j ON j.id = c.journey_id JOIN unit u ON u.unit = c.unit
LEFT JOIN organisation o ON o.ods_code = c.holder
WHERE c.journey_id = ANY(%(journeys)s) ORDER BY j.coi, u.kind, c.unit, c.starts_at
