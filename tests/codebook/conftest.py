"""A coordinator's vault whose code lists tests change."""

from collections.abc import Iterator

import pytest

from console.vault import Vault
from tests.vaults import make_vault, open_as


class Undone(Exception):
    """Ends a transaction without keeping it."""


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vault]:
    """The coordinator's vault, unlocked once for all tests."""
    home = tmp_path_factory.mktemp("home")
    make_vault(home)
    with open_as(home, "carla") as opened:
        yield opened


@pytest.fixture
def vault(opened: Vault) -> Iterator[Vault]:
    """The same vault; nothing that a test does in it stays."""
    with pytest.raises(Undone), opened.transaction():
        yield opened
        raise Undone
