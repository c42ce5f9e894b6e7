"""Something of every kind that is sealed under the notes' key."""

from pathlib import Path

from console.vault import Vault, narrative
from tests.vault.checks import CANARY, DAY, add_note
from tests.vaults import NOW, open_as

SEALED = (
    ("note", "sealed"),
    ("amendment", "sealed"),
    ("draft", "sealed"),
    ("contact", "sealed"),
    ("contact", "sealed_key"),
    ("return_key", "sealed"),
    ("day_key", "sealed"),
)


def fill(vault: Vault) -> int:
    """Write something of every kind that is sealed; return the call."""
    call = add_note(vault)
    narrative.write_contact(vault, call, CANARY.encode(), consent_on=DAY, expires_on="2026-12-05")
    with vault.transaction():
        vault.write_note(call, "2026-11-20", "of the day before")
    narrative.write_amendment(vault, call, DAY, CANARY.encode(), amended_on=DAY)
    narrative.return_digest(vault, "40719926")
    return call


def reads(vault: Vault, call: int) -> None:
    """Read again all that `fill` wrote."""
    assert vault.read_note(call, 1) == CANARY
    assert vault.read_note(call, 2) == "of the day before"
    assert vault.read_drafts()[0][:2] == (call, CANARY.encode())
    assert narrative.read_contact(vault, call) == CANARY.encode()
    assert narrative.read_amendments(vault, call)[0].payload == CANARY.encode()


def blobs(vault: Vault) -> dict[tuple[str, str], list[bytes]]:
    """Return every sealed value by table and column."""
    return {
        (table, column): [
            bytes(value)
            for (value,) in vault.conn.execute(f"SELECT {column} FROM {table}").fetchall()
        ]
        for table, column in SEALED
    }


def remove_bea(home: Path) -> None:
    """Let IT remove bea."""
    with open_as(home, "ines") as vault:
        vault.remove_member("bea", now=NOW)
