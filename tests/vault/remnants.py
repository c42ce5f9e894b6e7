"""What is left of what was destroyed, sought in every decrypted page; and a vault to seek it in."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from console.vault import Vault, narrative, purge
from tests.vault import reference
from tests.vault.checks import add_call
from tests.vaults import NOW

_PIECE = 8
VALUES = (
    ("note", "sealed"),
    ("amendment", "sealed"),
    ("contact", "sealed"),
    ("contact", "sealed_key"),
    ("day_key", "sealed"),
    ("draft", "sealed"),
)
TODAY = NOW.date()


def ago(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()


def a_long_year(vault: Vault, dice: random.Random, calls_taken: int) -> list[tuple[int, str]]:
    """Take calls in the order of time, changed later, so that SQLite moves rows between pages."""
    taken: list[tuple[int, str]] = []
    for number in range(calls_taken):
        day = ago(120 - number * 119 // calls_taken)
        with vault.transaction():
            call = add_call(vault)
            taken.append((call, day))
            long = 2500 if dice.random() < 0.3 else 150
            vault.write_note(call, day, "x" * dice.randrange(1, long))
            if dice.random() < 0.4:
                other, then = taken[dice.randrange(max(0, len(taken) - 200), len(taken))]
                vault.write_note(other, then, "y" * dice.randrange(1, 4000))
                before = dice.randbytes(dice.randrange(100, 900))
                narrative.write_amendment(vault, other, then, before, amended_on=then)
            if dice.random() < 0.3:
                expires = date.fromisoformat(day) + timedelta(days=dice.randrange(1, 60))
                payload = dice.randbytes(dice.randrange(60, 300))
                narrative.write_contact(
                    vault, call, payload, consent_on=day, expires_on=expires.isoformat()
                )
    return taken


def sealed(vault: Vault) -> set[bytes]:
    return {
        bytes(value)
        for table, column in VALUES
        for (value,) in vault.conn.execute(f"SELECT {column} FROM {table}")
        if value
    }


def pieces_left(vault: Vault, gone: set[bytes]) -> int:
    """Return how many pieces of eight bytes of what is gone are anywhere in the file or its log."""
    vault.checkpoint()
    image = reference.image(vault.file.read_bytes(), vault.raw.key)
    pieces = {
        value[at : at + _PIECE]
        for value in gone
        for at in range(0, len(value) - _PIECE + 1, _PIECE)
    }
    assert pieces
    assert b"CREATE TABLE day_key" in image
    return sum(image[at : at + _PIECE] in pieces for at in range(len(image)))


def destroyed_by(vault: Vault, *instants: datetime) -> set[bytes]:
    """Destroy what is due at each of ``instants``; return what is gone then."""
    before = sealed(vault)
    for now in instants:
        purge.destroy(vault, now=now)
    return before - sealed(vault)


def tables(vault: Vault) -> Iterator[tuple[str, str]]:
    yield from vault.conn.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'table'")


def everything(vault: Vault) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows but of settings and the trail, which a login adds to."""
    return {
        name: vault.conn.execute(f"SELECT * FROM {name}").fetchall()
        for name, _ in list(tables(vault))
        if name not in ("setting", "audit")
    }
