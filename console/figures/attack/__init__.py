"""The attack: what an outsider can prove of true counts, from the files of releases alone."""

from pathlib import Path

from console.figures.attack.judge import (
    SCENARIOS,
    STRONGEST,
    Finding,
    Findings,
    Flaw,
    Known,
    Tally,
    attack,
)
from console.figures.attack.read import Release, Table, read_files, read_folder, read_folders

__all__ = [
    "SCENARIOS",
    "STRONGEST",
    "Finding",
    "Findings",
    "Flaw",
    "Known",
    "Release",
    "Table",
    "Tally",
    "attack",
    "read_files",
    "read_folder",
    "read_folders",
    "read_known",
]


def read_known(path: Path) -> list[Known]:
    """Return what an insider knows, from a TOML or JSON file.

    Raises ``BadUsage`` for any other file.
    """
    from console.figures.attack.insider import read_known

    return read_known(path)
