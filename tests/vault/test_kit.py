"""The recovery kit: what its sheets open, who may make one, and that IT gains nothing."""

import itertools
import json
import os
import shutil
import sys
from base64 import b64decode
from dataclasses import replace
from pathlib import Path

import pytest

from console.errors import BadUsage, CannotUnlock, Refused, VaultDamaged
from console.vault import (
    NewKit,
    Vault,
    keyring,
    prove_kit,
    read_share,
    shares,
)
from console.vault.files import to_text
from console.vault.identity import Identity
from console.vault.kit import identity
from console.vault.notekeys import NamedKit, NoteKeys, Roster, read_roster
from tests.vault import reference
from tests.vault.checks import CANARY, DAY, change, refuses
from tests.vault.kills import Rotator, killed_at
from tests.vault.kits import make_kit, open_with, template
from tests.vaults import NOW, open_as

if sys.platform != "win32":
    import resource


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


def test_the_document_says_how_a_kit_is_read() -> None:
    page = (Path(__file__).parents[2] / "docs" / "vault-format.md").read_text("utf-8")
    vector = json.loads(page.split("```json\n")[1].split("```")[0])
    vault, secret = vector["vault"], bytes.fromhex(vector["kit_secret"])
    random_bytes = shares.combine([read_share(text) for text in vector["kit_shares"]])
    assert random_bytes.hex() == vector["kit_random"]
    assert reference.kit_secret(vector["kit_shares"], vault) == secret
    mine = identity(random_bytes, vault, vector["kit_number"]).public
    assert mine.name == "(recovery kit 2)"
    assert mine.sign.hex() == vector["kit_sign_public"]
    assert (mine.hpke, mine.sign) == reference.public_halves(secret)


def test_a_note_is_read_from_shares_and_the_document_alone(home: Path, kit: NewKit) -> None:
    from sqlcipher3 import dbapi2

    ring = reference.read_key_file((home / "keys/keyring.json").read_bytes())
    roster = reference.read_key_file((home / "keys/roster.json").read_bytes())
    vault, salt = ring["vault"], (home / "vault.db").read_bytes()[:16]
    name = f"(recovery kit {roster['kit']['number']})"
    secret = reference.kit_secret([" ".join(share.words) for share in kit.shares[1:4]], vault)
    info = reference.bound("database key", vault=vault, epoch=1, salt=salt.hex(), member=name)
    key = reference.hpke_open(secret, b64decode(ring["epochs"]["1"]["slots"][name]), info)
    connection = dbapi2.connect(str(home / "vault.db"))
    connection.execute(f"PRAGMA key = \"x'{key.hex()}{salt.hex()}'\"")
    (slot,) = connection.execute("SELECT sealed FROM kit_note_key").fetchone()
    (day_sealed,) = connection.execute("SELECT sealed FROM day_key").fetchone()
    (note,) = connection.execute("SELECT sealed FROM note").fetchone()
    connection.close()
    info = reference.bound("notes key", vault=vault, generation=1, member=name)
    notes_key = reference.hpke_open(secret, slot, info)
    bound = reference.bound("day key", vault=vault, generation=1, day=DAY)
    day_key = reference.unseal(reference.hkdf(notes_key, b"day key"), day_sealed, bound)
    bound = reference.bound("note", vault=vault, day=DAY, call=1, revision=1)
    assert reference.unseal(day_key, note, bound).decode() == CANARY


# Making one ----------------------------------------------------------------------------------


def test_every_three_sheets_open_everything(home: Path, kit: NewKit) -> None:
    for three in itertools.combinations(kit.shares, 3):
        proof = prove_kit(home, three, now=NOW)
        assert (proof.number, proof.epoch, proof.note_generation, proof.days) == (1, 1, 1, 1)


def test_fewer_or_the_same_twice_open_nothing(home: Path, kit: NewKit) -> None:
    first, second = kit.shares[:2]
    for few in ([], [first], [first, second], [first, second, first]):
        refuses(CannotUnlock, lambda few=few: prove_kit(home, few, now=NOW))


def test_sheets_of_another_vault_or_of_two_kits_are_named(home: Path, kit: NewKit) -> None:
    other = [read_share(" ".join(s.words)) for s in shares.split(bytes(32), 5, 3)]
    assert "another vault" in refuses(CannotUnlock, lambda: prove_kit(home, other[:3], now=NOW))
    mixed = [*kit.shares[:2], other[2]]
    assert "different kits" in refuses(CannotUnlock, lambda: prove_kit(home, mixed, now=NOW))


def test_a_new_kit_takes_the_place_of_the_old(
    home: Path, kit: NewKit, people: dict[str, Identity]
) -> None:
    with open_with(home, people["bea"]) as vault:
        new = make_kit(vault, people["ines"])
        assert new.number == 2
        slots = vault.keyring.epochs[1].slots
        assert [name for name in slots if "kit" in name] == ["(recovery kit 2)"]
        assert vault.conn.execute("SELECT DISTINCT kit FROM kit_note_key").fetchall() == [(2,)]
    assert "kit 2" in refuses(CannotUnlock, lambda: prove_kit(home, kit.shares, now=NOW))
    assert prove_kit(home, new.shares, now=NOW).number == 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills a fork of itself")
@pytest.mark.parametrize("first", ["amina", "ines"])
def test_the_sheets_of_a_kit_that_was_cut_short_open_nothing(
    home: Path, people: dict[str, Identity], first: str
) -> None:
    """Whoever threw them away: after one login of a note holder and one of IT, in any order."""
    cut = 0
    for point in range(40):
        again = home.with_name(f"home{point}")
        shutil.copytree(home, again)

        def work(vault: Vault, _progress: object) -> None:
            make_kit(vault, people["ines"])

        killed = killed_at(point, Rotator(again, people["amina"]), work)
        for name in (first, "ines", "amina"):
            open_as(again, name).close()
        with open_with(again, people["ines"]) as vault:
            named = read_roster(vault.keys).kit
            assert named is not None
            there = vault.conn.execute("SELECT number FROM kit").fetchall()
            sealed = vault.conn.execute("SELECT DISTINCT kit FROM kit_note_key").fetchall()
            slots = [slot for slot in vault.keyring.epochs[1].slots if "kit" in slot]
            assert there == sealed == [(named.number,)]
            assert slots == [named.public.name]
            found = vault.kit_status()
            assert found
            assert found.opens_all
        shutil.rmtree(again)
        if not killed:
            break
        cut += 1
    assert cut > 8


def test_only_a_note_holder_with_it_makes_a_kit(home: Path, people: dict[str, Identity]) -> None:
    for name in ("carla", "ines"):
        with open_as(home, name) as vault:
            refuses(Refused, lambda vault=vault: vault.draw_kit(5, 3))
    with open_with(home, people["amina"]) as vault:
        new = vault.draw_kit(5, 3)
        stranger = Identity.generate("ines", "it")
        for who in (people["bea"], people["amina"], stranger):
            refuses(Refused, lambda who=who: vault.keep_kit(new, who, now=NOW))
        assert vault.conn.execute("SELECT max(number) FROM kit").fetchone() == (1,)


def test_the_status_tells_when_a_new_kit_is_due(home: Path, people: dict[str, Identity]) -> None:
    with open_with(home, people["ines"]) as vault:
        found = vault.kit_status()
        assert found
        assert (found.shares, found.threshold, found.made_by) == (5, 3, "amina")
        assert found.opens_all
        assert found.proven_on is None
        with vault.transaction():
            vault.conn.execute("UPDATE member SET removed_on = '2026-11-22' WHERE name = 'amina'")
        due = vault.kit_status()
        assert due
        assert not due.opens_all


@pytest.mark.parametrize(("count", "threshold"), [(5, 1), (1, 1), (2, 3), (17, 3), (0, 0), (5, -1)])
def test_a_kit_that_one_sheet_opens_is_not_made(
    home: Path, people: dict[str, Identity], count: int, threshold: int
) -> None:
    with open_with(home, people["amina"]) as vault:
        refuses(BadUsage, lambda: vault.draw_kit(count, threshold))


def test_words_are_in_no_repr(kit: NewKit) -> None:
    assert not set(kit.shares[0].words) & set(repr(kit).replace("'", " ").split())
    assert kit.shares[0].words[5] not in repr(kit.shares[0])


# While keys move on --------------------------------------------------------------------------


def test_a_kit_opens_the_vault_after_rotations(
    home: Path, kit: NewKit, people: dict[str, Identity]
) -> None:
    with open_with(home, people["ines"]) as vault:
        vault.rotate(now=NOW)
        vault.rotate(now=NOW)
    assert prove_kit(home, kit.shares[2:], now=NOW).epoch == 3


def test_a_kit_follows_the_notes_key(home: Path, kit: NewKit, people: dict[str, Identity]) -> None:
    """A further generation that left the kit behind is sealed to it at the next unlock."""
    with open_with(home, people["amina"]) as vault:
        assert vault.notes
        notes = NoteKeys(vault.id, {**vault.notes._keys, 2: os.urandom(32)})
        with vault.transaction():
            for name in ("amina", "bea"):
                for generation, sealed in notes.slots_for(people[name].public):
                    row = (generation, name, sealed)
                    vault.conn.execute("INSERT OR REPLACE INTO note_key VALUES (?, ?, ?)", row)
        read_roster(vault.keys).write(vault.keys, vault.me, notes)
        behind = vault.kit_status()
        assert behind
        assert not behind.opens_all
    with open_as(home, "bea") as vault:
        status = vault.kit_status()
        assert status
        assert status.opens_all
    assert prove_kit(home, kit.shares[:3], now=NOW).note_generation == 2


def test_a_kit_outlasts_the_removal_of_an_operator_and_the_new_keys_after_it(
    home: Path, kit: NewKit
) -> None:
    with open_as(home, "ines") as vault:
        vault.remove_member("bea", now=NOW)
    assert prove_kit(home, kit.shares[:3], now=NOW).epoch == 2
    with open_as(home, "amina") as vault:
        status = vault.kit_status()
        assert status
        assert status.opens_all
        assert vault.read_note(1) == CANARY
    proof = prove_kit(home, kit.shares[1:4], now=NOW)
    assert (proof.epoch, proof.note_generation, proof.days) == (2, 2, 1)
    with open_as(home, "ines") as vault:
        assert vault.kit_status() == replace(status, proven_on=DAY)


def test_a_slot_that_it_dropped_comes_back(
    home: Path, kit: NewKit, people: dict[str, Identity]
) -> None:
    with open_with(home, people["ines"]) as vault:
        epoch = vault.keyring.epochs[1]
        kept = {name: slot for name, slot in epoch.slots.items() if "kit" not in name}
        keyring.write(vault.keys, vault.keyring.with_epoch(1, replace(epoch, slots=kept)), vault.me)
    assert "no recovery kit" in refuses(
        CannotUnlock, lambda: prove_kit(home, kit.shares[:3], now=NOW)
    )
    open_as(home, "ines").close()
    assert prove_kit(home, kit.shares[:3], now=NOW).number == 1


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
@pytest.mark.parametrize("name", ["amina", "ines"])
def test_a_disk_that_takes_no_more_of_a_kit_keeps_nobody_out(
    home: Path, people: dict[str, Identity], name: str
) -> None:
    with open_with(home, people["ines"]) as vault:
        mine = identity(os.urandom(32), vault.id, 2)
        _add_kit(vault, mine)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        with open_as(home, name) as vault:
            assert vault.setting("country") == "PK"
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert mine.public.name in keyring.read(home / "keys").keyring.epochs[1].slots
    for each in ("amina", "ines"):
        open_as(home, each).close()
    with open_with(home, people["ines"]) as vault:
        assert vault.conn.execute("SELECT number FROM kit").fetchall() == [(1,)]
        assert mine.public.name not in vault.keyring.epochs[1].slots


def _add_kit(vault: Vault, mine: Identity) -> None:
    """Put a kit that is on no roster into all that IT can write."""
    row = (2, 5, 3, mine.public.hpke, mine.public.sign, DAY, "amina")
    with vault.transaction():
        vault.conn.execute(
            "INSERT INTO kit (number, shares, threshold, hpke_public, sign_public, made_on, "
            "made_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
            row,
        )
    keyring.write(vault.keys, vault.keyring.with_member(1, vault.raw, mine.public), vault.me)


# IT as an attacker ---------------------------------------------------------------------------


def test_it_reads_no_note_through_a_kit_of_its_own(home: Path, people: dict[str, Identity]) -> None:
    """IT has the database key and every file, and puts its own kit into all it can write."""
    secret = os.urandom(32)
    with open_with(home, people["ines"]) as vault:
        mine = identity(secret, vault.id, 2)
        _add_kit(vault, mine)
    for name in ("amina", "bea", "ines", "amina"):
        open_as(home, name).close()
    with open_with(home, people["ines"]) as vault:
        slots = vault.conn.execute("SELECT kit, generation, sealed FROM kit_note_key").fetchall()
        roster = read_roster(vault.keys)
        assert {number for number, _, _ in slots} == {1}
        for who in (mine, people["ines"]):
            for _, generation, sealed in slots:
                with pytest.raises(VaultDamaged):
                    NoteKeys.unseal(vault.id, [(generation, sealed)], who, roster)
    split = shares.split(secret, 5, 3)
    refuses(CannotUnlock, lambda: prove_kit(home, split[:3], now=NOW))


def test_a_kit_that_no_note_holder_signed_is_damage(
    home: Path, people: dict[str, Identity]
) -> None:
    roster = read_roster(home / "keys")
    mine = identity(os.urandom(32), roster.vault, 1)
    change(
        home / "keys/roster.json",
        kit={
            "number": 1,
            "hpke_public": to_text(mine.public.hpke),
            "sign_public": to_text(mine.public.sign),
            "approved_by": "amina",
        },
    )
    assert "roster" in refuses(VaultDamaged, lambda: open_with(home, people["amina"]))


def test_a_roster_signed_by_a_forged_kit_is_damage(home: Path, people: dict[str, Identity]) -> None:
    """IT makes a kit, a notes' key and a roster of its own, all of which fit each other."""
    roster = read_roster(home / "keys")
    mine = identity(os.urandom(32), roster.vault, 1)
    notes = NoteKeys(roster.vault, {1: os.urandom(32)})
    forged = Roster(roster.vault, roster.holders, notes.commitments())
    forged = replace(forged, kit=NamedKit(1, mine.public, "amina"))
    with open_with(home, people["ines"]) as vault, vault.transaction():
        for name in ("amina", "bea"):
            for generation, sealed in notes.slots_for(people[name].public):
                row = (generation, name, sealed)
                vault.conn.execute("INSERT OR REPLACE INTO note_key VALUES (?, ?, ?)", row)
    forged.write(home / "keys", mine, notes)
    refuses(VaultDamaged, lambda: open_with(home, people["amina"]))


def test_another_kits_keys_in_the_database_get_no_notes_key(
    home: Path, people: dict[str, Identity]
) -> None:
    with open_with(home, people["ines"]) as vault:
        mine = identity(os.urandom(32), vault.id, 1)
        with vault.transaction():
            keys = (mine.public.hpke, mine.public.sign)
            vault.conn.execute("UPDATE kit SET hpke_public = ?, sign_public = ?", keys)
            vault.conn.execute("DELETE FROM kit_note_key")
    with open_as(home, "amina") as vault:
        assert vault.conn.execute("SELECT count(*) FROM kit_note_key").fetchone() == (0,)
        assert vault.kit_status() is None
