"""Recovery kits by commands alone: sheets, the drill, and the day all passphrases are lost."""

import json
import stat
from pathlib import Path

import pytest

from console.cli.kit import kit_line
from console.cli.sheets import Sheets
from console.vault import KitStatus, NewKit, read_share, share_lines, shares
from console.vault.identity import Identity
from tests.cli.conftest import Answer, Command, refused
from tests.terminal import Terminal
from tests.vaults import NOW, passphrase

NEW = "nine green kettles hum softly"
DAY = NOW.date()


def make_kit(helpline: Command, *arguments: object) -> Answer:
    amina = helpline.secret("amina", passphrase("amina"))
    return helpline.as_("ines", "key", "kit", "--with-passphrase-file", amina, *arguments)


@pytest.fixture
def sheets(helpline: Command, tmp_path: Path) -> list[str]:
    """The shares of a kit of three, two of which are needed."""
    out = tmp_path / "sheets.txt"
    made = make_kit(helpline, "--shares", 3, "--threshold", 2, "--out", out)
    assert made.code == 0, made.err
    return share_lines(out.read_text("utf-8"))


def test_sheets_go_to_a_new_file_of_the_owners_alone(helpline: Command, tmp_path: Path) -> None:
    out = tmp_path / "kit.html"
    made = make_kit(helpline, "--out", out)
    assert made.code == 0, made.err
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert "not encrypted" in made.out
    page = out.read_text("utf-8")
    words = page.split("<small>1</small>")[1].split("<")[0]
    assert words not in made.out + made.err
    before = out.read_bytes()
    refused(make_kit(helpline, "--out", out), 2, "already")
    refused(make_kit(helpline, "--out", tmp_path / "kit.pdf"), 2, ".html")
    refused(make_kit(helpline, "--out", tmp_path / "none" / "kit.txt"), 1, "kit.txt")
    assert out.read_bytes() == before
    listed = helpline.as_("ines", "audit", "--json")
    assert listed.out.count("kit.made") == 1


def test_in_a_pipe_the_sheets_are_printed_and_nothing_else(helpline: Command) -> None:
    made = make_kit(helpline)
    assert made.code == 0, made.err
    assert made.err == ""
    assert [read_share(line).number for line in share_lines(made.out)] == [1, 2, 3, 4, 5]
    assert max(map(len, made.out.splitlines())) <= 80


def test_it_alone_and_an_operator_alone_make_no_kit(helpline: Command) -> None:
    ines, amina = (helpline.secret(name, passphrase(name)) for name in ("ines", "amina"))
    kit = ("key", "kit", "--with", "amina", "--with-passphrase-file")
    refused(helpline.as_("amina", *kit, amina), 5, "IT")
    refused(helpline.as_("ines", *kit, ines), 3, "passphrase")
    refused(helpline.as_("ines", "key", "kit", "--with", "carla"), 2, "operator")
    refused(helpline.as_("ines", "key", "kit"), 3, "--with-passphrase-file")
    assert "kit.made" not in helpline.as_("ines", "audit").out


def test_a_drill_proves_the_kit(helpline: Command, sheets: list[str]) -> None:
    some, more = helpline.secret("a", sheets[0]), helpline.secret("b", sheets[2])
    proven = helpline.run("key", "drill", "--json", "--shares-file", some, "--shares-file", more)
    assert json.loads(proven.out)["number"] == 1, proven.err
    assert "last proven 0 days ago" in helpline.as_("ines", "key", "status").out
    status = json.loads(helpline.as_("ines", "key", "status", "--json").out)
    assert (status["kit"]["number"], status["kit"]["opens_all"]) == (1, True)


def test_what_is_wrong_with_sheets_is_told_without_them(
    helpline: Command, sheets: list[str]
) -> None:
    def drill(*lines: str) -> Answer:
        return helpline.run("key", "drill", "--shares-file", "-", given="\n".join(lines).encode())

    refused(drill(sheets[0]), 3, "2 are needed")
    refused(drill(), 3)
    words = sheets[1].split()
    wrong = drill(sheets[0], " ".join([*words[:8], words[9], *words[9:]]))
    refused(wrong, 2, "Word 9")
    assert words[9] not in wrong.err.split()
    other = [" ".join(share.words) for share in shares.split(bytes(32), 3, 2)]
    refused(drill(*other[:2]), 3, "another vault")
    refused(helpline.run("key", "drill", "--shares-file", "/none/x"), 3, "/none/x")
    refused(helpline.run("key", "drill"), 3, "--shares-file")
    assert make_kit(helpline).code == 0
    refused(drill(*sheets[:2]), 3, "kit 2")


def test_when_all_passphrases_are_lost(helpline: Command, sheets: list[str]) -> None:
    file, new = helpline.secret("shares", "\n".join(sheets[1:])), helpline.secret("new", NEW)
    recover = ("key", "recover", "--shares-file", file, "--new-passphrase-file", new)
    for name, role in (("amina", "operator"), ("ines", "it")):
        done = helpline.run(*recover, name)
        assert (done.code, role in done.out) == (0, True), done.err
        refused(helpline.as_(name, "key", "status"), 3)
    listed = helpline.run("--as", "ines", "--passphrase-file", new, "member", "list", "--json")
    held = {each["name"]: each["holds_notes"] for each in json.loads(listed.out)}
    assert held == {"amina": True, "carla": False, "ines": False}
    refused(helpline.run(*recover, "noor"), 2, "--role")
    both = ("--shares-file", "-", "--new-passphrase-file", "-", "amina")
    refused(helpline.run("key", "recover", *both), 2, "standard input")


def test_sheets_are_typed_on_a_terminal_one_by_one(helpline: Command, sheets: list[str]) -> None:
    terminal = Terminal("key", "drill", home=helpline.home)
    terminal.wait("Share 1")
    words = sheets[0].split()
    terminal.press(" ".join(["zzzz", *words[1:]]), "Enter")
    terminal.wait("Word 1")
    terminal.press(" ".join(words[:20]), "Enter")
    terminal.wait("word 21")
    terminal.press(" ".join(word[:4] for word in words[20:]), "Enter")
    terminal.wait("Sheet 1 is good. 1 more to go.")
    assert words[5] not in terminal.text
    terminal.press(sheets[0], "Enter")
    terminal.wait("already")
    terminal.press(sheets[1], "Enter")
    terminal.wait("Recovery kit 1 works")
    assert terminal.wait_exit() == 0
    assert words[5] not in terminal.text.split()


def test_on_a_terminal_sheets_are_shown_one_by_one_and_wiped(helpline: Command) -> None:
    ines, amina = (helpline.secret(name, passphrase(name)) for name in ("ines", "amina"))
    own = ("--as", "ines", "--passphrase-file", str(ines))
    kit = ("key", "kit", "--shares", "2", "--threshold", "2", "--with-passphrase-file", str(amina))
    terminal = Terminal(*own, *kit, home=helpline.home, rows=50)
    terminal.wait("Sheet 1 of 2", "Enter goes on")
    assert "Sheet 2 of 2" not in terminal.text
    terminal.press("", "Enter")
    second = terminal.wait("Sheet 2 of 2", "Enter goes on")
    (line,) = share_lines(second)
    terminal.press("Enter")
    terminal.wait("Recovery kit 1 is in use")
    assert terminal.wait_exit() == 0
    assert "Sheet 2 of 2" not in terminal.text
    assert read_share(line).number == 2
    assert b"\x1b[3J" in terminal.sent


def test_the_printable_page_needs_nothing_and_escapes_the_site() -> None:
    split = shares.split(bytes(32), 3, 2)
    kit = NewKit(7, 2, tuple(split), Identity.generate("x", "operator").public)
    sheets = Sheets("<script>L'Écoute & Co", "f" * 32, "2026-11-21", kit)
    page, text = sheets.html(), sheets.texts()
    assert "<script>" not in page
    assert "http" not in page
    assert page.count("<section>") == 3
    for share in split:
        for place, word in enumerate(share.words, start=1):
            assert f"<small>{place}</small>{word}</td>" in page
    for language in ("en", "fr", "nb", "es"):
        assert page.count(f'lang="{language}"') >= 6
    assert share_lines(text) == [" ".join(share.words) for share in split]


def test_the_status_of_a_kit_in_one_line() -> None:
    found = KitStatus(2, 5, 3, "2026-10-01", "amina", "2026-10-12", True)
    assert "last proven 40 days ago" in kit_line(found, DAY)
    assert "any 3 of 5" in kit_line(found, DAY)
    assert "never proven" in kit_line(KitStatus(2, 5, 3, "2026-10-01", "amina", None, True), DAY)
    assert "new one" in kit_line(KitStatus(2, 5, 3, "2026-10-01", "amina", None, False), DAY)
    assert "No recovery kit" in kit_line(None, DAY)
