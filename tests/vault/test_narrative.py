"""Return codes, contacts and amendments under the notes' key, tried as an attacker would."""

import itertools
import json
import random
from pathlib import Path
from typing import Any

import pytest

from console.errors import Refused, VaultDamaged
from console.vault import Vault, narrative, notekeys
from tests.vault import reference
from tests.vault.checks import CANARY, DAY, add_call, refuses
from tests.vaults import open_as

_PAGE = Path(__file__).parents[2] / "docs" / "vault-format.md"
UNTIL = "2026-12-05"


@pytest.fixture(scope="module")
def vector() -> dict[str, Any]:
    block = _PAGE.read_text("utf-8").split("```json\n")[1].split("```")[0]
    found: dict[str, Any] = json.loads(block)
    return found


def keep(vault: Vault, payload: bytes = CANARY.encode()) -> int:
    call = add_call(vault)
    narrative.write_contact(vault, call, payload, consent_on=DAY, expires_on=UNTIL)
    return call


def rows(vault: Vault, sql: str, *values: object) -> list[Any]:
    return vault.conn.execute(sql, values).fetchall()


# The document --------------------------------------------------------------------------------


def test_the_vectors_of_return_codes_contacts_and_amendments(vector: dict[str, Any]) -> None:
    vault, call, generation = vector["vault"], vector["call"], vector["generation"]
    blobs = {k: bytes.fromhex(v) for k, v in vector.items() if k.endswith(("_key", "_sealed"))}
    key = blobs["notes_key"]
    notes = notekeys.NoteKeys(vault, {generation: key})

    sealed = blobs["return_key_sealed"]
    assert notes.unwrap("return key", generation, sealed) == blobs["return_key"]
    bound = reference.bound("return key", vault=vault, generation=generation)
    opened = reference.unseal(reference.hkdf(key, b"return key"), sealed, bound)
    assert opened == blobs["return_key"]
    digest = reference.return_digest(opened, vector["return_code"])
    assert digest.hex() == vector["return_digest"]

    sealed = blobs["contact_key_sealed"]
    assert notes.unwrap("contact key", generation, sealed, call=call) == blobs["contact_key"]
    bound = reference.bound("contact key", vault=vault, generation=generation, call=call)
    opened = reference.unseal(reference.hkdf(key, b"contact key"), sealed, bound)
    assert opened == blobs["contact_key"]
    days = {name: vector[name] for name in ("consent_on", "expires_on")}
    bound = reference.bound("contact", vault=vault, call=call, **days)
    payload = reference.unseal(opened, blobs["contact_sealed"], bound)
    assert payload.decode("ascii") == vector["contact"]

    bound = reference.bound(
        "amendment",
        vault=vault,
        call=call,
        day=vector["day"],
        revision=vector["amendment_revision"],
        amended_on=vector["amended_on"],
        member=vector["name"],
    )
    payload = reference.unseal(blobs["day_key"], blobs["amendment_sealed"], bound)
    assert payload.decode("ascii") == vector["amendment"]


def test_what_the_console_seals_is_opened_from_the_document_alone(home: Path) -> None:
    with open_as(home, "amina") as vault:
        call = keep(vault)
        digest = narrative.return_digest(vault, "40719926")
        with vault.transaction():
            narrative.write_amendment(vault, call, DAY, b"before", amended_on="2026-11-23")
        notes_key = vault.require_notes()._keys[1]
        common: dict[str, str | int] = {"vault": vault.id, "call": call}

        [(generation, sealed)] = rows(vault, "SELECT generation, sealed FROM return_key")
        bound = reference.bound("return key", vault=vault.id, generation=generation)
        key = reference.unseal(reference.hkdf(notes_key, b"return key"), sealed, bound)
        assert reference.return_digest(key, "4071 9926") == digest

        [(generation, sealed_key, sealed)] = rows(
            vault, "SELECT generation, sealed_key, sealed FROM contact"
        )
        bound = reference.bound("contact key", generation=generation, **common)
        key = reference.unseal(reference.hkdf(notes_key, b"contact key"), sealed_key, bound)
        bound = reference.bound("contact", consent_on=DAY, expires_on=UNTIL, **common)
        assert reference.unseal(key, sealed, bound) == CANARY.encode()

        [(generation, sealed)] = rows(vault, "SELECT generation, sealed FROM day_key")
        bound = reference.bound("day key", vault=vault.id, generation=generation, day=DAY)
        key = reference.unseal(reference.hkdf(notes_key, b"day key"), sealed, bound)
        [(sealed,)] = rows(vault, "SELECT sealed FROM amendment")
        bound = reference.bound(
            "amendment", day=DAY, revision=1, amended_on="2026-11-23", member="amina", **common
        )
        assert reference.unseal(key, sealed, bound) == b"before"


# Return codes --------------------------------------------------------------------------------


def test_the_return_key_is_made_once_and_outlives_the_session(home: Path) -> None:
    with open_as(home, "amina") as vault:
        digest = narrative.return_digest(vault, "12345678")
        assert narrative.return_digest(vault, "12345678") == digest
        assert narrative.return_digest(vault, "12345679") != digest
        assert len(rows(vault, "SELECT * FROM return_key")) == 1
    with open_as(home, "bea") as vault:
        assert narrative.return_digest(vault, "12345678") == digest


def test_the_same_return_key_under_a_newer_generation_is_the_one_read(home: Path) -> None:
    with open_as(home, "amina") as vault:
        digest = narrative.return_digest(vault, "12345678")
        [(sealed,)] = rows(vault, "SELECT sealed FROM return_key")
        notes = vault.require_notes()
        key = notes.unwrap("return key", 1, sealed)
        assert key is not None
        newer = notekeys.NoteKeys(vault.id, {**notes._keys, 2: bytes(range(32))})
        vault.notes = newer
        with vault.transaction():
            again = newer.wrap("return key", key)
            vault.conn.execute("INSERT INTO return_key VALUES (2, ?)", (again,))
            vault.conn.execute("UPDATE return_key SET sealed = x'00' WHERE generation = 1")
        assert narrative.return_digest(vault, "12345678") == digest


@pytest.mark.parametrize("name", ["carla", "ines"])
def test_coordinator_and_it_can_make_nothing_of_codes_and_contacts(home: Path, name: str) -> None:
    with open_as(home, "amina") as vault:
        call = keep(vault)
        digest = narrative.return_digest(vault, "40719926")
    with open_as(home, name) as vault:
        for attempt in (
            lambda: narrative.return_digest(vault, "40719926"),
            lambda: narrative.read_contact(vault, call),
            lambda: narrative.write_contact(vault, call, b"", consent_on=DAY, expires_on=UNTIL),
            lambda: narrative.read_amendments(vault, call),
        ):
            assert "operators" in refuses(Refused, attempt)
        secret = vault.me._secret
        held = [vault.raw.key, *(secret[at : at + 32] for at in range(0, 128, 32))]
        held.append(bytes.fromhex(vault.setting("release_secret")))
        keys = [reference.hkdf(key, purpose) for key in held for purpose in (b"return key", b"")]
        assert digest not in [reference.return_digest(key, "40719926") for key in held + keys]
        [row] = rows(vault, "SELECT sealed_key, sealed FROM contact")
        bound = [
            b"",
            reference.bound("contact key", vault=vault.id, generation=1, call=call),
            reference.bound("contact", vault=vault.id, call=call, consent_on=DAY, expires_on=UNTIL),
        ]
        for blob, associated, key in itertools.product(row, bound, held + keys):
            with pytest.raises(Exception, match=r"^$"):
                reference.unseal(key, blob, associated)


# Contacts ------------------------------------------------------------------------------------


def test_a_contact_comes_back_and_a_new_one_takes_its_place_under_a_new_key(home: Path) -> None:
    with open_as(home, "amina") as vault:
        call = keep(vault, b"first")
        [(before,)] = rows(vault, "SELECT sealed_key FROM contact")
        narrative.write_contact(vault, call, b"second", consent_on=DAY, expires_on=UNTIL)
        [(after,)] = rows(vault, "SELECT sealed_key FROM contact")
        notes = vault.require_notes()
        keys = {notes.unwrap("contact key", 1, sealed, call=call) for sealed in (before, after)}
        assert len(keys) == 2
        assert None not in keys
    with open_as(home, "bea") as vault:
        assert narrative.read_contact(vault, call) == b"second"
        assert narrative.contacts(vault) == [narrative.DueContact(call, DAY, UNTIL)]
        assert narrative.read_contact(vault, call + 1) is None


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE contact SET expires_on = '2027-12-05'",
        "UPDATE contact SET consent_on = '2026-11-01'",
        "UPDATE contact SET call = 2",
        "UPDATE contact SET generation = 7",
        "UPDATE contact SET sealed_key = sealed",
    ],
)
def test_whoever_lengthens_moves_or_swaps_a_contact_makes_it_unreadable(
    home: Path, change: str
) -> None:
    with open_as(home, "amina") as vault:
        keep(vault)
        add_call(vault)
    with open_as(home, "ines") as vault, vault.transaction():
        vault.conn.execute(change)
    with open_as(home, "amina") as vault:
        [line] = narrative.contacts(vault)
        refuses(VaultDamaged, lambda: narrative.read_contact(vault, line.call))


def test_a_destroyed_contact_is_in_no_page_of_the_file_and_of_its_log(home: Path) -> None:
    sizes = [20, 300, 1500, 3000, 9000]
    rng = random.Random(20261121)
    with open_as(home, "amina") as vault:
        order = [keep(vault, rng.randbytes(size)) for size in sizes * 8]
        seals = {
            call: [bytes(sealed_key), bytes(sealed)[:64], bytes(sealed)[-64:]]
            for call, sealed_key, sealed in rows(
                vault, "SELECT call, sealed_key, sealed FROM contact"
            )
        }

        def found(calls: list[int]) -> list[int]:
            log = home / "vault.db-wal"
            images = reference.image(vault.file.read_bytes(), vault.raw.key)
            if log.exists():
                images += reference.log_image(log.read_bytes(), vault.raw.key)
            assert b"CREATE TABLE contact" in images
            return [call for call in calls if any(part in images for part in seals[call])]

        assert found(order) == order
        rng.shuffle(order)
        gone, kept = order[:30], order[30:]
        for call in gone:
            assert narrative.drop_contact(vault, call)
        vault.checkpoint()
        assert found(gone) == []
        assert sorted(found(kept)) == sorted(kept)
        assert narrative.drop_expired(vault, UNTIL) == sorted(kept)
        vault.checkpoint()
        assert found(order) == []


def test_no_file_of_the_home_holds_a_word_of_a_contact(home: Path) -> None:
    with open_as(home, "amina") as vault:
        call = keep(vault)
        vault.checkpoint()
        narrative.read_contact(vault, call)
        files = [path for path in home.rglob("*") if path.is_file()]
        assert [path.name for path in files if CANARY.encode() in path.read_bytes()] == []
        image = reference.image(vault.file.read_bytes(), vault.raw.key)
        assert CANARY.encode() not in image


# Amendments ----------------------------------------------------------------------------------


def test_amendments_come_back_in_their_order_with_who_and_when(home: Path) -> None:
    with open_as(home, "amina") as vault:
        call = add_call(vault)
        assert narrative.write_amendment(vault, call, DAY, b"one", amended_on=DAY) == 1
    with open_as(home, "bea") as vault:
        assert narrative.write_amendment(vault, call, DAY, b"two", amended_on=UNTIL) == 2
        first, second = narrative.read_amendments(vault, call)
        assert (first.revision, first.member, first.amended_on) == (1, "amina", DAY)
        assert (second.revision, second.member, second.amended_on) == (2, "bea", UNTIL)
        assert [first.payload, second.payload] == [b"one", b"two"]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE amendment SET member = 'bea'",
        "UPDATE amendment SET amended_on = '2026-11-01'",
        "UPDATE amendment SET revision = 2",
        "UPDATE amendment SET call = 2",
    ],
)
def test_an_amendment_that_was_tampered_with_is_damage(home: Path, change: str) -> None:
    with open_as(home, "amina") as vault:
        narrative.write_amendment(vault, add_call(vault), DAY, b"one", amended_on=DAY)
        add_call(vault)
    with open_as(home, "ines") as vault, vault.transaction():
        vault.conn.execute(change)
    with open_as(home, "amina") as vault:
        [(call,)] = rows(vault, "SELECT call FROM amendment")
        refuses(VaultDamaged, lambda: narrative.read_amendments(vault, call))


def test_retention_destroys_amendments_with_the_notes_of_their_day(home: Path) -> None:
    with open_as(home, "amina") as vault:
        call = add_call(vault)
        assert not narrative.destroyed(vault, DAY)
        narrative.write_amendment(vault, call, DAY, b"one", amended_on=DAY)
        assert not narrative.destroyed(vault, DAY)
        with vault.transaction():
            vault.conn.execute("DELETE FROM day_key")
        assert narrative.destroyed(vault, DAY)
        assert not narrative.destroyed(vault, UNTIL)
        line = refuses(Refused, lambda: narrative.read_amendments(vault, call))
        assert "retention" in line
        assert rows(vault, "SELECT * FROM day_key") == []


def test_every_revision_of_a_note_can_be_read(home: Path) -> None:
    with open_as(home, "amina") as vault:
        call = add_call(vault)
        assert narrative.last_revision(vault, call) == 0
        for text in ("first", "second", "third"):
            vault.write_note(call, DAY, text)
        assert narrative.last_revision(vault, call) == 3
        assert [vault.read_note(call, n) for n in (1, 2, 3, None)] == [
            "first",
            "second",
            "third",
            "third",
        ]


def test_nothing_that_is_printed_shows_what_was_amended(home: Path) -> None:
    with open_as(home, "amina") as vault:
        call = add_call(vault)
        narrative.write_amendment(vault, call, DAY, CANARY.encode(), amended_on=DAY)
        assert CANARY not in repr(narrative.read_amendments(vault, call))
