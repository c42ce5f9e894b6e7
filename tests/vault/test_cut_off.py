"""A trail that was cut off is found by what the vault holds; an honest one never lacks anything."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from console import calls
from console.demo import build
from console.errors import ConsoleError
from console.vault import (
    Cost,
    Vault,
    back_up,
    check_vault,
    lacking_in_trail,
    purge,
    recover,
    restore_backup,
    store,
)
from console.vault.audit import lacks
from console.vault.migrations import STEPS
from tests.vault.filled import remove_bea
from tests.vault.kits import make_kit, open_with, template
from tests.vaults import NOW, open_as, passphrase

SECRET = "nine green kettles hum softly"
FACTS = (
    ("vault.created", "", "how this vault was made", "how ines became a member"),
    ("member.added", "bea", "how bea became a member"),
    ("member.recovered", "noor", "how noor became a member"),
    ("member.approved", "bea", "who let bea to the notes"),
    ("kit.made", "kit 1, 3 of 5", "the recovery kit number 1"),
    ("member.removed", "carla", "the removal of carla"),
    ("key.rotated", "epoch 2", "the vault's key number 2"),
    ("notes.rekeyed", "generation 2", "the notes' key of generation 2"),
)
"""Lines of the trail, and what it lacks without one of them."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A vault with a kit, whose operators are amina and bea."""
    shutil.copytree(template().home, tmp_path / "home")
    return tmp_path / "home"


def full(home: Path) -> Vault:
    """Open a vault in which every kind of fact has happened; amina holds the notes."""
    recover(home, template().kit.shares[:3], "noor", "operator", SECRET, now=NOW, cost=Cost.FLOOR)
    with open_as(home, "ines") as vault:
        vault.remove_member("carla", now=NOW)
    with open_as(home, "amina") as vault:
        purge.destroy_everything_sealed(vault, passphrase("amina"), now=NOW)
    return open_as(home, "amina")


# What was cut off ------------------------------------------------------------------------------


def test_wherever_a_trail_is_cut_what_is_missing_is_named_and_no_more(home: Path) -> None:
    with full(home) as vault:
        lines, last = vault.audit_lines(), 0
        assert lacking_in_trail(vault) == []
        for action, subject, *missing in FACTS:
            at = next(x.seq for x in lines if (x.action, x.subject) == (action, subject))
            assert lacks(vault.conn, [*lines[: at - 1], *lines[at:]], vault.epoch) == missing
            last = max(last, at)
        for end in range(len(lines) + 1):
            assert bool(lacks(vault.conn, lines[:end], vault.epoch)) == (end < last)


def test_a_cut_is_named_although_the_trail_goes_on_after_it(home: Path) -> None:
    """The chain holds again from the next login on, with whatever was written then."""
    with full(home) as vault:
        vault.conn.execute("DELETE FROM audit WHERE seq > 3")
    with open_as(home, "ines") as vault:
        vault.rotate(now=NOW)
        assert vault.audit_broken_at() is None
        assert "the notes' key of generation 2" in lacking_in_trail(vault)
    for name in ("ines", "amina"):
        report = check_vault(home, name, passphrase(name), now=NOW)
        assert {each.part for each in report.findings} == {"trail"}
        found = [each.problem for each in report.findings]
        assert "The trail says nothing of the removal of carla" not in found
        assert "The trail says nothing of how carla became a member" in found
        assert "The trail says nothing of the recovery kit number 1" in found
        assert all("helpline audit --head" in each.remedy for each in report.findings)


def test_a_trail_that_was_emptied_is_named(home: Path) -> None:
    with open_as(home, "ines") as vault:
        vault.conn.execute("DELETE FROM audit")
    with open_as(home, "ines") as vault:
        assert vault.audit_broken_at() is None
        assert "how this vault was made" in lacking_in_trail(vault)


# What honest vaults go through -----------------------------------------------------------------


def _nothing(home: Path) -> None:
    pass


def _rotated(home: Path) -> None:
    for _ in range(2):
        with open_as(home, "ines") as vault:
            vault.rotate(now=NOW)


def _rotated_after_a_failure(home: Path) -> None:
    """The number of the key that failed is used up in the same session."""

    def full_disk(step: str, _share: float) -> None:
        if step == "proof":
            raise ConsoleError("The disk is full.")

    with open_as(home, "ines") as vault:
        with pytest.raises(ConsoleError):
            vault.rotate(now=NOW, progress=full_disk)
        vault.rotate(now=NOW)
        assert vault.epoch == 3


def _removed(home: Path) -> None:
    remove_bea(home)
    open_as(home, "amina").close()


def _first_operator_removed(home: Path) -> None:
    with open_as(home, "ines") as vault:
        vault.remove_member("amina", now=NOW)
        vault.add_member("zoe", "operator", passphrase("zoe"), now=NOW, cost=Cost.FLOOR)
    with open_as(home, "bea") as vault:
        vault.approve("zoe", vault.fingerprint("zoe"), now=NOW)


def _waiting(home: Path) -> None:
    with open_as(home, "ines") as vault:
        vault.add_member("zoe", "operator", passphrase("zoe"), now=NOW, cost=Cost.FLOOR)


def _recovered(home: Path) -> None:
    for name, role in (("amina", None), ("zoe", "it"), ("noor", "operator")):
        recover(home, template().kit.shares[:3], name, role, SECRET, now=NOW, cost=Cost.FLOOR)


def _another_kit(home: Path) -> None:
    with open_with(home, template().people["amina"]) as vault:
        make_kit(vault, template().people["ines"])


def _emergency(home: Path) -> None:
    with open_as(home, "amina") as vault:
        purge.destroy_everything_sealed(vault, passphrase("amina"), now=NOW)
    open_as(home, "bea").close()


def _restored(home: Path) -> None:
    """An older state in the place of a newer one, who was removed since removed once more."""
    file = home.parent / "stick.backup"
    back_up(home, "ines", passphrase("ines"), file, now=NOW)
    _removed(home)
    report = restore_backup(home, "ines", passphrase("ines"), file, replace=True, now=NOW)
    assert report.removed == ("bea",)
    open_as(home, "amina").close()


def _migrated(home: Path) -> None:
    with open_as(home, "ines") as vault:
        for (view,) in vault.conn.execute(store.VIEWS).fetchall():
            vault.conn.execute(store.drop_view(view))
        for table in re.findall(r"CREATE TABLE (\w+)", " ".join(reversed(STEPS[3]))):
            vault.conn.execute(f"DROP TABLE {table}")
        vault.conn.execute("PRAGMA user_version = 2")
    open_as(home, "amina").close()


def _imported(home: Path) -> None:
    file, mapping = home.parent / "calls.csv", home.parent / "map.toml"
    file.write_text("day,code\n2026-11-20,x\n")
    mapping.write_text(
        '[file]\nencoding = "utf-8"\ndelimiter = ","\n[day]\ncolumn = "day"\nformat = "%Y-%m-%d"\n'
    )
    with open_as(home, "amina") as vault:
        calls.import_calls(vault, file, mapping, now=NOW)


@pytest.mark.parametrize(
    "way",
    [
        _nothing,
        _rotated,
        _rotated_after_a_failure,
        _removed,
        _first_operator_removed,
        _waiting,
        _recovered,
        _another_kit,
        _emergency,
        _restored,
        _migrated,
        _imported,
    ],
)
def test_nothing_is_missing_in_a_vault_that_nobody_tampered_with(
    home: Path, way: Callable[[Path], None]
) -> None:
    way(home)
    with open_as(home, "ines") as vault:
        assert lacking_in_trail(vault) == []
    report = check_vault(home, "ines", passphrase("ines"), now=NOW)
    assert report.good, report.findings


def test_nothing_is_missing_in_a_demonstration(tmp_path: Path) -> None:
    home = tmp_path / "demonstration"
    made = build(home, now=NOW)
    report = check_vault(home, "ines", made.passphrase, now=NOW)
    assert report.good, report.findings
