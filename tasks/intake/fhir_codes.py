"""Which codes R4 allows in an element with a required binding."""

from collections.abc import Sequence
from typing import Any, get_args

ISSUE_TYPES = (
    "invalid", "structure", "required", "value", "invariant", "security", "login", "unknown",
    "expired", "forbidden", "suppressed", "processing", "not-supported", "duplicate",
    "multiple-matches", "not-found", "deleted", "too-long", "code-invalid", "extension",
    "too-costly", "business-rule", "conflict", "transient", "lock-error", "no-store", "exception",
    "timeout", "incomplete", "throttled", "informational",
)  # fmt: skip
"""What an issue may be (FHIR R4, value set issue-type)."""

TASK_STATUSES = (
    "draft", "requested", "received", "accepted", "rejected", "ready", "cancelled", "in-progress",
    "on-hold", "failed", "completed", "entered-in-error",
)  # fmt: skip
"""How a task may stand (FHIR R4, value set task-status)."""

LONG = {("OperationOutcomeIssue", "code"): ISSUE_TYPES, ("Task", "status"): TASK_STATUSES}
"""Bindings that the library's own lists leave out or cut short."""

NAMES = frozenset({"status", "intent", "priority", "gender", "severity", "type"})
"""Elements for which the library's list is the binding; elsewhere it may be examples in words."""


def allowed(model: str, name: str, field: Any) -> Sequence[str]:
    """The codes of a field of a model of the library; none where any may stand."""
    if (model, name) in LONG:
        return LONG[model, name]
    if name not in NAMES:
        return ()
    extra: Any = field.json_schema_extra
    codes: Any = extra.get("enum_values") if isinstance(extra, dict) else None
    whole = codes and all(code.replace("-", "").isalnum() for code in codes)
    # Beside codes the library lists examples for concepts, which are free.
    return codes if whole and _is_code(field.annotation) else ()


def _is_code(annotation: Any) -> bool:
    parts = (annotation, *get_args(annotation))
    kinds = (kind for part in parts for kind in getattr(part, "__metadata__", ()))
    return any(type(kind).__name__ == "Code" for kind in kinds) or any(
        _is_code(part) for part in get_args(annotation) if get_args(part)
    )
