"""Stories of what goes wrong, each told on a real database to its end."""
