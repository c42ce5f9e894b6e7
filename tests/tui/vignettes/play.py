"""Playing a written call through the real screen, key by key, and counting the keys.

A vignette (a TOML file here) says what a trained operator does, step by step: `code` is typed
in the code line and taken with Enter, or with the digit `answer`; `note` is typed in the note;
`take` is F11, once the note offers that code; `end` is F9 and the digit of the distress.
"""

import asyncio
import tempfile
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from console import calls, codebook
from console.calls import FinishedCall
from console.tui.app import ConsoleApp
from console.tui.call import CallScreen
from console.tui.codeline import CodeLine
from console.tui.ending import EndingScreen
from console.tui.shift import ShiftScreen
from tests.tui.conftest import Clock, on, until, words
from tests.vaults import make_vault, open_as, passphrase

FOLDER = Path(__file__).parent
NON_DATA = "non_data"


@dataclass(frozen=True, eq=False)
class Vignette:
    """One written call; ``codes`` are those of the finished call, whole."""

    name: str
    title: str
    country: str
    language: str
    steps: tuple[dict[str, Any], ...]
    codes: dict[str, tuple[str, ...]]

    @property
    def note(self) -> str:
        return "".join(step.get("note", "") for step in self.steps)


@dataclass(frozen=True)
class Contact:
    """A contact that is no data call, and the digit that says so."""

    title: str
    digit: int
    kind: str
    country: str = "PK"


@dataclass(frozen=True)
class Played:
    """What a call took, and what the vault has of it.

    ``keys`` beside the characters of the note, ``fields`` the places beside it that had the
    focus.
    """

    keys: int
    fields: frozenset[str]
    finished: FinishedCall


def vignettes() -> list[Vignette]:
    return [
        Vignette(
            name=path.stem,
            title=data["title"],
            country=data["country"],
            language=data["language"],
            steps=tuple(data["steps"]),
            codes={name: tuple(codes) for name, codes in data["codes"].items()},
        )
        for path in sorted(FOLDER.glob("*.toml"))
        if path.stem != NON_DATA
        for data in [tomllib.loads(path.read_text(encoding="utf-8"))]
    ]


def contacts() -> list[Contact]:
    data = tomllib.loads((FOLDER / f"{NON_DATA}.toml").read_text(encoding="utf-8"))
    return [Contact(**contact) for contact in data["contact"]]


@cache
def played(what: Vignette | Contact) -> Played:
    """Play it in a console and a vault of its own."""
    with tempfile.TemporaryDirectory(prefix="helpline-vignette-") as folder:
        home = Path(folder)
        make_vault(home, country=what.country)
        keys, fields = asyncio.run(_play(home, what))
        with open_as(home, "amina") as vault:
            assert calls.drafts(vault) == []
            [line] = calls.recent(vault)
            return Played(keys, frozenset(fields), calls.read(vault, line.call))


async def _play(home: Path, what: Vignette | Contact) -> tuple[int, set[str]]:
    app = ConsoleApp(home, member="amina", passphrase=passphrase("amina"), now=Clock())
    async with app.run_test(size=(80, 24)) as pilot:
        player = Player(pilot)
        await (player.call(what) if isinstance(what, Vignette) else player.no_call(what))
        await pilot.press("f12")
    return player.keys, player.fields


class Player:
    """An operator who is on the shift screen and knows what to press."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self._pilot = pilot
        self.keys = 0
        self.fields: set[str] = set()

    async def call(self, vignette: Vignette) -> None:
        """Take the call from the ring to its end."""
        await on(self._pilot, ShiftScreen)
        # As the interface in the operator's language has it.
        self._pilot.app.session.book = codebook.load(None, vignette.country, vignette.language)
        await self._ring()
        for step in vignette.steps:
            match step:
                case {"code": typed}:
                    await self._code(typed, step.get("answer"))
                case {"note": text}:
                    await self._note(text)
                case {"take": code}:
                    await self._take(*code.split(":"))
                case {"end": distress}:
                    await self._end(distress)

    async def no_call(self, contact: Contact) -> None:
        """Take a contact that is none to code."""
        await self._ring()
        await self._press(str(contact.digit))
        await on(self._pilot, ShiftScreen)

    async def _ring(self) -> None:
        await on(self._pilot, ShiftScreen)
        await self._press("f2")
        await on(self._pilot, CallScreen)

    async def _press(self, *keys: str) -> None:
        for key in keys:
            self.keys += 1
            await self._pilot.press(key)
            self._look()

    def _look(self) -> None:
        screen, focused = self._pilot.app.screen, self._pilot.app.focused
        if isinstance(screen, EndingScreen):
            self.fields.add("ending")
        elif isinstance(screen, CallScreen) and not isinstance(focused, TextArea):
            self.fields.add("code line" if isinstance(focused, Input) else str(focused.id))

    async def _code(self, typed: str, answer: int | None) -> None:
        line = self._pilot.app.screen.query_one(CodeLine)
        await until(self._pilot, lambda: line.field.has_focus)
        await self._press(*("space" if char == " " else char for char in typed))
        await self._press("enter" if answer is None else str(answer))
        await until(self._pilot, lambda: not line.field.value)

    async def _note(self, text: str) -> None:
        note = self._pilot.app.screen.query_one("#note", TextArea)
        while not note.has_focus:
            await self._press("tab")
        # What is typed in the note is not counted, so it may come in one piece.
        note.insert(text)
        await self._pilot.pause()

    async def _take(self, dimension: str, code: str) -> None:
        label = self._pilot.app.session.book.label(dimension, code)

        def offered() -> bool:
            return label in words(self._pilot.app, "#offered")

        await until(self._pilot, offered)
        await self._press("f11")
        await until(self._pilot, lambda: not offered())

    async def _end(self, distress: int) -> None:
        await self._press("f9")
        await on(self._pilot, EndingScreen)
        await self._press(str(distress))
        ended = (CallScreen, EndingScreen)
        await until(self._pilot, lambda: not isinstance(self._pilot.app.screen, ended))
