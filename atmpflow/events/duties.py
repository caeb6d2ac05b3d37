"""Duties beside the course of a journey: what can have happened to one."""

from typing import ClassVar

from pydantic import Field

from atmpflow.message import Content, Event, Text, Utc


class Fulfilled(Content):
    duty: Text = Field(title="Duty", description="As atmpflow duties lists it, e.g. inform:12")
    reference: Text = Field(
        title="Reference", description="Number of the report, letter or message; or 'read'"
    )


class DutyFulfilled(Event, Fulfilled):
    name: ClassVar = "duty.fulfilled"
    lasting: ClassVar = True


class DutyOverdue(Event):
    name: ClassVar = "duty.overdue"
    lasting: ClassVar = True

    duty: Text
    owner: Text
    due_at: Utc
