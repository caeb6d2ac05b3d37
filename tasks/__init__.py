"""What touches the world: one thing with a side effect a task."""
