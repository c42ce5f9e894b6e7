"""A fresh vault for every test: amina and bea take calls, carla coordinates, ines is IT."""

from pathlib import Path

import pytest

from tests.vaults import make_vault


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    make_vault(folder, operators=("amina", "bea"))
    return folder


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a backup may be written."""
    return tmp_path / "stick.backup"
