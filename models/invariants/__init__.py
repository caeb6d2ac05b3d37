"""The twenty invariants, each in a file of plain SQL; knows no rule and no table of the engine."""
