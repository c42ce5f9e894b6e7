"""When a console under test has done all that a key caused: nothing to run, nothing to draw."""

import asyncio
import time

from textual._context import active_app

MOST_SECONDS = 1.0
"""A test that holds the vault up on purpose is not waited for any longer."""


async def settled(_least: float = 0.0, most: float = MOST_SECONDS) -> None:
    """Return once the loop is at rest, the vault's threads are, and all is drawn.

    In the place of Textual's own wait, which sleeps until the process has used less than a
    millisecond of a processor in twenty: a tenth of a second a key on a quick machine, up to two
    seconds on a slow one, and no wait at all for a disk.
    """
    app = active_app.get()
    end = time.monotonic() + most
    while time.monotonic() < end:
        await _at_rest(end)
        session = getattr(app, "_session", None)
        pools = [] if session is None else [session._thread, session._looking]
        behind = [pool.submit(int) for pool in pools]
        while not all(future.done() for future in behind) and time.monotonic() < end:
            await asyncio.sleep(0.001)
        app.screen._on_timer_update()
        await asyncio.sleep(0)
        if not _to_run():
            return


async def _at_rest(end: float) -> None:
    await asyncio.sleep(0)
    while _to_run() and time.monotonic() < end:
        await asyncio.sleep(0)


def _to_run() -> bool:
    return bool(asyncio.get_running_loop()._ready)
