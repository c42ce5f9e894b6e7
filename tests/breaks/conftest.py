"""A small vault for each test."""

from pathlib import Path

import pytest

from tests.vaults import make_vault


@pytest.fixture
def home(tmp_path: Path) -> Path:
    make_vault(tmp_path / "home")
    return tmp_path / "home"
