"""Appointments, training and delegations, each with an end; who administers does nothing else."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ExcludeConstraint

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

APPLICATION = "atmpflow_app"
GIVEN = ("appointment", "training", "delegation")

# What was given is never changed; it is taken back once, by somebody, for a reason.
ONLY_ENDED = """
CREATE FUNCTION only_ended() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- What is generated is not there yet when this is asked.
    ending jsonb :=
        '{"ended_at": null, "ended_by": null, "end_reason": null, "site_code": null}';
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL
        AND to_jsonb(NEW) || ending = to_jsonb(OLD) || ending THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'rows of % are only added, or ended', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$
"""

# A new stamp: what is remembered of the account, and of whom it delegated to, is stale.
CHANGED = """
CREATE FUNCTION rights_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whose uuid := (to_jsonb(NEW) ->> CASE TG_TABLE_NAME
        WHEN 'delegation' THEN 'to_id' WHEN 'account' THEN 'id' ELSE 'account_id' END)::uuid;
BEGIN
    UPDATE account SET stamp = gen_random_uuid()
    WHERE id = whose OR id IN (SELECT to_id FROM delegation WHERE from_id = whose);
    RETURN NULL;
END $$
"""

OWN = """
INSERT INTO appointment (id, account_id, kind, role, site, trial, product, valid_from, valid_until,
    granted_by, reason)
SELECT gen_random_uuid(), id, kind, CASE username WHEN 'atmpflow' THEN 'system' ELSE 'coordinator' END,
    '*', '*', '*', '1970-01-01', '9999-12-31', 'atmpflow', 'part of the installation'
FROM account WHERE username IN ('atmpflow', 'prefect-form') AND kind = 'machine'
"""

LASTS = "tstzrange(valid_from, GREATEST(valid_from, LEAST(valid_until, ended_at)))"


def words(**lengths: int) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(length), nullable=False) for name, length in lengths.items()]


def moments(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.DateTime(timezone=True), nullable=False) for name in names]


def ids(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Uuid(), nullable=False) for name in names]


def site_code() -> sa.Column[str]:
    computed = sa.Computed("NULLIF((site)::text, '*'::text)", persisted=True)
    return sa.Column("site_code", sa.String(), computed, nullable=True)


def site_known(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["site_code"], ["organisation.ods_code"], name=f"fk_{table}_site_code"
    )


def ending(table: str) -> list[object]:
    return [
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(120), nullable=True),
        sa.Column("end_reason", sa.String(400), nullable=True),
        kept_at(),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (end_reason IS NULL)",
            name=f"{table}_ended",
        ),
    ]


def kept_at() -> sa.Column[object]:
    return sa.Column(
        "kept_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
    )


def of_account(table: str, column: str = "account_id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["account.id"], name=f"fk_{table}_{column}")


def upgrade() -> None:
    op.execute("SET lock_timeout = '5s'")
    _appointment()
    _training()
    _delegation()
    _account_change()
    _guards()
    op.execute(OWN)
    _grants()


def _appointment() -> None:
    op.create_table(
        "appointment",
        *ids("id", "account_id"),
        *words(kind=7, role=40, site=22),
        site_code(),
        *words(trial=40, product=40),
        *moments("valid_from", "valid_until"),
        *words(granted_by=120, reason=400),
        *ending("appointment"),
        sa.CheckConstraint("valid_from < valid_until", name="appointment_interval"),
        sa.CheckConstraint("btrim(reason) <> ''", name="appointment_reason"),
        sa.CheckConstraint(
            "kind = 'person' OR role IN ('system', 'referrer', 'coordinator', 'courier',"
            " 'manufacturer', 'cell-laboratory', 'quality-control')",
            name="appointment_of_machine",
        ),
        sa.CheckConstraint("kind = 'machine' OR role <> 'system'", name="appointment_of_person"),
        sa.CheckConstraint(
            "role <> 'administrator' OR (trial, product) = ('*', '*')", name="appointment_whole"
        ),
        ExcludeConstraint(
            ("account_id", "="),
            (sa.text("((role = 'administrator')::int)"), "<>"),
            (sa.text(LASTS), "&&"),
            name="ex_appointment_administrator_apart",
            using="gist",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "kind"],
            ["account.id", "account.kind"],
            name="fk_appointment_account_id_kind",
        ),
        site_known("appointment"),
        sa.PrimaryKeyConstraint("id", name="pk_appointment"),
    )
    op.create_index("ix_appointment_account_id", "appointment", ["account_id"])
    _kept_index("appointment")


def _kept_index(table: str) -> None:
    op.create_index(f"ix_{table}_kept_at", table, ["kept_at"], postgresql_using="brin")


def _training() -> None:
    op.create_table(
        "training",
        *ids("id", "account_id"),
        *words(product=40, kind=40),
        *moments("completed_at", "expires_at"),
        *words(certificate=120, recorded_by=120),
        *ending("training"),
        sa.CheckConstraint("completed_at < expires_at", name="training_interval"),
        sa.CheckConstraint("product <> '*' AND btrim(product) <> ''", name="training_product"),
        sa.CheckConstraint("btrim(certificate) <> ''", name="training_certificate"),
        of_account("training"),
        sa.PrimaryKeyConstraint("id", name="pk_training"),
    )
    op.create_index("ix_training_account_id", "training", ["account_id"])
    _kept_index("training")


def _delegation() -> None:
    op.create_table(
        "delegation",
        *ids("id", "from_id", "to_id"),
        *words(role=40, site=22),
        site_code(),
        *words(trial=40),
        *moments("valid_from", "valid_until"),
        *words(signed_by=120, reason=400),
        *ending("delegation"),
        sa.CheckConstraint("from_id <> to_id", name="delegation_to_another"),
        sa.CheckConstraint("valid_from < valid_until", name="delegation_interval"),
        sa.CheckConstraint(
            "role NOT IN ('qualified-person', 'administrator', 'system')",
            name="delegation_personal",
        ),
        of_account("delegation", "from_id"),
        of_account("delegation", "to_id"),
        site_known("delegation"),
        sa.PrimaryKeyConstraint("id", name="pk_delegation"),
    )
    op.create_index("ix_delegation_from_id", "delegation", ["from_id"])
    op.create_index("ix_delegation_to_id", "delegation", ["to_id"])
    _kept_index("delegation")


def _account_change() -> None:
    op.create_table(
        "account_change",
        *ids("id", "account_id"),
        *words(field=20),
        sa.Column("old", sa.String(254), nullable=True),
        sa.Column("new", sa.String(254), nullable=True),
        *words(changed_by=120, reason=400),
        *moments("changed_at"),
        kept_at(),
        sa.CheckConstraint("btrim(reason) <> ''", name="account_change_reason"),
        of_account("account_change"),
        sa.PrimaryKeyConstraint("id", name="pk_account_change"),
    )
    op.create_index("ix_account_change_account_id", "account_change", ["account_id"])
    _kept_index("account_change")


def _guards() -> None:
    op.execute(ONLY_ENDED)
    op.execute(CHANGED)
    for table in (*GIVEN, "account_change"):
        function = "only_ended" if table in GIVEN else "refuse_change"
        _guard(table, "UPDATE OR DELETE", "ROW", function)
        _guard(table, "TRUNCATE", "STATEMENT", "refuse_change")
    for table in GIVEN:
        op.execute(
            f"CREATE TRIGGER {table}_changes_rights AFTER INSERT OR UPDATE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION rights_changed()"
        )
    op.execute(
        "CREATE TRIGGER account_changes_rights AFTER UPDATE OF state ON account"
        " FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION rights_changed()"
    )


def _guard(table: str, when: str, scope: str, function: str) -> None:
    trigger = f"{table}_no_{scope.lower()}_change"
    op.execute(
        f"CREATE TRIGGER {trigger} BEFORE {when} ON {table}"
        f" FOR EACH {scope} EXECUTE FUNCTION {function}()"
    )
    op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")


def _grants() -> None:
    tables = ", ".join((*GIVEN, "account_change"))
    op.execute(f"GRANT SELECT, INSERT ON {tables} TO {APPLICATION}")
    for table in GIVEN:
        op.execute(f"GRANT UPDATE (ended_at, ended_by, end_reason) ON {table} TO {APPLICATION}")
