-- material_lots: Lots that went into a batch
-- Says: Vectors, reagents, media and disposables.
-- Of: journeys
-- Empty: No lot was recorded.
-- Column: 30 Batch = {batch}
-- Column: 20 Kind = {kind}
-- Column: 30 Lot = {lot}
-- Column: 20 Recorded (UTC) = {recorded_at}
SELECT j.coi, m.batch, m.kind, m.lot, m.recorded_at
FROM material_lot m JOIN journey j ON j.id = m.journey_id
WHERE m.journey_id = ANY(%(journeys)s) ORDER BY j.coi, m.batch, m.kind, m.lot
