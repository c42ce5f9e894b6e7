"""Generations of the notes' key: who left reads nothing kept afterwards, and IT makes none."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from console.errors import ConsoleError, VaultDamaged
from console.vault import Cost, Vault, generations, narrative, resealing
from console.vault.files import context
from console.vault.identity import MemberFile
from console.vault.notekeys import NoteKeys, read_roster
from console.vault.sealing import subkey, unseal
from tests.vault.checks import CANARY, DAY, add_call, add_note, refuses
from tests.vault.filled import blobs, fill, reads, remove_bea
from tests.vault.kills import Rotator, killed_at
from tests.vaults import NOW, make_vault, open_as, passphrase


def test_after_a_removal_the_next_holder_makes_a_new_generation(home: Path) -> None:
    with open_as(home, "bea") as vault:
        call = fill(vault)
        digest = narrative.return_digest(vault, "40719926")
        before, old = blobs(vault), vault.require_notes()
    remove_bea(home)
    open_as(home, "carla").close()
    with open_as(home, "amina") as vault:
        notes = vault.require_notes()
        assert notes.generations == {2}
        reads(vault, call)
        assert narrative.return_digest(vault, "40719926") == digest
        after = blobs(vault)
        for kind, values in before.items():
            assert values
            assert not set(values) & set(after[kind]), kind
        assert vault.conn.execute("SELECT generation, member FROM note_key").fetchall() == [
            (2, "amina")
        ]
        roster = read_roster(home / "keys")
        assert set(roster.holders) == {"amina"}
        assert set(roster.commitments) == {1, 2}
        assert vault.audited("notes.rekeyed", "generation 2") == 1
        # All that bea remembers: the notes' key, the keys of days, what was bound to what.
        assert old.open_day(DAY, 2, after["day_key", "sealed"][0]) is None
        assert _opened_with(old, vault, call, before) > 0
        assert _opened_with(old, vault, call, after) == 0
    with open_as(home, "amina") as vault:
        reads(vault, call)
        assert vault.audited("notes.rekeyed", "generation 2") == 1


def _opened_with(
    old: NoteKeys, vault: Vault, call: int, blobs: dict[tuple[str, str], list[bytes]]
) -> int:
    """Return how many values the first generation's key opens, by every way that it leads to."""
    root = old._keys[1]
    fields: dict[str, Any] = {"vault": vault.id}
    bounds = [
        *(
            context(purpose, **fields, generation=generation, **more)
            for generation in (1, 2)
            for purpose, more in (
                ("draft", {"call": call}),
                ("contact key", {"call": call}),
                ("return key", {}),
                *(("day key", {"day": day}) for day in (DAY, "2026-11-20")),
            )
        ),
        *(
            context("note", **fields, day=day, call=call, revision=revision)
            for day, revision in ((DAY, 1), ("2026-11-20", 2))
        ),
        context("contact", **fields, call=call, consent_on=DAY, expires_on="2026-12-05"),
        context(
            "amendment",
            **fields,
            call=call,
            revision=1,
            day=DAY,
            amended_on=DAY,
            member="bea",
        ),
    ]
    purposes = (b"draft", b"contact key", b"return key", b"day key")
    keys = [root, *(subkey(root, purpose) for purpose in purposes)]
    found, opened = 0, True
    values = [value for column in blobs.values() for value in column]
    while opened:
        opened = False
        for value in list(values):
            for key in list(keys):
                secret = next(filter(None, (unseal(key, value, bound) for bound in bounds)), None)
                if secret is not None:
                    found, opened = found + 1, True
                    values.remove(value)
                    if len(secret) == 32:
                        keys.append(secret)
                    break
    return found


def test_a_large_vault_moves_on_little_by_little(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = [f"2026-10-{day:02}" for day in range(1, 21)]
    with open_as(home, "amina") as vault, vault.transaction():
        calls = [add_call(vault) for _ in days]
        for call, day in zip(calls, days, strict=True):
            vault.write_note(call, day, f"note of {day}")
    remove_bea(home)
    monkeypatch.setattr(generations, "AT_UNLOCK", 4)
    with open_as(home, "amina") as vault:
        left = resealing.remaining(vault, 2)
        assert left == 18
        # What was written to last goes first, and a new day is of the new generation at once.
        rows = dict(vault.conn.execute("SELECT day, generation FROM day_key").fetchall())
        assert [rows[day] for day in days[-3:]] == [1, 2, 2]
        with vault.transaction():
            vault.write_note(calls[0], DAY, "new")
        assert vault.read_note(calls[0], 1) == f"note of {days[0]}"
        assert vault.require_notes().generations == {1, 2}
        seen = []
        while left:
            now_left = vault.reseal(5)
            assert now_left < left
            left = now_left
            seen.append(left)
        assert len(seen) > 3
        assert vault.require_notes().generations == {2}
        assert vault.conn.execute("SELECT DISTINCT generation FROM note_key").fetchall() == [(2,)]
        assert [vault.read_note(call, 1) for call in calls] == [f"note of {day}" for day in days]
        assert vault.reseal(5) == 0


def test_others_move_nothing(home: Path) -> None:
    with open_as(home, "amina") as vault:
        fill(vault)
    remove_bea(home)
    for name in ("carla", "ines"):
        with open_as(home, name) as vault:
            before = blobs(vault)
            assert vault.reseal(100) == 0
            assert blobs(vault) == before
            assert resealing.remaining(vault, 2) == 5


def test_what_is_damaged_stays_with_its_key_and_the_rest_moves(home: Path) -> None:
    with open_as(home, "amina") as vault:
        call = fill(vault)
        other = add_note(vault, "of another call")
    with open_as(home, "ines") as vault, vault.transaction():
        vault.conn.execute("UPDATE day_key SET sealed = zeroblob(60) WHERE day = '2026-11-20'")
        vault.conn.execute("UPDATE note SET sealed = zeroblob(60) WHERE call = ?", (other,))
        vault.conn.execute("UPDATE contact SET sealed_key = zeroblob(60)")
    remove_bea(home)
    with open_as(home, "amina") as vault:
        assert vault.require_notes().generations == {1, 2}
        assert vault.read_note(call, 1) == CANARY
        refuses(VaultDamaged, lambda: vault.read_note(call, 2))
        refuses(VaultDamaged, lambda: vault.read_note(other))
        assert vault.reseal(100) == 0
        rows = dict(vault.conn.execute("SELECT day, generation FROM day_key").fetchall())
        assert rows == {DAY: 2, "2026-11-20": 1}


def test_an_operator_who_is_approved_afterwards_reads_everything(home: Path) -> None:
    with open_as(home, "bea") as vault:
        call = fill(vault)
    remove_bea(home)
    with open_as(home, "ines") as vault:
        vault.add_member("dora", "operator", passphrase("dora"), now=NOW, cost=Cost.FLOOR)
    with open_as(home, "amina") as vault:
        vault.approve("dora", vault.fingerprint("dora"), now=NOW)
    with open_as(home, "dora") as vault:
        reads(vault, call)


def test_who_was_away_while_generations_went_by_comes_back(tmp_path: Path) -> None:
    home = tmp_path / "many"
    make_vault(home, operators=("amina", "bea", "dora", "emma"))
    for name in ("amina", "emma"):
        with open_as(home, name) as vault:
            call = fill(vault)
    for number, name in enumerate(("bea", "dora"), start=2):
        with open_as(home, "ines") as vault:
            vault.remove_member(name, now=NOW)
        with open_as(home, "amina") as vault:
            assert vault.require_notes().generations == {number}
    with open_as(home, "emma") as vault:
        assert vault.read_note(call, 1) == CANARY
        assert vault.require_notes().generations == {3}


# Kills ------------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a process that can be forked")
def test_a_kill_at_every_touch_of_a_new_generation_loses_nothing(tmp_path: Path) -> None:
    home, fresh = tmp_path / "home", tmp_path / "fresh"
    make_vault(home, operators=("amina", "bea"))
    with open_as(home, "bea") as vault:
        call = fill(vault)
    remove_bea(home)
    amina = MemberFile.read(home / "keys/members/amina.json").open(passphrase("amina"))
    assert amina is not None
    shutil.copytree(home, fresh)
    point, seen, got_through = 0, set(), False
    while not got_through:
        shutil.rmtree(home)
        shutil.copytree(fresh, home)
        her = Rotator(home, amina)
        got_through = not killed_at(point, her, _renew)
        with her.open() as vault:
            seen.add(vault.require_notes().generation)
            reads(vault, call)
            generations.renew(vault, now=NOW)
            assert vault.require_notes().generations == {2}
            reads(vault, call)
            assert vault.audit_broken_at() is None
        with her.open() as vault:
            reads(vault, call)
        point += 1
    print(f"\nnew generation: {point} kills, generations found {sorted(seen)}, 0 notes lost")
    assert point > 6
    assert seen == {1, 2}


def _renew(vault: Vault, progress: Callable[[str, float], None]) -> None:
    """Renew as an unlock does, with a chance to be killed at every statement too."""

    def step(_statement: str) -> None:
        progress("statement", 0.0)

    vault.conn.set_trace_callback(step)
    generations.renew(vault, now=NOW)
    vault.conn.set_trace_callback(None)


def test_a_full_disk_keeps_nobody_from_reading(home: Path) -> None:
    with open_as(home, "amina") as vault:
        call = fill(vault)
    remove_bea(home)
    amina = MemberFile.read(home / "keys/members/amina.json").open(passphrase("amina"))
    assert amina is not None
    with Rotator(home, amina).open() as vault:
        vault.conn.execute("PRAGMA query_only = ON")
        generations.renew(vault, now=NOW)
        assert vault.require_notes().generations == {1}
        vault.conn.execute("PRAGMA query_only = OFF")
        reads(vault, call)
        generations.renew(vault, now=NOW)
        assert vault.require_notes().generations == {2}


def test_a_refusal_of_the_disk_in_the_middle_moves_nothing(home: Path) -> None:
    with open_as(home, "amina") as vault:
        fill(vault)
    remove_bea(home)
    amina = MemberFile.read(home / "keys/members/amina.json").open(passphrase("amina"))
    assert amina is not None
    with Rotator(home, amina).open() as vault:
        before = blobs(vault)
        (home / "keys/roster.json.new").mkdir()
        generations.renew(vault, now=NOW)
        assert vault.require_notes().generations == {1}
        assert blobs(vault) == before
        (home / "keys/roster.json.new").rmdir()
        with pytest.raises(ConsoleError):
            vault.remove_member("amina", now=NOW)
        generations.renew(vault, now=NOW)
        assert vault.require_notes().generations == {2}
