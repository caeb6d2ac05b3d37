"""The audit trail: one query a kind of record, telling who did what, from what, to what, why."""
