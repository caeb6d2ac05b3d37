"""A simulated site: plays the people and instruments a journey waits for, by commands alone."""
