-- calibrations: Calibration of the loggers that were used
-- Says: The certificate that was in force when each leg was packed.
-- Of: journeys
-- Empty: No logger was packed.
-- Column: 12 Leg = {leg}
-- Column: 26 Logger = {logger}
-- Column: 18 Packed (UTC) = {packed_at}
-- Column: 24 Certificate = {certificate}
-- Column: 20 Until (UTC) = {due_at}
SELECT j.coi, s.leg, s.logger, s.packed_at, coalesce(c.certificate, 'NONE IN FORCE') AS certificate,
    c.calibrated_at, c.due_at
FROM shipment s JOIN journey j ON j.id = s.journey_id
LEFT JOIN LATERAL (
    SELECT certificate, calibrated_at, due_at FROM calibration k
    WHERE k.device = s.logger AND k.calibrated_at <= s.packed_at AND k.due_at > s.packed_at
    ORDER BY k.calibrated_at DESC, k.id LIMIT 1
) AS c ON TRUE
WHERE s.journey_id = ANY(%(journeys)s) AND s.packed_at IS NOT NULL AND s.logger IS NOT NULL
ORDER BY j.coi, s.packed_at, s.id
