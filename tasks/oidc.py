"""Proof at an identity provider: OpenID Connect, authorisation code with PKCE, login every time.

Source: OpenID Connect Core 1.0, 3.1.2.1 (prompt, max_age) and 3.1.3.7 (the checks of an ID token);
RFC 7636 (PKCE); RFC 7523 (private key instead of a shared secret, as NHS CIS2 wants it).
"""

import os
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey
from sqlalchemy import Engine

from atmpflow.errors import Refused
from models.database import Connection
from models.enrolling import bind
from models.people import IDENTITY_ROLE
from models.proving import KEEP_TRY, Proved
from models.signing import CHALLENGE_LASTS, Challenge
from tasks import clock
from tasks.loopback import Waiting, listening
from tasks.signing import Prover

ISSUER = "ATMPFLOW_OIDC_ISSUER"
CLIENT = "ATMPFLOW_OIDC_CLIENT_ID"
SECRET_FILE = "ATMPFLOW_OIDC_CLIENT_SECRET_FILE"  # noqa: S105 - names a file, not a secret
KEY_FILE = "ATMPFLOW_OIDC_CLIENT_KEY_FILE"
ACR = "ATMPFLOW_OIDC_ACR"

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""Never `none`, and nothing that is signed with a secret the client holds too."""
SKEW = timedelta(seconds=5)
PATIENCE_S = 10.0

Show = Callable[[str], None]
"""Shows the address that the signer opens."""


@dataclass(frozen=True, repr=False)
class Provider:
    """The identity provider, as the environment names it, and what it says of itself."""

    issuer: str
    client: str
    acr: frozenset[str]
    authorisation: str
    token: str
    keys: KeySet


@dataclass(frozen=True, slots=True)
class Identity:
    """Who has just proved who they are, how strongly and when."""

    issuer: str
    subject: str
    acr: str | None
    auth_time: datetime


def provider() -> Provider:
    """The configured provider. Raises Refused `oidc-not-configured` or `oidc-unreachable`."""
    issuer, client = os.environ.get(ISSUER), os.environ.get(CLIENT)
    if not issuer or not client:
        raise Refused(
            "oidc-not-configured",
            "oidc",
            "No identity provider is configured.",
            f"Set {ISSUER} and {CLIENT}, or sign with password and one-time code.",
        )
    said = _json("GET", issuer.rstrip("/") + "/.well-known/openid-configuration")
    if said.get("issuer") != issuer:
        raise _untrusted("the provider names itself otherwise")
    keys = KeySet.import_key_set(_json("GET", said["jwks_uri"]))  # type: ignore[arg-type]
    acr = frozenset((os.environ.get(ACR) or "").split())
    return Provider(
        issuer, client, acr, said["authorization_endpoint"], said["token_endpoint"], keys
    )


def _json(method: str, address: str, **more: Any) -> dict[str, Any]:
    try:
        answer = httpx.request(method, address, timeout=PATIENCE_S, **more)
        answer.raise_for_status()
        return answer.json()
    except (httpx.HTTPError, ValueError):
        raise Refused(
            "oidc-unreachable",
            "oidc",
            "The identity provider does not answer as it should.",
            "Try again; meanwhile sign with password and one-time code.",
        ) from None


def _untrusted(why: str) -> Refused:
    return Refused(
        "oidc-refused",
        "oidc",
        f"The identity provider's answer cannot be accepted: {why}.",
        "Sign in anew; when it stays so, tell the administrator.",
    )


def sign_in(nonce: str, since: datetime, show: Show) -> Identity:
    """Have somebody prove who they are, now and anew. Raises Refused.

    `nonce` ties the answer to what is signed, `since` is the moment before which no proof counts.
    """
    found, state, verifier = provider(), secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    with listening() as waiting:
        show(_address(found, waiting, state, nonce=nonce, verifier=verifier))
        left = (since + CHALLENGE_LASTS - clock.wall()).total_seconds()
        answer = waiting.answer(left)
        if not secrets.compare_digest(answer.get("state", ""), state):
            raise _untrusted("it belongs to another sign-in")
        if "code" not in answer:
            raise _untrusted("the sign-in was given up")
        token = _token(found, answer["code"], waiting.address, verifier)
    return checked(found, token, nonce=nonce, since=since, now=clock.wall())


def _address(found: Provider, waiting: Waiting, state: str, *, nonce: str, verifier: str) -> str:
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": found.client,
        "redirect_uri": waiting.address,
        "scope": "openid",
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "prompt": "login",
        "max_age": "0",
    }
    if found.acr:
        asked["acr_values"] = " ".join(sorted(found.acr))
    return f"{found.authorisation}?{urlencode(asked)}"


def _token(found: Provider, code: str, redirect: str, verifier: str) -> str:
    asked = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect,
        "client_id": found.client,
        "code_verifier": verifier,
        **_client_proof(found),
    }
    said = _json("POST", found.token, data=asked)
    if not isinstance(said.get("id_token"), str):
        raise _untrusted("it brings no identity")
    return said["id_token"]


def _client_proof(found: Provider) -> Mapping[str, str]:
    """How this installation shows the provider which client it is, where it must."""
    key_file, secret_file = os.environ.get(KEY_FILE), os.environ.get(SECRET_FILE)
    if key_file:
        at = int(clock.wall().timestamp())
        claims = {
            "iss": found.client,
            "sub": found.client,
            "aud": found.token,
            "jti": str(uuid4()),
            "iat": at,
            "exp": at + 60,
        }
        key, algorithm = _private_key(Path(key_file).read_bytes())
        kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        signed = jwt.encode({"alg": algorithm}, claims, key)
        return {"client_assertion_type": kind, "client_assertion": signed}
    if secret_file:
        return {"client_secret": Path(secret_file).read_text(encoding="ascii").strip()}
    return {}


def _private_key(pem: bytes) -> tuple[RSAKey | ECKey, str]:
    try:
        return RSAKey.import_key(pem), "RS512"
    except (JoseError, ValueError):
        return ECKey.import_key(pem), "ES256"


def checked(found: Provider, token: str, *, nonce: str, since: datetime, now: datetime) -> Identity:
    """Who an ID token speaks of, after every check of it. Raises Refused `oidc-refused`."""
    try:
        claims = jwt.decode(token, found.keys, algorithms=ALGORITHMS).claims
    except (JoseError, ValueError):
        raise _untrusted("its signature is not the provider's") from None
    for right, why in _claims(found, claims, nonce, since=since, now=now):
        if not right:
            raise _untrusted(why)
    authenticated = datetime.fromtimestamp(claims["auth_time"], UTC)
    return Identity(found.issuer, claims["sub"], claims.get("acr"), authenticated)


def _claims(
    found: Provider, claims: Mapping[str, Any], nonce: str, *, since: datetime, now: datetime
) -> list[tuple[bool, str]]:
    audience = claims.get("aud")
    audience = [audience] if isinstance(audience, str) else list(audience or ())
    party = claims.get("azp", found.client if len(audience) == 1 else None)
    at, ends = _moment(claims.get("auth_time")), _moment(claims.get("exp"))
    subject = claims.get("sub")
    return [
        (claims.get("iss") == found.issuer, "another provider issued it"),
        (found.client in audience and party == found.client, "it is meant for another client"),
        (isinstance(subject, str) and subject != "", "it names nobody"),
        (ends is not None and ends > now - SKEW, "it has expired"),
        (claims.get("nonce") == nonce, "it was made for another signature"),
        (at is not None and since - SKEW <= at <= now + SKEW, "it shows no sign-in made just now"),
        (not found.acr or claims.get("acr") in found.acr, "the sign-in was not strong enough"),
    ]


def _moment(seconds: Any) -> datetime | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def nonce_of(made: Challenge) -> str:
    """The number that ties a provider's answer to one challenge."""
    return sha256(made.nonce + made.id.bytes).hexdigest()


def at_provider(made: Challenge, show: Show) -> Prover:
    """Have the signer sign in; the proof counts where the account is tied to that identity."""
    identity = sign_in(nonce_of(made), made.made_at, show)

    def ask(connection: Connection, made: Challenge, now: datetime) -> Proved | Refused:
        return tied(connection, made.who.id, identity, now)

    return ask


def tied(
    connection: Connection, account: str, identity: Identity, now: datetime
) -> Proved | Refused:
    """Is this account tied to that identity? The answer is kept; the caller must commit it."""
    connection.execute(f"SET LOCAL ROLE {IDENTITY_ROLE}".encode())
    same = connection.execute(
        "SELECT 1 FROM credential WHERE account = %s AND issuer = %s AND subject = %s",
        (account, identity.issuer, identity.subject),
    ).fetchone()
    outcome = "ok" if same else "refused"
    connection.execute(KEEP_TRY, (uuid4(), account, "identity provider", outcome, now))
    connection.execute("RESET ROLE")
    if same is None:
        return _untrusted("it speaks of another person than the account's")
    return Proved("identity provider", identity.auth_time, identity.issuer, identity.acr)


def bind_at_provider(engine: Engine, code: str, show: Show) -> str:
    """Tie an account to whoever signs in now, with an enrolment code. Raises Refused."""
    now = clock.wall()
    identity = sign_in(secrets.token_hex(32), now, show)
    return bind(engine, code, issuer=identity.issuer, subject=identity.subject, now=clock.wall())
