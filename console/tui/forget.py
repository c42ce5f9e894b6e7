"""After a lock: what was shown and typed leaves the process's memory as far as Python lets it.

Measured, not promised: CPython copies strings as it likes, and what it frees it does not erase.
What remains is stated in docs/threat-model.md.
"""

import contextlib
import ctypes
import functools
import gc
import sys
from collections.abc import Iterator
from typing import Any

from textual.app import App

# CPython serves blocks up to 512 bytes, in steps of 16, from pools that it fills up before it
# takes new ones: so many bytes of every size reach what a shift has freed.
_STEP, _LARGEST = 16, 512
_BYTES = 1_500_000
_OURS = ("console.", "textual", "rich")


def forget(app: App[Any]) -> None:
    """Empty the caches of what drew the screens, free what only cycles held, write over it.

    For when the screens that had anything to hide have been removed from ``app``.
    """
    _drop_watchers(app)
    for cached in _caches():
        cached.cache_clear()
    gc.collect()
    _write_over_free_blocks()
    _give_free_pages_back()


def _drop_watchers(app: App[Any]) -> None:
    """Let go of widgets that are gone, and follow the theme still: a note's text hangs on them."""
    for listed in getattr(app, "__watchers", {}).values():
        listed[:] = [each for each in listed if each[0].is_running]


def _caches() -> Iterator["functools._lru_cache_wrapper[Any]"]:
    """Yield the caches of whatever draws: only they have been given anything that was shown.

    By module and class: asking the collector for all objects would take hold of tuples that
    another thread is just building, which then fail there.
    """
    modules = [module for name, module in sys.modules.items() if name.startswith(_OURS)]
    for module in modules:
        for value in list(vars(module).values()):
            held = list(vars(value).values()) if isinstance(value, type) else [value]
            for each in held:
                wrapped = getattr(each, "__func__", getattr(each, "fget", each))
                if isinstance(wrapped, functools._lru_cache_wrapper):
                    yield wrapped


def _write_over_free_blocks() -> None:
    overhead = sys.getsizeof(b"")
    blocks = [
        bytes(size - overhead)
        for size in range(-(-overhead // _STEP) * _STEP + _STEP, _LARGEST + 1, _STEP)
        for _ in range(_BYTES // size)
    ]
    del blocks


def _give_free_pages_back() -> None:
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
