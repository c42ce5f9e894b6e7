"""Kill -9 while an operator types: what the console called saved is there again."""

import os
import random
import time

from console import calls
from tests.terminal import Terminal
from tests.vaults import make_vault, open_as, passphrase

KILLS = int(os.environ.get("HELPLINE_KILLS", "8"))


def test_kill_while_typing_loses_nothing_that_was_called_saved(tmp_path):
    home = tmp_path / "home"
    make_vault(home)
    random.seed(144)
    expected, keys, lost, oldest = "", 0, 0, 0.0
    for round_ in range(KILLS):
        terminal = Terminal(home=home)
        terminal.log_in("amina", passphrase("amina"))
        if round_ == 0:
            terminal.wait("On the line")
            terminal.press("F2")
            terminal.wait("No call?")
            terminal.to_note()
        else:
            terminal.wait("coded", "This call goes on")
        # Typed first in this process: no word of saving can be about anything before it.
        certain = f"{expected} z{round_}z"
        terminal.press(certain.removeprefix(expected))
        terminal.wait(f"z{round_}z")
        terminal.settle()
        terminal.wait("saved")
        typed: list[tuple[float, str]] = []
        stop = time.monotonic() + random.uniform(0.3, 1.5)
        while time.monotonic() < stop:
            letter = random.choice("abcdefghijklmnop ")
            terminal.press(letter)
            typed.append((time.monotonic(), letter))
            terminal.read(0.02)
        killed = time.monotonic()
        terminal.kill()
        with open_as(home, "amina") as vault:
            [draft] = calls.drafts(vault)
        whole = certain + "".join(letter for _, letter in typed)
        assert whole.startswith(draft.note)
        assert draft.note.startswith(certain)
        gone = typed[len(draft.note) - len(certain) :]
        keys, lost = keys + len(typed), max(lost, len(gone))
        oldest = max([oldest, *(killed - at for at, _ in gone)])
        expected = draft.note
    print(
        f"{KILLS} kills while typing: {keys} keys, the newest {lost} lost at most, "
        f"the oldest of them {oldest:.2f} s old"
    )


def test_sigterm_leaves_no_note_on_the_terminal_and_loses_no_key(tmp_path):
    home = tmp_path / "home"
    make_vault(home)
    terminal = Terminal(home=home)
    terminal.log_in("amina", passphrase("amina"))
    terminal.wait("On the line")
    terminal.press("F2")
    terminal.wait("No call?")
    terminal.to_note()
    terminal.press("quietriver")
    terminal.wait("quietriver")
    terminal.child.kill(15)
    terminal.wait_exit()
    assert b"\x1b[?1049l" in terminal.sent
    assert "quietriver" not in terminal.sent[terminal.sent.rindex(b"\x1b[?1049l") :].decode()
    with open_as(home, "amina") as vault:
        [draft] = calls.drafts(vault)
    assert draft.note == "quietriver"


def test_a_second_console_is_told_who_holds_the_vault(tmp_path):
    home = tmp_path / "home"
    make_vault(home)
    first, second = Terminal(home=home), Terminal(home=home)
    first.log_in("amina", passphrase("amina"))
    first.wait("On the line")
    second.log_in("carla", passphrase("carla"))
    second.wait("amina (since", "has this vault")
    second.press("Ctrl+Q")
    assert second.wait_exit() == 0
    first.press("F2")
    first.wait("No call?")
    first.press("1")
    first.wait("On the line")
    first.press("Ctrl+Q")
    assert first.wait_exit() == 0
    print("a second console beside an open one: told who has it, and the first goes on")
