"""The real command in a process of its own, and a vault to try it on."""

import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from tests.vaults import make_vault, passphrase

TODAY = datetime.now().astimezone()
"""What the command goes by; a vault of another year would not be published by it."""


@dataclass(frozen=True)
class Answer:
    """What a command did: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


class Command:
    """``helpline`` on the vault in ``home``, without a terminal."""

    def __init__(self, home: Path, secrets: Path) -> None:
        self.home = home
        self._secrets = secrets

    def secret(self, name: str, text: str) -> Path:
        path = self._secrets / name
        path.write_text(text + "\n")
        return path

    def run(self, *arguments: object, given: bytes = b"", **variables: str) -> Answer:
        done = subprocess.run(
            [sys.executable, "-m", "console", "--home", str(self.home), *map(str, arguments)],
            input=given,
            capture_output=True,
            env={**os.environ, **variables},
            start_new_session=True,
            timeout=PATIENCE,
            check=False,
        )
        return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())

    def as_(self, member: str, *arguments: object, **options: str) -> Answer:
        file = self.secret(member, passphrase(member))
        return self.run("--as", member, "--passphrase-file", file, *arguments, **options)


@pytest.fixture
def empty(tmp_path: Path) -> Command:
    """The command with no vault yet."""
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    return Command(tmp_path / "home", secrets)


@pytest.fixture
def helpline(empty: Command) -> Command:
    """The command on a small vault."""
    make_vault(empty.home, now=TODAY)
    return empty


def refused(answer: Answer, code: int, *words: str) -> None:
    """A failure is the right code and one line that says what happened, and nothing else."""
    assert answer.code == code, answer
    assert answer.out == ""
    lines = answer.err.splitlines()
    assert len(lines) == 1, answer.err
    assert lines[0].startswith("helpline: ")
    for word in words:
        assert word in lines[0]
