"""Changes of the reference data (organisations, stock): kept by triggers, whoever makes them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Field, SQLModel

from models.base import check, document, kept, kept_index, moment
from models.standing import NEW_ID


class ReferenceChange(SQLModel, table=True):
    """One row that was added, changed or removed: as it was, and as it became.

    `changed_by` is the account that the program named; `role` the database's own role. The trigger
    `keep_reference_change` adds rows and nobody else; none is changed.
    """

    __tablename__ = "reference_change"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        check("old IS DISTINCT FROM new", "reference_change_something"),
        check("btrim(changed_by) <> '' AND btrim(role) <> ''", "reference_change_by"),
        kept_index("reference_change"),
    )

    id: UUID = Field(primary_key=True, sa_column_kwargs=NEW_ID)
    record: str = Field(max_length=20)
    key: str = Field(max_length=120)
    old: dict[str, Any] | None = document(default=None, nullable=True)
    new: dict[str, Any] | None = document(default=None, nullable=True)
    changed_by: str = Field(max_length=120)
    role: str = Field(max_length=120)
    changed_at: datetime = moment()
    kept_at: datetime | None = kept()
