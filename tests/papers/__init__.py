"""Papers as PDF, looked at as a reader would."""
