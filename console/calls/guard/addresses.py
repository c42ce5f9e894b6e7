"""Addresses on the net: e-mail, links, handles. Pure."""

import re
from collections.abc import Iterator
from functools import cache

from console.calls.guard.marks import Mark
from console.calls.guard.words import handle_words, platforms

_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")

# An address as it is dictated, "sara dot k at gmail dot com": looked for from its "at".
_DOT = (
    r"(?:\s?\.\s?|\s?[(\[](?:dot|point|punto|punktum|prikk)[)\]]\s?"
    r"|\s(?:dot|point|punto|punktum|prikk)\s)"
)
_JOINT = (
    r"\s(?:dot|point|punto|punktum|prikk|underscore|tiret(?: bas)?|gui[oó]n(?: bajo)?|"
    r"understrek|bindestrek|dash|hyphen)\s"
)
_AT = re.compile(
    r"\s?[(\[](?:at|arobase|arroba|krøllalfa|alfakrøll)[)\]]\s?"
    r"|\s(?P<word>at the rate(?: of)?|at|arobase|arobas|arroba|krøllalfa|alfakrøll|"
    r"snabel-?a)\s"
)
_LOCAL = re.compile(rf"[\w.+-]{{1,64}}(?:{_JOINT}[\w.+-]{{1,64}}){{0,4}}\Z")
_LONGEST_LOCAL = 120
_PROVIDERS = (
    r"(?:g-?mail|googlemail|hotmail|outlook|yahoo|ymail|icloud|live|msn|proton(?:mail)?|gmx|aol|"
    r"orange|free|laposte|sfr|wanadoo|online|getmail|telefonica|fibertel)"
)
_TOP = (
    r"(?:com|net|org|info|edu|fr|no|es|pk|ar|uk|us|in|dk|se|de|ch|be|mx|cl|br|co|eu|me)"
    r"(?:\.(?:pk|ar|uk|mx|br|in)|\s(?:dot|punto)\s(?:pk|ar|uk|mx|br|in))?\b"
)
_DICTATED = re.compile(rf"[\w-]{{1,63}}(?:{_DOT}[\w-]{{1,63}}){{0,2}}?{_DOT}{_TOP}")
# "Look at example.com" is no address: after a bare English "at" a written dot needs a provider.
_PROVIDED = re.compile(
    rf"{_PROVIDERS}{_DOT}{_TOP}"
    rf"|[\w-]{{1,63}}(?:\s(?:dot)\s[\w-]{{1,63}}){{0,2}}?\sdot\s{_TOP}"
)


def emails(low: str) -> Iterator[Mark]:
    """Yield e-mail addresses, written and dictated, of a text in lower case."""
    if "@" in low:
        for match in _EMAIL.finditer(low):
            yield Mark(match.start(), match.end(), "e-mail")
    for match in _AT.finditer(low):
        bare = match["word"] == "at"
        domain = (_PROVIDED if bare else _DICTATED).match(low, match.end())
        first = max(0, match.start() - _LONGEST_LOCAL)
        local = _LOCAL.search(low[first : match.start()]) if domain else None
        if domain and local:
            yield Mark(first + local.start(), domain.end(), "e-mail")


# Endings that are words of some language ("no", "es", "me") count only with a path behind them.
_LINK = re.compile(
    r"\b(?:https?://|www\.)\S{2,2000}"
    r"|(?<![\w.@-])[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,3}\.(?:"
    r"(?:com|org|net|info|app|gg|ly)\b(?:/\S{0,2000})?|[a-z]{2,4}/[^\s/]\S{0,2000})"
)
_TRAILING = ".,;:!?)]}»\"'"


def links(low: str) -> Iterator[Mark]:
    """Yield links; the bare domain of a great platform leads to nobody and is left
    alone. ``low`` is a text in lower case."""
    if "." not in low and "://" not in low:
        return
    for match in _LINK.finditer(low):
        link = match[0].rstrip(_TRAILING)
        host = link.removeprefix("https://").removeprefix("http://")
        name, _, ending = host.removeprefix("www.").rstrip("/").partition(".")
        if ending == "com" and name in platforms():
            continue
        yield Mark(match.start(), match.start() + len(link), "link")


_SIGNED = re.compile(r"(?<![\w@.])@[a-z0-9_](?:[\w.-]{0,38}\w)", re.IGNORECASE)
# "mail @ home": what stands after the sign and is a place, not a person.
_PLACES = frozenset({"home", "work", "school", "office", "all", "everyone", "night", "hjem"})


@cache
def _cue() -> re.Pattern[str]:
    """Return the pattern of the words behind which a handle may stand.

    What the guard itself put into a note, "[handle]", is no such word.
    """
    return re.compile(rf"\b(?:{'|'.join(handle_words())})\b(?!\])")


_BEHIND = re.compile(
    r"(?P<sure>\s?[:=]\s?)"
    r"|(?P<said>(?:['’]s)?(?:\s(?:user ?name|name|id|account|handle|navn|hennes|hans|sitt|mitt|"
    r"heter|is|er|est|es|hai|han|hun|he|she|il|elle|son|su|pseudo|c['’]est|with|as|called|"
    r"ka|ki|pe|par|user)){0,4}\s)",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[^\W_]?[\w.]{1,38}\w")
_ENDS = re.compile(r"\s?(?:[,;:!?)]|\.(?!\w)|$)|\s(?:on|en|på|sur|pe|par|is|er|es|est|hai)\b")
# With a digit or near the name of a platform; names of files have underscores too, and codes.
_DIGIT = re.compile(r"\d")
_UNDERSCORED = re.compile(r"(?<![\w.@/-])(?=[\w.]{4,40}(?![\w@]))[^\W_]*_[\w.]*\w")
_FILE = re.compile(r"\.(?:jpe?g|png|gif|mp[34]|pdf|docx?|xlsx?|txt|zip|mov|apk|heic)$", re.I)
_DISCORD = re.compile(r"(?<![\w#])[\w.]{2,32}#\d{4}(?!\w)")
# Letters with digits or an inner dot, near the name of a platform.
_MIXED = re.compile(r"(?<![\w.@/:-])[^\W\d_]{2,}(?:[\d.]+[^\W_]*)+(?<!\.)(?![\w@/:-])")
_NEAR = 28
_NO_HANDLES = frozenset({"iphone", "covid", "galaxy", "windows", "android", "mp", "ps", "page"})


def handles(text: str, low: str) -> Iterator[Mark]:
    """Yield handles: with @, after a platform or "username", and what can be nothing else.

    ``low`` is the text in lower case.
    """
    if "@" in text:
        for match in _SIGNED.finditer(text):
            if match[0][1:].casefold() not in _PLACES and not match[0][1:].isdecimal():
                yield Mark(match.start(), match.end(), "handle")
    cues = list(_cue().finditer(low))
    for cue in cues:
        behind = _BEHIND.match(text, cue.end())
        token = _TOKEN.match(text, behind.end()) if behind else None
        if not behind or not token or len(token[0]) < 3:
            continue
        ends = _ENDS.match(text, token.end()) is not None
        plain = token[0].isalpha()
        if _is_handle(token[0]) or (
            plain and ends and behind["sure"] and token[0].casefold() not in platforms()
        ):
            yield Mark(token.start(), token.end(), "handle")
    if "#" in text:
        for match in _DISCORD.finditer(text):
            if not match[0].split("#")[0].isdecimal():
                yield Mark(match.start(), match.end(), "handle")
    if "_" in text:
        for match in _UNDERSCORED.finditer(text):
            telling = _DIGIT.search(match[0]) or _is_near(match, cues)
            if telling and not _FILE.search(match[0]):
                yield Mark(match.start(), match.end(), "handle")
    if cues:
        for match in _MIXED.finditer(text):
            if _is_near(match, cues) and _is_handle(match[0]):
                yield Mark(match.start(), match.end(), "handle")


def _is_near(match: re.Match[str], cues: list[re.Match[str]]) -> bool:
    """Tell whether a word after which handles stand is near, before or behind."""
    low, high = match.start() - _NEAR, match.end() + _NEAR
    return any(cue.end() >= low and cue.start() <= high for cue in cues)


def _is_handle(token: str) -> bool:
    """Tell whether the word is made as only handles are: letters with digits, dots, underscores."""
    letters = sum(map(str.isalpha, token))
    head = re.split(r"[\d._]", token, maxsplit=1)[0].casefold()
    return (
        letters >= 3
        and not token.isalpha()
        and not _FILE.search(token)
        and head not in _NO_HANDLES
        and not token.casefold().endswith((".com", ".org", ".net"))
    )
