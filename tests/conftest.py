"""What holds for every test: no network, English is spoken, and a slow machine is not wrong."""

import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from console import language
from tests.derived import Argon2idOnce


def _no_network(event: str, arguments: tuple[object, ...]) -> None:
    if event in {"socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto"}:
        address = arguments[-1]
        if not isinstance(address, str | bytes):
            raise AssertionError(f"the console opened a network connection: {event}")


sys.addaudithook(_no_network)

settings.register_profile("helpline", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("helpline")


@pytest.fixture(autouse=True, scope="session")
def derived_once() -> Iterator[None]:
    """Derive the same key from the same passphrase once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("console.vault.identity.Argon2id", Argon2idOnce)
        yield


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Speak English whatever the machine's locale, here and in what a test starts."""
    if language.preferred(os.environ) != "en":
        for name in ("LC_ALL", "LC_MESSAGES"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("LANG", "C.UTF-8")
    language.use("en")
    yield
    language.use("en")
