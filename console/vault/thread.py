"""One thread for the database: its connection is never used from two at once."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from console.vault.database import trouble

_T = TypeVar("_T")
_P = ParamSpec("_P")


class DatabaseThread:
    """A single worker that runs what is submitted in order, each to its end."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="vault")

    def submit(
        self, function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs
    ) -> "Future[_T]":
        """Run ``function`` after all that was submitted before; the Future has what it returns.

        What it raises comes out of the Future, a full disk and the like as ConsoleError.
        """
        return self._pool.submit(_explained, partial(function, *args, **kwargs))

    def close(self) -> None:
        """Run what is still waiting, then end the thread; nothing can be submitted any more."""
        self._pool.shutdown(wait=True)


def _explained(work: Callable[[], _T]) -> _T:
    with trouble():
        return work()
