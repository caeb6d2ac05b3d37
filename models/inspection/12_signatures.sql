-- signatures: Signatures
-- Says: Printed name, time and meaning (21 CFR 11.50), the record's version that was signed, and
--   whether it stands.
-- Of: journeys
-- Empty: Nothing was signed.
-- Column: 28 Signed by = {printed_name}, {account}, {role}
-- Column: 11 Meaning = {meaning}
-- Column: 15 At (UTC) = {signed_at}
-- Column: 11 Version = {version}
-- Column: 13 Counted for event = [#{event}]
-- Column: 22 Stands = {stands}
SELECT j.coi, s.printed_name, s.account, s.role, s.meaning, s.signed_at, s.version,
    encode(s.hash, 'hex') AS hash, s.methods, s.issuer, u.version + 1 AS event,
    CASE WHEN coalesce(v.reason, b.reason) IS NULL THEN 'stands'
        ELSE 'VOID: ' || coalesce(v.reason, b.reason) END AS stands, v.found_at AS void_since
FROM signature s JOIN journey j ON j.id::text = s.record_id
LEFT JOIN signature_use u ON u.signature_id = s.id
LEFT JOIN signature_void v ON v.signature_id = s.id
LEFT JOIN signature_broken b ON b.signature_id = s.id
WHERE s.record_kind = 'journey' AND s.record_id = ANY(%(records)s)
ORDER BY j.coi, s.signed_at, s.id
