"""Proof at an identity provider: real HTTP, real signed tokens, and every way to be deceived."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from atmpflow.errors import Refused
from atmpflow.people import Role
from atmpflow.signing import Meaning
from desk.simulation.people import actor
from desk.simulation.signing import ADMINISTRATOR
from models.enrolling import issue_code
from tasks import clock, oidc
from tasks.oidc import at_provider, bind_at_provider
from tasks.signing import Signed, begin, finish
from tests.conftest import Database
from tests.factories import opened
from tests.models.rows import select
from tests.signing.conftest import appointed
from tests.signing.provider import CLIENT, Provider, running_provider

WHO = actor(Role.PHYSICIAN, 2)


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with running_provider() as provider:
        yield provider


@pytest.fixture
def provider(running: Provider, signing: Database, monkeypatch: pytest.MonkeyPatch) -> Provider:
    monkeypatch.setenv(oidc.ISSUER, running.issuer)
    monkeypatch.setenv(oidc.CLIENT, CLIENT)
    monkeypatch.setenv(oidc.ACR, "urn:aal2 urn:aal3")
    appointed(signing, WHO.role, 2)
    running.subject, running.acr, running.changes = "person-1", "urn:aal2", {}
    running.foreign_key = running.forget_state = False
    known = select(signing.app, "SELECT 1 FROM credential WHERE account = %s", WHO.id)
    if not known:
        code = issue_code(signing.app, WHO.id, by=ADMINISTRATOR, now=clock.wall())
        assert bind_at_provider(signing.app, code, running.log_in) == WHO.id
    return running


@pytest.fixture(scope="module")
def journey() -> list[UUID]:
    return []


def _signed(database: Database, provider: Provider, journeys: list[UUID]) -> Signed:
    if not journeys:
        journeys.append(opened(database.app))
    to_sign = begin(database.app, WHO, Meaning.APPROVED, journeys[0])
    return finish(database.app, to_sign, at_provider(to_sign.challenge, provider.log_in))


def test_somebody_signs_by_signing_in_at_the_provider_anew(
    signing: Database, provider: Provider, journey: list[UUID]
):
    signed = _signed(signing, provider, journey)

    assert provider.asked["prompt"] == "login"
    assert provider.asked["max_age"] == "0"
    assert provider.asked["code_challenge_method"] == "S256"
    ((methods, issuer, acr, late),) = select(
        signing.app,
        "SELECT methods, issuer, acr, auth_time - made_at FROM signature WHERE challenge_id = %s",
        signed.challenge.id,
    )
    assert (methods, issuer, acr) == ("identity provider", provider.issuer, "urn:aal2")
    assert late > timedelta(seconds=-5)


def _past(seconds: int) -> int:
    return int((datetime.now(UTC) - timedelta(seconds=seconds)).timestamp())


DECEIVING: dict[str, dict[str, Any]] = {
    "made for another signature": {"nonce": "another"},
    "no sign-in made just now": {"auth_time": _past(3600)},
    "no sign-in": {"auth_time": None},
    "expired": {"exp": _past(60)},
    "another client": {"aud": "somebody-else"},
    "for another client": {"aud": [CLIENT, "somebody-else"], "azp": "somebody-else"},
    "another provider": {"iss": "http://127.0.0.1:1"},
    "not strong enough": {"acr": "urn:aal1"},
    "names nobody": {"sub": ""},
    "another person": {"sub": "person-2"},
}


@pytest.mark.parametrize("why", DECEIVING)
def test_a_token_that_says_anything_else_is_refused(
    signing: Database, provider: Provider, journey: list[UUID], why: str
):
    provider.changes = DECEIVING[why]

    with pytest.raises(Refused) as refused:
        _signed(signing, provider, journey)

    assert refused.value.code == "oidc-refused"
    assert why.removeprefix("for ").split()[-1] in refused.value.message


def test_a_token_signed_with_another_key_is_refused(
    signing: Database, provider: Provider, journey: list[UUID]
):
    provider.foreign_key = True

    with pytest.raises(Refused, match="signature is not the provider's"):
        _signed(signing, provider, journey)


def test_an_answer_to_another_sign_in_is_refused(
    signing: Database, provider: Provider, journey: list[UUID]
):
    provider.forget_state = True

    with pytest.raises(Refused, match="another sign-in"):
        _signed(signing, provider, journey)


def test_whoever_is_tied_to_nobody_at_the_provider_cannot_sign(
    signing: Database, provider: Provider, journey: list[UUID]
):
    _signed(signing, provider, journey)
    stranger = appointed(signing, Role.PHARMACIST, 3)
    to_sign = begin(signing.app, stranger, Meaning.APPROVED, journey[0])

    with pytest.raises(Refused, match="another person"):
        finish(signing.app, to_sign, at_provider(to_sign.challenge, provider.log_in))

    tried = "SELECT outcome FROM sign_in WHERE account = %s"
    assert select(signing.app, tried, stranger.id) == [("refused",)]


def test_without_a_provider_nobody_is_sent_anywhere(
    signing: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv(oidc.ISSUER, raising=False)

    with pytest.raises(Refused, match="oidc-not-configured"):
        oidc.provider()
