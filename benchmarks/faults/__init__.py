"""`faults`: the same faults against plain Prefect automations and against atmpflow."""

from benchmarks.faults.run import run
from benchmarks.faults.table import table

__all__ = ["run", "table"]
