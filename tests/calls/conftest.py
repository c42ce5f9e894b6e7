from collections.abc import Iterator
from pathlib import Path

import pytest

from console.vault import Vault
from tests.vaults import make_vault, open_as


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    make_vault(folder, operators=("amina", "noor"))
    return folder


@pytest.fixture
def vault(home: Path) -> Iterator[Vault]:
    with open_as(home, "amina") as opened:
        yield opened
