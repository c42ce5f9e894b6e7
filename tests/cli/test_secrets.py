"""Where a passphrase may come from, and where it may not."""

import os
import subprocess
import sys

import pytest

from tests.cli.conftest import Command, refused
from tests.vaults import passphrase

NEW = b"quiet-kettles-paint-lanterns-of-ines"


def test_from_standard_input(helpline: Command) -> None:
    given = passphrase("ines").encode() + b"\n"
    assert (
        helpline.run("--as", "ines", "--passphrase-file", "-", "key", "status", given=given).code
        == 0
    )


def test_from_an_inherited_descriptor(helpline: Command) -> None:
    reading, writing = os.pipe()
    os.write(writing, passphrase("ines").encode())
    os.close(writing)
    arguments = ("--as", "ines", "--passphrase-file", f"/dev/fd/{reading}", "key", "status")
    done = subprocess.run(
        [sys.executable, "-m", "console", "--home", helpline.home, *arguments],
        pass_fds=[reading],
        capture_output=True,
        check=False,
    )
    os.close(reading)
    assert done.returncode == 0, done.stderr


def test_only_one_newline_at_the_end_is_not_part_of_it(helpline: Command) -> None:
    given = passphrase("ines").encode() + b"\n\n"
    answer = helpline.run("--as", "ines", "--passphrase-file", "-", "key", "status", given=given)
    refused(answer, 3)


@pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff\xfe not text"])
def test_a_file_that_holds_none(helpline: Command, content: bytes | None) -> None:
    path = helpline.secret("file", "")
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    refused(helpline.run("--as", "ines", "--passphrase-file", path, "key", "status"), 3, "file")


def test_no_terminal_and_no_file(helpline: Command) -> None:
    refused(helpline.run("--as", "ines", "key", "status"), 3, "--passphrase-file")


def test_standard_input_holds_one_passphrase_not_two(helpline: Command) -> None:
    given = passphrase("ines").encode() + b"\n"
    change = ("member", "passphrase", "--new-passphrase-file", "-")
    answer = helpline.run("--as", "ines", "--passphrase-file", "-", *change, given=given)
    refused(answer, 2, "standard input")


@pytest.mark.parametrize("option", ["--passphrase", "--password"])
def test_never_from_an_argument(helpline: Command, option: str) -> None:
    refused(helpline.run("--as", "ines", option, "x", "key", "status"), 2, option)


def test_never_from_a_variable(helpline: Command) -> None:
    variables = {"HELPLINE_PASSPHRASE": passphrase("ines"), "HELPLINE_PASSPHRASE_FILE": "-"}
    refused(helpline.run("--as", "ines", "key", "status", **variables), 3)
