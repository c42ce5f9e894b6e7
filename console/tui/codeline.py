"""The code line: one input over every dimension, and over the kinds of contact that are no call."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Click, Key
from textual.message import Message
from textual.style import Style
from textual.timer import Timer
from textual.widgets import Input, Static

from console.codebook import Code, Codebook, Hit
from console.language import _
from console.tui.shown import joined, shown

# What an answer on the screen carries: its number.
_ANSWER = "answer"

PAUSE_SECONDS = 0.4
"""So long a first digit may still become an age; after that it ends the contact."""

MOST = 6
"""Answers shown at once: two lines at 80 columns."""


class CodeLine(Vertical):
    """An input and the ranked codes for what is in it."""

    @dataclass
    class Taken(Message):
        """A code was taken."""

        dimension: str
        code: str

    class TakenBack(Message):
        """The last code was taken back."""

    class Left(Message):
        """Enter in the empty line: on to the note."""

    @dataclass
    class NoCall(Message):
        """The contact is none to code: silent, wrong number, and so on."""

        kind: str

    def __init__(self, book: Codebook, *, id: str) -> None:
        super().__init__(id=id)
        self._book = book
        self._hits: Sequence[Hit] = ()
        self._kinds: Sequence[Code] = ()
        self._pause: Timer | None = None
        self._number = 0
        self.border_title = _("code")

    def compose(self) -> ComposeResult:
        """The input above its answers."""
        yield _CodeInput(placeholder=_("what you hear: a word, an age, a place"), compact=True)
        yield Static(id="hits")

    @property
    def field(self) -> Input:
        """The input itself, for the focus."""
        return self.query_one(Input)

    def offer_kinds(self) -> None:
        """Let one digit end the contact, until anything is typed."""
        kinds = self._book.codes("kind")
        self._kinds = [kind for kind in kinds if kind.code not in {"data", "unknown"}]
        self._answer(_("No call?"), *(kind.label for kind in self._kinds))

    def withdraw_kinds(self) -> None:
        """Something was typed or coded: it is a call."""
        if self._kinds:
            self._kinds = ()
            if not self._hits:
                self._answer("")

    def _answer(self, lead: str, *labels: str) -> None:
        numbered = (
            joined(shown(str(n), "bold"), label, by=" ").stylize(Style.from_meta({_ANSWER: n}))
            for n, label in enumerate(labels, 1)
        )
        self.query_one("#hits", Static).update(joined(lead, *numbered))

    def on_click(self, event: Click) -> None:
        """Take the answer that the pointer is on."""
        number = event.style.meta.get(_ANSWER, 0)
        if number and not self.end_without_call(number):
            self.take(number)

    @on(Input.Changed)
    def _search(self, event: Input.Changed) -> None:
        event.stop()
        if self._pause is not None:
            return
        self._hits = self._find(event.value)
        self._kinds = ()
        self._answer("", *(f"{hit.dimension_label}: {hit.label}" for hit in self._hits))

    def take(self, number: int) -> bool:
        """Take answer ``number`` (from 1) to what is typed, empty the line; False if none.

        At once, by what the input holds: the next key may be here before any message is.
        """
        hits = self._find(self.field.value)
        if not 1 <= number <= len(hits):
            return False
        hit = hits[number - 1]
        self._kinds = ()
        self.field.value = ""
        self.post_message(self.Taken(hit.dimension, hit.code))
        return True

    def _find(self, typed: str) -> list[Hit]:
        return self._book.search(typed.strip(), limit=MOST) if typed.strip() else []

    def begin(self, number: int) -> None:
        """A first digit: the kind of a contact that is no call, unless more is typed at once."""
        if 1 <= number <= len(self._kinds):
            self._number = number
            self._pause = self.set_timer(PAUSE_SECONDS, self._pause_is_over)

    def _pause_is_over(self) -> None:
        """End the contact behind every key that is here but not yet in the line.

        On a busy workstation the second digit of an age may be waiting for longer than the pause.
        """
        self.app.call_later(self.field.call_later, self.end_now)

    def go_on(self) -> None:
        """More is typed: the digit was the beginning of an age."""
        if self._pause is not None:
            self._pause.stop()
            self._pause = None

    def end_now(self) -> bool:
        """End the contact whose digit is in the line; False if there is none."""
        if self._pause is None:
            return False
        self.go_on()
        return self.end_without_call(self._number)

    def end_without_call(self, number: int) -> bool:
        """End the contact as kind ``number`` (from 1); False once it is a call."""
        if not 1 <= number <= len(self._kinds):
            return False
        self.post_message(self.NoCall(self._kinds[number - 1].code))
        return True


class _CodeInput(Input):
    """An input in which digits are an age until letters were typed, then choose an answer."""

    def on_key(self, event: Key) -> None:
        line = self.parent
        if not isinstance(line, CodeLine):
            return
        typed = self.value.strip()
        digit = event.character if event.character and event.character in "123456789" else ""
        if event.key == "enter" and line.end_now():
            taken = True
        elif event.key == "enter":
            if not typed:
                line.post_message(CodeLine.Left())
            line.take(1)
            taken = True
        elif digit and not typed:
            line.begin(int(digit))
            taken = False
        elif digit and not typed.isdigit():
            taken = line.take(int(digit))
        else:
            taken = False
        if typed and (event.is_printable or event.key == "backspace"):
            line.go_on()
        if taken:
            event.prevent_default()
            event.stop()
        elif event.character == "-" and not typed:
            line.post_message(CodeLine.TakenBack())
            event.prevent_default()
            event.stop()
