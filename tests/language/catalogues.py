"""What the sources say, and the catalogues beside them."""

import re
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from console import language

FOLDER = Path(language.__file__).parent
OTHERS = tuple(each for each in language.LANGUAGES if each != "en")
KEYWORDS = {"_": None, "later": None, "plural": (1, 2)}

Said = str | tuple[str, ...]


@cache
def sources() -> frozenset[Said]:
    """Every message of the console."""
    found = extract_from_dir(FOLDER.parent, keywords=KEYWORDS)
    return frozenset(message for _file, _line, message, _comments, _context in found)


def path(code: str, ending: str) -> Path:
    """Where a catalogue lies; ``ending`` is po or mo."""
    return FOLDER / code / "LC_MESSAGES" / f"{language.DOMAIN}.{ending}"


@cache
def catalogue(code: str) -> Catalog:
    """The catalogue of a language, as translators write it."""
    with path(code, "po").open("rb") as file:
        return read_po(file)


@cache
def translations(code: str) -> dict[Said, Said]:
    """What is said in a language, by what the sources say."""
    return {each.id: each.string for each in catalogue(code) if each.id}


def fields(said: Said) -> set[str]:
    """The placeholders of a message."""
    return set(re.findall(r"{(\w+)}", said if isinstance(said, str) else " ".join(said)))


def left_in_english(code: str) -> set[str]:
    """The sentences that may be on no screen in a language, as far as they hold no placeholder."""
    return {
        said
        for said, meant in translations(code).items()
        if isinstance(said, str) and said != meant and " " in said and not fields(said)
    }
