"""What callers say finds its code: `words/LANGUAGE.toml` holds queries by the code they mean."""

import tomllib
from pathlib import Path

import pytest

from console import codebook
from console.codebook import shipped

BOOK = codebook.load(None, "PK")
SAID = {
    path.stem: [
        (query, dimension, code)
        for dimension, codes in tomllib.loads(path.read_text("utf-8")).items()
        for code, queries in codes.items()
        for query in queries
    ]
    for path in sorted(Path(__file__).with_name("words").glob("*.toml"))
}


def place(query, dimension, code):
    """Return where the code stands among the first three answers, from 0; None when nowhere."""
    found = [(hit.dimension, hit.code) for hit in BOOK.search(query, 3)]
    return found.index((dimension, code)) if (dimension, code) in found else None


def test_there_are_queries_in_every_language():
    assert {language: len(said) >= 150 for language, said in SAID.items()} == dict.fromkeys(
        ("en", "es", "fr", "nb", "ur"), True
    )


def test_every_issue_but_the_rest_is_asked_for():
    asked = {code for said in SAID.values() for _, dimension, code in said if dimension == "issue"}
    assert set(shipped.tags("issue")) - asked == {"other", "unknown"}


@pytest.mark.parametrize("language", SAID)
def test_what_callers_say_has_its_code_among_the_first_three(language):
    assert [each for each in SAID[language] if place(*each) is None] == []


@pytest.mark.parametrize("language", SAID)
def test_nine_times_of_ten_the_first_answer_is_the_code(language):
    first = sum(place(*each) == 0 for each in SAID[language])
    assert first >= 0.9 * len(SAID[language])


@pytest.mark.parametrize("language", ["fr", "nb", "es"])
def test_callers_words_are_found_in_a_console_of_their_language_too(language):
    book = codebook.load(None, "PK", language)
    for query, dimension, code in SAID[language]:
        found = [(hit.dimension, hit.code) for hit in book.search(query, 3)]
        assert (dimension, code) in found, query
