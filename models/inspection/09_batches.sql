-- batches: Batches
-- Says: Made by one, checked by another, certified by a third.
-- Of: journeys
-- Empty: No batch was opened here.
-- Column: 18 Batch = {batch}
-- Column: 18 Made (UTC) = [{started_at}][ to {completed_at}]
-- Column: 20 Made, checked by = [{made_by}][; {checked_by}]
-- Column: 14 In specification = {in_specification}
-- Column: 30 Certified or rejected = [certified by {certified_by}, {certificate}, {certified_at}][rejected {rejected_at}]
SELECT j.coi, b.batch, b.opened_at, b.started_at, b.completed_at, b.made_by, b.checked_by,
    b.in_specification, b.certified_by, b.certified_at, b.certificate, b.rejected_at, b.evaluation,
    b.evaluated_by, b.request, b.requested_by
FROM batch b JOIN journey j ON j.id = b.journey_id
WHERE b.journey_id = ANY(%(journeys)s) ORDER BY j.coi, b.opened_at, b.batch
