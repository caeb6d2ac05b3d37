"""The validation pack: traceability that fails when it should, and a pack that says what it is."""
