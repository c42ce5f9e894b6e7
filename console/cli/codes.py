"""``helpline code``: the code lists."""

import click

from console.cli.answer import emit, json_option, say, table
from console.cli.session import Session, now, pass_session
from console.errors import BadUsage


@click.group()
def code() -> None:
    """The code lists that calls are coded with."""


@code.command("list")
@click.argument("dimension", required=False)
@click.option("--language", default="en", show_default=True, help="Language of the labels.")
@json_option
@pass_session
def list_(session: Session, dimension: str | None, language: str, as_json: bool) -> None:
    """List the codes of DIMENSION, or of all dimensions."""
    from console import codebook

    with session.unlocked("coordinator") as vault:
        book = codebook.load(vault, str(vault.setting("country", "")), language)
    names = [each.name for each in book.dimensions()]
    if dimension is not None and dimension not in names:
        raise BadUsage(f"no such dimension; take one of {', '.join(names)}")
    codes = [each for name in names if dimension in (None, name) for each in book.codes(name)]
    if as_json:
        emit(codes)
        return
    table(("dimension", "code", "label"), ((c.dimension, c.code, c.label) for c in codes))


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
@click.option(
    "--word",
    "words",
    multiple=True,
    metavar="LANG=TEXT",
    help="What callers say that means it; repeat it for others.",
)
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

    named = dict(map(_by_language, labels))
    said: dict[str, list[str]] = {}
    for language, text in map(_by_language, words):
        said.setdefault(language, []).append(text)
    with session.unlocked("coordinator") as vault:
        codebook.add_code(vault, dimension, new_code, named, now=now(), words=said)
    say(f"{dimension} has the code {new_code} now.")


def _by_language(option: str) -> tuple[str, str]:
    language, equals, text = option.partition("=")
    if not (equals and language.strip() and text.strip()):
        raise BadUsage(f"write {option!r} as LANG=TEXT, such as en=Lockdown")
    return language.strip(), text.strip()
