"""The language of what a person reads: gettext catalogues beside this module.

English is the language of the sources; the others are catalogues, which `make messages` brings
up to date. One language holds for the whole process: one person sits before it.
"""

import contextlib
import gettext
from collections.abc import Mapping
from pathlib import Path

LANGUAGES = ("en", "fr", "nb", "es")
"""English, French, Norwegian bokmål, Spanish (ISO 639-1), as the code lists have them."""

NAMES = {"en": "English", "fr": "Français", "nb": "Norsk bokmål", "es": "Español"}

DOMAIN = "helpline"

# The two codes for Norwegian mean the same here.
_SAME = {"no": "nb", "nn": "nb"}

_FILE = "language"

_now: tuple[str, gettext.NullTranslations] = ("en", gettext.NullTranslations())


def use(language: str) -> str:
    """Speak ``language`` from now on, English where there is no such catalogue; return it."""
    global _now
    language = _SAME.get(language, language)
    if language not in LANGUAGES:
        language = "en"
    folder = Path(__file__).parent
    _now = (
        language,
        gettext.translation(DOMAIN, folder, languages=[language], fallback=language == "en"),
    )
    return language


def current() -> str:
    """Return the language that is spoken now, one of LANGUAGES."""
    return _now[0]


def preferred(environment: Mapping[str, str]) -> str:
    """Return the language that the workstation's locale asks for, English if it is none of ours."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            language = environment[name].split("_")[0].split(".")[0].lower()
            language = _SAME.get(language, language)
            return language if language in LANGUAGES else "en"
    return "en"


def remembered(home: Path) -> str | None:
    """Return the language that was last chosen on the vault in ``home``, None if none was."""
    try:
        language = (home / _FILE).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return language if language in LANGUAGES else None


def remember(home: Path, language: str) -> None:
    """Remember ``language`` in ``home``; where that cannot be written it is for now only."""
    with contextlib.suppress(OSError):
        (home / _FILE).write_text(f"{language}\n", "ascii")


def _(message: str) -> str:
    """Return ``message`` in the language that is spoken now."""
    # The empty message is what a catalogue says of itself.
    return _now[1].gettext(message) if message else ""


def plural(one: str, many: str, count: int) -> str:
    """Return what is said of ``count`` things, in the language that is spoken now."""
    return _now[1].ngettext(one, many, count)


def later(message: str) -> str:
    """Mark the message of a constant for the catalogues; `_` speaks it where it is shown."""
    return message
