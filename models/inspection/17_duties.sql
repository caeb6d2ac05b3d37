-- duties: Duties
-- Says: Who had to be told or had to do what, by when, and when it was done.
-- Of: journeys
-- Empty: Nobody was owed anything.
-- Column: 34 Duty = {title}
-- Column: 16 Owner = {owner}
-- Column: 14 Since (UTC) = {since}
-- Column: 14 Due (UTC) = {due_at}
-- Column: 22 Done = [{fulfilled_by}, {fulfilled_at}: {reference}]
SELECT j.coi, d.name, d.title, d.owner, d.cause, d.seq, d.source, d.since, d.due_at, d.overdue_at,
    d.fulfilled_at, d.fulfilled_by, d.reference
FROM duty d JOIN journey j ON j.id = d.journey_id
WHERE d.journey_id = ANY(%(journeys)s) ORDER BY j.coi, d.seq, d.name
