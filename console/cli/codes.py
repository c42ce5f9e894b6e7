"""``helpline code``: the code lists, and how they change."""

import json
from typing import TYPE_CHECKING

import click

from console.cli.answer import emit, json_option, say, table
from console.cli.session import Session, now, pass_session
from console.errors import BadUsage

if TYPE_CHECKING:
    from console.codebook import CodeChange, Listed

_words = click.option(
    "--word",
    "words",
    multiple=True,
    metavar="LANG=TEXT",
    help="What callers say that means it; repeat it for others.",
)


@click.group()
def code() -> None:
    """The code lists that calls are coded with."""


@code.command("list")
@click.argument("dimension", required=False)
@click.option("--language", default="en", show_default=True, help="Language of the labels.")
@click.option("--history", is_flag=True, help="The changes, the oldest first, rather than codes.")
@json_option
@pass_session
def list_(
    session: Session, dimension: str | None, language: str, history: bool, as_json: bool
) -> None:
    """List the codes of DIMENSION, or of all dimensions, and what was changed."""
    from console import codebook

    with session.unlocked("coordinator") as vault:
        book = codebook.load(vault, str(vault.setting("country", "")), language)
        changes = codebook.history(vault) if history else []
    names = [each.name for each in book.dimensions()]
    if dimension is not None and dimension not in names:
        raise BadUsage(f"no such dimension; take one of {', '.join(names)}")
    if history:
        _show_history([each for each in changes if dimension in (None, each.dimension)], as_json)
        return
    codes = [each for name in names if dimension in (None, name) for each in book.listed(name)]
    if as_json:
        emit(codes)
        return
    table(
        ("dimension", "code", "label", "state"),
        ((c.dimension, c.code, c.label, _state(c)) for c in codes),
    )


@code.command()
@click.argument("dimension")
@click.argument("new_code", metavar="CODE")
@click.option(
    "--label",
    "labels",
    multiple=True,
    required=True,
    metavar="LANG=TEXT",
    help="What the code is called in a language; repeat it for others.",
)
@_words
@pass_session
def add(
    session: Session,
    dimension: str,
    new_code: str,
    labels: tuple[str, ...],
    words: tuple[str, ...],
) -> None:
    """Add a code of this site to a code list."""
    from console import codebook

    named, said = dict(map(_by_language, labels)), _said(words)
    with session.unlocked("coordinator") as vault:
        codebook.add_code(vault, dimension, new_code, named, now=now(), words=said)
    say(f"{dimension} has the code {new_code} now.")


@code.command()
@click.argument("dimension")
@click.argument("old_code", metavar="CODE")
@click.option(
    "--label",
    "labels",
    multiple=True,
    metavar="LANG=TEXT",
    help="What the code is called from now on in a language; repeat it for others.",
)
@_words
@pass_session
def rename(
    session: Session,
    dimension: str,
    old_code: str,
    labels: tuple[str, ...],
    words: tuple[str, ...],
) -> None:
    """Change what a code is called; what it counts stays.

    Languages that are not named keep their label and their words.
    """
    from console import codebook

    named, said = dict(map(_by_language, labels)), _said(words)
    with session.unlocked("coordinator") as vault:
        codebook.rename_code(vault, dimension, old_code, named, now=now(), words=said)
    say(f"{dimension} {old_code} is renamed; what it counts stays.")


@code.command()
@click.argument("dimension")
@click.argument("old_code", metavar="CODE")
@click.option("--into", metavar="CODE", help="Count it as this code from now on.")
@pass_session
def retire(session: Session, dimension: str, old_code: str, into: str | None) -> None:
    """Take a code out of use; calls that have it keep it."""
    from console import codebook

    with session.unlocked("coordinator") as vault:
        if into is None:
            codebook.retire_code(vault, dimension, old_code, now=now())
        else:
            codebook.merge_code(vault, dimension, old_code, into, now=now())
    if into is None:
        say(f"{dimension} {old_code} is retired; figures go on printing it.")
    else:
        say(f"{dimension} {old_code} is retired; months not yet published count it as {into}.")


@code.command()
@click.argument("dimension")
@click.argument("old_code", metavar="CODE")
@pass_session
def restore(session: Session, dimension: str, old_code: str) -> None:
    """Take a retired code into use again, and undo its merge."""
    from console import codebook

    with session.unlocked("coordinator") as vault:
        codebook.restore_code(vault, dimension, old_code, now=now())
    say(f"{dimension} {old_code} is in use again.")


@code.command()
@click.argument("dimension")
@click.argument("old_code", metavar="CODE")
@click.option(
    "--into",
    "parts",
    multiple=True,
    required=True,
    metavar="NEW:LANG=TEXT",
    help="A new code and its label; repeat it for each code, and for other languages of one.",
)
@pass_session
def split(session: Session, dimension: str, old_code: str, parts: tuple[str, ...]) -> None:
    """Retire a code and add new ones under it: their sum goes on with its series."""
    from console import codebook

    into: dict[str, dict[str, str]] = {}
    for part in parts:
        new, colon, label = part.partition(":")
        if not (colon and new.strip()):
            raise BadUsage(f"write {part!r} as NEW:LANG=TEXT, such as curfew:en=Curfew")
        language, text = _by_language(label)
        into.setdefault(new.strip(), {})[language] = text
    with session.unlocked("coordinator") as vault:
        codebook.split_code(vault, dimension, old_code, into, now=now())
    say(f"{dimension} {old_code} is retired; in its place are {', '.join(into)}.")


def _show_history(changes: "list[CodeChange]", as_json: bool) -> None:
    if as_json:
        emit(changes)
        return
    table(
        ("version", "day", "dimension", "code", "change", "detail"),
        (
            (
                each.version,
                each.day,
                each.dimension,
                each.code,
                each.change,
                json.dumps(dict(each.detail), ensure_ascii=False) if each.detail else "",
            )
            for each in changes
        ),
    )


def _state(code: "Listed") -> list[str]:
    states = {
        "own": code.own,
        f"part of {code.parent}": code.own and code.parent,
        f"counts as {code.successor}": code.successor,
        "retired": code.retired and not code.successor,
    }
    return [state for state, holds in states.items() if holds]


def _said(words: tuple[str, ...]) -> dict[str, list[str]]:
    said: dict[str, list[str]] = {}
    for language, text in map(_by_language, words):
        said.setdefault(language, []).append(text)
    return said


def _by_language(option: str) -> tuple[str, str]:
    language, equals, text = option.partition("=")
    if not (equals and language.strip() and text.strip()):
        raise BadUsage(f"write {option!r} as LANG=TEXT, such as en=Lockdown")
    return language.strip(), text.strip()
