"""What a person at a terminal is asked."""

import sys
from pathlib import Path

import pexpect

from tests.cli.conftest import Command
from tests.patience import PATIENCE
from tests.vaults import passphrase

INES = "quiet-kettles-paint-lanterns-of-ines"


def at_terminal(home: Path, *arguments: str) -> "pexpect.spawn[str]":
    command = ["-m", "console", "--home", str(home), *arguments]
    return pexpect.spawn(sys.executable, command, encoding="utf-8", timeout=PATIENCE)


def end(child: "pexpect.spawn[str]") -> tuple[int | None, str]:
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus, child.before or ""


def test_a_passphrase_is_asked_for_and_not_shown(helpline: Command) -> None:
    child = at_terminal(helpline.home, "key", "status")
    child.expect("Passphrase of ines: ")
    child.sendline(passphrase("ines"))
    code, printed = end(child)
    assert code == 0
    assert "The vault's key is number 1" in printed
    assert "lanterns" not in printed


def test_who_it_is_is_asked_where_several_may(helpline: Command) -> None:
    child = at_terminal(helpline.home, "partner", "stale")
    child.expect("Who are you")
    child.sendline("carla")
    child.expect("Passphrase of carla: ")
    child.sendline(passphrase("carla"))
    assert end(child)[0] == 0


def test_control_c_at_a_question_ends_quietly(helpline: Command) -> None:
    child = at_terminal(helpline.home, "key", "status")
    child.expect("Passphrase of ines: ")
    child.sendintr()
    code, printed = end(child)
    assert code == 130
    assert "Traceback" not in printed


def test_two_different_new_passphrases_make_no_vault(tmp_path: Path) -> None:
    child = at_terminal(tmp_path / "home", "init", "ines")
    child.expect("New passphrase of ines")
    child.sendline(INES)
    child.expect("The same again: ")
    child.sendline(INES + "x")
    code, printed = end(child)
    assert code == 2
    assert "differ" in printed
    assert not (tmp_path / "home" / "vault.db").exists()


def test_without_a_vault_the_console_offers_to_make_one(tmp_path: Path) -> None:
    child = at_terminal(tmp_path / "home")
    child.expect("There is no vault")
    child.expect("Make a vault here")
    child.sendline("n")
    assert end(child)[0] == 3
    assert not (tmp_path / "home").exists()
