"""The simulated site's people: one account a role, each saying that it is simulated."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from sqlalchemy import Engine

from atmpflow.people import Actor, Role
from atmpflow.products.catalogue import catalogue
from atmpflow.rights import TRAINED
from desk.simulation.fleet import register_fleet
from models.database import Connection, transaction

PERSONS = 3
"""How many people of each role there are."""

BEGUN, OVER = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
ROLES = tuple(role for role in Role if role not in (Role.SYSTEM, Role.ADMINISTRATOR))

Cast = Mapping[str, Iterable[Role]]
"""Who acts, by account: in which roles."""

ACCOUNTS = """
INSERT INTO account (id, username, kind, printed_name, organisation, state, created_at, created_by)
SELECT gen_random_uuid(), username, 'person', 'Simulated: ' || username, 'R0A', 'active',
    %(begun)s, 'atmpflow'
FROM unnest(%(usernames)s::text[]) AS username
ON CONFLICT (username) DO UPDATE SET state = 'active', left_at = NULL, organisation = 'R0A'
"""
APPOINTMENTS = """
INSERT INTO appointment (id, account_id, kind, role, site, trial, product, valid_from, valid_until,
    granted_by, reason)
SELECT gen_random_uuid(), a.id, a.kind, cast_.role, '*', '*', '*', %(begun)s, %(over)s,
    'atmpflow', 'simulated'
FROM unnest(%(names)s::text[], %(roles)s::text[]) AS cast_ (username, role)
JOIN account a USING (username)
WHERE NOT EXISTS (SELECT FROM appointment p WHERE (p.account_id, p.role) = (a.id, cast_.role))
"""
TRAININGS = """
INSERT INTO training (id, account_id, product, kind, completed_at, expires_at, certificate,
    recorded_by)
SELECT gen_random_uuid(), a.id, taught.code, 'simulated', %(begun)s, %(over)s, 'SIMULATED',
    'atmpflow'
FROM account a, unnest(%(products)s::text[]) AS taught (code)
WHERE a.username = ANY(%(usernames)s)
    AND EXISTS (SELECT FROM appointment p WHERE p.account_id = a.id AND p.role = ANY(%(trained)s))
    AND NOT EXISTS (SELECT FROM training t WHERE (t.account_id, t.product) = (a.id, taught.code))
"""


def actor(role: Role, number: int = 1) -> Actor:
    """The simulated account of a role; different numbers are different people."""
    return Actor(f"simulated-{role.value}-{number}", role)


def simulated_cast() -> Cast:
    """Every simulated account with its one role."""
    numbers = range(1, PERSONS + 1)
    return {actor(role, number).id: (role,) for role in ROLES for number in numbers}


def enrol(owner: Engine, cast: Cast) -> None:
    """Give everybody their roles at every site, with training for every product there is.

    What they pack with is on the register, too.
    """
    with transaction(owner) as connection:
        _enrol(connection, cast)
        register_fleet(connection, BEGUN, OVER)


def _enrol(connection: Connection, cast: Cast) -> None:
    pairs = [(username, role.value) for username, roles in cast.items() for role in roles]
    values = {
        "usernames": list(cast),
        "names": [username for username, _ in pairs],
        "roles": [role for _, role in pairs],
        "products": sorted(catalogue()),
        "trained": [role.value for role in TRAINED],
        "begun": BEGUN,
        "over": OVER,
    }
    for statement in (ACCOUNTS, APPOINTMENTS, TRAININGS):
        connection.execute(statement.encode(), values)
