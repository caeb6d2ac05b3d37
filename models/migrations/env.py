"""How Alembic reaches the database: with the engine it is handed, as the owning role."""

from alembic import context

from models.tables import METADATA


def include(name: str | None, kind: str, parents: object) -> bool:
    """Compare our two schemas only."""
    return name in (None, "public", "identity") if kind == "schema" else True


def run() -> None:
    engine = context.config.attributes["engine"]
    with engine.begin() as connection:
        context.configure(
            connection=connection,
            target_metadata=METADATA,
            include_schemas=True,
            include_name=include,
            compare_type=True,
        )
        context.run_migrations()


run()
