"""The one way from a screen to the vault: a function of a room, run on the database's thread."""

import asyncio
import gc
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from console.language import current

if TYPE_CHECKING:
    from console.calls import Guard, Mark
    from console.codebook import Codebook
    from console.vault import DatabaseThread, Member, Vault

P = ParamSpec("P")
T = TypeVar("T")

# A full collection of everything that a shift has loaded takes a tenth of a second, which a
# typist would see. What is there once the vault is open stays; collections look at the rest.
_YOUNG, _MIDDLE, _NEVER = 700, 10, 1_000_000
# Reading one number loads how numbers are written everywhere: not at somebody's first key.
_WARM = "0300 1234567"


class GivenUpError(Exception):
    """Long work found that the console was locked or left meanwhile."""


class Session:
    """An unlocked vault, the member who unlocked it, and the codebook in her language."""

    def __init__(
        self, vault: "Vault", thread: "DatabaseThread", book: "Codebook", guard: "Guard", site: str
    ) -> None:
        self._vault = vault
        self._thread = thread
        self.book = book
        self._guard = guard
        self._looking = ThreadPoolExecutor(1)
        self.site = site
        self.country = book.country
        self._over = False

    @classmethod
    async def open(cls, home: Path, name: str, passphrase: str, *, now: datetime) -> "Session":
        """Unlock ``home`` as ``name``; the derivation runs off the event loop.

        Raises:
            CannotUnlock, VaultDamaged: as ``console.vault.unlock``.
        """
        from console import calls, codebook, partners
        from console.vault import DatabaseThread, unlock

        thread = DatabaseThread()

        def work() -> "tuple[Vault, Codebook, Guard, str]":
            vault = unlock(home, name, passphrase, now=now)
            try:
                book = codebook.load(vault, vault.setting("country", ""), current())
                book.warm()
                allowed, names = partners.published_numbers(vault), calls.guard_names(vault)
                guard = calls.Guard(book.country, allowed=allowed, names=names)
                guard.look(_WARM)
                site = str(vault.setting("site", ""))
            except BaseException:
                vault.close()
                raise
            _spare_typists()
            return vault, book, guard, site

        try:
            vault, book, guard, site = await asyncio.wrap_future(thread.submit(work))
        except BaseException:
            thread.close()
            raise
        return cls(vault, thread, book, guard, site)

    @property
    def member(self) -> "Member":
        """The member who unlocked the vault."""
        return self._vault.member

    async def call(
        self, function: "Callable[Concatenate[Vault, P], T]", *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run ``function(vault, …)`` on the database's thread and return what it returns.

        Raises:
            asyncio.CancelledError: the console was locked or left meanwhile.
        """
        return await self._unless_over(self.submit(function, *args, **kwargs))

    async def _unless_over(self, future: Future[T]) -> T:
        """Wait for ``future``; whoever waited longer than the session has no screen any more."""
        try:
            return await asyncio.wrap_future(future)
        finally:
            if self._over:
                raise asyncio.CancelledError

    async def reload_book(self) -> None:
        """Read the codebook anew, after a change of a code list or of the language."""

        from console import codebook

        def read(vault: "Vault") -> "Codebook":
            book = codebook.load(vault, self.country, current())
            book.warm()
            return book

        self.book = await self.call(read)

    async def look(self, note: str) -> "list[Mark]":
        """Return what in ``note`` could tell who somebody is; read on a thread of its own."""
        return await self._unless_over(self._looking.submit(self._guard.look, note))

    def submit(
        self, function: "Callable[Concatenate[Vault, P], T]", *args: P.args, **kwargs: P.kwargs
    ) -> Future[T]:
        """Queue ``function(vault, …)`` and return its future, for when there is no time to wait."""
        return self._thread.submit(function, self._vault, *args, **kwargs)

    def collect(self) -> None:
        """Clear away what a call left in memory, at a moment when nobody types."""
        gc.collect()

    def go_on(self, *_how_far: object) -> None:
        """Give up long work that nobody waits for any more; any thread may ask, as progress does.

        Raises:
            GivenUpError: the session is over.
        """
        if self._over:
            raise GivenUpError

    def end(self) -> None:
        """Let nobody who still waits for the vault go on: the screens are about to go."""
        self._over = True

    def close(self) -> None:
        """Finish what is queued, close the vault and give up its lock."""
        self._looking.shutdown()
        self._thread.submit(self._vault.close)
        self._thread.close()
        gc.unfreeze()
        gc.collect()


def _spare_typists() -> None:
    """Keep collections of garbage away from what stays, and leave the full ones to `collect`."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _NEVER)
