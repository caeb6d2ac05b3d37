-- recalls: Recalls that reached it
-- Says: What was taken back, whether it had been given, and whether the recall is closed.
-- Of: journeys
-- Empty: No recall reached it.
-- Column: 26 Recalled = {kind} {lot}
-- Column: 10 Class = {recall_class}
-- Column: 22 Reference = {reference}
-- Column: 14 Since (UTC) = {recalled_at}
-- Column: 12 Given = {given}
-- Column: 16 Closed (UTC) = {closed_at}
SELECT j.coi, r.id AS recall, r.kind, r.lot, r.recall_class, r.reference, r.recalled_at, n.seq,
    n.given, n.told_at, c.closed_at, c.closed_by
FROM recall_notice n JOIN journey j ON j.id = n.journey_id JOIN recall r ON r.id = n.recall_id
LEFT JOIN recall_closing c ON c.recall_id = r.id
WHERE n.journey_id = ANY(%(journeys)s) ORDER BY j.coi, n.seq, r.id
