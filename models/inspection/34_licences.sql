-- licences: Licences of the sites
-- Says: HTA, MIA, JACIE and WDA, of the organisations that treated, referred or held something.
-- Of: accounts
-- Empty: No licence is on record for these sites.
-- Column: 34 Site = {site} {name}
-- Column: 10 Kind = {kind}
-- Column: 20 Reference = {reference}
-- Column: 12 Standing = {standing}
-- Column: 24 Valid (UTC) = {valid_from} to {valid_until}
SELECT l.organisation AS site, o.name, l.kind, l.reference, l.standing, l.valid_from, l.valid_until,
    l.recorded_by
FROM licence l JOIN organisation o ON o.ods_code = l.organisation
WHERE l.organisation = ANY(%(sites)s) ORDER BY l.organisation, l.kind, l.kept_at, l.id
