"""What each event changes in the state tables, one file a room of events."""
