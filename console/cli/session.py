"""What every command shares: which vault, who is asking, and her passphrase."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from console.errors import BadUsage, CannotUnlock, Refused
from console.text import plain

if TYPE_CHECKING:
    from console.vault import Role, Vault

STANDARD_INPUT = "-"


@dataclass
class Session:
    """The options that stand before the command, and what follows from them."""

    home: Path
    member: str | None
    passphrase_file: str | None
    _input_read: bool = field(default=False, init=False)

    def require_vault(self) -> None:
        """Raise CannotUnlock if there is no vault in the home."""
        from console.vault import exists

        if not exists(self.home):
            raise CannotUnlock(f"there is no vault in {self.home}; make one: helpline init NAME")

    def who(self, *roles: "Role") -> str:
        """Return the member who is asking: of ``--as``, else the only one of ``roles``, else ask.

        Raises CannotUnlock without a vault, Refused if nobody has such a role, and BadUsage if
        several have and there is no terminal to ask on.
        """
        from console.vault import roster

        self.require_vault()
        if self.member is not None:
            return self.member
        names = [name for name, role in roster(self.home) if not roles or role in roles]
        if len(names) == 1:
            return names[0]
        if not names:
            raise Refused(f"this takes {_or(roles)}, and the vault has none; see member add")
        if not sys.stdin.isatty():
            raise BadUsage(f"say who you are: --as with one of {plain(', '.join(names))}")
        return str(click.prompt("Who are you", type=click.Choice(names), err=True))

    def passphrase(self, name: str) -> str:
        """Return the passphrase of ``name``, from ``--passphrase-file`` or the terminal."""
        if self.passphrase_file is not None:
            return self.read_secret(self.passphrase_file)
        return ask_secret(f"Passphrase of {name}: ", "--passphrase-file")

    def new_passphrase(self, name: str, source: str | None, option: str) -> str:
        """Return a new passphrase for ``name``, from the file ``source``, else asked for twice.

        Raises CannotUnlock if there is none, BadUsage if the two differ.
        """
        if source is not None:
            return self.read_secret(source)
        first = ask_secret(f"New passphrase of {name} (15 characters or more): ", option)
        if ask_secret("The same again: ", option) != first:
            raise BadUsage("the two passphrases differ; nothing was changed")
        return first

    def read_secret(self, source: str) -> str:
        """Return what the file ``source`` holds (``-``: standard input) but its last newline.

        Raises CannotUnlock if it cannot be read, is empty or is not UTF-8; BadUsage if standard
        input was to hold two passphrases.
        """
        try:
            if source != STANDARD_INPUT:
                content = Path(source).read_bytes()
            elif self._input_read:
                raise BadUsage("standard input can hold one passphrase; put the other in a file")
            else:
                self._input_read = True
                content = sys.stdin.buffer.read()
            text = content.decode()
        except OSError as error:
            raise CannotUnlock(
                f"the passphrase file {source} cannot be read: {error.strerror}"
            ) from error
        except UnicodeDecodeError:
            # Without its cause, which would carry the bytes of a passphrase.
            raise CannotUnlock(f"the passphrase file {source} is not UTF-8 text") from None
        text = text.removesuffix("\n").removesuffix("\r")
        if not text:
            raise CannotUnlock(f"the passphrase file {source} is empty")
        return text

    @contextmanager
    def unlocked(self, *roles: "Role") -> Iterator["Vault"]:
        """Unlock the vault as the member who is asking, and close it afterwards."""
        from console import vault

        name = self.who(*roles)
        opened = vault.unlock(self.home, name, self.passphrase(name), now=now())
        try:
            yield opened
        finally:
            opened.close()


pass_session = click.make_pass_decorator(Session)


def now() -> datetime:
    """Return the time now, in the workstation's zone."""
    return datetime.now().astimezone()


def ask_secret(prompt: str, option: str) -> str:
    """Ask for a passphrase on the terminal, unseen; ``option`` is named where there is none."""
    import getpass

    if not sys.stdin.isatty():
        raise CannotUnlock(f"no terminal to ask for a passphrase on; use {option} FILE")
    try:
        secret = getpass.getpass(plain(prompt, lines=False), stream=sys.stderr)
    except EOFError as error:
        raise CannotUnlock("no passphrase was given") from error
    if not secret:
        raise CannotUnlock("no passphrase was given")
    return secret


def _or(roles: tuple["Role", ...]) -> str:
    names = {"operator": "an operator", "coordinator": "a coordinator", "it": "IT staff"}
    return " or ".join(names[role] for role in roles) or "a member"
