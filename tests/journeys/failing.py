"""The console with a defect: F5 on the shift raises, with a caller's words all around.

Run as ``python -m tests.journeys.failing KIND HOME MEMBER PASSPHRASE``.
"""

import asyncio
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from console.__main__ import harden

CANARY = "quietriver"


def fail(*_: object) -> None:
    said = f"she says {CANARY}"
    raise KeyError(said, {"note": said})


async def fail_later() -> None:
    said = CANARY
    await asyncio.sleep(0)
    fail(said)


def in_task(screen: object) -> None:
    async def start_and_forget() -> None:
        task = asyncio.create_task(fail_later(), name=CANARY)
        await asyncio.wait([task])

    asyncio.get_running_loop().create_task(start_and_forget()).add_done_callback(
        lambda _: gc.collect()
    )


def in_signal_handler(screen: object) -> None:
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR2, fail)
    os.kill(os.getpid(), signal.SIGUSR2)


def in_compose(screen: object) -> None:
    from console.tui.help import HelpScreen

    HelpScreen.compose = fail
    screen.app.push_screen(HelpScreen(screen))


def in_drawing(screen: object) -> None:
    from textual.widgets import Static

    class Broken(Static):
        render = fail

    screen.mount(Broken())


async def in_database(screen: object) -> None:
    await screen.app.session.call(fail)


def in_reader(screen: object) -> None:
    screen.app._driver.process_message = fail


def in_finalizer(screen: object) -> None:
    class Broken:
        note = CANARY
        __del__ = fail

    Broken()
    fail()


KINDS: dict[str, Callable[[object], object]] = {
    "handler": fail,
    "worker": lambda screen: screen.run_worker(fail_later(), name=CANARY),
    "thread-worker": lambda screen: screen.run_worker(fail, thread=True),
    "timer": lambda screen: screen.set_timer(0.01, fail),
    "callback": lambda screen: asyncio.get_running_loop().call_soon(fail, CANARY),
    "task": in_task,
    "signal": in_signal_handler,
    "thread": lambda screen: threading.Thread(target=fail, args=(CANARY,)).start(),
    "compose": in_compose,
    "drawing": in_drawing,
    "database": in_database,
    "reader": in_reader,
    "finalizer": in_finalizer,
}


def main(kind: str, home: str, member: str, passphrase: str) -> None:
    harden()
    from console import tui
    from console.tui.shift import ShiftScreen

    ShiftScreen.action_refresh = KINDS[kind]
    sys.exit(tui.run(Path(home), member=member, passphrase=passphrase))


if __name__ == "__main__":
    main(*sys.argv[1:])
