"""A real identity provider on this machine: discovery, login, PKCE, signed ID tokens over HTTP."""

import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

CLIENT = "atmpflow-test"


@dataclass
class Provider:
    """Who is at its login page, and what it is to say of them."""

    subject: str = "person-1"
    acr: str | None = "urn:aal2"
    changes: dict[str, Any] = field(default_factory=dict)
    """Claims that it says otherwise than it should."""
    foreign_key: bool = False
    forget_state: bool = False
    asked: dict[str, str] = field(default_factory=dict)
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "one"}))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    issuer: str = ""

    def log_in(self, address: str) -> None:
        """What a browser does with the address: log in, and go where the provider sends it."""
        follow = partial(httpx.get, address, follow_redirects=True, timeout=5)
        threading.Thread(target=follow, daemon=True).start()

    def redirect(self, asked: dict[str, str]) -> str:
        self.asked = asked
        code = token_urlsafe(8)
        self.codes[code] = asked
        state = "another" if self.forget_state else asked["state"]
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': state})}"

    def token(self, given: dict[str, str]) -> dict[str, Any] | None:
        asked = self.codes.pop(given.get("code", ""), None)
        verifier = sha256(given.get("code_verifier", "").encode()).digest()
        challenge = urlsafe_b64encode(verifier).rstrip(b"=").decode()
        if asked is None or challenge != asked["code_challenge"]:
            return None
        at = int(datetime.now(UTC).timestamp())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": self.subject,
            "iat": at,
            "exp": at + 60,
            "auth_time": at,
            "nonce": asked["nonce"],
            "acr": self.acr,
            **self.changes,
        }
        key = ECKey.generate_key("P-256", {"kid": "one"}) if self.foreign_key else self.key
        return {"id_token": jwt.encode({"alg": "ES256", "kid": "one"}, claims, key)}

    def configuration(self) -> dict[str, str]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/login",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/login":
                asked = {name: one[0] for name, one in parse_qs(parts.query).items()}
                self.send_response(302)
                self.send_header("Location", provider.redirect(asked))
                self.end_headers()
            elif parts.path == "/keys":
                self._say(KeySet([provider.key]).as_dict(private=False))
            else:
                self._say(provider.configuration())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            said = provider.token({name: one[0] for name, one in parse_qs(body).items()})
            self._say(said or {"error": "invalid_grant"}, 200 if said else 400)

        def _say(self, value: Any, status: int = 200) -> None:
            content = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler


@contextmanager
def running_provider() -> Iterator[Provider]:
    provider = Provider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider))
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
