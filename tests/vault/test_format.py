"""docs/vault-format.md tells the truth: its vectors, and a reader made from it alone."""

import hashlib
import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from console.vault import Cost, audit, keyring, notekeys
from console.vault.identity import Identity, derive
from console.vault.model import AuditLine
from tests.vault import reference
from tests.vault.checks import CANARY, DAY, add_note
from tests.vaults import NOW, open_as, passphrase

_PAGE = Path(__file__).parents[2] / "docs" / "vault-format.md"


@pytest.fixture(scope="module")
def vector() -> dict[str, Any]:
    block = _PAGE.read_text("utf-8").split("```json\n")[1].split("```")[0]
    found: dict[str, Any] = json.loads(block)
    return found


def _hex(vector: dict[str, Any], *names: str) -> list[bytes]:
    return [bytes.fromhex(vector[name]) for name in names]


def test_public_halves_and_fingerprint(vector: dict[str, Any]) -> None:
    (secret, sign_public) = _hex(vector, "secret", "sign_public")
    mine = Identity.of(vector["name"], "operator", secret).public
    assert (mine.hpke, mine.sign) == reference.public_halves(secret)
    assert hashlib.sha256(mine.hpke).hexdigest() == vector["hpke_public_sha256"]
    assert mine.sign == sign_public
    words = reference.fingerprint(vector["vault"], vector["name"], mine.hpke, mine.sign)
    assert mine.fingerprint(vector["vault"]) == words == vector["fingerprint"]


def test_a_key_from_a_passphrase(vector: dict[str, Any]) -> None:
    salt, key = _hex(vector, "kdf_salt", "passphrase_key")
    cost = (vector["memory_kib"], vector["iterations"], vector["lanes"])
    assert derive(vector["passphrase"], salt, Cost(*cost)) == key
    assert reference.passphrase_key(vector["passphrase"], salt, *cost) == key


def test_a_slot_of_the_keyring(vector: dict[str, Any]) -> None:
    secret, salt, key, slot = _hex(vector, "secret", "epoch_salt", "database_key", "slot")
    name, vault, epoch = vector["name"], vector["vault"], vector["epoch"]
    me = Identity.of(name, "operator", secret)
    ring = keyring.Keyring(vault, 1, {epoch: keyring.Epoch(salt, DAY, {name: slot})})
    assert ring.open(epoch, me).key == key
    info = reference.bound("database key", vault=vault, epoch=epoch, salt=salt.hex(), member=name)
    assert info.decode() == vector["slot_info"]
    assert reference.hpke_open(secret, slot, info) == key


def test_what_the_notes_key_seals(vector: dict[str, Any]) -> None:
    vault, day, call = vector["vault"], vector["day"], vector["call"]
    generation, revision = vector["generation"], vector["revision"]
    key, day_key, sealed, note, draft = _hex(
        vector, "notes_key", "day_key", "day_key_sealed", "note_sealed", "draft_sealed"
    )
    notes = notekeys.NoteKeys(vault, {generation: key})
    assert notes.open_day(day, generation, sealed) == day_key
    assert notes.open_note(day_key, day, call, revision, note) == vector["note"]
    assert notes.open_draft(call, generation, draft) == bytes.fromhex(vector["draft"])
    assert notes.commitments() == {generation: bytes.fromhex(vector["commitment"])}

    bound = reference.bound("day key", vault=vault, generation=generation, day=day)
    assert reference.unseal(reference.hkdf(key, b"day key"), sealed, bound) == day_key
    bound = reference.bound("note", vault=vault, day=day, call=call, revision=revision)
    assert reference.unseal(day_key, note, bound).decode() == vector["note"]
    bound = reference.bound("draft", vault=vault, generation=generation, call=call)
    assert reference.unseal(reference.hkdf(key, b"draft"), draft, bound).hex() == vector["draft"]
    bound = reference.bound("commitment", vault=vault, generation=generation)
    assert reference.hkdf(key, bound).hex() == vector["commitment"]


def test_generations_of_the_notes_key_sign_each_other(vector: dict[str, Any]) -> None:
    vault = vector["vault"]
    first, second, check, link = _hex(
        vector, "notes_key", "next_notes_key", "roster_check", "next_link"
    )
    old, both = (
        notekeys.NoteKeys(vault, {1: first}),
        notekeys.NoteKeys(vault, {1: first, 2: second}),
    )
    roster = notekeys.Roster(vault, {}, {}).extended(old).extended(both)
    assert roster.checks[1] == check
    assert roster.links == {2: link}
    signer = reference.notes_signer(first, vault, 1)
    assert signer.public_key().public_bytes_raw() == check
    bound = reference.bound("commitment", vault=vault, generation=2)
    after = reference.notes_signer(second, vault, 2).public_key().public_bytes_raw()
    assert signer.sign(reference.link(vault, 2, reference.hkdf(second, bound), after)) == link


def test_a_real_roster_and_pin_are_checked_from_the_document_alone(home: Path) -> None:
    open_as(home, "amina").close()
    with open_as(home, "ines") as vault:
        vault.remove_member("bea", now=NOW)
    raw = {}
    for folder in ("pins/amina", "roster"):
        raw[folder] = (home / f"keys/{folder}.json").read_bytes()
    before = reference.check_roster(raw["roster"])
    mine = b64decode(before["holders"]["amina"]["sign_public"])
    reference.check_pin(raw["pins/amina"], mine, before)
    open_as(home, "amina").close()
    after = reference.check_roster((home / "keys/roster.json").read_bytes())
    assert (set(after["holders"]), set(after["checks"])) == ({"amina"}, {"1", "2"})
    reference.check_pin(raw["pins/amina"], mine, after)
    reference.check_pin((home / "keys/pins/amina.json").read_bytes(), mine, after)


def test_the_chain_of_the_trail(vector: dict[str, Any]) -> None:
    start, row, expected = vector["audit_start"], vector["audit_row"], vector["audit_hash"]
    assert audit.start_of(vector["vault"]).hex() == start
    assert hashlib.sha256(reference.bound("audit", vault=vector["vault"])).hexdigest() == start
    assert audit.chained(bytes.fromhex(start), AuditLine(*row)).hex() == expected
    message = bytes.fromhex(start) + reference.canonical(row)
    assert hashlib.sha256(message).hexdigest() == expected


def test_a_real_vault_is_opened_from_the_document_alone(home: Path) -> None:
    with open_as(home, "amina") as vault:
        call = add_note(vault)
    from sqlcipher3 import dbapi2

    secret = reference.open_member(
        (home / "keys/members/amina.json").read_bytes(), passphrase("amina")
    )
    it = reference.read_key_file((home / "keys/members/ines.json").read_bytes())
    ring = reference.check_signature(
        (home / "keys/keyring.json").read_bytes(), "keyring", b64decode(it["sign_public"])
    )
    salt = (home / "vault.db").read_bytes()[:16]
    ((number, epoch),) = (
        (number, epoch)
        for number, epoch in ring["epochs"].items()
        if b64decode(epoch["salt"]) == salt
    )
    info = reference.bound(
        "database key", vault=ring["vault"], epoch=int(number), salt=salt.hex(), member="amina"
    )
    key = reference.hpke_open(secret, b64decode(epoch["slots"]["amina"]), info)

    connection = dbapi2.connect(str(home / "vault.db"))
    connection.execute(f"PRAGMA key = \"x'{key.hex()}{salt.hex()}'\"")
    generation, slot = connection.execute(
        "SELECT generation, sealed FROM note_key WHERE member = 'amina'"
    ).fetchone()
    (day_sealed,) = connection.execute("SELECT sealed FROM day_key").fetchone()
    (note,) = connection.execute("SELECT sealed FROM note").fetchone()
    connection.close()

    vault_id = ring["vault"]
    info = reference.bound("notes key", vault=vault_id, generation=generation, member="amina")
    notes_key = reference.hpke_open(secret, slot, info)
    bound = reference.bound("day key", vault=vault_id, generation=generation, day=DAY)
    day_key = reference.unseal(reference.hkdf(notes_key, b"day key"), day_sealed, bound)
    bound = reference.bound("note", vault=vault_id, day=DAY, call=call, revision=1)
    assert reference.unseal(day_key, note, bound).decode() == CANARY

    _, sign_public = reference.public_halves(secret)
    roster = reference.check_signature(
        (home / "keys/roster.json").read_bytes(), "roster", _signer(home, sign_public)
    )
    stated = b64decode(roster["commitments"][str(generation)])
    bound = reference.bound("commitment", vault=vault_id, generation=generation)
    assert reference.hkdf(notes_key, bound) == stated


def _signer(home: Path, mine: bytes) -> bytes:
    roster = reference.read_key_file((home / "keys/roster.json").read_bytes())
    holder = roster["holders"][roster["signed_by"]]
    assert b64decode(roster["holders"]["amina"]["sign_public"]) == mine
    return b64decode(holder["sign_public"])
