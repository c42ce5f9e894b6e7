"""Kills at random moments: what was told as done is there, and nothing is there in part.

HELPLINE_KILLS sets how often; each drill prints its figures (`pytest -s`).
"""

from pathlib import Path

from tests.vault.kills import killed_within, pace
from tests.vault.test_drills import _FEW, enter, identity
from tests.vaults import make_vault

_FINISH = """
import sys
from dataclasses import replace
from pathlib import Path
from console import calls
from tests.calls.test_hand_over import CODED
from tests.vaults import NOW, open_as
vault = open_as(Path(sys.argv[1]), 'amina')
for draft in calls.drafts(vault):
    calls.finish(vault, replace(draft, coded=CODED, note='left open'), distress=2, now=NOW)
while True:
    draft = replace(calls.start(vault, now=NOW), coded=CODED)
    draft = replace(draft, note=f'call {draft.call} ' + 'long ' * 400)
    calls.save(vault, draft, now=NOW)
    print('saved', draft.call, flush=True)
    calls.finish(vault, draft, distress=2, now=NOW)
    print('finished', draft.call, flush=True)
"""

_PURGE = """
import sys
from datetime import timedelta
from pathlib import Path
from console.vault import purge
from tests.vault.checks import add_call
from tests.vaults import NOW, open_as
vault = open_as(Path(sys.argv[1]), 'amina')
print('begun 0', flush=True)
for day in range(400):
    made = (NOW + timedelta(days=day)).date().isoformat()
    with vault.transaction():
        for _ in range(3):
            call = vault.conn.execute("INSERT INTO call (operator, day) VALUES ('amina', ?)",
                                      (made,)).lastrowid
            vault.write_note(call, made, f'note of {made}')
    print('kept', call, flush=True)
    purge.destroy(vault, now=NOW + timedelta(days=day))
    print('purged', day, flush=True)
sys.stdin.read()
"""


def _killed(script: str, home: Path, seconds: float) -> list[list[str]]:
    """Kill a script at a random moment; return what it said was done."""
    return [line.split() for line in killed_within(seconds, script, home)]


def test_a_kill_while_calls_are_finished_loses_none(tmp_path: Path):
    home = tmp_path / "home"
    make_vault(home)
    me = identity(home, "amina")
    finished: set[int] = set()
    saved: set[int] = set()
    seconds = 6 * pace(_FINISH, home)
    for _ in range(_FEW):
        for word, number in _killed(_FINISH, home, seconds):
            (finished if word == "finished" else saved).add(int(number))
        with enter(home, me) as vault:
            done = dict(vault.conn.execute("SELECT id, period FROM call"))
            drafts = {call for call, _, _ in vault.read_drafts()}
            assert all(done[call] for call in finished)
            assert saved <= drafts | {call for call, period in done.items() if period}
            assert all(vault.read_note(call) for call in finished)
            assert vault.audit_broken_at() is None
    print(f"{_FEW} kills while finishing: {len(finished)} calls finished, 0 lost")
    assert finished


def test_a_kill_during_a_purge_destroys_days_whole_or_not_at_all(tmp_path: Path):
    home = tmp_path / "home"
    make_vault(home)
    me = identity(home, "amina")
    purged, seconds = 0, 200 * pace(_PURGE, home)
    for _ in range(_FEW):
        said = _killed(_PURGE, home, seconds)
        kept = [int(number) for word, number in said if word == "kept"] or [0]
        purged += sum(1 for line in said if line[0] == "purged")
        with enter(home, me) as vault:
            notes = vault.conn.execute(
                "SELECT call, day, length(sealed) > 0, day IN (SELECT day FROM day_key) FROM note"
            ).fetchall()
            assert max(call for call, *_ in notes) >= max(kept)
            for call, day, sealed, has_key in notes:
                assert has_key or not sealed
                if sealed:
                    assert vault.read_note(call) == f"note of {day}"
            assert vault.audit_broken_at() is None
            assert vault.conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    print(f"{_FEW} kills during purges: {purged} purges told, no day half destroyed")


_IMPORT = """
import sys
from pathlib import Path
from console import calls
from tests.vaults import NOW, open_as
home = Path(sys.argv[1])
vault = open_as(home, 'amina')
number = len(list(home.glob('*.csv')))
while True:
    file = home / f'{number}.csv'
    file.write_text('day,code\\n' + '2026-11-20,x\\n' * (100 + number))
    print('begun', number, flush=True)
    calls.import_calls(vault, file, home / 'map.toml', now=NOW)
    print('imported', 100 + number, flush=True)
    number += 1
"""

_MAP = """
[file]
encoding = "utf-8"
delimiter = ","
[day]
column = "day"
format = "%Y-%m-%d"
"""


def test_a_kill_during_an_import_keeps_all_of_a_file_or_nothing(tmp_path: Path):
    home = tmp_path / "home"
    make_vault(home)
    (home / "map.toml").write_text(_MAP)
    me = identity(home, "amina")
    imported: list[int] = []
    seconds = 6 * pace(_IMPORT, home)
    for _ in range(_FEW):
        said = _killed(_IMPORT, home, seconds)
        imported += [int(number) for word, number in said if word == "imported"]
        with enter(home, me) as vault:
            batches = vault.conn.execute(
                "SELECT b.rows, count(c.id) FROM call_batch b LEFT JOIN call c ON c.batch = b.id "
                "GROUP BY b.id"
            ).fetchall()
            assert all(rows == found for rows, found in batches)
            assert set(imported) <= {rows for rows, _ in batches}
            (loose,) = vault.conn.execute(
                "SELECT count(*) FROM call WHERE batch IS NULL"
            ).fetchone()
            assert loose == 0
            assert vault.audit_broken_at() is None
    print(f"{_FEW} kills during imports: {len(imported)} files told as imported, none in part")
