"""Notes are for operators: everybody else is tried as an attacker with all their keys in hand."""

import itertools
from pathlib import Path

import pytest

from console.errors import Refused, VaultDamaged
from console.vault import Vault
from console.vault.files import canonical, context
from console.vault.notekeys import NoteKeys, Roster
from console.vault.sealing import subkey, unseal
from tests.vault.checks import CANARY, DAY, add_call, add_note, change, refuses
from tests.vaults import NOW, make_vault, open_as


def test_notes_come_back_and_revisions_count_up(home: Path) -> None:
    with open_as(home, "amina") as vault:
        call = add_call(vault)
        assert vault.read_note(call) == ""
        with vault.transaction():
            assert vault.write_note(call, DAY, "first") == 1
            assert vault.write_note(call, "2026-11-22", "second ⚠ نوٹ \ud800") == 2
    with open_as(home, "bea") as vault:
        assert vault.read_note(call) == "second ⚠ نوٹ \ud800"


def test_drafts_come_back_and_go(home: Path) -> None:
    with open_as(home, "amina") as vault:
        first, second = add_call(vault), add_call(vault)
        vault.write_draft(second, b"\x00two", now=NOW)
        vault.write_draft(first, b"one", now=NOW)
        vault.write_draft(first, b"one more", now=NOW)
        at = "2026-11-21T09:02:07+00:00"
        assert vault.read_drafts() == [(first, b"one more", at), (second, b"\x00two", at)]
        vault.drop_draft(first)
        assert [draft[0] for draft in vault.read_drafts()] == [second]


@pytest.mark.parametrize("name", ["carla", "ines"])
def test_coordinator_and_it_are_refused_in_words(home: Path, name: str) -> None:
    with open_as(home, "amina") as vault:
        call = add_note(vault)
    with open_as(home, name) as vault:
        assert not vault.member.holds_notes
        for attempt in (
            lambda: vault.read_note(call),
            lambda: vault.write_note(call, DAY, "x"),
            lambda: vault.write_draft(call, b"x", now=NOW),
            vault.read_drafts,
            vault.require_notes,
        ):
            assert "operators" in refuses(Refused, attempt)


def _sealed(vault: Vault) -> list[tuple[str, bytes]]:
    return [
        (table, bytes(value))
        for table in ("note", "draft", "day_key", "note_key")
        for (value,) in vault.conn.execute(f"SELECT sealed FROM {table}").fetchall()
    ]


def _contexts(vault_id: str, call: int) -> list[bytes]:
    return [
        b"",
        context("note", vault=vault_id, day=DAY, call=call, revision=1),
        context("draft", vault=vault_id, generation=1, call=call),
        context("day key", vault=vault_id, generation=1, day=DAY),
        *(
            context("notes key", vault=vault_id, generation=1, member=name)
            for name in ("amina", "bea", "carla", "ines")
        ),
    ]


@pytest.mark.parametrize("name", ["carla", "ines"])
def test_no_key_of_coordinator_or_it_opens_any_sealed_value(home: Path, name: str) -> None:
    with open_as(home, "amina") as vault:
        call = add_note(vault)
        operator, operator_notes = vault.me, vault.require_notes()
    with open_as(home, name) as vault:
        blobs = _sealed(vault)
        assert sorted({table for table, _ in blobs}) == ["day_key", "draft", "note", "note_key"]
        held = [vault.raw.key, vault.me._secret[:32], vault.me._secret[32:64]]
        held += [vault.me._secret[64:96], vault.me._secret[96:]]
        held.append(bytes.fromhex(vault.setting("release_secret")))
        for (_, blob), bound in itertools.product(blobs, _contexts(vault.id, call)):
            assert vault.me.unseal(blob, bound) is None
            for key, purpose in itertools.product(held, (b"", b"day key", b"draft")):
                tried = subkey(key, purpose) if purpose else key
                assert unseal(tried, blob, bound) is None
        # The attack has teeth: with an operator's keys the same loop opens what is there.
        opened = [
            operator.unseal(blob, bound)
            for (_, blob), bound in itertools.product(blobs, _contexts(vault.id, call))
        ]
        assert any(opened)
        (sealed,) = (blob for table, blob in blobs if table == "draft")
        assert operator_notes.open_draft(call, 1, sealed) == CANARY.encode()


def test_the_decrypted_database_holds_no_word_of_a_note(home: Path) -> None:
    with open_as(home, "amina") as vault:
        add_note(vault)
    with open_as(home, "ines") as vault:
        dump = vault.home.parent / "decrypted.db"
        vault.conn.execute("ATTACH DATABASE ? AS open KEY ''", (str(dump),))
        vault.conn.execute("SELECT sqlcipher_export('open')").fetchone()
        vault.conn.execute("DETACH DATABASE open")
    image = dump.read_bytes()
    assert image.startswith(b"SQLite format 3\x00")
    assert b"amina" in image
    for encoded in (CANARY.encode(), CANARY.encode("utf-16-le"), CANARY.encode().hex().encode()):
        assert encoded not in image


def test_no_file_of_the_home_holds_a_word_of_a_note(home: Path) -> None:
    searched = 0

    def search() -> list[str]:
        nonlocal searched
        files = [path for path in home.rglob("*") if path.is_file()]
        assert files
        searched += len(files)
        return [path.name for path in files if CANARY.encode() in path.read_bytes()]

    with open_as(home, "amina") as vault:
        add_note(vault)
        assert search() == []
        vault.checkpoint()
        assert search() == []
    assert search() == []
    with open_as(home, "ines") as vault:
        vault.rotate(now=NOW)
    assert search() == []
    print(f"a word of a note, looked for in {searched} files at four moments: found 0 times")


def test_a_note_moved_to_another_call_day_or_revision_is_damage(home: Path) -> None:
    with open_as(home, "amina") as vault:
        call, other = add_note(vault, "hers"), add_note(vault, "another")
    moves = (
        "UPDATE note SET sealed = (SELECT sealed FROM note WHERE call = 2) WHERE call = 1",
        "UPDATE note SET revision = 5 WHERE call = 2",
        "UPDATE draft SET sealed = (SELECT sealed FROM draft WHERE call = 2) WHERE call = 1",
    )
    with open_as(home, "ines") as vault, vault.transaction():
        for move in moves:
            vault.conn.execute(move)
    with open_as(home, "amina") as vault:
        refuses(VaultDamaged, lambda: vault.read_note(call))
        refuses(VaultDamaged, lambda: vault.read_note(other))
        refuses(VaultDamaged, vault.read_drafts)


def test_a_day_whose_key_was_destroyed_is_refused_in_words(home: Path) -> None:
    with open_as(home, "amina") as vault:
        call = add_note(vault)
        with vault.transaction():
            vault.conn.execute("DELETE FROM day_key")
        assert "retention" in refuses(Refused, lambda: vault.read_note(call))


def test_it_cannot_slip_in_a_notes_key_of_its_own(home: Path) -> None:
    with open_as(home, "ines") as vault, vault.transaction():
        forged = NoteKeys.generate(vault.id)
        from console.vault import members

        for generation, sealed in forged.slots_for(members.find(vault.conn, "amina")):
            vault.conn.execute(
                "UPDATE note_key SET sealed = ? WHERE member = 'amina' AND generation = ?",
                (sealed, generation),
            )
    assert "notes' key" in refuses(VaultDamaged, lambda: open_as(home, "amina"))


def test_it_cannot_give_itself_a_slot(home: Path) -> None:
    with open_as(home, "ines") as vault, vault.transaction():
        vault.conn.execute(
            "INSERT INTO note_key SELECT generation, 'ines', sealed FROM note_key "
            "WHERE member = 'amina'"
        )
    assert "roster" in refuses(VaultDamaged, lambda: open_as(home, "ines"))


def test_a_roster_signed_by_nobody_on_it_is_damage(home: Path) -> None:
    path = home / "keys/roster.json"
    with open_as(home, "ines") as vault:
        me = vault.me
        forged = NoteKeys.generate(vault.id)
        Roster(vault.id, {"ines": (me.public, "ines")}, {}).write(vault.keys, me, forged)
    assert "roster" in refuses(VaultDamaged, lambda: open_as(home, "amina"))
    change(path, signed_by="amina")
    assert "roster" in refuses(VaultDamaged, lambda: open_as(home, "amina"))


def test_nothing_that_is_printed_shows_a_key(home: Path) -> None:
    with open_as(home, "amina") as vault:
        add_note(vault)
        shown = " ".join(map(repr, (vault, vault.me, vault.raw, vault.notes, vault.key_status())))
        assert vault.raw.key.hex() not in shown
        assert repr(vault.raw.key) not in shown
        assert len(shown) < 600


def test_the_first_operator_holds_notes_at_once_the_next_awaits_approval(tmp_path: Path) -> None:
    make_vault(tmp_path, operators=(), coordinators=())
    from console.vault import Cost
    from tests.vaults import passphrase

    with open_as(tmp_path, "ines") as vault:
        answers = [
            vault.add_member(name, role, passphrase(name), now=NOW, cost=Cost.FLOOR)
            for name, role in (("carla", "coordinator"), ("amina", "operator"), ("bea", "operator"))
        ]
        assert answers == [False, True, False]
        assert vault.waiting() == ["bea"]
    with open_as(tmp_path, "bea") as vault:
        assert "approve" in refuses(Refused, vault.require_notes)
        words = vault.fingerprint("bea")
    with open_as(tmp_path, "amina") as vault:
        vault.approve("bea", words.upper().replace(" ", "-"), now=NOW)
        assert vault.key_status().holders == ("amina", "bea")
        call = add_note(vault)
    with open_as(tmp_path, "bea") as vault:
        assert vault.read_note(call) == CANARY


def test_canonical_json_has_one_spelling() -> None:
    assert canonical({"b": 1, "a": ["é", None]}) == b'{"a":["\\u00e9",null],"b":1}'
