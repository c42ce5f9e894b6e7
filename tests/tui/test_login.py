"""A login that does not get through leaves nothing open behind the unlock screen."""

from pathlib import Path

import pytest

from console import codebook
from console.errors import VaultDamaged
from console.tui.session import Session
from console.vault.lock import Lock
from tests.vaults import NOW, open_as, passphrase


def damage_codes(home: Path) -> None:
    """Flip a bit of the page on which the codes begin, which an unlock alone does not read."""
    with open_as(home, "carla") as vault:
        codebook.add_code(vault, "region", "marked", {"en": "Marked"}, now=NOW)
    with open_as(home, "carla") as vault:
        (page,) = vault.conn.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'code'"
        ).fetchone()
        (size,) = vault.conn.execute("PRAGMA page_size").fetchone()
    content = bytearray((home / "vault.db").read_bytes())
    content[(page - 1) * int(size) + 100] ^= 1
    (home / "vault.db").write_bytes(content)
    open_as(home, "amina").close()


async def test_damage_found_after_the_unlock_is_named_each_time_and_the_lock_is_free(home: Path):
    damage_codes(home)
    for _again in range(2):
        with pytest.raises(VaultDamaged, match=r"vault\.db is damaged"):
            await Session.open(home, "amina", passphrase("amina"), now=NOW)
        Lock.take(home / "keys", "somebody", now=NOW).release()
