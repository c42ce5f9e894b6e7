"""A fresh vault for every test: amina and bea take calls, carla coordinates, ines is IT."""

from pathlib import Path

import pytest

from console.vault.attempts import Attempts
from tests.vaults import make_vault


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    make_vault(folder, operators=("amina", "bea"))
    return folder


@pytest.fixture
def no_second_goes_by(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let wrong passphrases wait: deriving one may take longer than the wait is."""
    monkeypatch.setitem(Attempts.__init__.__kwdefaults__ or {}, "clock", lambda: 1000.0)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a backup may be written."""
    return tmp_path / "stick.backup"
