"""A whole shift in a real terminal at 80x24, by keyboard alone, on the demonstration vault."""

import json
import re
from pathlib import Path

import pytest

from tests.terminal import Terminal

CANARY = "quietriver"


@pytest.fixture
def demonstration(tmp_path_factory):
    """A demonstration vault and the passphrase that it printed."""
    home = tmp_path_factory.mktemp("demonstration") / "home"
    terminal = Terminal("--home", str(home), "demo", "--no-console", home=home, columns=100)
    assert terminal.wait_exit() == 0, terminal.text
    printed = terminal.sent.decode()
    found = re.search(r"passphrase[^:]*:\s*(\S+)", printed, re.IGNORECASE)
    assert found, printed
    return home, found.group(1)


def test_the_whole_shift(demonstration, tmp_path: Path):
    home, passphrase = demonstration
    temporary = home.parent / "temporary"
    temporary.mkdir()
    terminal = Terminal(home=home, TMPDIR=str(temporary))

    terminal.log_in("amina", passphrase)
    terminal.wait("On the line", "F2")
    terminal.press("F2")
    terminal.wait("No call?")
    for word in ("myself", "woman", "23", "punjab", "insta", "blackmail", "urgent"):
        terminal.press(word, "Enter")
    terminal.wait(
        "About self", "Woman", "18–25", "Punjab", "Instagram", "Blackmail", "Within a day"
    )
    terminal.to_note()
    terminal.press(f"She says {CANARY} is what he calls her.")
    terminal.wait(CANARY, "saved")

    terminal.press("F3")
    terminal.wait("Bring:")
    terminal.press("Enter")
    terminal.wait("✓ referred")
    terminal.press("F3")
    terminal.wait_gone("✓ referred")

    terminal.press("F9")
    terminal.wait("How hard was this call")
    terminal.press("5")
    terminal.wait("not now")
    terminal.press("F4")
    terminal.wait("00:", "I am back")
    terminal.press("Enter")
    terminal.wait("On the line")
    terminal.press("F12")

    terminal.wait("Helpline Console")
    terminal.log_in("carla", passphrase, after_lock=True)
    terminal.wait("F6")
    terminal.press("F6")
    terminal.wait("months", "open")
    terminal.press("Down", "Enter")
    terminal.wait("nothing is published", "F8 check")
    terminal.press("F9")
    terminal.wait("Publish", "/figures")
    terminal.press(str(tmp_path / "out"))
    terminal.wait("/out ")
    terminal.press("Enter")
    terminal.wait("is published, and written to")
    [folder] = (tmp_path / "out").iterdir()
    release = json.loads((folder / "release.json").read_text())
    assert (release["mode"], release["period"]) == ("rounded", folder.name)
    terminal.press("Enter")
    terminal.wait_gone("which folder")
    terminal.press("F12")

    terminal.wait("Helpline Console")
    terminal.log_in("ines", passphrase, after_lock=True)
    terminal.wait("F8")
    terminal.press("F8")
    terminal.wait("rotate the vault")
    terminal.press("F8")
    terminal.wait("the old key opens nothing")
    terminal.press("F12")

    terminal.wait("Helpline Console")
    terminal.log_in("amina", passphrase, after_lock=True)
    terminal.wait("On the line", "✎")
    terminal.press("Down", "Enter")
    terminal.wait(CANARY)
    terminal.press("q")
    terminal.wait_gone(CANARY)
    terminal.press("Ctrl+Q")
    assert terminal.wait_exit() == 0
    after = terminal.sent[terminal.sent.rindex(b"\x1b[?1049l") :]
    assert CANARY.encode() not in after

    # In no file of the home or of the temporary folder.
    files = [path for path in home.parent.rglob("*") if path.is_file()]
    assert len(files) > 5
    for path in files:
        assert CANARY.encode() not in path.read_bytes(), path.name
    print(f"a word of the note, looked for in {len(files)} files after a shift: found 0 times")
