"""Drills and recoveries: nothing lost, nobody shut out, at whatever instant they end."""

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from console.errors import BadUsage, CannotUnlock, ConsoleError, Refused, VaultDamaged
from console.vault import (
    Cost,
    NewKit,
    prove_kit,
    recover,
    unlock,
)
from console.vault import kit as kit_room
from console.vault.identity import Identity
from console.vault.notekeys import read_roster
from tests.vault.checks import CANARY, DAY, refuses
from tests.vault.kits import open_with, template
from tests.vaults import NOW, open_as

NEW = "nine green kettles hum softly"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    shutil.copytree(template().home, tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def kit() -> NewKit:
    return template().kit


@pytest.fixture
def people() -> dict[str, Identity]:
    return template().people


def _recover(home: Path, kit: NewKit, name: str, role: str | None = None) -> str:
    return recover(home, kit.shares[:3], name, role, NEW, now=NOW, cost=Cost.FLOOR)


# Drill and recovery --------------------------------------------------------------------------


def test_a_drill_changes_no_key_and_is_written_down(home: Path, kit: NewKit) -> None:
    before = {path: path.read_bytes() for path in (home / "keys").rglob("*.json")}
    for _ in range(2):
        prove_kit(home, kit.shares[:3], now=NOW)
    assert {path: path.read_bytes() for path in (home / "keys").rglob("*.json")} == before
    with open_as(home, "amina") as vault:
        status = vault.kit_status()
        assert status
        assert status.proven_on == DAY
        line = vault.audit_lines()[-1]
        assert (line.actor, line.action, line.subject) == (
            "(recovery kit 1)",
            "kit.proven",
            "kit 1",
        )
        assert vault.audit_broken_at() is None


def test_a_drill_finds_a_day_that_the_kit_does_not_open(
    home: Path, kit: NewKit, people: dict[str, Identity]
) -> None:
    with open_with(home, people["amina"]) as vault, vault.transaction():
        vault.conn.execute("UPDATE day_key SET sealed = zeroblob(60)")
    assert DAY in refuses(VaultDamaged, lambda: prove_kit(home, kit.shares[:3], now=NOW))
    with open_with(home, people["amina"]) as vault:
        assert vault.audited("kit.proven", "kit 1") == 0


def test_when_all_passphrases_are_lost_the_vault_opens_again_notes_too(
    home: Path, kit: NewKit
) -> None:
    for name in ("ines", "amina", "bea", "carla"):
        refuses(CannotUnlock, lambda name=name: unlock(home, name, "forgotten words", now=NOW))
    assert _recover(home, kit, "amina") == "operator"
    assert _recover(home, kit, "ines") == "it"
    assert _recover(home, kit, "zoe", "it") == "it"
    refuses(CannotUnlock, lambda: open_as(home, "amina"))
    with unlock(home, "amina", NEW, now=NOW) as vault:
        assert vault.read_note(1) == CANARY
        assert vault.read_drafts()[0][1] == CANARY.encode()
        recovered = [(x.actor, x.subject) for x in vault.audit_lines() if "recovered" in x.action]
        assert recovered == [("(recovery kit 1)", name) for name in ("amina", "ines", "zoe")]
        assert vault.audit_broken_at() is None
    for name in ("ines", "zoe"):
        with unlock(home, name, NEW, now=NOW) as vault:
            assert vault.notes is None
            vault.rotate(now=NOW)
    with open_as(home, "bea") as vault:
        assert vault.read_note(1) == CANARY
    assert prove_kit(home, kit.shares[:3], now=NOW).epoch == 3


def test_a_new_operator_gets_the_notes_by_the_kit(home: Path, kit: NewKit) -> None:
    assert _recover(home, kit, "noor", "operator") == "operator"
    with unlock(home, "noor", NEW, now=NOW) as vault:
        assert vault.read_note(1) == CANARY
        assert vault.waiting() == []
        assert read_roster(vault.keys).holders["noor"][1] == "(recovery kit 1)"
    open_as(home, "amina").close()


def test_a_recovery_that_makes_no_sense_changes_nothing(
    home: Path, kit: NewKit, people: dict[str, Identity]
) -> None:
    with open_with(home, people["ines"]) as vault, vault.transaction():
        vault.conn.execute("UPDATE member SET removed_on = '2026-11-22' WHERE name = 'carla'")
    before = {path: path.read_bytes() for path in (home / "keys").rglob("*.json")}
    three = kit.shares[:3]
    wrong: list[tuple[type[ConsoleError], Callable[[], object]]] = [
        (BadUsage, lambda: _recover(home, kit, "amina", "it")),
        (BadUsage, lambda: _recover(home, kit, "noor")),
        (BadUsage, lambda: _recover(home, kit, "noor", "queen")),
        (BadUsage, lambda: _recover(home, kit, "carla")),
        (BadUsage, lambda: _recover(home, kit, "Amina", "it")),
        (BadUsage, lambda: _recover(home, kit, "../x", "it")),
        (Refused, lambda: recover(home, three, "amina", None, "weak", now=NOW)),
        (CannotUnlock, lambda: recover(home, three[:2], "amina", None, NEW, now=NOW)),
        (CannotUnlock, lambda: recover(home / "x", three, "amina", None, NEW, now=NOW)),
    ]
    for kind, attempt in wrong:
        refuses(kind, attempt)
    assert {path: path.read_bytes() for path in (home / "keys").rglob("*.json")} == before
    with open_as(home, "amina") as vault:
        assert not [line for line in vault.audit_lines() if line.action == "member.recovered"]


def test_a_recovery_waits_while_somebody_has_the_vault_open(
    home: Path, kit: NewKit, people: dict[str, Identity]
) -> None:
    with open_with(home, people["bea"]), pytest.raises(CannotUnlock, match="bea"):
        _recover(home, kit, "amina")


# Kills ---------------------------------------------------------------------------------------

_forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a process that can be forked")


@_forks
def test_a_recovery_killed_at_any_touch_of_the_file_system_shuts_nobody_out(
    home: Path, kit: NewKit, people: dict[str, Identity]
) -> None:
    points = 0
    while _killed_at(points, home, lambda: _recover(home, kit, "amina")):
        prove_kit(home, kit.shares[:3], now=NOW)
        for name in ("bea", "ines"):
            with open_with(home, people[name]) as vault:
                assert vault.audit_broken_at() is None
                if name == "bea":
                    assert vault.read_note(1) == CANARY
        points += 1
    print(f"recovery: killed at {points} touches of the file system, opened each time")
    assert points > 15
    with unlock(home, "amina", NEW, now=NOW) as vault:
        assert vault.read_note(1) == CANARY


@_forks
def test_at_every_instant_the_old_kit_or_the_new_one_opens_all(
    home: Path, kit: NewKit, people: dict[str, Identity]
) -> None:
    with open_with(home, people["amina"]) as vault:
        new = vault.draw_kit(3, 2)

    def keep() -> None:
        with open_with(home, people["amina"]) as vault:
            vault.keep_kit(new, people["ines"], now=NOW)

    before, points, numbers = home.with_name("before"), 0, []
    shutil.copytree(home, before)
    while _killed_at(points, home, keep):
        current = read_roster(home / "keys").kit
        assert current
        numbers.append(current.number)
        for tidied_by in (None, "bea", "ines"):
            if tidied_by is not None:
                with open_with(home, people[tidied_by]) as vault:
                    kit_room.tidy(vault)
            prove_kit(home, {1: kit, 2: new}[current.number].shares[:3], now=NOW)
        shutil.rmtree(home)
        shutil.copytree(before, home)
        points += 1
    print(f"new kit: killed at {points} touches, {numbers.count(1)} old and {numbers.count(2)} new")
    assert numbers == sorted(numbers)
    assert set(numbers) == {1, 2}
    assert prove_kit(home, new.shares[:2], now=NOW).number == 2


def _killed_at(point: int, home: Path, work: Callable[[], object]) -> bool:
    """Work in a child that kills itself at its nth touch of the home; False if it got through."""
    child = os.fork()
    if child == 0:
        left = point

        def touched(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal left
            if event in {"open", "os.rename", "os.remove", "os.mkdir"} and str(
                arguments[0]
            ).startswith(str(home)):
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                left -= 1

        code = 1
        try:
            sys.addaudithook(touched)
            work()
            code = 0
        finally:
            # Never back into the test run that this process is a copy of.
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)
