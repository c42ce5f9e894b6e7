"""A line of several vaults for tests: headquarters and workstations."""

from datetime import datetime
from pathlib import Path

from console import figures
from console.vault import Vault
from console.vault.bundles import Signer
from tests.figures.few import few_tables
from tests.figures.rows import Call
from tests.figures.test_export import insert
from tests.vaults import make_vault, open_as


def anybody(_signer: Signer, _what: str) -> bool:
    """Trust whoever signed, as if the words had been compared."""
    return True


def nobody(_signer: Signer, _what: str) -> bool:
    """Trust none who was not met before."""
    return False


class Line:
    """Headquarters and its workstations, each in a home of its own below ``folder``."""

    def __init__(self, folder: Path, now: datetime) -> None:
        self.folder, self.now = folder, now
        self.sticks = 0
        self.hq = self.open("hq")
        few_tables(self.hq)
        self.settings = self.stick()
        figures.make_settings(self.hq, self.settings, now=now)

    def open(self, name: str) -> Vault:
        """Return a vault's coordinator session; the vault is made if need be."""
        if not (self.folder / name).exists():
            make_vault(self.folder / name, it=f"ines of {name}")
        return open_as(self.folder / name, "carla")

    def stick(self) -> Path:
        """Return a path that nothing is at yet."""
        self.sticks += 1
        return self.folder / f"{self.sticks}.bundle"

    def workstation(self, name: str) -> Vault:
        """Return the vault of a workstation that has the settings."""
        vault = self.open(name)
        [taken] = figures.merge(vault, [self.settings], anybody, now=self.now)
        assert taken.outcome == "merged", taken
        return vault

    def counts(self, vault: Vault, month: str, name: str | None = None) -> Path:
        """Return a bundle of a workstation's counts."""
        path = self.stick()
        figures.make_counts(vault, path, month, now=self.now, name=name)
        return path

    def report(self, name: str, month: str, calls: list[Call]) -> Path:
        """Return the bundle of a new workstation with these calls."""
        with self.workstation(name) as vault:
            insert(vault, month, calls)
            return self.counts(vault, month, name)
