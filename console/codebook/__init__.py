"""Code lists, their words in each language, and the rules of the form.

The lists are data files beside this module; a site adds its own codes in its vault.
"""

from console.codebook.book import Codebook, Listed, load
from console.codebook.changes import (
    CodeChange,
    add_code,
    adopt_code,
    history,
    merge_code,
    rename_code,
    restore_code,
    retire_code,
    split_code,
    version,
)
from console.codebook.checks import LONGEST_CODE, LONGEST_LABEL, check_code, code_for
from console.codebook.model import LANGUAGES, UNKNOWN, Code, Coded, Dimension, Hit
from console.codebook.words import normalise

__all__ = [
    "LANGUAGES",
    "LONGEST_CODE",
    "LONGEST_LABEL",
    "UNKNOWN",
    "Code",
    "CodeChange",
    "Codebook",
    "Coded",
    "Dimension",
    "Hit",
    "Listed",
    "add_code",
    "adopt_code",
    "check_code",
    "code_for",
    "history",
    "load",
    "merge_code",
    "normalise",
    "rename_code",
    "restore_code",
    "retire_code",
    "split_code",
    "version",
]
