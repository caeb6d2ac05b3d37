"""What commands and events have in common: frozen, closed, and with times in UTC."""

from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from atmpflow.people import Role

Utc = Annotated[AwareDatetime, AfterValidator(lambda moment: moment.astimezone(UTC))]
Text = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""A short code, number or reference; never a sentence about a patient."""


class Content(BaseModel):
    """Fields that a command carries in and an event keeps."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        str_strip_whitespace=True,
        hide_input_in_errors=True,
        allow_inf_nan=False,
    )


class Command(Content):
    """A request to change something. `name` is what people type; `roles` who may ask."""

    name: ClassVar[str]
    roles: ClassVar[frozenset[Role]]

    occurred_at: Utc = Field(
        title="Happened at", description="When it was done, with time zone, e.g. 2026-03-01T09:30Z"
    )


class Event(Content):
    """A fact, named in the past tense; once recorded it never changes."""

    name: ClassVar[str]
    lasting: ClassVar[bool] = False
    """Whether it still counts when the stage it came in is begun again."""

    def payload(self) -> dict[str, Any]:
        """The content as JSON values, as it is hashed and stored."""
        return self.model_dump(mode="json")


E = TypeVar("E", bound=Event)


def event_of(kind: type[E], command: Command, **more: Any) -> E:
    """The event that keeps what the command said: every field the two have in common."""
    shared = {field: getattr(command, field) for field in kind.model_fields if field not in more}
    return kind(**shared, **more)


def hours_between(earlier: datetime, later: datetime) -> float:
    """Elapsed hours, subtracted in UTC so that a change of the clocks cannot hide one."""
    return (later.astimezone(UTC) - earlier.astimezone(UTC)).total_seconds() / 3600
