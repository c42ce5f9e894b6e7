"""How text is compared: without accents, case or punctuation. Pure."""

import re
import unicodedata

# Letters that Unicode does not take apart into a base letter and a mark.
_WHOLE_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "ð": "d", "ł": "l"})
_APOSTROPHES = str.maketrans({"'": "", "\u2019": "", "\u02bc": ""})
_NOT_A_WORD = re.compile(r"[\W_]+")


def normalise(text: str) -> str:
    """Return the words of ``text`` in lower case without accents, one space between them.

    Apostrophes vanish, so that "won't" and "wont" are one word. Scripts without case or
    accents come back as they are. Never raises; the result may be empty.
    """
    text = text.casefold()
    if not text.isascii():
        # Taking apart may bring capitals to light ("𝐀"), and lowering them marks ("İ").
        apart = unicodedata.normalize("NFKD", text).casefold().translate(_WHOLE_LETTERS)
        apart = unicodedata.normalize("NFKD", apart)
        text = "".join(char for char in apart if not unicodedata.combining(char))
    return _NOT_A_WORD.sub(" ", text.translate(_APOSTROPHES)).strip()
