"""One function that every text passes before a person or a terminal sees it."""

import unicodedata

# Bidirectional embeddings, overrides, isolates and marks can make a line read other than it is
# stored; the other format characters are invisible, so that a text could carry what nobody sees.
_DROPPED = {"Cc", "Cf", "Cs", "Cn"}
# Joiners that Urdu, Persian, Indic scripts and emoji need, and the Arabic signs that are visible.
_KEPT = {0x200C, 0x200D, *range(0x0600, 0x0606), 0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2}
_NEWLINES = "\n\v\f\x85\u2028\u2029"


class _Table(dict[int, str | None]):
    """What becomes of each character, worked out once per character that occurs."""

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        dropped = code not in _KEPT and unicodedata.category(char) in _DROPPED
        self[code] = None if dropped else char
        return self[code]


_TABLE = _Table({ord("\t"): " ", **dict.fromkeys(map(ord, _NEWLINES), "\n")})


def plain(text: str, *, lines: bool = True) -> str:
    """Return ``text`` without control characters, escape sequences' lead-ins and bidi overrides.

    Tabs become spaces. Newlines stay when ``lines`` is true and become spaces otherwise.
    Lone surrogates, non-characters and invisible format characters are dropped. Joiners that
    scripts need are kept.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not lines:
        text = " ".join(text.splitlines())
    return text.translate(_TABLE)
