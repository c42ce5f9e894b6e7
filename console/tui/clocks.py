"""The time of day, and a clock that nobody can set."""

import time
from datetime import datetime


def local_now() -> datetime:
    """Return the time now, in the workstation's zone."""
    return datetime.now().astimezone()


def steady() -> float:
    """Return seconds on a clock that nobody can set, a laptop's sleep counted where it can be."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boottime is None else time.clock_gettime(boottime)
