"""A member leaves: what they kept opens nothing from then on, and no kill leaves it half done."""

import json
import os
import shutil
from pathlib import Path

import pytest

from console.errors import BadUsage, CannotUnlock, ConsoleError, Refused, VaultDamaged
from console.vault import Cost, keyring, removal, roster, rotation
from console.vault.database import connect
from console.vault.identity import MemberFile
from tests.vault.checks import CANARY, add_note, refuses
from tests.vault.kills import Rotator, killed_at
from tests.vaults import NOW, make_vault, open_as, passphrase


def _remove(home: Path, name: str) -> None:
    with open_as(home, "ines") as vault:
        vault.remove_member(name, now=NOW)


def test_a_removed_member_is_gone_from_everywhere(home: Path) -> None:
    with open_as(home, "bea") as vault:
        call = add_note(vault)
    _remove(home, "bea")
    assert "bea" not in dict(roster(home))
    assert "bea" in refuses(CannotUnlock, lambda: open_as(home, "bea"))
    assert not list((home / "keys").rglob("bea*"))
    with open_as(home, "ines") as vault:
        assert [member.name for member in vault.members()] == ["amina", "carla", "ines"]
        assert vault.epoch == 2
        assert set(vault.keyring.epochs[2].slots) == {"amina", "carla", "ines"}
        assert not vault.conn.execute("SELECT 1 FROM note_key WHERE member = 'bea'").fetchall()
        lines = [(line.actor, line.action, line.subject) for line in vault.audit_lines()]
        assert ("ines", "member.removed", "bea") in lines
        assert vault.audit_broken_at() is None
    with open_as(home, "amina") as vault:
        assert vault.read_note(call) == CANARY


@pytest.mark.parametrize("name", ["bea", "carla"])
def test_all_that_a_removed_member_kept_opens_nothing_new(home: Path, name: str) -> None:
    kept = home.parent / "kept"
    with open_as(home, name) as vault:
        key = vault.raw
    shutil.copytree(home / "keys", kept)
    _remove(home, name)
    refuses(VaultDamaged, lambda: connect(home / "vault.db", key))
    shutil.copy(kept / f"members/{name}.json", home / "keys/members")
    assert name in refuses(CannotUnlock, lambda: open_as(home, name))
    shutil.rmtree(home / "keys")
    shutil.copytree(kept, home / "keys")
    refuses(VaultDamaged, lambda: open_as(home, name))


def test_the_key_file_of_a_removed_member_is_swept_away_when_it_comes_back(home: Path) -> None:
    path = home / "keys/members/carla.json"
    kept = path.read_bytes()
    _remove(home, "carla")
    path.write_bytes(kept)
    open_as(home, "amina").close()
    assert not path.exists()


def test_what_cannot_be_deleted_of_a_removed_member_keeps_nobody_out(home: Path) -> None:
    with open_as(home, "ines") as vault:
        for path in ("members/bea.json", "pins/bea.json"):
            (home / "keys" / path).unlink(missing_ok=True)
            (home / "keys" / path).mkdir(parents=True)
        vault.remove_member("bea", now=NOW)
        kept = (home / "keys/members/carla.json").read_bytes()
        vault.remove_member("carla", now=NOW)
    (home / "keys/members/carla.json").write_bytes(kept)
    for name in ("amina", "ines"):
        open_as(home, name).close()
    # Nor does it keep anybody else's from going.
    assert not (home / "keys/members/carla.json").exists()


@pytest.mark.parametrize("file", ["keyring.prev.json", "keyring.json"])
def test_a_disk_that_fills_up_after_the_swap_makes_no_failure_of_it(home: Path, file: str) -> None:
    """She is removed by then; the key of before is forgotten at the next unlock of IT."""
    taken = home / f"keys/{file}.new"

    def fill_up(step: str, _share: float) -> None:
        if step == "swap":
            taken.mkdir()

    with open_as(home, "ines") as vault:
        assert vault.remove_member("bea", now=NOW, progress=fill_up).epoch == 2
        assert [member.name for member in vault.members()] == ["amina", "carla", "ines"]
    for name in ("amina", "ines"):
        open_as(home, name).close()
    assert sorted(keyring.read(home / "keys").keyring.epochs) == [1, 2]
    taken.rmdir()
    open_as(home, "ines").close()
    for each in ("keyring.json", "keyring.prev.json"):
        assert list(json.loads((home / "keys" / each).read_bytes())["epochs"]) == ["2"]


def test_a_name_from_the_database_deletes_no_file_elsewhere(home: Path) -> None:
    outside = home / "keys/keyring.json"
    with open_as(home, "ines") as vault, vault.transaction():
        vault.conn.execute(
            "INSERT INTO member SELECT '../keyring', role, hpke_public, sign_public, added_on, "
            "'2026-11-21' FROM member WHERE name = 'carla'"
        )
    open_as(home, "amina").close()
    assert outside.exists()


def test_who_cannot_be_removed_is_refused_in_words(home: Path) -> None:
    for name in ("amina", "carla"):
        with open_as(home, name) as vault:
            refuses(Refused, lambda vault=vault: vault.remove_member("bea", now=NOW))
    with open_as(home, "ines") as vault:
        assert "themselves" in refuses(Refused, lambda: vault.remove_member("ines", now=NOW))
        assert "nobody" in refuses(BadUsage, lambda: vault.remove_member("nobody", now=NOW))
        refuses(BadUsage, lambda: vault.remove_member("../keyring", now=NOW))
        with vault.transaction():
            refuses(ConsoleError, lambda: vault.remove_member("bea", now=NOW))
        vault.remove_member("bea", now=NOW)
        refuses(BadUsage, lambda: vault.remove_member("bea", now=NOW))
        assert "amina" in refuses(Refused, lambda: vault.remove_member("amina", now=NOW))
        assert vault.epoch == 2


def test_one_of_it_is_removed_by_another_and_the_last_stays(home: Path) -> None:
    with open_as(home, "ines") as vault:
        vault.add_member("ivan", "it", passphrase("ivan"), now=NOW, cost=Cost.FLOOR)
    with open_as(home, "ivan") as vault:
        vault.remove_member("ines", now=NOW)
        refuses(Refused, lambda: vault.remove_member("ivan", now=NOW))
    refuses(CannotUnlock, lambda: open_as(home, "ines"))
    open_as(home, "amina").close()


def test_an_operator_who_awaits_approval_does_not_count_as_a_holder(tmp_path: Path) -> None:
    home = tmp_path / "one"
    make_vault(home)
    with open_as(home, "ines") as vault:
        vault.add_member("dora", "operator", passphrase("dora"), now=NOW, cost=Cost.FLOOR)
        assert "approve" in refuses(Refused, lambda: vault.remove_member("amina", now=NOW))
        vault.remove_member("dora", now=NOW)
    with open_as(home, "amina") as vault:
        assert vault.notes is not None
        assert vault.notes.generation == 1


@pytest.mark.parametrize("name", ["bea", "BEA"])
def test_a_removed_name_is_never_given_again(home: Path, name: str) -> None:
    _remove(home, "bea")
    with open_as(home, "ines") as vault:
        assert "was a member" in refuses(
            BadUsage,
            lambda: vault.add_member(name, "operator", passphrase(name), now=NOW, cost=Cost.FLOOR),
        )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a process that can be forked")
def test_a_kill_at_every_touch_of_a_removal_leaves_all_of_it_or_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    make_vault(home, operators=("amina", "bea"))
    with open_as(home, "amina") as vault:
        call = add_note(vault)
    people = {
        name: MemberFile.read(home / f"keys/members/{name}.json").open(passphrase(name))
        for name in ("amina", "bea", "ines")
    }
    assert all(people.values())
    fresh = tmp_path / "fresh"
    shutil.copytree(home, fresh)
    point = removed = stayed = 0
    got_through = False
    while not got_through:
        shutil.rmtree(home)
        shutil.copytree(fresh, home)
        it = Rotator(home, people["ines"])
        got_through = not killed_at(
            point,
            it,
            lambda vault, progress: vault.remove_member("bea", now=NOW, progress=progress),
        )
        with Rotator(home, people["amina"]).open() as vault:
            assert vault.read_note(call) == CANARY
            assert vault.audit_broken_at() is None
            names = {member.name for member in vault.members()}
            new = vault.epoch == 2
        assert new == ("bea" not in names)
        if new:
            removed += 1
            # Whatever is left of her files and of the old epoch opens nothing.
            kept = keyring.read(home / "keys").keyring
            assert "bea" not in kept.epochs[2].slots
            refuses(CannotUnlock, lambda: Rotator(home, people["bea"]).open())
            with it.open() as vault:
                rotation.tidy(vault)
                removal.tidy(vault)
            assert not (home / "keys/members/bea.json").exists()
            assert list(json.loads((home / "keys/keyring.json").read_bytes())["epochs"]) == ["2"]
        else:
            stayed += 1
            with Rotator(home, people["bea"]).open() as vault:
                assert vault.read_note(call) == CANARY
        point += 1
    print(f"\nremoval: {point} kills, {stayed} left the member, {removed} removed them, 0 lost")
    assert removed > 3
    assert stayed > 10
