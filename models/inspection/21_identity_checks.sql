-- identity_checks: Identity checks
-- Says: Each scan of wristband and label by one person; those that failed stay.
-- Of: journeys
-- Empty: Nobody has checked yet.
-- Column: 10 Dose = {dose}
-- Column: 22 Before = {phase}
-- Column: 26 Scanned unit = {scanned_unit}
-- Column: 12 Matches = {matches}
-- Column: 16 At (UTC) = {checked_at}
-- Column: 14 By = {checker}
SELECT j.coi, i.seq, i.dose, i.phase, i.scanned_unit, i.matches, i.checked_at, i.checker
FROM identity_check i JOIN journey j ON j.id = i.journey_id
WHERE i.journey_id = ANY(%(journeys)s) ORDER BY j.coi, i.seq
