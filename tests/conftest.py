"""What holds for every test: nothing opens a network connection, and English is spoken."""

import os
import sys
from collections.abc import Iterator

import pytest

from console import language


def _no_network(event: str, arguments: tuple[object, ...]) -> None:
    if event in {"socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto"}:
        address = arguments[-1]
        if not isinstance(address, str | bytes):
            raise AssertionError(f"the console opened a network connection: {event}")


sys.addaudithook(_no_network)


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
