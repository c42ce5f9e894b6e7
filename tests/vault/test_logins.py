"""What the trail says of logins, and of what happened before them without the vault."""

import json
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from console.errors import CannotUnlock, Refused
from console.vault import Vault, back_up, change_passphrase, logins, purge, unlock
from console.vault.attempts import Attempts
from console.vault.files import spell
from console.vault.identity import MemberFile
from tests.vault.checks import CANARY, add_note, refuses
from tests.vaults import NOW, open_as, passphrase

NEW = "nine green kettles hum softly"
HOUR = timedelta(hours=1)


def told(vault: Vault, start: int = 0) -> list[tuple[str, str, str]]:
    """The lines from ``start`` on: who, what, which."""
    return [(line.actor, line.action, line.subject) for line in vault.audit_lines()[start:]]


def lines_of(home: Path) -> int:
    with open_as(home, "ines") as vault:
        return len(vault.audit_lines())


def wrong(home: Path, name: str, times: int = 1) -> None:
    for _ in range(times):
        refuses(CannotUnlock, lambda: unlock(home, name, "wrong", now=NOW))


def test_a_login_is_in_the_trail_once_an_hour_and_member(home: Path) -> None:
    start = lines_of(home)
    for name, later in (
        ("amina", 1 * HOUR),
        ("amina", 1 * HOUR),
        ("carla", 1 * HOUR),
        ("amina", 2 * HOUR),
        ("carla", 2 * HOUR),
        ("amina", 2 * HOUR),
    ):
        open_as(home, name, now=NOW + later).close()
    with open_as(home, "ines") as vault:
        found = [(line.hour[11:], line.actor, line.action) for line in vault.audit_lines()[start:]]
        assert vault.audit_broken_at() is None
    assert found == [
        ("10Z", "amina", "vault.unlocked"),
        ("10Z", "carla", "vault.unlocked"),
        ("11Z", "amina", "vault.unlocked"),
        ("11Z", "carla", "vault.unlocked"),
    ]


def test_a_login_is_in_the_file_before_anything_is_read(home: Path, tmp_path: Path) -> None:
    """Whoever kills the program, and whoever copies the files of an open console, leaves it."""
    now = NOW + HOUR
    with open_as(home, "amina", now=now):
        shutil.copytree(home, tmp_path / "killed")
    with open_as(tmp_path / "killed", "ines", now=now) as vault:
        assert ("amina", "vault.unlocked", "") in told(vault)[-2:]


def test_wrong_passphrases_are_told_once_at_the_next_login_of_anybody(
    home: Path, no_second_goes_by: None
) -> None:
    start = lines_of(home)
    wrong(home, "bea", 2)
    wrong(home, "amina")
    open_as(home, "carla").close()
    with open_as(home, "carla") as vault:
        assert sorted(told(vault, start)) == [
            ("carla", "passphrase.wrong", "amina: 1"),
            ("carla", "passphrase.wrong", "bea: 2"),
            ("carla", "vault.unlocked", ""),
        ]
    # She waits all the same: what the trail has heard is not forgiven.
    wrong(home, "bea")
    assert "seconds" in refuses(CannotUnlock, lambda: open_as(home, "bea"))
    before = start + 3
    with open_as(home, "carla") as vault:
        assert told(vault, before) == [("carla", "passphrase.wrong", "bea: 1")]


def test_the_right_passphrase_elsewhere_does_not_hide_the_wrong_ones(
    home: Path, file: Path
) -> None:
    """Changing a passphrase and backing up open nothing that could be told at once."""
    wrong(home, "bea", 2)
    change_passphrase(home, "bea", passphrase("bea"), NEW, now=NOW)
    wrong(home, "ines", 1)
    back_up(home, "ines", passphrase("ines"), file, now=NOW)
    with open_as(home, "amina") as vault:
        assert {
            ("amina", "passphrase.wrong", "bea: 2"),
            ("amina", "passphrase.wrong", "ines: 1"),
        } < {*told(vault)}
    assert not (home / "keys/attempts").exists()


def test_a_wrong_passphrase_for_an_emergency_is_told_too(home: Path) -> None:
    with open_as(home, "amina") as vault:
        refuses(CannotUnlock, lambda: purge.confirm(vault, "wrong"))
        purge.confirm(vault, passphrase("amina"))
    with open_as(home, "amina") as vault:
        assert told(vault)[-1] == ("amina", "passphrase.wrong", "amina: 1")


@pytest.mark.parametrize(
    ("untold", "subjects"),
    [
        ({"mallory says\x1b[2J": 3, "zoe": 1}, []),
        ({"bea": 10**40}, ["bea: 99999"]),
        ({"bea": -4, "carla": 0}, []),
        ({"bea": "many"}, ["the count was damaged"]),
        ([], ["the count was damaged"]),
    ],
)
def test_a_count_that_somebody_wrote_puts_no_words_into_the_trail(
    home: Path, untold: object, subjects: list[str]
) -> None:
    path = home / "keys/attempts"
    path.write_bytes(
        spell({"boot": Attempts(home / "keys")._boot, "members": {}, "untold": untold})
    )
    if subjects == ["the count was damaged"]:
        # Everybody waits the longest then, which a test does not.
        Attempts(home / "keys").untold()
        state = json.loads(path.read_bytes())
        path.write_bytes(spell({**state, "members": {}}))
    with open_as(home, "amina", now=NOW + HOUR) as vault:
        found = [subject for _, action, subject in told(vault) if action == "passphrase.wrong"]
    assert found == subjects


def test_an_older_program_s_count_is_read(home: Path, no_second_goes_by: None) -> None:
    attempts = Attempts(home / "keys")
    state = {"boot": attempts._boot, "members": {"bea": [2, 0.0]}}
    (home / "keys/attempts").write_bytes(spell(state))
    wrong(home, "bea")
    assert attempts.left("bea") > 0
    assert attempts.untold() == {"bea": 1}


def test_a_changed_passphrase_is_told_at_that_member_s_next_login(home: Path) -> None:
    for name in ("amina", "bea"):
        open_as(home, name).close()
    start = lines_of(home)
    changed = NOW + timedelta(days=2)
    change_passphrase(home, "amina", passphrase("amina"), NEW, now=changed)
    open_as(home, "bea").close()
    for _ in range(2):
        unlock(home, "amina", NEW, now=changed + HOUR).close()
    with open_as(home, "ines") as vault:
        assert told(vault, start) == [
            ("amina", "vault.unlocked", ""),
            ("amina", "passphrase.changed", "set on 2026-11-23"),
        ]


def test_an_old_key_file_put_back_shows_as_a_passphrase_of_before(home: Path) -> None:
    path = home / "keys/members/amina.json"
    old = path.read_bytes()
    change_passphrase(home, "amina", passphrase("amina"), NEW, now=NOW + timedelta(days=2))
    unlock(home, "amina", NEW, now=NOW + timedelta(days=2)).close()
    path.write_bytes(old)
    with open_as(home, "amina", now=NOW + timedelta(days=3)) as vault:
        assert told(vault)[-1] == ("amina", "passphrase.changed", "set on 2026-11-21")


def test_nothing_is_told_of_whoever_was_refused(home: Path) -> None:
    start = lines_of(home)
    refuses(Refused, lambda: change_passphrase(home, "amina", passphrase("amina"), "x", now=NOW))
    refuses(CannotUnlock, lambda: unlock(home, "nobody", "wrong", now=NOW))
    with open_as(home, "ines") as vault:
        assert told(vault, start) == []


_FULL = """
import resource, signal, sys
from datetime import timedelta
from pathlib import Path
from tests.vaults import NOW, open_as
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
with open_as(Path(sys.argv[1]), "amina", now=NOW + timedelta(hours=2)) as vault:
    lines = [line.action for line in vault.audit_lines()]
    print(vault.read_note(int(sys.argv[2])), lines.count("passphrase.wrong"))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_a_login_that_cannot_be_written_keeps_nobody_from_reading(home: Path) -> None:
    """And is told by the next one that can, with all that it had to tell."""
    with open_as(home, "amina") as vault:
        call = add_note(vault)
    wrong(home, "bea")
    answer = subprocess.run(
        [sys.executable, "-c", _FULL, str(home), str(call)],
        capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False,
    )  # fmt: skip
    assert answer.stdout == f"{CANARY} 0\n", answer.stderr
    with open_as(home, "ines") as vault:
        assert told(vault)[-1] == ("ines", "passphrase.wrong", "bea: 1")


def test_what_was_told_and_not_struck_off_is_told_again_rather_than_never(home: Path) -> None:
    wrong(home, "bea")
    count = (home / "keys/attempts").read_bytes()
    with open_as(home, "carla") as vault:
        # A power cut before the file was written.
        (home / "keys/attempts").write_bytes(count)
        file = MemberFile.read(home / "keys/members/carla.json")
        logins.tell(vault, file, now=NOW)
        assert [line[2] for line in told(vault)].count("bea: 1") == 2
