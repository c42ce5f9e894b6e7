"""A real terminal for tests: a pty, what was sent to it, and the screen that a person would see."""

import os
import re
import signal
import sys
import time
from pathlib import Path

import pexpect
import pyte

from tests.patience import PATIENCE

KEYS = {
    **{f"F{n}": f"\x1bO{letter}" for n, letter in enumerate("PQRS", 1)},
    **{f"F{n}": f"\x1b[{code}~" for n, code in enumerate((15, 17, 18, 19, 20, 21, 23, 24), 5)},
    "Enter": "\r",
    "Tab": "\t",
    "Shift+Tab": "\x1b[Z",
    "Esc": "\x1b",
    "Up": "\x1b[A",
    "Down": "\x1b[B",
    "Backspace": "\x7f",
    "Ctrl+L": "\x0c",
    "Ctrl+Q": "\x11",
}


class Terminal:
    """``helpline`` with ``arguments`` in a terminal of ``columns`` by ``rows``."""

    def __init__(
        self, *arguments: str, home: Path, columns: int = 80, rows: int = 24, **variables: str
    ) -> None:
        environment = {
            **os.environ,
            "TERM": "xterm-256color",
            "HELPLINE_HOME": str(home),
            "PYTHONDONTWRITEBYTECODE": "1",
            **variables,
        }
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.sent = b""
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "console", *arguments],
            dimensions=(rows, columns),
            env=environment,
            timeout=PATIENCE,
        )
        self.child.delaybeforesend = None

    def read(self, seconds: float = 0.05) -> None:
        """Take in what the program has written, waiting at most ``seconds`` for the first byte."""
        try:
            data = self.child.read_nonblocking(65536, seconds)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return
        self.sent += data
        # pyte reads private-prefixed sequences as plain ones, so they are kept from it.
        self._stream.feed(re.sub(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1bP.*?\x1b\\", b"", data))

    @property
    def text(self) -> str:
        """The screen as a person sees it."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def wait(self, *words: str, seconds: float = PATIENCE) -> str:
        """Read until all ``words`` are on the screen together, and return the screen."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.read()
            if all(word in self.text for word in words):
                return self.text
            if not self.child.isalive():
                self.read()
                break
        raise AssertionError(f"{words} never came on the screen:\n{self.text}")

    def wait_gone(self, word: str, seconds: float = PATIENCE) -> None:
        """Read until ``word`` is no longer on the screen."""
        end = time.monotonic() + seconds
        while word in self.text:
            if time.monotonic() > end:
                raise AssertionError(f"{word} stayed on the screen:\n{self.text}")
            self.read()

    def press(self, *keys: str) -> None:
        """Press named keys, or type what is not a name."""
        for key in keys:
            self.child.send(KEYS.get(key, key))

    def settle(self) -> None:
        """Read until the program has nothing more to say for the moment."""
        while True:
            before = len(self.sent)
            self.read(0.2)
            if len(self.sent) == before:
                return

    def log_in(self, name: str, passphrase: str, *, after_lock: bool = False) -> None:
        """Go through the unlock screen, which after a lock has the last member's name."""
        self.wait("Helpline Console", "passphrase")
        self.settle()
        if after_lock:
            self.press("Shift+Tab")
            self.settle()
        self._name(name)
        self.press("Enter", passphrase, "Enter")
        self.settle()

    def _name(self, name: str) -> None:
        """Type the name until it stands in its line, though the focus may move at first."""
        end = time.monotonic() + PATIENCE
        self.press(name)
        while not any(re.sub(r"\W+", " ", line).strip() == name for line in self.screen.display):
            self.settle()
            hidden = self.text.count("•")
            if hidden:
                self.press(*["Backspace"] * hidden, "Shift+Tab")
                self.settle()
                self.press(name)
            if time.monotonic() > end:
                raise AssertionError(f"{name} never had a line of its own:\n{self.text}")

    def to_note(self) -> None:
        """Go from the code line of a call to its note by Tab."""
        self.press("Tab")
        self.wait("┏━ coded")
        self.press("Tab")
        self.wait("┏━ note")

    def kill(self) -> None:
        """Power cut."""
        self.child.kill(signal.SIGKILL)
        self.child.wait()
        self.child.close()

    def wait_exit(self) -> int:
        """Read to the end and return the exit code."""
        end = time.monotonic() + PATIENCE
        while self.child.isalive() and time.monotonic() < end:
            self.read()
        self.settle()
        self.child.close()
        status = self.child.exitstatus
        return -1 if status is None else status
