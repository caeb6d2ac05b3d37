"""What is allocated is on the shelf: the units, their batch, signer, expiry and HLA type are the stock's."""

from collections.abc import Sequence

from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# Who allocates may be a person: what they type of a unit is held against its row in the stock.
REFUSE_UNSHELVED = """
CREATE FUNCTION refuse_unshelved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM jsonb_array_elements_text(NEW.payload -> 'units') AS named (unit)
        JOIN journey j ON j.id = NEW.journey_id
        LEFT JOIN stock_unit s ON s.unit = named.unit
        CROSS JOIN LATERAL (SELECT coalesce(array_agg(allele), '{}') AS alleles
            FROM jsonb_array_elements_text(NEW.payload -> 'matched') AS m (allele)) AS matched
        WHERE (s.product = j.product AND s.batch = NEW.payload ->> 'batch'
            AND s.certified_by = NEW.payload ->> 'certified_by'
            AND s.expires_at >= (NEW.payload ->> 'expires_at')::timestamptz
            AND string_to_array(s.hla, ' ') @> matched.alleles
            AND string_to_array(s.restricted_by, ' ') && matched.alleles) IS NOT TRUE
    ) THEN
        RAISE EXCEPTION 'these units are not on the shelf'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'ledger_allocated_from_stock';
    END IF;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    op.execute(REFUSE_UNSHELVED)
    op.execute(
        "CREATE TRIGGER ledger_allocated_from_stock AFTER INSERT ON ledger"
        " FOR EACH ROW WHEN (NEW.name = 'unit.allocated') EXECUTE FUNCTION refuse_unshelved()"
    )
