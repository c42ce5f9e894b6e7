"""Cards: what to ask and say in a situation, shipped in four languages and the site's to change.

The shipped words are data files in the folder ``cards`` beside this module, one file a card with
``title`` and ``body`` by language; ``rules.toml`` there has their order and when they fit.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from console.calls import cards_store
from console.codebook import LANGUAGES, UNKNOWN, Coded
from console.errors import BadUsage
from console.language import _
from console.text import plain

if TYPE_CHECKING:
    from datetime import datetime

    from console.vault import Vault

LINES = 18
"""Lines of a card at most: a card is for a glance, and fits a screen of 24 lines."""

WIDTH = 74
"""Columns of a line at most: a screen of 80 without its frame."""

TITLE_WIDTH = 30

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
# The two codes for Norwegian mean the same here.
_SAME_LANGUAGE = {"no": "nb"}
_ANY = "*"
_DRAFT = "card.draft"

# A card fits when for every dimension one of the codes is coded; none: nothing is coded yet.
_Condition = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Card:
    """What to ask and say in a situation; a line of ``body`` that is not indented is a heading.

    ``own`` when the words are the site's. ``language`` is that of the words: another than the one
    asked for where the card has none in it.
    """

    name: str
    title: str
    body: str
    own: bool
    language: str = "en"


@dataclass(frozen=True, slots=True)
class CardDraft:
    """A card's words that a coordinator had not saved when the console was locked."""

    name: str
    language: str
    title: str
    body: str


def cards(vault: "Vault | None", language: str) -> list[Card]:
    """Return every card in ``language``: the shipped ones, most urgent first, then the site's own.

    The site's words stand in for the shipped ones. A card without words in ``language`` comes in
    English, or in the language that it has. With no vault, the shipped cards as they are.
    """
    language = _SAME_LANGUAGE.get(language, language)
    own: dict[str, dict[str, tuple[str, str]]] = {}
    for name, spoken, title, body in cards_store.own(vault) if vault is not None else ():
        own.setdefault(name, {})[spoken] = (title, body)
    order = (*_rules(), *(name for name in own if name not in _rules()))
    return [_card(name, language, own.get(name, {})) for name in order]


def card_languages(vault: "Vault | None") -> tuple[str, ...]:
    """Return the languages that there are cards in: the four shipped ones, then the site's."""
    own = {row[1] for row in cards_store.own(vault)} if vault is not None else set()
    return (*LANGUAGES, *sorted(own.difference(LANGUAGES)))


def is_shipped(name: str) -> bool:
    """Tell whether the card comes with the console: without the site's words it still has some."""
    return name in _rules()


def fitting(coded: Coded, names: Iterable[str]) -> tuple[str, ...]:
    """Return those of ``names`` that the coded call calls for, most urgent first. Pure."""
    there = set(names)
    return tuple(
        name
        for name, conditions in _rules().items()
        if name in there and any(_holds(condition, coded) for condition in conditions)
    )


def checked_card(name: str, language: str) -> tuple[str, str]:
    """Return the name and language of a card as they are kept.

    Raises:
        BadUsage: one of them is none.
    """
    if not _NAME.fullmatch(name):
        raise BadUsage(
            _("«{name}» can't name a card: take up to 40 lowercase letters, digits, - _ .").format(
                name=plain(name, lines=False)
            )
        )
    if not _LANGUAGE.fullmatch(language):
        raise BadUsage(
            _("«{language}» is no language: take two or three letters, such as {languages}").format(
                language=plain(language, lines=False), languages=", ".join(LANGUAGES)
            )
        )
    return name, _SAME_LANGUAGE.get(language, language)


def checked_words(title: str, body: str) -> tuple[str, str]:
    """Return a card's words as they are kept: no control characters, no empty lines around them.

    Raises:
        BadUsage: no title or text, too many lines, or one that is too wide; it says which.
    """
    title = plain(title, lines=False).strip()
    lines = [line.rstrip() for line in plain(body).splitlines()]
    while lines and not lines[0]:
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    if not title or not lines:
        raise BadUsage(_("a card needs a title and a text"))
    if _width(title) > TITLE_WIDTH:
        raise BadUsage(
            _("the title is {width} wide: {most} fit in the list").format(
                width=_width(title), most=TITLE_WIDTH
            )
        )
    if len(lines) > LINES:
        raise BadUsage(
            _("a card is for a glance: {count} lines, and {most} fit").format(
                count=len(lines), most=LINES
            )
        )
    for number, line in enumerate(lines, 1):
        if _width(line) > WIDTH:
            raise BadUsage(
                _("line {number} is {width} wide: {most} fit on the screen").format(
                    number=number, width=_width(line), most=WIDTH
                )
            )
    return title, "\n".join(lines)


def write_card(
    vault: "Vault", name: str, language: str, title: str, body: str, *, now: "datetime"
) -> None:
    """Keep the site's words of a card, a shipped one or a new one; only a coordinator may. Audited.

    Raises:
        Refused: the member is no coordinator.
        BadUsage: the name or the language is none, or the words don't fit a card.
    """
    vault.require("coordinator")
    name, language = checked_card(name, language)
    title, body = checked_words(title, body)
    with vault.transaction():
        cards_store.put(vault, name, language, title, body, now=now)
        draft = card_draft(vault)
        if draft is not None and (draft.name, draft.language) == (name, language):
            drop_card_draft(vault)


def reset_card(vault: "Vault", name: str, language: str, *, now: "datetime") -> None:
    """Bring back the shipped words of a card; one of the site's own disappears. Audited.

    Raises:
        Refused: the member is no coordinator.
        BadUsage: the site has no words of its own for the card in that language.
    """
    vault.require("coordinator")
    name, language = checked_card(name, language)
    if not cards_store.drop(vault, name, language, now=now):
        raise BadUsage(
            _("«{name}» has no words of this site in «{language}»; see: card list").format(
                name=name, language=language
            )
        )


def keep_card_draft(vault: "Vault", draft: CardDraft) -> None:
    """Keep words that are not saved yet, fit for a card or not, until they are saved or dropped.

    Raises:
        Refused: the member is no coordinator.
    """
    vault.require("coordinator")
    words = [plain(draft.title, lines=False), plain(draft.body)]
    vault.set_setting(_DRAFT, [draft.name, draft.language, *words])


def card_draft(vault: "Vault") -> CardDraft | None:
    """Return the words that were not saved, or None."""
    kept = vault.setting(_DRAFT)
    return CardDraft(*kept) if kept else None


def drop_card_draft(vault: "Vault") -> None:
    """Forget the words that were not saved: they are saved now, or not wanted."""
    if vault.setting(_DRAFT):
        vault.set_setting(_DRAFT, None)


def _card(name: str, language: str, own: Mapping[str, tuple[str, str]]) -> Card:
    shipped = _shipped(name) if name in _rules() else {}
    for spoken in (language, "en", *own):
        for words, is_own in ((own, True), (shipped, False)):
            if spoken in words:
                title, body = words[spoken]
                return Card(name, title, body, own=is_own, language=spoken)
    raise AssertionError(name)


def _holds(condition: _Condition, coded: Coded) -> bool:
    return all(_meets(coded.get(name, ()), codes) for name, codes in condition.items())


def _meets(codes: tuple[str, ...], wanted: frozenset[str]) -> bool:
    if not wanted:
        return not codes
    if _ANY in wanted:
        return any(code != UNKNOWN for code in codes)
    return not wanted.isdisjoint(codes)


def _width(line: str) -> int:
    """Return the columns of a terminal that ``line`` takes."""
    return sum(
        0
        if unicodedata.category(char) in {"Mn", "Me", "Cf"}
        else 2
        if unicodedata.east_asian_width(char) in "WF"
        else 1
        for char in line
    )


@cache
def _rules() -> dict[str, tuple[_Condition, ...]]:
    return {
        name: tuple(
            {dimension: frozenset(codes) for dimension, codes in condition.items()}
            for condition in table["when"]
        )
        for name, table in _read("rules").items()
    }


@cache
def _shipped(name: str) -> dict[str, tuple[str, str]]:
    return {
        language: (words["title"], words["body"].removesuffix("\n"))
        for language, words in _read(name).items()
    }


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("cards", f"{name}.toml").read_text("utf-8"))
