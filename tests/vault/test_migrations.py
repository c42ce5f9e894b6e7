"""An older vault becomes exactly what a new one is."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from console.vault.database import SCHEMA_VERSION, schema
from console.vault.migrations import STEPS, migrate
from tests.vaults import open_as

OLD = Path(__file__).with_name("schema_1.sql").read_text("utf-8")


def old_database() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(OLD + "PRAGMA user_version = 1;")
    return connection


def shape(connection: sqlite3.Connection) -> dict[str, object]:
    """Everything that the schema says, whatever the words that it was said in."""
    question = "SELECT type, name, sql FROM sqlite_schema WHERE sql NOT NULL ORDER BY name"
    found: dict[str, object] = {}
    for kind, name, sql in connection.execute(question).fetchall():
        if kind == "view":
            found[name] = sql
            continue
        pragmas = ("table_xinfo", "foreign_key_list", "index_list", "index_xinfo")
        found[name] = [
            sorted(map(str, connection.execute(f"PRAGMA {pragma}({name})"))) for pragma in pragmas
        ]
        checks = " ".join(sql.split()).count("CHECK")
        found[f"{name} checks"] = (checks, "WITHOUT ROWID" in sql)
    return found


def test_a_migrated_vault_has_the_schema_of_a_new_one():
    new = sqlite3.connect(":memory:")
    new.executescript(schema())
    old = old_database()
    migrate(old, 1, schema())
    assert shape(old) == shape(new)
    assert old.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    assert max(STEPS) == SCHEMA_VERSION


def test_a_caller_for_somebody_else_gets_a_relation_of_its_own():
    old = old_database()
    old.execute("INSERT INTO member VALUES ('amina', 'operator', '', '', '2026-11-21', NULL)")
    for caller in ("self", "friend", "witness"):
        old.execute(
            "INSERT INTO call (operator, day, caller) VALUES ('amina', '2026-11-21', ?)", [caller]
        )
    migrate(old, 1, schema())
    assert old.execute("SELECT caller, relation FROM call ORDER BY id").fetchall() == [
        ("self", "unknown"),
        ("on_behalf", "friend"),
        ("witness", "unknown"),
    ]


def test_a_step_that_fails_changes_nothing():
    old = old_database()
    before = shape(old)
    with pytest.raises(sqlite3.OperationalError):
        migrate(old, 1, schema() + "CREATE VIEW wrong AS SELECT nothing FROM nowhere_at;\n" * 2)
    assert shape(old) == before
    assert old.execute("PRAGMA user_version").fetchone() == (1,)


def test_an_old_vault_is_brought_up_to_date_by_whoever_unlocks_it(home: Path, tmp_path: Path):
    with open_as(home, "ines") as vault:
        for (name,) in vault.conn.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'view'"
        ).fetchall():
            vault.conn.execute(f"DROP VIEW {name}")
        for name in ("contact", "return_call", "return_code", "return_key", "amendment", "card"):
            vault.conn.execute(f"DROP TABLE {name}")
        for name in (
            "code_merge",
            "code_change",
            "folded",
            "folded_referral",
            "kit_note_key",
            "kit",
            "restatement",
            "handed_over",
            "reported",
            "bundle",
            "absence",
            "workstation",
            "closing",
        ):
            vault.conn.execute(f"DROP TABLE {name}")
        vault.conn.execute("ALTER TABLE call DROP COLUMN relation")
        vault.conn.execute("PRAGMA user_version = 1")
    shutil.copytree(home, tmp_path / "copy")
    with open_as(tmp_path / "copy", "amina") as vault:
        assert vault.conn.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        assert vault.conn.execute("SELECT count(*) FROM tally_call").fetchone() == (0,)
