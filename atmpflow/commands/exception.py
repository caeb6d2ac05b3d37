"""A product out of specification that a patient needs all the same: what may be asked."""

from typing import ClassVar

from atmpflow.events.exception import Evaluated, Requested
from atmpflow.message import Command
from atmpflow.people import Role


class RecordRiskEvaluation(Command, Evaluated):
    """The manufacturer evaluates what giving the product would risk."""

    name: ClassVar = "record-risk-evaluation"
    roles: ClassVar = frozenset({Role.MANUFACTURER})


class RequestOosProduct(Command, Requested):
    """The treating physician requests a product that is out of specification."""

    name: ClassVar = "request-oos-product"
    roles: ClassVar = frozenset({Role.PHYSICIAN})
