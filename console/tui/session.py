"""The one way from a screen to the vault: a function of a room, run on the database's thread."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from console import codebook
from console.codebook import Codebook
from console.vault import DatabaseThread, Member, Vault, unlock

P = ParamSpec("P")
T = TypeVar("T")


class Session:
    """An unlocked vault, the member who unlocked it, and the codebook in her language."""

    def __init__(self, vault: Vault, thread: DatabaseThread, book: Codebook, site: str) -> None:
        self._vault = vault
        self._thread = thread
        self.book = book
        self.site = site
        self.country = book.country

    @classmethod
    async def open(cls, home: Path, name: str, passphrase: str, *, now: datetime) -> "Session":
        """Unlock ``home`` as ``name``; the derivation runs off the event loop.

        Raises:
            CannotUnlock, VaultDamaged: as ``console.vault.unlock``.
        """
        thread = DatabaseThread()

        def work() -> tuple[Vault, Codebook, str]:
            vault = unlock(home, name, passphrase, now=now)
            book = codebook.load(vault, vault.setting("country", ""))
            book.warm()
            return vault, book, str(vault.setting("site", ""))

        try:
            vault, book, site = await asyncio.wrap_future(thread.submit(work))
        except BaseException:
            thread.close()
            raise
        return cls(vault, thread, book, site)

    @property
    def member(self) -> Member:
        """The member who unlocked the vault."""
        return self._vault.member

    async def call(
        self, function: Callable[Concatenate[Vault, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run ``function(vault, …)`` on the database's thread and return what it returns."""
        return await asyncio.wrap_future(self.submit(function, *args, **kwargs))

    def submit(
        self, function: Callable[Concatenate[Vault, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Future[T]:
        """Queue ``function(vault, …)`` and return its future, for when there is no time to wait."""
        return self._thread.submit(function, self._vault, *args, **kwargs)

    def close(self) -> None:
        """Finish what is queued, close the vault and give up its lock."""
        self._thread.submit(self._vault.close)
        self._thread.close()
