"""What the connection itself lets each role read and write, whatever a screen asks for."""

import re
from pathlib import Path

import pytest

from console import calls
from console.errors import Refused
from console.vault import Vault
from tests.vault.checks import CANARY, DAY, add_note, refuses
from tests.vaults import NOW, open_as

WHO = {"operator": "amina", "coordinator": "carla", "it": "ines"}
KEYS = {"note_key", "day_key", "kit_note_key", "return_key"}
SEALED = {"note", "draft", "amendment", "contact", "return_code", "return_call"}
CALLS = {"call", "call_mention", "referral"}
LISTS = {"code", "code_change", "code_merge", "card"}
DIRECTORY = {
    "organization",
    "service",
    "location",
    "service_at_location",
    "phone",
    "schedule",
    "language",
    "service_area",
    "required_document",
    "accessibility",
}
PUBLISHED = {"release", "release_file", "release_cell", "folded", "folded_referral"}
PUBLISHED |= {
    "closing",
    "workstation",
    "absence",
    "bundle",
    "reported",
    "restatement",
    "handed_over",
}
TRUE_COUNTS = {"reported", "folded", "release_cell"}
UNREADABLE = {
    "operator": KEYS | TRUE_COUNTS,
    "coordinator": KEYS | SEALED,
    "it": KEYS | SEALED | CALLS | TRUE_COUNTS | {"folded_referral"},
}
WRITABLE = {
    "operator": SEALED | CALLS | {"call_batch", "debrief", "code", "code_change"},
    "coordinator": LISTS | DIRECTORY | PUBLISHED | {"shift", "debrief", "referral"},
    "it": set(),
}
DELETABLE = {
    "operator": WRITABLE["operator"],
    "coordinator": WRITABLE["coordinator"] | CALLS | SEALED | {"call_batch"},
    "it": set(),
}


def can(vault: Vault, statement: str) -> bool:
    """Ask the connection about a statement, without running it."""
    try:
        vault.db.execute(f"EXPLAIN {statement}").fetchall()
    except Refused:
        return False
    return True


@pytest.mark.parametrize("role", WHO)
def test_every_table_by_role_read_written_and_deleted_from(home: Path, role: str) -> None:
    with open_as(home, WHO[role]) as vault:
        tables = {
            name: [row[1] for row in vault.conn.execute(f"PRAGMA table_info({name})")]
            for (name,) in vault.conn.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
            ).fetchall()
        }
        assert len(tables) > 35
        for table, columns in tables.items():
            for column in columns:
                reads = table not in UNREADABLE[role]
                assert can(vault, f"SELECT {column} FROM {table}") == reads, (table, column)
            column = columns[-1]
            assert column != "ended_at"
            written = table in WRITABLE[role]
            assert can(vault, f"INSERT INTO {table} ({column}) VALUES (1)") == written, table
            assert can(vault, f"UPDATE {table} SET {column} = 1") == written, table
            assert can(vault, f"DELETE FROM {table}") == (table in DELETABLE[role]), table


def test_nobody_gets_round_it(home: Path) -> None:
    with open_as(home, "amina") as vault:
        add_note(vault)
    with open_as(home, "carla") as vault:
        # Prepared by the vault itself before, and so in the cache of statements.
        assert vault.conn.execute("SELECT sealed FROM note").fetchall()
        for statement in (
            "SELECT sealed FROM note",
            "SELECT sealed FROM main.note AS n",
            "SELECT count(*) FROM note WHERE length(sealed) > 5",
            "SELECT count(*) FROM note",
            "WITH tally_call AS (SELECT sealed FROM note) SELECT * FROM tally_call",
            "SELECT (SELECT sealed FROM draft)",
            "SELECT 1 ORDER BY (SELECT sealed FROM note)",
            "INSERT INTO card SELECT call, day, day, sealed, day FROM note",
            "UPDATE card SET body = (SELECT sealed FROM note)",
            "DELETE FROM note RETURNING sealed",
            "CREATE TEMP VIEW v AS SELECT sealed FROM note",
            "CREATE VIEW v AS SELECT sealed FROM note",
            "CREATE TRIGGER t AFTER INSERT ON card BEGIN DELETE FROM audit; END",
            "ATTACH ':memory:' AS copy KEY ''",
            "SELECT sqlcipher_export('main')",
            "PRAGMA rekey = 'x'",
            "PRAGMA foreign_keys = OFF",
            "PRAGMA writable_schema = ON",
            "DROP TABLE audit",
            "ALTER TABLE note RENAME TO open_note",
            "REINDEX",
        ):
            refuses(Refused, lambda statement=statement: vault.db.execute(statement).fetchall())
        refuses(
            Refused, lambda: vault.db.conn.executemany("DELETE FROM audit WHERE seq = ?", [[1]])
        )
        assert not hasattr(vault.db.conn, "cursor")
        assert not hasattr(vault.db.conn, "set_authorizer")
        assert vault.audit_broken_at() is None


def test_what_a_statement_returns_runs_no_other(home: Path) -> None:
    """A cursor of the driver would: its connection is not asked about what it runs."""
    with open_as(home, "amina") as vault:
        call = add_note(vault)
    with open_as(home, "carla") as vault:
        rows = vault.db.execute("SELECT id FROM call")
        many = vault.db.conn.executemany("UPDATE call SET ended_at = NULL WHERE id = ?", [[call]])
        for found in (rows, iter(rows), many):
            reachable = {name for name in dir(found) if not name.startswith("_")}
            assert not reachable & {"execute", "executemany", "executescript", "connection"}
        assert rows.description[0][0] == "id"
        assert rows.fetchone() == (call,)
        assert (rows.fetchone(), rows.fetchall(), list(rows)) == (None, [], [])
        assert many.rowcount == 1
        assert list(vault.db.query("SELECT id FROM call")) == [{"id": call}]
    with open_as(home, "amina") as vault:
        statement = "INSERT INTO call (operator, day) VALUES ('amina', ?)"
        assert vault.db.execute(statement, [DAY]).lastrowid == call + 1


def test_a_call_takes_along_what_hangs_on_it_and_shows_none_of_it(home: Path) -> None:
    with open_as(home, "amina") as vault:
        call = add_note(vault)
        with vault.transaction():
            vault.conn.execute("INSERT INTO return_code VALUES (1, x'00', ?)", [DAY])
            vault.conn.execute("INSERT INTO return_call VALUES (1, ?)", [call])
    with open_as(home, "carla") as vault:
        for statement in (
            "SELECT call FROM note",
            "SELECT return_code, call FROM return_call",
            "UPDATE card SET title = (SELECT call FROM note)",
            "DELETE FROM card RETURNING (SELECT call FROM return_call)",
            "DELETE FROM note RETURNING call",
            "DELETE FROM contact Returning\ncall",
            "DELETE FROM return_call RETURNING return_code, call",
            "DELETE FROM call RETURNING id, (SELECT count(call) FROM contact)",
            "WITH c AS (SELECT 1) DELETE FROM draft WHERE call > 0 RETURNING call",
        ):
            refuses(Refused, lambda statement=statement: vault.db.execute(statement).fetchall())
        with vault.transaction():
            assert vault.db.execute("DELETE FROM call WHERE id = ?", [call]).rowcount == 1
        for table in ("note", "draft", "return_call"):
            assert vault.conn.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
        refuses(Refused, lambda: vault.db.execute("SELECT call FROM note"))


def test_it_counts_calls_and_sees_none(home: Path) -> None:
    with open_as(home, "amina") as vault:
        add_note(vault)
    with open_as(home, "ines") as vault:
        for table in CALLS:
            assert vault.db.execute(f"SELECT count(*) FROM {table}").fetchone()
        for statement in (
            "SELECT id FROM call",
            "SELECT count(*) FROM call WHERE region = 'PK-PB'",
            "SELECT operator, count(*) FROM call GROUP BY operator",
            "SELECT max(rowid) FROM call",
            "SELECT * FROM tally_call",
            "SELECT * FROM call_load",
            "SELECT count(*) FROM tally_call",
            "WITH x AS (SELECT rowid AS n FROM call) SELECT n FROM x",
        ):
            refuses(Refused, lambda statement=statement: vault.db.execute(statement).fetchall())
        assert vault.db.execute("SELECT count(*) FROM member").fetchone() == (4,)


def test_it_sees_no_call_through_counts_that_nothing_protects(home: Path) -> None:
    """The counts of a month with one call are that call's codes."""
    with open_as(home, "carla") as vault, vault.transaction():
        vault.db.execute("INSERT INTO folded VALUES ('2026-03', '[\"region\"]', '[\"PK-PB\"]', 1)")
    with open_as(home, "ines") as vault:
        for table in sorted(TRUE_COUNTS | {"folded_referral"}):
            refuses(Refused, lambda table=table: vault.db.execute(f"SELECT * FROM {table}"))
            refuses(Refused, lambda table=table: vault.db.execute(f"SELECT count(*) FROM {table}"))
        refuses(Refused, lambda: vault.db.execute("SELECT * FROM referral_outcome"))
        assert vault.db.execute("SELECT content FROM release_file").fetchall() == []
    with open_as(home, "amina") as vault:
        refuses(Refused, lambda: vault.db.execute("SELECT cell FROM folded"))
        assert vault.db.execute("SELECT * FROM referral_outcome").fetchall() == []


def test_the_vault_goes_on_after_a_refusal_and_in_the_middle_of_one(home: Path) -> None:
    with open_as(home, "carla") as vault:

        def both() -> None:
            with vault.transaction():
                vault.audit("card.changed", "closing", now=NOW)
                vault.db.execute("SELECT sealed FROM note")

        before = vault.audit_lines()
        refuses(Refused, both)
        assert vault.audit_lines() == before
        vault.set_setting("site", "Linea")
        assert not vault.conn.in_transaction


def test_it_does_all_its_work_on_what_it_cannot_read(home: Path) -> None:
    with open_as(home, "amina") as vault:
        call = add_note(vault)
    with open_as(home, "ines") as vault:
        vault.rotate(now=NOW)
        refuses(Refused, lambda: vault.db.execute("SELECT sealed FROM note"))
        vault.remove_member("bea", now=NOW)
    with open_as(home, "amina") as vault:
        assert vault.read_note(call) == CANARY
        assert vault.db.execute("SELECT day FROM note").fetchone() == (DAY,)


def test_no_room_takes_the_vaults_own_connection() -> None:
    rooms = Path(__file__).parents[2] / "console"
    sources = [path for path in rooms.rglob("*.py") if "vault" not in path.relative_to(rooms).parts]
    assert len(sources) > 50
    for path in sources:
        found = re.search(r"(?<!\.db)\.conn\b|_connection\b|_of_driver\b", path.read_text("utf-8"))
        assert found is None, (path, found)


def test_instants_are_emptied_by_whoever_may_see_calls(home: Path) -> None:
    """At every log-in, whoever logs in; IT's changes nothing, as it may not even look."""
    with open_as(home, "amina") as vault:
        call = add_note(vault)
        with vault.transaction():
            vault.conn.execute("UPDATE call SET ended_at = '2026-11-01T09:00:00+00:00'")
    question = "SELECT ended_at FROM call WHERE id = ?"
    for name, emptied in (("ines", False), ("carla", True)):
        with open_as(home, name) as vault:
            calls.coarsen(vault, now=NOW)
            (instant,) = vault.conn.execute(question, [call]).fetchone()
            assert (instant is None) == emptied
