-- doses: Doses given
-- Says: A planned dose once, a unit once, two different checkers.
-- Of: journeys
-- Empty: Nothing was given.
-- Column: 7 Dose = {dose}
-- Column: 26 Unit = {unit}
-- Column: 20 Given (UTC) = {started_at} to {ended_at}
-- Column: 11 Volume (ml) = {volume_ml}
-- Column: 16 By = {given_by}
-- Column: 20 Checked by = {first_checker} and {second_checker}
SELECT j.coi, a.dose, a.unit, a.started_at, a.ended_at, a.volume_ml, a.given_by, a.first_checker,
    a.second_checker
FROM administration a JOIN journey j ON j.id = a.journey_id
WHERE a.journey_id = ANY(%(journeys)s) ORDER BY j.coi, a.dose
