"""Every catalogue says everything that the sources say, and nothing else."""

import io
import re

import pytest
from babel.messages.mofile import write_mo

from console.breaks import KINDS as BREAKS
from console.calls.guard import KINDS as MARKS
from console.partners import lifecycle
from console.tui import match, named, rest
from tests.language.catalogues import (
    OTHERS,
    catalogue,
    fields,
    path,
    sources,
    translations,
)

KEYS = re.compile(r"\b(?:F\d{1,2}|Ctrl\+\w|Enter|Esc|Tab|Backspace)\b")


@pytest.mark.parametrize("code", OTHERS)
def test_a_catalogue_has_every_message_of_the_sources_and_no_other(code: str) -> None:
    assert set(translations(code)) == sources()


@pytest.mark.parametrize("code", OTHERS)
def test_no_message_is_empty_or_a_guess(code: str) -> None:
    for said, meant in translations(code).items():
        for words in (meant,) if isinstance(meant, str) else meant:
            assert words.strip(), said
    assert not catalogue(code).fuzzy
    assert not [each.id for each in catalogue(code) if each.fuzzy]
    assert not catalogue(code).obsolete


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_has_the_placeholders_of_its_message_and_formats(code: str) -> None:
    for said, meant in translations(code).items():
        assert fields(said) == fields(meant), said
        for words in (meant,) if isinstance(meant, str) else meant:
            words.format(**dict.fromkeys(fields(said), "x"))


@pytest.mark.parametrize("code", OTHERS)
def test_keys_are_called_the_same_in_every_language(code: str) -> None:
    for said, meant in translations(code).items():
        if isinstance(said, str) and isinstance(meant, str):
            assert set(KEYS.findall(said)) == set(KEYS.findall(meant)), said


@pytest.mark.parametrize("code", OTHERS)
def test_what_is_spoken_was_compiled_from_what_was_written(code: str) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(code))
    assert path(code, "mo").read_bytes() == compiled.getvalue()


def test_what_the_rooms_name_in_english_has_a_message() -> None:
    assert set(named.KINDS) == set(MARKS)
    assert {*match.STATUSES, *match.OUTCOMES} == set(lifecycle.STATUSES)
    assert {name for name, _words in rest.KINDS.values()} == set(BREAKS)
    assert {*named.ROLES, *named.STATES, *named.COUNTED} <= sources()
