"""The made-up callers: whole in every language, and what they say leads to the codes."""

import tomllib
from pathlib import Path

import pytest

import console.practice
from console import calls, codebook, practice
from console.codebook import LANGUAGES
from console.practice import Caller

# As many answers as the code line shows.
ANSWERS = 6
FILES = sorted((Path(console.practice.__file__).parent / "callers").glob("*.toml"))
COUNTRIES = {"en": "PK", "fr": "FR", "nb": "NO", "es": "AR"}


def in_language(language: str) -> tuple[Caller, ...]:
    book = codebook.load(None, COUNTRIES[language], language)
    return practice.callers(language, practice.place(book))


EVERY = [(language, caller) for language in LANGUAGES for caller in in_language(language)]
every = pytest.mark.parametrize(
    ("language", "caller"), EVERY, ids=[f"{language} {caller.name}" for language, caller in EVERY]
)
CODED = [(language, caller) for language, caller in EVERY if caller.expected]
coded = pytest.mark.parametrize(
    ("language", "caller"), CODED, ids=[f"{language} {caller.name}" for language, caller in CODED]
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_caller_is_whole_in_every_language(path: Path) -> None:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    for part in ("title", "lines", "notice"):
        assert tuple(data[part]) == LANGUAGES
    for part in ("lines", "notice"):
        assert len({len(lines) for lines in data[part].values()}) == 1
    for each in data.get("expect", ()):
        for part in ("said", "typed"):
            assert tuple(each.get(part, dict.fromkeys(LANGUAGES))) == LANGUAGES


def test_the_callers_are_those_that_a_line_has_to_be_ready_for() -> None:
    callers = in_language("en")
    assert len(callers) == 8
    kinds = {kind for caller in callers for kind in caller.kinds}
    assert {"data", "silent", "abusive"} <= kinds
    found = {pair for caller in callers for pair in caller.coded.items()}
    for pair in (
        ("caller", ("on_behalf",)),
        ("age", ("12-17",)),
        ("urgency", ("immediate",)),
        ("first_disclosure", ("yes",)),
        ("issue", ("images_shared",)),
    ):
        assert pair in found


@every
def test_every_code_is_in_the_code_list(language: str, caller: Caller) -> None:
    book = codebook.load(None, COUNTRIES[language], language)
    assert all(book.known("kind", kind) for kind in caller.kinds)
    for each in caller.expected:
        live = {code.code for code in book.codes(each.dimension)}
        assert set(each.codes) <= live


@coded
def test_a_caller_says_enough_for_the_call_to_be_finished(language: str, caller: Caller) -> None:
    book = codebook.load(None, COUNTRIES[language], language)
    assert book.missing(book.implied(caller.coded)) == ()


@every
def test_the_words_are_among_what_is_said(language: str, caller: Caller) -> None:
    for each in caller.expected:
        assert any(each.said in line for line in caller.lines), each
        assert "{" not in "".join(caller.lines)


@coded
@pytest.mark.parametrize("interface", ["en", "own"])
def test_what_is_typed_leads_to_the_code(language: str, caller: Caller, interface: str) -> None:
    shown_in = language if interface == "own" else interface
    book = codebook.load(None, COUNTRIES[language], shown_in)
    for each in practice.callers(language, practice.place(book))[int(caller.name[0]) - 1].expected:
        if each.typed:
            answers = [(hit.dimension, hit.code) for hit in book.search(each.typed, ANSWERS)]
            assert (each.dimension, each.codes[0]) in answers, each


@coded
def test_a_caller_says_most_of_what_is_expected(language: str, caller: Caller) -> None:
    silent = [each for each in caller.expected if not each.said]
    assert len(silent) <= 1


@every
def test_the_named_cards_are_there_and_fit_the_call(language: str, caller: Caller) -> None:
    names = [card.name for card in calls.cards(None, language)]
    assert caller.cards
    assert set(caller.cards) <= set(names)
    if caller.expected:
        assert set(caller.cards) <= set(calls.fitting(caller.coded, names))


@pytest.mark.parametrize("country", ["PK", "FR", "NO", "AR", "IN", "DE", "BR"])
def test_callers_call_from_a_region_of_the_country(country: str) -> None:
    where = practice.place(codebook.load(None, country))
    assert where.code.startswith(country)
    caller = practice.callers("en", where)[0]
    assert any(where.label in line for line in caller.lines)
    assert caller.coded["region"] == (where.code,)


def test_a_country_without_regions_has_callers_too() -> None:
    where = practice.place(codebook.load(None, "MC"))
    assert practice.callers("fr", where)
