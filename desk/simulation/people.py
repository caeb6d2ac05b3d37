"""The simulated site's people: one account a role, each saying that it is simulated."""

from atmpflow.people import Actor, Role


def actor(role: Role, number: int = 1) -> Actor:
    """The simulated account of a role; different numbers are different people."""
    return Actor(f"simulated-{role.value}-{number}", role)
