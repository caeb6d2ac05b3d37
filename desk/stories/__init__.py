"""Stories of what goes wrong: the simulated site does one thing otherwise, the engine answers."""
