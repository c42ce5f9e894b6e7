"""One function that every text passes before a person or a terminal sees it."""

import unicodedata

# Bidirectional embeddings, overrides and isolates can make a line read other than it is stored.
_BIDI = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C}


def plain(text: str, *, lines: bool = True) -> str:
    """Return ``text`` without control characters, escape sequences' lead-ins and bidi overrides.

    Tabs become spaces. Newlines stay when ``lines`` is true and become spaces otherwise.
    Lone surrogates and non-characters are dropped. Joiners that scripts need are kept.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    if not lines:
        text = " ".join(text.splitlines())
    return "".join(
        char
        for char in text
        if char == "\n"
        or (unicodedata.category(char) not in {"Cc", "Cs", "Cn"} and ord(char) not in _BIDI)
    )
