"""Code lists, their words in each language, and the rules of the form.

The lists are data files beside this module; a site adds its own codes in its vault.
"""

from console.codebook.book import (
    LONGEST_CODE,
    Codebook,
    add_code,
    adopt_code,
    check_code,
    load,
)
from console.codebook.model import LANGUAGES, UNKNOWN, Code, Coded, Dimension, Hit
from console.codebook.words import normalise

__all__ = [
    "LANGUAGES",
    "LONGEST_CODE",
    "UNKNOWN",
    "Code",
    "Codebook",
    "Coded",
    "Dimension",
    "Hit",
    "add_code",
    "adopt_code",
    "check_code",
    "load",
    "normalise",
]
