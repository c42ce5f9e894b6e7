"""Processes that are killed: at their nth touch of a vault's home, or at a random moment."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from console.vault import Vault
from console.vault.identity import Identity
from console.vault.opening import enter
from tests.vaults import NOW

Progress = Callable[[str, float], None]

_ROOT = Path(__file__).parents[2]


class Rotator(NamedTuple):
    """A member whose passphrase was asked for once, so that a kill costs no derivation."""

    home: Path
    me: Identity

    def open(self) -> Vault:
        return enter(self.home, self.me, now=NOW)


def killed_at(point: int, rotator: Rotator, work: Callable[[Vault, Progress], object]) -> bool:
    """Do ``work`` in a child that kills itself at a touch; False if it got through."""
    child = os.fork()
    if child == 0:
        left = point

        def touched(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal left
            if event in {"open", "os.rename", "os.remove", "os.mkdir"} and str(
                arguments[0]
            ).startswith(str(rotator.home)):
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                left -= 1

        code = 1
        try:
            vault = rotator.open()
            sys.addaudithook(touched)
            work(vault, lambda step, _: touched("open", (f"{rotator.home}{step}",)))
            code = 0
        finally:
            # Never back into the test run that this process is a copy of.
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def _started(script: str, arguments: tuple[object, ...]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=_ROOT,
    )


def pace(script: str, *arguments: object) -> float:
    """Return the seconds from the first line of ``script`` to its second, on this machine."""
    with _started(script, arguments) as process:
        assert process.stdout
        process.stdout.readline()
        began = time.perf_counter()
        assert process.stdout.readline()
        seconds = time.perf_counter() - began
        process.kill()
    return seconds


def killed_within(seconds: float, script: str, *arguments: object) -> list[str]:
    """Kill ``script`` at a random moment of so many ``seconds`` after its first line.

    Returns the lines that it said.
    """
    with _started(script, arguments) as process:
        assert process.stdout
        said = process.stdout.readline()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(random.uniform(0.0, seconds))
        process.kill()
        said += process.stdout.read()
    assert process.returncode == -signal.SIGKILL
    # A kill may cut off the last line.
    return [line.strip() for line in said.splitlines(keepends=True) if line.endswith("\n")]
