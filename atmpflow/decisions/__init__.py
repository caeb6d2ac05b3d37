"""What follows from each command: one short function each, from command and facts to events."""
