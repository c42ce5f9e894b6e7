"""IT with the database key and the right to write every file: it makes no notes' key it knows."""

import base64
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from console.errors import CannotUnlock, VaultDamaged
from console.vault import Cost, Vault, kit, members, opening, store
from console.vault.files import canonical, context, write_document
from console.vault.identity import Identity, MemberFile, Public
from console.vault.notekeys import NoteKeys, Roster, read_roster
from tests.vault.checks import DAY, add_note, change, refuses
from tests.vault.filled import fill, remove_bea
from tests.vault.kits import make_kit
from tests.vaults import NOW, open_as, passphrase

# The attacker: IT, with the database key, every file, and the right to write all of it -----------


def _forge(home: Path, attack: Callable[[Vault], None]) -> None:
    with open_as(home, "ines") as vault:
        attack(vault)


def _new_operator(vault: Vault) -> Identity:
    """Slip a member of IT's own making into the database, as an operator."""
    evil = Identity.generate("evil", "operator")
    with vault.transaction():
        vault.conn.execute(
            "INSERT INTO member VALUES (?, 'operator', ?, ?, ?, NULL)",
            ("evil", evil.public.hpke, evil.public.sign, DAY),
        )
    return evil


def _sign(home: Path, evil: Identity, roster: Roster, proven_by: NoteKeys) -> None:
    """Write a roster that is spelled, digested and signed as it should be, by an attacker."""
    fields = roster._fields(evil.public.name)
    fields["proof"] = _text(proven_by.sign(context("roster proof") + canonical(fields)))
    fields["signature"] = _text(evil.sign(context("roster") + canonical(fields)))
    write_document(home / "keys/roster.json", fields)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize("checks", ["real", "own"])
def test_it_cannot_add_a_holder_to_the_roster(home: Path, checks: str) -> None:
    """With a removal it would get the next notes' key, sealed to it by an honest holder."""
    with open_as(home, "ines") as vault:
        evil = _new_operator(vault)
        if checks == "real":
            vault.remove_member("bea", now=NOW)
        forged = read_roster(vault.keys).approve(evil.public, "amina")
        # Every notes' key that IT can know is one of its own making.
        own = NoteKeys(vault.id, {1: os.urandom(32)})
        if checks == "own":
            forged = replace(forged, checks=own.checks())
        _sign(home, evil, forged, own)
    shutil.rmtree(home / "keys/pins")
    line = refuses(VaultDamaged, lambda: open_as(home, "amina"))
    assert ("has no notes' key" if checks == "real" else "no note holder made") in line


def test_it_cannot_append_a_generation_to_the_roster(home: Path) -> None:
    """Without a signature by the generation before, whatever else fits."""
    with open_as(home, "ines") as vault:
        evil = _new_operator(vault)
        own = NoteKeys(vault.id, {1: os.urandom(32), 2: os.urandom(32)})
        honest = read_roster(vault.keys)
        forged = replace(
            honest.approve(evil.public, "amina"),
            commitments={**own.commitments(), **honest.commitments},
            checks={**own.checks(), **honest.checks},
        )
        forged = replace(forged, links={2: own.sign(forged._link(2), 1)})
        _sign(home, evil, forged, own)
        with vault.transaction():
            slot = own.slot_for(members.find(vault.conn, "amina"), 2)
            vault.conn.execute("INSERT INTO note_key VALUES (2, 'amina', ?)", (slot,))
    shutil.rmtree(home / "keys/pins")
    line = refuses(VaultDamaged, lambda: open_as(home, "amina"))
    assert "names a notes' key that no note holder made" in line


def _without_proof(home: Path, signer: Identity, **changes: Any) -> None:
    """Write a roster that no notes' key signed."""
    path = home / "keys/roster.json"
    fields = json.loads(path.read_bytes())
    for name in ("version", "checks", "links", "proof", "digest", "signature"):
        del fields[name]
    fields |= {**changes, "signed_by": signer.public.name}
    fields["signature"] = _text(signer.sign(context("roster") + canonical(fields)))
    write_document(path, fields)


def _entry(public: Public, **fields: Any) -> dict[str, Any]:
    halves = {"hpke_public": _text(public.hpke), "sign_public": _text(public.sign)}
    return {**halves, "approved_by": "amina", **fields}


def test_it_cannot_go_back_to_a_roster_without_proof(home: Path) -> None:
    """Which anybody on it could have signed, somebody without a name too."""

    def attack(vault: Vault) -> None:
        evil = _new_operator(vault)
        nameless = Identity.generate("", "operator")
        vault.remove_member("bea", now=NOW)
        listed = json.loads((home / "keys/roster.json").read_bytes())["holders"]
        both = {who.public.name: _entry(who.public) for who in (evil, nameless)}
        _without_proof(home, nameless, holders={**listed, **both})

    _forge(home, attack)
    for _with_and_without_a_pin in range(2):
        assert "roster" in refuses(VaultDamaged, lambda: open_as(home, "amina"))
        shutil.rmtree(home / "keys/pins", ignore_errors=True)


@pytest.mark.parametrize("proof", ["none", "own"])
@pytest.mark.parametrize("victim", ["amina", "bea"])
def test_it_cannot_have_the_notes_key_sealed_to_a_kit_of_its_own(
    home: Path, victim: str, proof: str
) -> None:
    """By a holder without a pin: whose was deleted, or who was approved and never logged in."""
    own = NoteKeys.generate("")
    with open_as(home, "ines") as vault:
        mine = kit.identity(os.urandom(32), vault.id, 1)
        with vault.transaction():
            row = (1, 5, 3, mine.public.hpke, mine.public.sign, DAY, "amina")
            vault.conn.execute(store.ADD_KIT, row)
        if proof == "none":
            _without_proof(home, mine, kit=_entry(mine.public, number=1))
        else:
            forged = read_roster(vault.keys).with_kit(1, mine.public, "amina")
            own = NoteKeys(vault.id, {1: os.urandom(32)})
            _sign(home, mine, replace(forged, checks=own.checks()), own)
    shutil.rmtree(home / "keys/pins")
    assert "roster.json" in refuses(VaultDamaged, lambda: open_as(home, victim))
    with open_as(home, "ines") as vault:
        assert vault.conn.execute("SELECT count(*) FROM kit_note_key").fetchone() == (0,)


def test_a_roster_put_back_during_the_unlock_is_not_read(home: Path) -> None:
    """An honest one from before, whose kit was replaced because its sheets had been seen."""
    path = home / "keys/roster.json"
    it = MemberFile.read(home / "keys/members/ines.json").open(passphrase("ines"))
    assert it
    with open_as(home, "amina") as vault:
        make_kit(vault, it)
        before = path.read_bytes()
        row = vault.conn.execute("SELECT * FROM kit").fetchone()
        make_kit(vault, it)
    with open_as(home, "ines") as vault, vault.transaction():
        marks = ", ".join("?" * len(row))
        vault.conn.execute(f"INSERT INTO kit VALUES ({marks})", row)
    her = MemberFile.read(home / "keys/members/amina.json").open(passphrase("amina"))
    assert her
    with opening.enter(home, her, now=NOW) as vault:
        path.write_bytes(before)
        opening.tidy(vault, NOW)
        kits = vault.conn.execute("SELECT DISTINCT kit FROM kit_note_key").fetchall()
        assert kits == [(2,)]
    # Her pin went on to what she had proven, and not back to this.
    assert "roster" in refuses(VaultDamaged, lambda: open_as(home, "amina"))


def test_a_holder_on_the_roster_has_a_name_that_a_member_can_have(home: Path) -> None:
    with open_as(home, "amina") as vault:
        nameless = Identity.generate("", "operator").public
        roster = read_roster(vault.keys).approve(nameless, "amina")
        roster.write(vault.keys, vault.me, vault.require_notes())
        assert "roster.json is damaged" in refuses(VaultDamaged, lambda: read_roster(vault.keys))


def test_it_cannot_slip_in_a_generation_that_it_knows(home: Path) -> None:
    known = os.urandom(32)

    def attack(vault: Vault) -> None:
        own = NoteKeys(vault.id, {1: bytes(32), 2: known})
        amina = members.find(vault.conn, "amina")
        with vault.transaction():
            vault.conn.execute(
                "INSERT INTO note_key VALUES (2, 'amina', ?)", (own.slot_for(amina, 2),)
            )

    _forge(home, attack)
    with open_as(home, "amina") as vault:
        # A slot that no roster speaks of counts for nothing.
        assert vault.require_notes().generations == {1}
    remove_bea(home)
    with open_as(home, "amina") as vault:
        assert vault.require_notes()._keys[2] != known


def test_it_cannot_put_all_of_the_notes_keys_and_the_roster_in_the_place_of_the_real(
    home: Path,
) -> None:
    """Everything fits together but her pin."""
    open_as(home, "amina").close()
    own = NoteKeys(read_roster(home / "keys").vault, {1: os.urandom(32)})

    def attack(vault: Vault) -> None:
        amina = members.find(vault.conn, "amina")
        evil = _new_operator(vault)
        roster = Roster(vault.id, {}, {}).approve(amina, "amina").approve(evil.public, "amina")
        roster = Roster(vault.id, roster.holders, {}, version=40)
        roster.write(vault.keys, evil, own)
        with vault.transaction():
            vault.conn.execute("DELETE FROM note_key")
            vault.conn.execute("DELETE FROM day_key")
            vault.conn.execute(
                "INSERT INTO note_key VALUES (1, 'amina', ?)", (own.slot_for(amina, 1),)
            )

    _forge(home, attack)
    assert "saw last" in refuses(VaultDamaged, lambda: open_as(home, "amina"))


@pytest.mark.parametrize("pins", ["of everybody", "of one who never logged in"])
def test_it_cannot_do_so_by_deleting_the_pins_too(home: Path, pins: str) -> None:
    """The notes that are there do not open with a notes' key of its own."""
    with open_as(home, "amina") as vault:
        add_note(vault)
    own = NoteKeys(read_roster(home / "keys").vault, {1: os.urandom(32)})

    def attack(vault: Vault) -> None:
        evil = _new_operator(vault)
        roster = Roster(vault.id, {}, {}).approve(evil.public, "amina")
        for name in ("amina", "bea"):
            roster = roster.approve(members.find(vault.conn, name), "amina")
        roster = Roster(vault.id, roster.holders, {}, version=40)
        roster.write(vault.keys, evil, own)
        with vault.transaction():
            vault.conn.execute("DELETE FROM note_key")
            for name in ("amina", "bea"):
                slot = own.slot_for(members.find(vault.conn, name), 1)
                vault.conn.execute("INSERT INTO note_key VALUES (1, ?, ?)", (name, slot))

    _forge(home, attack)
    if pins == "of everybody":
        shutil.rmtree(home / "keys/pins")
    name = "amina" if pins == "of everybody" else "bea"
    assert not (home / f"keys/pins/{name}.json").exists()
    line = refuses(VaultDamaged, lambda: open_as(home, name))
    assert "does not open the notes that are there" in line
    assert not (home / f"keys/pins/{name}.json").exists()


def test_it_cannot_take_her_slots_to_make_itself_the_first_operator(home: Path) -> None:
    open_as(home, "amina").close()

    def attack(vault: Vault) -> None:
        with vault.transaction():
            vault.conn.execute("DELETE FROM note_key")
        vault.add_member("evil", "operator", passphrase("evil"), now=NOW, cost=Cost.FLOOR)

    _forge(home, attack)
    assert "notes' key for you" in refuses(VaultDamaged, lambda: open_as(home, "amina"))


def test_an_old_roster_put_back_is_named(home: Path) -> None:
    path = home / "keys/roster.json"
    open_as(home, "amina").close()
    with open_as(home, "amina") as vault:
        add_note(vault)
    old = path.read_bytes()
    remove_bea(home)
    open_as(home, "amina").close()
    path.write_bytes(old)
    assert "roster" in refuses(VaultDamaged, lambda: open_as(home, "amina"))


def test_a_forged_removal_gives_it_nothing(home: Path) -> None:
    """IT may take a holder away; the generation that this makes is sealed to nobody else."""

    def attack(vault: Vault) -> None:
        _new_operator(vault)
        with vault.transaction():
            vault.conn.execute("UPDATE member SET removed_on = '2026-11-21' WHERE name = 'bea'")
            vault.conn.execute(
                "INSERT INTO note_key SELECT generation, 'evil', sealed FROM note_key "
                "WHERE member = 'amina'"
            )

    _forge(home, attack)
    with open_as(home, "amina") as vault:
        rows = vault.conn.execute(
            "SELECT member FROM note_key WHERE generation = 2 ORDER BY member"
        ).fetchall()
        assert rows == [("amina",)]
    assert "bea" in refuses(CannotUnlock, lambda: open_as(home, "bea"))


def test_a_generation_that_the_vault_keeps_back_is_named(home: Path) -> None:
    path = home / "keys/roster.json"
    with open_as(home, "amina") as vault:
        fill(vault)
        slots = vault.conn.execute("SELECT * FROM note_key WHERE member = 'amina'").fetchall()
    roster = path.read_bytes()
    remove_bea(home)
    open_as(home, "amina").close()
    # Everything as it was before, but for what is sealed under the key that is kept back.
    shutil.rmtree(home / "keys/pins")
    path.write_bytes(roster)
    with open_as(home, "ines") as vault, vault.transaction():
        vault.conn.execute("DELETE FROM note_key")
        vault.conn.execute("INSERT INTO note_key VALUES (?, ?, ?)", slots[0])
    assert "are sealed under" in refuses(VaultDamaged, lambda: open_as(home, "amina"))


# A pin is a file like any other -------------------------------------------------------------


def test_a_pin_is_hers_and_one_of_other_keys_is_taken_anew(home: Path) -> None:
    with open_as(home, "amina") as vault:
        add_note(vault)
    open_as(home, "bea").close()
    pins = home / "keys/pins"
    kept = (pins / "amina.json").read_bytes()
    change(pins / "amina.json", generation=9)
    assert "amina" in refuses(VaultDamaged, lambda: open_as(home, "amina"))
    (pins / "amina.json").write_bytes((pins / "bea.json").read_bytes())
    open_as(home, "amina").close()
    assert (pins / "amina.json").read_bytes() == kept
    shutil.rmtree(pins)
    open_as(home, "amina").close()
    assert (pins / "amina.json").read_bytes() == kept
