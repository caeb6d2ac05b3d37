-- relabelling: Labels that were replaced
-- Says: Under two people; what the old label said is kept.
-- Of: journeys
-- Empty: No label was replaced.
-- Column: 22 Unit = {unit}
-- Column: 20 New label = {label}, version {version}
-- Column: 18 Old label = {old_label}
-- Column: 12 Why = {reason}
-- Column: 18 By = {first_person} and {second_person}
-- Column: 12 At (UTC) = {applied_at}
SELECT j.coi, l.unit, l.version, l.label, l.old_label, l.reason, l.first_person, l.second_person,
    l.applied_at
FROM unit_label l JOIN journey j ON j.id = l.journey_id
WHERE l.journey_id = ANY(%(journeys)s) ORDER BY j.coi, l.unit, l.version
