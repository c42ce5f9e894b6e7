import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from console.errors import CannotUnlock
from console.vault import lock, unlock
from console.vault.attempts import EVERYBODY, Attempts
from tests.vault.checks import refuses
from tests.vaults import NOW, open_as


class Clock:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def _waits(attempts: Attempts, member: str = "amina") -> int:
    """Try once; return the seconds that the refusal says, 0 if the try was let through."""
    try:
        attempts.begin(member)
    except CannotUnlock as error:
        return int("".join(filter(str.isdigit, str(error))))
    return 0


def test_three_tries_are_free_then_each_wait_doubles_up_to_a_minute(tmp_path: Path) -> None:
    clock = Clock()
    attempts = Attempts(tmp_path, clock=clock, booted="b")
    assert [_waits(attempts) for _ in range(3)] == [0, 0, 0]
    waits = []
    for _ in range(7):
        due = _waits(attempts)
        clock.now += due - 1
        assert _waits(attempts) == 1
        clock.now += 1
        assert _waits(attempts) == 0
        waits.append(due)
    assert waits == [2, 4, 8, 16, 32, 60, 60]


def test_a_refused_try_does_not_lengthen_the_wait(tmp_path: Path) -> None:
    attempts = Attempts(tmp_path, clock=Clock(), booted="b")
    for _ in range(3):
        attempts.begin("amina")
    assert {_waits(attempts) for _ in range(20)} == {2}


def test_each_member_waits_for_their_own_mistakes(tmp_path: Path) -> None:
    attempts = Attempts(tmp_path, clock=Clock(), booted="b")
    for _ in range(3):
        attempts.begin("amina")
    attempts.succeeded("bea")
    assert _waits(attempts, "bea") == 0
    assert _waits(attempts, "amina") > 0


def test_success_starts_afresh_and_leaves_no_file_once_the_wrong_ones_are_told(
    tmp_path: Path,
) -> None:
    attempts = Attempts(tmp_path, clock=Clock(), booted="b")
    for _ in range(3):
        attempts.begin("amina")
    attempts.succeeded("amina")
    assert attempts.untold() == {"amina": 2}
    assert _waits(attempts) == 0
    attempts.succeeded("amina")
    attempts.told({"amina": 2})
    assert list(tmp_path.iterdir()) == []


def test_what_went_wrong_while_the_trail_was_told_is_told_the_next_time(tmp_path: Path) -> None:
    attempts = Attempts(tmp_path, clock=Clock(), booted="b")
    attempts.begin("amina")
    heard = attempts.untold()
    attempts.begin("amina")
    attempts.begin("bea")
    attempts.told(heard)
    assert attempts.untold() == {"amina": 1, "bea": 1}


def test_a_new_passphrase_ends_the_wait_and_hides_no_wrong_one(tmp_path: Path) -> None:
    attempts = Attempts(tmp_path, clock=Clock(), booted="b")
    for _ in range(3):
        attempts.begin("amina")
    attempts.forgive("amina")
    assert attempts.left("amina") == 0
    assert attempts.untold() == {"amina": 3}


def test_another_program_start_goes_on_waiting(tmp_path: Path) -> None:
    clock = Clock()
    first = Attempts(tmp_path, clock=clock, booted="b")
    for _ in range(3):
        first.begin("amina")
    clock.now += 1
    assert _waits(Attempts(tmp_path, clock=clock, booted="b")) == 1
    clock.now += 1
    assert _waits(Attempts(tmp_path, clock=clock, booted="b")) == 0


@pytest.mark.parametrize(("later", "booted"), [(5.0, "b"), (5.0, "other"), (10_000.0, "other")])
def test_a_restart_of_the_machine_makes_the_whole_wait_due_again(
    tmp_path: Path, later: float, booted: str
) -> None:
    clock = Clock()
    attempts = Attempts(tmp_path, clock=clock, booted="b")
    for _ in range(3):
        attempts.begin("amina")
    clock.now = later
    assert _waits(Attempts(tmp_path, clock=clock, booted=booted)) == 2
    clock.now += 2
    assert _waits(Attempts(tmp_path, clock=clock, booted=booted)) == 0


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[1]", b"\xff", b'{"boot":1,"members":{"amina":[1]}}', b"[" * 10**5]
)
def test_a_damaged_counter_makes_everybody_wait_the_longest(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "attempts").write_bytes(content)
    clock = Clock()
    assert _waits(Attempts(tmp_path, clock=clock, booted="b")) == 60
    clock.now += 60
    attempts = Attempts(tmp_path, clock=clock, booted="b")
    assert _waits(attempts) == 0
    attempts.succeeded("amina")
    assert _waits(attempts, "bea") == 0
    assert attempts.untold() == {EVERYBODY: 1, "bea": 1}


def test_tries_at_the_same_time_are_all_counted(tmp_path: Path) -> None:
    """A backup or a change of a passphrase may count while somebody logs in."""

    def work(member: str) -> None:
        attempts = Attempts(tmp_path, clock=Clock(), booted="b")
        for _ in range(60):
            attempts.begin(member)
            attempts.succeeded(member)
        attempts.begin(member)

    names = ("amina", "bea", "carla", "ines")
    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(work, names))
    assert Attempts(tmp_path, clock=Clock(), booted="b").untold() == dict.fromkeys(names, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["attempts"]


def test_a_damaged_count_is_named_and_not_called_wrong_passphrases(home: Path) -> None:
    (home / "keys/attempts").write_bytes(b"{}")
    line = refuses(CannotUnlock, lambda: open_as(home, "amina"))
    assert "keys/attempts" in line
    assert "60 seconds" in line
    assert "wrong passphrases" not in line
    assert "keys/attempts" in refuses(CannotUnlock, lambda: open_as(home, "bea"))


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes among files")
def test_a_pipe_in_the_place_of_the_count_is_damage_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "attempts")
    attempts = Attempts(tmp_path, clock=Clock(), booted="b")
    assert _waits(attempts) == 60
    assert (tmp_path / "attempts").is_file()


def test_after_three_wrong_passphrases_the_right_one_waits_too(
    home: Path, no_second_goes_by: None
) -> None:
    for _ in range(3):
        refuses(CannotUnlock, lambda: unlock(home, "amina", "wrong", now=NOW))
    assert "seconds" in refuses(CannotUnlock, lambda: open_as(home, "amina"))
    open_as(home, "bea").close()


def test_the_right_passphrase_in_time_forgets_the_wrong_ones(home: Path) -> None:
    for _ in range(2):
        refuses(CannotUnlock, lambda: unlock(home, "amina", "wrong", now=NOW))
    open_as(home, "amina").close()
    assert not (home / "keys/attempts").exists()


def test_a_turn_that_does_not_come_keeps_nobody_out(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "_PATIENCE", 0.0)
    attempts = Attempts(home / "keys")
    with lock.turn(home / "keys"):
        attempts.begin("amina")
    assert attempts.untold() == {"amina": 1}
