"""A process that kills itself at its nth touch of a vault's home."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from console.vault import Vault
from console.vault.identity import Identity
from console.vault.opening import enter
from tests.vaults import NOW

Progress = Callable[[str, float], None]


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
