"""The vault's budgets, each a ratio measured beside its reference in one run.

    python bench/vault.py [MEGABYTES]

Prints `name ratio`: rotation against SQLCipher's own rekey of the same file (100 MB by default;
1000 asks for 1 GB); an unlock with every check, but for the derivation, by IT (ines) and by a note
holder (amina) against opening a raw-keyed file; all that a login does besides against the same,
both after a derivation, which leaves the processor cold; a durable draft against one row in plain
SQLite on the same disk. Medians of several rounds, the two sides taking turns.
"""

import shutil
import sqlite3
import sys
import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import patch

from shared.turns import Spent, fill, line, now, spent
from shared.vaults import NOW, WORDS

from console.vault import Cost, Vault, create, files, identity, opening, unlock
from console.vault.ahead import find
from console.vault.database import driver
from console.vault.files import read_file
from console.vault.identity import MemberFile, glimpse
from console.vault.keyring import RawKey
from console.vault.lock import Lock


def pragma_key(raw: RawKey) -> str:
    """Return the SQL literal of a raw key with its salt; a PRAGMA takes no parameters."""
    return f"\"x'{raw.key.hex()}{raw.salt.hex()}'\""


def raw_open(path: Path, raw: RawKey) -> Any:
    """Open a SQLCipher file with a raw key, as bare as can be; the reference."""
    connection = driver().connect(str(path), isolation_level=None)
    connection.execute("PRAGMA key = " + pragma_key(raw))
    connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return connection


def rotation(vault: Vault, megabytes: int) -> str:
    """Compare rotation with rekey; the files are equal at the start."""
    copy, key = vault.home / "rekeyed.db", vault.raw
    vault.checkpoint()
    shutil.copyfile(vault.file, copy)

    def rekey() -> Spent:
        nonlocal key
        connection = raw_open(copy, key)
        connection.execute("PRAGMA synchronous = FULL")
        fresh = RawKey.generate()
        began = now()
        connection.execute("PRAGMA rekey = " + pragma_key(fresh))
        connection.close()
        took = now() - began
        key = RawKey(fresh.key, copy.read_bytes()[:16])
        return took

    name = f"rotation_to_rekey_{megabytes}_mb"
    return line(name, 3, lambda: spent(lambda: vault.rotate(now=NOW)), rekey)


def forget() -> None:
    """Let the program know no more of the key files than one that was just started."""
    # Documents are new ones then, and so is what is remembered of them.
    identity.verified.cache_clear()
    files.parse_document.cache_clear()


def reference(home: Path, raw: RawKey, *, derived: bool) -> Spent:
    """Return what opening the file with a raw key takes, at once or after a derivation."""
    if derived:
        identity.derive(WORDS, bytes(16), Cost.FLOOR)
    began = now()
    connection = raw_open(home / "vault.db", raw)
    took = now() - began
    connection.close()
    return took


def unlocked(home: Path, name: str, raw_key: RawKey) -> str:
    """Compare an unlock, every check made, with a raw open.

    The clock stands while one's private keys are derived from the passphrase, and while that is
    done which an unlock does meanwhile.
    """
    keys, path = home / "keys", home / "keys" / "members" / f"{name}.json"
    key = identity.derive(WORDS, *glimpse(path, read_file(path)))

    def ours() -> Spent:
        forget()
        began = now()
        lock = Lock.grab(keys)
        raw = read_file(path)
        glimpse(path, raw)
        took = now() - began
        file = MemberFile.parse(path, raw)
        lock.say(name, now=NOW)
        found = find(home, file.public)
        me = file.open_with(key)
        assert me is not None
        began = now()
        vault = Vault(home, lock, me, found)
        took += now() - began
        vault.close()
        return took

    title = f"unlock_to_raw_open_{name}"
    return line(title, 51, ours, lambda: reference(home, raw_key, derived=False))


def logged_in(home: Path, name: str, raw: RawKey) -> str:
    """Compare all that a login does but the derivation, with a raw open after a derivation."""
    derive, deriving = identity.derive, Spent(0, 0)

    def timed(passphrase: str, salt: bytes, cost: Cost) -> bytes:
        nonlocal deriving
        began = now()
        try:
            return derive(passphrase, salt, cost)
        finally:
            deriving = now() - began

    def ours() -> Spent:
        forget()
        with patch.object(opening, "derive", timed):
            began = now()
            vault = unlock(home, name, WORDS, now=NOW)
            took = now() - began - deriving
        vault.close()
        return took

    title = f"login_to_raw_open_{name}"
    return line(title, 15, ours, lambda: reference(home, raw, derived=True))


def commit(vault: Vault) -> str:
    """Compare a durable draft with one durable row in plain SQLite."""
    plain = sqlite3.connect(vault.home / "plain.db", isolation_level=None)
    plain.execute("PRAGMA journal_mode = WAL")
    plain.execute("PRAGMA synchronous = FULL")
    plain.execute("CREATE TABLE draft (call INTEGER PRIMARY KEY, sealed BLOB)")
    payload = bytes(1000)
    return line(
        "draft_to_plain_commit",
        200,
        lambda: spent(lambda: vault.write_draft(1, payload, now=NOW)),
        lambda: spent(lambda: plain.execute("REPLACE INTO draft VALUES (1, ?)", (payload,))),
    )


def main(megabytes: int) -> None:
    """Make a vault in a throw-away folder and print the ratios."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        home = Path(folder)
        create(home, "ines", WORDS, site="Bench", country="PK", now=NOW, cost=Cost.FLOOR)
        with unlock(home, "ines", WORDS, now=NOW) as vault:
            vault.add_member("amina", "operator", WORDS, now=NOW, cost=Cost.FLOOR)
            fill(vault, megabytes)
            print(rotation(vault, megabytes))
            raw = vault.raw
        with unlock(home, "amina", WORDS, now=NOW) as vault:
            print(commit(vault))
        for name in ("ines", "amina"):
            print(unlocked(home, name, raw))
            print(logged_in(home, name, raw))


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 100)
