"""National numbers and numbers of bank accounts and cards. Pure."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from console.calls.guard.marks import Mark


@dataclass(frozen=True, slots=True)
class _Number:
    """Candidates by ``shape``, then the checks of python-stdnum's ``module``.

    Without ``module`` the shape is proof enough. ``words`` must stand before the number where
    the shape is too common; ``home`` is the one country where it is looked for at all.
    """

    shape: re.Pattern[str]
    module: str = ""
    words: re.Pattern[str] | None = None
    home: str = ""
    kind: str = "national number"


def _words(alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{alternatives})\b\D{{0,24}}\Z", re.IGNORECASE)


_THIRTEEN = re.compile(r"(?<![\d+])\d{13}(?!\d)")
_ELEVEN = re.compile(r"(?<![\d+])\d{11}(?!\d)")
_NUMBERS = (
    # Pakistan: CNIC and NICOP.
    _Number(re.compile(r"(?<!\d)\d{5}[- ]\d{7}[- ]\d(?!\d)")),
    _Number(_THIRTEEN, "stdnum.pk.cnic", home="PK"),
    _Number(
        re.compile(r"(?<!\d)\d{5}[- ]?\d{7}[- ]?\d(?!\d)"),
        words=_words("cnic|nicop|shanakhti|id card|identity card"),
    ),
    # France: NIR.
    _Number(
        re.compile(
            r"(?<!\d)[12][ .]?\d\d[ .]?\d\d[ .]?\d[\dAB][ .]?\d{3}[ .]?\d{3}[ .]?\d\d(?!\d)"
        ),
        "stdnum.fr.nir",
    ),
    # Norway, Denmark, Sweden.
    _Number(re.compile(r"(?<!\d)\d{6}[ -]?\d{5}(?!\d)"), "stdnum.no.fodselsnummer"),
    _Number(
        re.compile(r"(?<!\d)\d{6}[ -]?\d{4,5}(?!\d)"),
        words=_words("(?:fødsels|person|d-?)(?:nummer|nr)(?:et)?|cpr(?:-?nummer)?|fnr|pnr"),
    ),
    _Number(re.compile(r"(?<!\d)\d{6}-?\d{4}(?!\d)"), "stdnum.dk.cpr", home="DK"),
    _Number(
        re.compile(r"(?<!\d)(?:19|20)?\d{6}[-+]\d{4}(?!\d)"), "stdnum.se.personnummer", home="SE"
    ),
    # Spain.
    _Number(re.compile(r"(?<!\w)\d{2}\.?\d{3}\.?\d{3}[ -]?[A-Za-z](?!\w)"), "stdnum.es.dni"),
    _Number(re.compile(r"(?<!\w)[XYZxyz][ -]?\d{7}[ -]?[A-Za-z](?!\w)"), "stdnum.es.nie"),
    # Brazil, Argentina.
    _Number(re.compile(r"(?<!\d)\d{3}\.\d{3}\.\d{3}-?\d{2}(?!\d)"), "stdnum.br.cpf"),
    _Number(_ELEVEN, "stdnum.br.cpf", home="BR"),
    _Number(_ELEVEN, words=_words("cpf")),
    _Number(re.compile(r"(?<!\d)\d{2}[- ]?\d{8}[- ]?\d(?!\d)"), "stdnum.ar.cuit"),
    _Number(
        re.compile(r"(?<!\d)\d{1,2}\.?\d{3}\.?\d{3}(?!\d)"),
        words=_words("dni|d\\.n\\.i\\.|documento|cédula|cedula|carné|carnet"),
    ),
    # India, the United Kingdom, the United States.
    _Number(re.compile(r"(?<!\d)\d{4}[ -]?\d{4}[ -]?\d{4}(?!\d)"), words=_words("aadh?aar")),
    _Number(re.compile(r"(?<!\d)[2-9]\d{3} \d{4} \d{4}(?!\d)"), "stdnum.in_.aadhaar", home="IN"),
    _Number(
        re.compile(r"(?<!\w)[A-CEGHJ-PQR-TW-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D](?!\w)"),
    ),
    _Number(re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])")),
    _Number(re.compile(r"(?<!\d)\d{9}(?!\d)"), words=_words("ssn|social security(?: number)?")),
    _Number(re.compile(r"(?<!\w)[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z](?!\w)")),
    # Mexico: CURP.
    _Number(re.compile(r"(?<!\w)[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d(?!\w)")),
    # Passports of any country.
    _Number(
        re.compile(r"(?<!\w)(?=[A-Za-z\d ]{0,4}\d{4})[A-Za-z\d]{1,2} ?[A-Za-z\d]{2}\d{4,7}(?!\w)"),
        words=_words("passport|passeport|pasaporte|passnummer(?:et)?|pass nr"),
    ),
    # Norwegian accounts, and what is called the number of an account.
    _Number(
        re.compile(r"(?<!\d)\d{4}[ .]\d{2}[ .]\d{5}(?!\d)"), "stdnum.no.kontonr", kind="bank number"
    ),
    _Number(
        re.compile(r"(?<!\d)\d(?:[ .-]?\d){7,21}(?!\d)"),
        words=_words(
            "account(?: (?:number|no\\.?))?|bank account|konto(?:nummer|nr)(?:et)?|"
            "numéro de compte|rib|(?:número|nro\\.?) de cuenta|cbu|cvu"
        ),
        kind="bank number",
    ),
    _Number(
        re.compile(r"(?<![\d+])[3-6]\d{3}(?:[ -]?\d{4}){3}(?!\d)"),
        "stdnum.luhn",
        kind="bank number",
    ),
)
_BEFORE = 40
# Only such a stretch of digits, with the letters among and beside them, can hold a number.
_STRETCH = re.compile(r"(?<!\w)[A-Za-z]{0,6}[ -]?\d(?:[\w .+-]{0,6}\d)*\w*(?:[ -][A-Za-z](?!\w))?")
_DIGIT = re.compile(r"\d")
_FEWEST_DIGITS = 4
_SPACES = str.maketrans("", "", " .-")
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?!\w)", re.IGNORECASE)


def numbers(text: str, country: str) -> Iterator[Mark]:
    """Yield national numbers of several countries, of ``country`` most, and bank numbers."""
    for stretch in _STRETCH.finditer(text):
        if len(_DIGIT.findall(stretch[0])) >= _FEWEST_DIGITS:
            yield from _in_stretch(text, stretch.start(), stretch.end(), country)


def _in_stretch(text: str, start: int, end: int, country: str) -> Iterator[Mark]:
    for number in _NUMBERS:
        if number.home not in ("", country):
            continue
        for match in number.shape.finditer(text, start, end):
            before = text[max(0, match.start() - _BEFORE) : match.start()]
            if number.words and not number.words.search(before):
                continue
            if not number.module or _checker(number.module)(match[0].translate(_SPACES)):
                yield Mark(match.start(), match.end(), number.kind)
    for match in _IBAN.finditer(text, start, end):
        last = match.end()
        # Words behind the account look like more of it: the longest part that checks is it.
        while last - match.start() > 14 and not _checker("stdnum.iban")(text[match.start() : last]):
            last -= 1
        if last - match.start() > 14:
            yield Mark(match.start(), last, "bank number")


@cache
def _checker(module: str) -> Callable[[str], bool]:
    check: Any = import_module(module)
    return lambda number: bool(check.is_valid(number))
