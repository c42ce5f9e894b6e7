import subprocess
import sys
import threading
from concurrent.futures import Future
from pathlib import Path

import pytest

from console.errors import ConsoleError, VaultDamaged
from console.vault import DatabaseThread, Vault, VaultBusy, trouble
from console.vault.database import driver
from tests.vault.checks import add_call, add_note, refuses
from tests.vaults import NOW, open_as


def _calls(vault: Vault) -> int:
    return int(vault.db.execute("SELECT count(*) FROM call").fetchone()[0])


def test_a_transaction_is_all_or_nothing(home: Path) -> None:
    with open_as(home, "amina") as vault:
        add_call(vault)
        with pytest.raises(KeyError), vault.transaction():
            vault.db.execute("INSERT INTO call (operator, day) VALUES ('amina', '2026-11-21')")
            raise KeyError
        assert _calls(vault) == 1


def test_a_transaction_inside_another_joins_it(home: Path) -> None:
    with open_as(home, "amina") as vault:
        with pytest.raises(KeyError), vault.transaction():
            with vault.transaction():
                vault.db.execute("INSERT INTO call (operator, day) VALUES ('amina', '2026-11-21')")
            vault.audit("call.finished", "1", now=NOW)
            raise KeyError
        assert _calls(vault) == 0
        add_call(vault)
    with open_as(home, "amina") as vault:
        assert _calls(vault) == 1


def test_what_sqlite_utils_writes_in_a_transaction_belongs_to_it(home: Path) -> None:
    with open_as(home, "amina") as vault:
        with pytest.raises(KeyError), vault.transaction():
            vault.db["call"].insert_all([{"operator": "amina", "day": "2026-11-21"}] * 3)
            raise KeyError
        assert _calls(vault) == 0


@pytest.mark.parametrize("trouble_at", ["the checkpoint is locked", "the checkpoint fails"])
def test_whatever_the_checkpoint_says_the_file_is_closed(home: Path, trouble_at: str) -> None:
    vault = open_as(home, "amina")
    add_call(vault)
    if trouble_at == "the checkpoint is locked":
        # Somebody's rows were not read to the end.
        rows = vault.conn.execute("SELECT * FROM audit")
        rows.fetchone()
        refuses(VaultBusy, vault.checkpoint)
        vault.close()
    else:
        vault.conn.set_authorizer(lambda *_: 1)
        with pytest.raises(driver().DatabaseError, match="not authorized"):
            vault.close()
    with pytest.raises(driver().ProgrammingError, match="closed"):
        vault.conn.execute("SELECT 1")
    with open_as(home, "bea") as again:
        assert _calls(again) == 1


def test_a_committed_row_survives_a_kill_at_once(home: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path\n"
        "from tests.vaults import open_as, NOW; from tests.vault.checks import add_note\n"
        "add_note(open_as(Path(sys.argv[1]), 'amina'), 'kept')\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code, str(home)], cwd=_ROOT, check=False)
    with open_as(home, "amina") as vault:
        assert vault.read_note(1) == "kept"
        assert vault.read_drafts() == [(1, b"kept", "2026-11-21T09:02:07+00:00")]


def test_a_full_disk_is_told_and_the_vault_goes_on(home: Path) -> None:
    with open_as(home, "amina") as vault:
        call = add_call(vault)
        (pages,) = vault.conn.execute("PRAGMA page_count").fetchone()
        vault.conn.execute(f"PRAGMA max_page_count = {pages}")
        refuses(ConsoleError, lambda: vault.write_draft(call, bytes(100_000), now=NOW))
        assert "full" in refuses(
            ConsoleError, lambda: vault.write_draft(call, bytes(100_000), now=NOW)
        )
        assert vault.read_drafts() == []
        vault.conn.execute("PRAGMA max_page_count = 1000000")
        vault.write_draft(call, bytes(100_000), now=NOW)
        assert len(vault.read_drafts()) == 1


def test_a_read_only_vault_is_told_and_goes_on(home: Path) -> None:
    with open_as(home, "amina") as vault:
        call = add_call(vault)
        vault.conn.execute("PRAGMA query_only = ON")
        assert "writable" in refuses(ConsoleError, lambda: vault.write_draft(call, b"x", now=NOW))
        vault.conn.execute("PRAGMA query_only = OFF")
        vault.write_draft(call, b"x", now=NOW)


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are a POSIX thing")
def test_files_that_cannot_grow_lose_nothing(home: Path) -> None:
    code = """
import resource, sys
from pathlib import Path
from console.errors import ConsoleError
from tests.vaults import NOW, open_as
from tests.vault.checks import add_note
home = Path(sys.argv[1])
vault = open_as(home, 'amina')
call = add_note(vault, 'kept')
limit = (home / 'vault.db-wal').stat().st_size + 50_000
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
for action in (
    lambda: vault.write_draft(call, bytes(10**6), now=NOW),
    lambda: vault.set_setting('x', 'y' * 10**6),
):
    try:
        action()
    except ConsoleError as error:
        print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
vault.write_draft(call, b'later', now=NOW)
vault.close()
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(home)],
        cwd=_ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 2
    assert all("what was saved before is safe" in line for line in lines)
    with open_as(home, "amina") as vault:
        assert vault.read_note(1) == "kept"
        assert vault.read_drafts()[0][1] == b"later"
        assert vault.setting("x") is None


def test_mistakes_in_sql_and_broken_constraints_are_the_callers(home: Path) -> None:
    with open_as(home, "amina") as vault:
        from sqlite_utils.utils import sqlite3

        with pytest.raises(sqlite3.IntegrityError), vault.transaction():
            vault.db.execute("INSERT INTO call (operator, day) VALUES ('ghost', '2026-11-21')")
        with pytest.raises(sqlite3.OperationalError), trouble():
            vault.db.execute("SELECT nonsense FROM call")
        add_call(vault)


def test_settings_are_any_json(home: Path) -> None:
    with open_as(home, "carla") as vault:
        vault.set_setting("policy.breaks", {"minutes": [15, None, "è"]})
        assert vault.setting("policy.breaks") == {"minutes": [15, None, "è"]}
        assert vault.setting("nothing", 7) == 7
        assert vault.setting("country") == "PK"
        assert len(bytes.fromhex(vault.setting("release_secret"))) == 32


def test_the_log_is_empty_after_a_checkpoint_and_gone_after_closing(home: Path) -> None:
    with open_as(home, "amina") as vault:
        add_note(vault)
        log = home / "vault.db-wal"
        assert log.stat().st_size > 0
        vault.checkpoint()
        assert log.stat().st_size == 0
    assert not log.exists()
    vault.close()


def test_the_database_thread_runs_everything_in_order_on_one_thread(home: Path) -> None:
    thread = DatabaseThread()
    with open_as(home, "amina") as vault:
        futures: list[Future[tuple[int, int]]] = [
            thread.submit(lambda: (add_call(vault), threading.get_ident())) for _ in range(5)
        ]
        thread.close()
        results = [future.result() for future in futures]
    assert [number for number, _ in results] == [1, 2, 3, 4, 5]
    assert {ident for _, ident in results} == {results[0][1]}
    assert results[0][1] != threading.get_ident()


def test_what_goes_wrong_on_the_database_thread_comes_out_of_the_future(home: Path) -> None:
    thread = DatabaseThread()
    content = bytearray((home / "vault.db").read_bytes())
    with open_as(home, "amina") as vault:
        (root,) = vault.db.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'organization'"
        ).fetchone()
    content[(root - 1) * 4096 + 7] ^= 1
    (home / "vault.db").write_bytes(content)
    with open_as(home, "amina") as vault:
        damaged = thread.submit(lambda: vault.db.execute("SELECT * FROM organization").fetchall())
        assert "vault.db" in refuses(VaultDamaged, damaged.result)
        with pytest.raises(ZeroDivisionError):
            thread.submit(lambda: 1 // 0).result()
    thread.close()


_ROOT = Path(__file__).parents[2]
