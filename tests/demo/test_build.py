"""The demonstration as a stranger gets it."""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from console import breaks, calls, figures, partners, vault
from console.demo import Demonstration, build
from console.demo.build import CALLS, MEMBERS
from console.demo.passphrase import COUNT, draw, words
from tests.patience import PATIENCE
from tests.vaults import NOW


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Demonstration]:
    home = tmp_path_factory.mktemp("demo") / "home"
    return home, build(home, now=NOW)


@pytest.mark.parametrize(("name", "role"), MEMBERS)
def test_everybody_logs_in(made: tuple[Path, Demonstration], name: str, role: str) -> None:
    home, demonstration = made
    with vault.unlock(home, name, demonstration.passphrase, now=NOW) as opened:
        assert opened.member.role == role
        assert opened.member.holds_notes == (role == "operator")


def test_an_operator_finds_calls_notes_partners_and_a_rota(
    made: tuple[Path, Demonstration],
) -> None:
    home, demonstration = made
    with vault.unlock(home, "noor", demonstration.passphrase, now=NOW) as opened:
        lines = calls.recent(opened, limit=20)
        assert sum(line.has_note for line in lines) >= 8
        with_note = next(line for line in lines if line.has_note)
        assert calls.read(opened, with_note.call).note
        directory = partners.directory(opened, now=NOW)
        assert len({line.organization for line in directory}) >= 20
        assert Counter(line.stale for line in directory)[True] in range(1, len(directory) // 2)
        assert {shift.member for shift in breaks.on_shift(opened, now=NOW)} == {"amina", "noor"}
        load = breaks.load(opened, "noor", now=NOW)
        assert load.value < load.threshold


def test_a_coordinator_can_publish_any_month_that_is_over(
    made: tuple[Path, Demonstration],
) -> None:
    home, demonstration = made
    with vault.unlock(home, "carla", demonstration.passphrase, now=NOW) as opened:
        months = figures.periods(opened)
        assert NOW.date().isoformat()[:7] in {line.period for line in months}
        assert len(months) in {12, 13}
        assert opened.db.execute("SELECT count(*) FROM call").fetchone()[0] == CALLS


def test_a_match_is_found_for_what_callers_call_about(made: tuple[Path, Demonstration]) -> None:
    home, demonstration = made
    with vault.unlock(home, "amina", demonstration.passphrase, now=NOW) as opened:
        need = partners.Need("PK-PB", "ur", "18-25", "woman", ("blackmail",))
        fitting, left_out = partners.match(opened, need, now=NOW)
        names = [each.organization for each in fitting]
        assert "National Cyber Crime Investigation Agency" in names
        assert {each.organization for each in left_out} >= {"Legal Aid Society"}


def test_the_partners_say_that_they_may_be_outdated() -> None:
    path = Path(build.__code__.co_filename).with_name("partners.json")
    data = json.loads(path.read_text())
    assert "outdated" in data["about"]
    ids = [row["id"] for table in data.values() if isinstance(table, list) for row in table]
    assert len(ids) == len(set(ids))


def test_a_passphrase_is_drawn_anew_and_never_weak() -> None:
    drawn = {draw(vault.judge_passphrase) for _ in range(5)}
    assert len(drawn) == 5
    for passphrase in drawn:
        assert vault.judge_passphrase(passphrase) is None
        assert len(passphrase.split("-")) == COUNT
        assert set(passphrase.split("-")) <= set(words())


def test_a_weak_draw_is_drawn_again() -> None:
    verdicts = iter(["weak", "weak", None])
    draw(lambda _: next(verdicts))
    assert list(verdicts) == []


def command(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "console", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, **variables},
        start_new_session=True,
        timeout=PATIENCE,
        check=False,
    )


def test_the_command_says_who_may_log_in(tmp_path: Path) -> None:
    home = tmp_path / "try"
    done = command("demo", "--home", str(home), "--no-console")
    assert done.returncode == 0, done.stderr
    for name, role in MEMBERS:
        assert re.search(rf"{name}\s+{role}", done.stdout)
    found = re.search(r"passphrase[^:]*: (\S+)", done.stdout)
    assert found
    vault.unlock(home, "carla", found[1], now=NOW).close()
    again = command("demo", "--home", str(home), "--no-console")
    assert again.returncode == 2
    assert "already" in again.stderr


def test_a_home_of_the_environment_is_left_alone(tmp_path: Path) -> None:
    own = tmp_path / "own"
    done = command("demo", "--no-console", HELPLINE_HOME=str(own))
    assert done.returncode == 2
    assert "--home" in done.stderr
    assert not own.exists()


def test_a_throw_away_folder_goes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from console.cli.demo import _folder

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with _folder(None) as folder:
        folder.mkdir()
        assert folder.is_relative_to(tmp_path)
    assert list(tmp_path.iterdir()) == []
