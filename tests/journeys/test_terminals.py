"""Every terminal, every way out of it, and nothing left on any of them."""

import os
import re
import signal
import sys
from pathlib import Path

import pexpect
import pyte
import pytest

import console
from console import calls
from tests.journeys.failing import CANARY, KINDS
from tests.patience import PATIENCE
from tests.terminal import Terminal
from tests.vaults import make_vault, open_as, passphrase

TEXTUAL_VARIABLES = {
    "TEXTUAL": "debug,devtools",
    "TEXTUAL_DEBUG": "1",
    "TEXTUAL_LOG": "textual.log",
    "TEXTUAL_SCREENSHOT": "1",
    "TEXTUAL_SHOW_RETURN": "1",
}
PYTHON_VARIABLES = {
    "PYTHONINSPECT": "1",
    "PYTHONDEVMODE": "1",
    "PYTHONASYNCIODEBUG": "1",
    "PYTHONFAULTHANDLER": "1",
    "PYTHONWARNINGS": "always",
}


@pytest.fixture
def home(tmp_path):
    home = tmp_path / "home"
    make_vault(home)
    return home


def with_history(terminal: Terminal) -> Terminal:
    """Give ``terminal`` a screen that remembers what scrolled out of it, and no second screen."""
    screen = pyte.HistoryScreen(80, 24, history=1000)
    terminal.screen = screen
    terminal._stream = pyte.ByteStream(screen)
    return terminal


def remembered(terminal: Terminal) -> str:
    """Return all that can be seen by scrolling up, and the screen."""
    history = terminal.screen.history
    lines = [*history.top, *history.bottom]
    return "\n".join("".join(cell.data for cell in line.values()) for line in lines) + terminal.text


def to_a_note(terminal: Terminal) -> None:
    """Log in, start a call and type the canary in its note."""
    terminal.log_in("amina", passphrase("amina"))
    terminal.wait("On the line")
    terminal.press("F2")
    terminal.wait("No call?")
    for frame in ("coded", "note"):
        terminal.press("Tab")
        terminal.settle()
        assert frame in terminal.text
    terminal.press(f"She says {CANARY}.")
    terminal.wait(CANARY, "saved")


TERMINALS = {
    "xterm": {"TERM": "xterm", "COLORTERM": ""},
    "truecolor": {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
    "tmux": {"TERM": "tmux-256color", "TMUX": "/tmp/tmux-0/default,1,0"},
    "screen": {"TERM": "screen"},
    "sixteen": {"TERM": "xterm-16color"},
    "no-colour": {"TERM": "xterm-256color", "NO_COLOR": "1"},
    "linux": {"TERM": "linux", "COLORTERM": ""},
    "C": {"LC_ALL": "C", "LANG": "C"},
}


@pytest.mark.parametrize("variables", TERMINALS.values(), ids=TERMINALS)
def test_a_call_is_typed_locked_and_left_and_nothing_of_it_stays(home, variables):
    terminal = with_history(Terminal(home=home, **variables))
    to_a_note(terminal)
    if variables.get("TERM") == "linux" or variables.get("LANG") == "C":
        assert terminal.text.isascii()
    terminal.press("F12")
    terminal.wait("Helpline Console", "passphrase")
    terminal.settle()
    locked = terminal.sent[terminal.sent.index(b"\x1b[3J") :]
    assert CANARY.encode() not in locked
    assert CANARY not in remembered(terminal)
    terminal.press("Esc")
    assert terminal.wait_exit() == 0
    assert CANARY not in remembered(terminal)
    assert "Helpline" not in terminal.text
    # No operating system command: no title, no clipboard, no pointer, no link.
    assert b"\x1b]" not in terminal.sent
    colours = re.findall(
        rb"\x1b\[[0-9;]*\b(?:[34]8;[25]|3[0-7]|4[0-7]|9[0-7]|10[0-7])\b", terminal.sent
    )
    if "NO_COLOR" in variables:
        assert not colours
    elif "16" in variables.get("TERM", "") or variables.get("TERM") == "linux":
        assert not [each for each in colours if b"8;" in each]


@pytest.mark.parametrize("term", ["dumb", "", "unknown"])
def test_a_terminal_without_a_screen_is_refused_in_a_line(home, term):
    terminal = Terminal(home=home, TERM=term, columns=200)
    assert terminal.wait_exit() == 2
    [line] = terminal.sent.decode().split("\r\n")[:-1]
    assert line.startswith("helpline: ")
    assert "--help" in line
    assert b"\x1b" not in terminal.sent


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGUSR2"])
def test_a_signal_takes_the_note_off_the_terminal_and_keeps_it(home, name):
    terminal = with_history(Terminal(home=home))
    to_a_note(terminal)
    terminal.press(" and more")
    terminal.wait("and more")
    terminal.child.kill(getattr(signal, name))
    assert terminal.wait_exit() == 1
    assert CANARY not in remembered(terminal)
    assert b"Traceback" not in terminal.sent
    with open_as(home, "amina") as vault:
        [draft] = calls.drafts(vault)
    assert draft.note == f"She says {CANARY}. and more"


def test_a_window_that_is_closed_ends_the_console_and_keeps_the_note(home):
    terminal = Terminal(home=home)
    to_a_note(terminal)
    terminal.press(" last word")
    terminal.wait("last word")
    child = terminal.child
    os.close(child.child_fd)
    child.closed = True
    os.waitpid(child.pid, 0)
    with open_as(home, "amina") as vault:
        [draft] = calls.drafts(vault)
    assert draft.note == f"She says {CANARY}. last word"


MALFORMED = [
    b"\x1b[1588::115;5u",
    b"\x1b[1114112u",
    b"\x1b[97;1;55296u",
    b"\x1b[99999999999999999999;1u",
    b"\x1b[48;0;0;0;0t",
    b"\x1b[48;99999;99999;1;1t",
    b"\x1b[<0;0;0M\x1b[<999999;99999;99999m\x1b[<64;1;1M",
    b"\x1b[?2026;9$y\x1b[?2048;2$y\x1b[?9999999;1$y",
    b"\x1b[M\xff\xff\xff",
    b"\xff\xfe\xc3(\xe9",
    b"\x1b]52;c;aGk=\x07\x1bP+q\x1b\\",
    b"\x1b[200~\x1b]0;title\x07\x9b31m\x00pasted\x1b[201~",
    b"\x1b" * 50,
    b"\x1b[" + b"1;" * 300 + b"u",
]


def test_no_bytes_from_the_terminal_stop_the_console(home):
    terminal = Terminal(home=home)
    to_a_note(terminal)
    for data in MALFORMED:
        terminal.child.send(data)
        terminal.settle()
        assert terminal.child.isalive(), data
    while "note" not in terminal.text:
        # One of them was read as Esc: the screen that came is left the same way.
        terminal.press("Esc")
        terminal.settle()
    terminal.press("F12")
    terminal.wait("Helpline Console")
    terminal.press("Esc")
    assert terminal.wait_exit() == 0
    assert b"\x1b]" not in terminal.sent
    with open_as(home, "amina") as vault:
        [draft] = calls.drafts(vault)
    assert draft.note.startswith(f"She says {CANARY}.")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]", draft.note)


@pytest.mark.parametrize("kind", KINDS)
def test_a_defect_shows_one_calm_line_and_none_of_the_callers_words(home, kind, tmp_path):
    child = pexpect.spawn(
        sys.executable,
        ["-m", "tests.journeys.failing", kind, str(home), "amina", passphrase("amina")],
        dimensions=(24, 80),
        env={**os.environ, **PYTHON_VARIABLES, "TERM": "xterm-256color", "PYTHONINSPECT": ""},
        timeout=PATIENCE,
    )
    child.expect("On the line")
    child.send("\x1b[15~")
    for _ in range(int(PATIENCE)):
        if kind == "reader":
            # The first key once F5 has been dealt with, however long that takes.
            child.send("x")
        if child.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=1) == 0:
            break
    child.close()
    shown = child.before or b""
    after = shown[shown.rindex(b"\x1b[?1049l") :]
    assert after.count(b"helpline: the console had to stop") == 1
    assert after.count(b"\r\n") == 1
    assert child.exitstatus == 1
    for words in (CANARY.encode(), b"Traceback", b"KeyError("):
        assert words not in shown
    assert b"KeyError at failing:" in after


@pytest.mark.parametrize(
    "variables", [PYTHON_VARIABLES, TEXTUAL_VARIABLES], ids=["python", "textual"]
)
def test_no_variable_opens_a_door(home, tmp_path, monkeypatch, variables):
    """No prompt of Python with the keys in memory, no log, no picture, no port."""
    root = Path(console.__file__).parents[1]
    monkeypatch.chdir(tmp_path)
    terminal = Terminal(home=home, PYTHONPATH=str(root), **variables)
    to_a_note(terminal)
    terminal.press("Ctrl+Q")
    assert terminal.wait_exit() == 0
    after = terminal.sent[terminal.sent.rindex(b"\x1b[?1049l") :]
    assert b">>>" not in after
    assert after.count(b"\r\n") == 0
    left = [path for path in tmp_path.iterdir() if path.name != "home"]
    assert not left
