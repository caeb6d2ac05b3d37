-- 20 privacy
-- Source: UK GDPR Art. 4(5), 25 and 32; ICO guidance on pseudonymisation
-- Proves: no NHS number that is on record is in clear in the ledger, in a command, in the trouble
--   of a reaction or in a shipment's references. Numbers are sealed: what looks like one is found by
--   its blind index, an HMAC-SHA256 computed here from its two padded keys.
-- Beyond: names, birth dates and addresses, which are sealed and have no index; and what Prefect,
--   logs and backups hold (another database and files): the tests plant canaries and look there.
WITH said (journey_id, place, words) AS (
    SELECT journey_id, 'event ' || seq, payload::text FROM ledger
    UNION ALL
    SELECT journey_id, 'a ' || outcome || ' ' || name,
        concat_ws(' ', payload::text, key, actor, field, message, remedy) FROM command
    UNION ALL
    SELECT journey_id, 'a reaction', trouble FROM reaction
    UNION ALL
    SELECT journey_id, 'a shipment',
        concat_ws(' ', courier, reference, sender, receiver, shipper, seal, logger) FROM shipment
), number AS (
    SELECT s.journey_id, s.place, translate(found[1], ' -', '') AS digits
    FROM said s
    CROSS JOIN LATERAL regexp_matches(
        s.words, '(?<![0-9A-Za-z])([0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4})(?![0-9A-Za-z])', 'g') AS found
    WHERE s.words ~ '[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}'
)
SELECT DISTINCT n.journey_id, n.place || ' holds the NHS number of somebody on record' AS what
FROM number n
JOIN identity.person p ON p.nhs_index = sha256(
    decode(current_setting('atmpflow.index_outer'), 'hex')
    || sha256(decode(current_setting('atmpflow.index_inner'), 'hex') || convert_to(n.digits, 'UTF8')))
UNION ALL
SELECT NULL, 'cannot be checked: the key of the identities is missing, or is another'
WHERE EXISTS (SELECT FROM identity.key_check k WHERE k.fingerprint IS DISTINCT FROM sha256(
    decode(current_setting('atmpflow.index_outer'), 'hex')
    || sha256(decode(current_setting('atmpflow.index_inner'), 'hex') || 'atmpflow identity key'::bytea)))
