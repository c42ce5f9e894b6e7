"""Every failure is its exit code and one calm line."""

import subprocess
import sys

import pytest

from tests.cli.conftest import Command, refused
from tests.vaults import open_as, passphrase


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("nonsense",), 2, "nonsense"),
        (("member", "nonsense"), 2, "nonsense"),
        (("--nonsense",), 2, "--nonsense"),
        (("figures", "export", "--month", "2026-01"), 2, "--out"),
        (("code", "add", "issue", "x", "--label", "nothing"), 2, "LANG=TEXT"),
        (("key", "status"), 3, "no vault"),
        ((), 3, "no vault"),
        (("demo",), 2, "terminal"),
    ],
)
def test_without_a_vault(empty: Command, arguments: tuple[str, ...], code: int, word: str) -> None:
    refused(empty.run(*arguments), code, word)


def test_the_wrong_passphrase(helpline: Command) -> None:
    wrong = helpline.secret("wrong", "made-up-words-of-nobody")
    refused(helpline.run("--as", "ines", "--passphrase-file", wrong, "key", "status"), 3)


def test_a_member_that_nobody_knows(helpline: Command) -> None:
    file = helpline.secret("some", passphrase("ines"))
    refused(helpline.run("--as", "nobody", "--passphrase-file", file, "key", "status"), 3)


def test_a_missing_key_file(helpline: Command) -> None:
    (helpline.home / "keys" / "members" / "ines.json").unlink()
    refused(helpline.as_("ines", "key", "status"), 3)


@pytest.mark.parametrize("name", ["vault.db", "keys/keyring.json", "keys/members/ines.json"])
def test_a_damaged_file(helpline: Command, name: str) -> None:
    for path in (helpline.home / name, helpline.home / "keys" / "keyring.prev.json"):
        if path.exists():
            path.write_bytes(b"not what it was" * 400)
    refused(helpline.as_("ines", "key", "status"), 4)


def test_a_second_opener_is_told_who_holds_it(helpline: Command) -> None:
    with open_as(helpline.home, "amina"):
        refused(helpline.as_("ines", "key", "status"), 3, "amina")
    assert helpline.as_("ines", "key", "status").code == 0


@pytest.mark.parametrize(
    ("member", "arguments"),
    [
        ("carla", ("key", "rotate")),
        ("amina", ("figures", "history")),
        ("ines", ("figures", "preview", "--month", "2026-01")),
        ("ines", ("partner", "find", "legal")),
        ("amina", ("audit",)),
    ],
)
def test_a_role_that_may_not(helpline: Command, member: str, arguments: tuple[str, ...]) -> None:
    refused(helpline.as_(member, *arguments), 5)


def test_who_is_asking_must_be_plain(helpline: Command) -> None:
    file = helpline.secret("some", passphrase("amina"))
    answer = helpline.run("--passphrase-file", file, "partner", "find", "legal")
    refused(answer, 2, "--as", "amina", "carla")


def test_an_unforeseen_error_is_one_line_without_a_value() -> None:
    program = (
        "from console.__main__ import harden\nharden()\n"
        "secret = 'quietriver'\nraise ValueError(secret)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode == 1
    assert done.stderr.decode().splitlines() == [
        "helpline: stopped by an unforeseen ValueError; please tell IT"
    ]


def test_the_reader_may_stop_reading(helpline: Command) -> None:
    file = helpline.secret("carla", passphrase("carla"))
    home = ("--home", str(helpline.home), "--as", "carla", "--passphrase-file", str(file))
    done = subprocess.run(
        ["sh", "-c", '"$@" | true', "sh", sys.executable, "-m", "console", *home, "code", "list"],
        capture_output=True,
        check=False,
    )
    assert done.stderr == b""
