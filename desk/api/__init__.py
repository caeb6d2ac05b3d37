"""The HTTP interface: what a system asks, as commands, and what it is answered."""
