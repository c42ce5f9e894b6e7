"""``helpline practice`` as a trainee starts it, and the folder that it leaves behind: none."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from console.cli.practice import practice
from console.cli.throwaway import throw_away
from console.codebook import LANGUAGES
from tests.cli.conftest import Command
from tests.terminal import Terminal

PREFIX = "helpline-made-up-"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The temporary folder of this test."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_trainee_takes_a_call_and_nothing_stays(tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    own = tmp_path / "own"
    terminal = Terminal("practice", "--language", "es", home=own, TMPDIR=str(temporary))
    terminal.wait("PRACTICE", "caller 1 of 8")
    assert [folder.name.startswith("helpline-practice-") for folder in temporary.iterdir()] == [
        True
    ]
    terminal.press("F2")
    terminal.wait("Hola. No sé si llamo al lugar correcto.")
    terminal.press("F8")
    terminal.wait("Mi ex subió fotos mías a Instagram.")
    terminal.press("Ctrl+Q")
    assert terminal.wait_exit() == 0
    assert list(temporary.iterdir()) == []
    assert not own.exists()


def test_without_a_terminal_it_says_so_and_makes_nothing(empty: Command, tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    answer = empty.run("practice", TMPDIR=str(temporary))
    assert answer.code == 2
    assert "terminal" in answer.err
    assert list(temporary.iterdir()) == []


def test_a_country_that_is_none_is_refused(empty: Command) -> None:
    answer = empty.run("practice", "--country", "Norway")
    assert answer.code == 2
    assert "two letters" in answer.err


def test_the_callers_speak_the_languages_of_the_code_lists() -> None:
    [language] = [option for option in practice.params if option.name == "language"]
    assert tuple(language.type.choices) == LANGUAGES


def test_what_a_killed_program_left_goes_at_the_next_start(temporary: Path) -> None:
    script = (
        "import sys, tempfile; tempfile.tempdir = sys.argv[1]\n"
        "from console.cli.throwaway import throw_away\n"
        f"with throw_away({PREFIX!r}) as home:\n"
        "    home.mkdir(); (home / 'vault.db').touch(); print('ready', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script, str(temporary)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdout
    assert child.stdout.readline() == b"ready\n"
    [running] = temporary.iterdir()
    with throw_away(PREFIX):
        assert running.exists()
    child.kill()
    child.communicate()
    assert running.exists()
    with throw_away(PREFIX) as home:
        assert list(temporary.iterdir()) == [home.parent]
    assert list(temporary.iterdir()) == []


def test_a_folder_that_is_not_ours_to_remove_stays(temporary: Path) -> None:
    elsewhere = temporary / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "lock").touch()
    (temporary / f"{PREFIX}link").symlink_to(elsewhere)
    (temporary / f"{PREFIX}unknown").mkdir()
    with throw_away(PREFIX):
        assert (elsewhere / "lock").read_bytes() == b""
        assert (temporary / f"{PREFIX}link").is_symlink()
        assert (temporary / f"{PREFIX}unknown").is_dir()
