"""The audit trail: that nothing is missing in it, and that everything can be found."""
