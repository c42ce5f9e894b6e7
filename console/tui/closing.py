"""The end of a session: its vault closes on a thread of its own, for it may still be at work."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from console.tui.session import Session

if TYPE_CHECKING:
    from console.calls import Unkept


class Closing:
    """A vault that is being closed, and the words that its screens gave it to keep at the end."""

    def __init__(self, session: Session, kept: "Sequence[Future[Unkept | None]]") -> None:
        self._kept = tuple(kept)
        thread = ThreadPoolExecutor(1)
        self._closed = thread.submit(session.close)
        thread.shutdown(wait=False)

    @property
    def done(self) -> bool:
        """Whether what was queued is finished, the vault closed, and its lock given up."""
        return self._closed.done()

    async def wait(self) -> None:
        """Wait until it is done, without keeping the screen waiting."""
        # Whoever waits may be cancelled; the closing must not be.
        await asyncio.shield(asyncio.wrap_future(self._closed))

    def unkept(self) -> "Unkept | None":
        """Return the last words that the disk did not take, if there are any, once it is done."""
        self._closed.result()
        found = None
        for kept in self._kept:
            if kept.exception() is None and kept.result() is not None:
                found = kept.result()
        return found
