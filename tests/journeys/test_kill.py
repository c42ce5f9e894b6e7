"""Kill -9 while an operator types: what was typed half a second ago is there again."""

import os
import random
import time

from console import calls
from tests.terminal import Terminal
from tests.vaults import make_vault, open_as, passphrase

KILLS = int(os.environ.get("HELPLINE_KILLS", "20"))
JOURNAL_BOUND = 0.5


def test_kill_while_typing_loses_at_most_half_a_second(tmp_path):
    home = tmp_path / "home"
    make_vault(home)
    random.seed(144)
    expected, keys, lost = "", 0, 0
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
        whole = expected + "".join(letter for _, letter in typed)
        certain = expected + "".join(letter for at, letter in typed if killed - at > JOURNAL_BOUND)
        assert whole.startswith(draft.note)
        assert draft.note.startswith(certain)
        keys, lost = keys + len(typed), max(lost, len(whole) - len(draft.note))
        expected = draft.note
    print(f"{KILLS} kills while typing: {keys} keys, the newest {lost} lost at most, 0 older")


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
