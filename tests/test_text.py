"""Text for people: what can steer a terminal or hide is gone, what scripts need is there."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.text import plain

ANY = st.text(st.characters(exclude_categories=()))


@given(ANY)
def test_nothing_is_left_that_a_terminal_obeys_or_that_nobody_sees(text):
    for char in plain(text):
        kind = unicodedata.category(char)
        assert char == "\n" or kind not in {"Cc", "Cs", "Cn", "Zl", "Zp"}
        assert unicodedata.bidirectional(char) not in {
            *("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"),
        }
    plain(text).encode("utf-8")


@given(ANY)
def test_one_line_is_one_line(text):
    assert len(plain(text, lines=False).splitlines()) <= 1


@given(ANY, st.booleans())
def test_what_is_plain_stays_as_it_is(text, lines):
    once = plain(text, lines=lines)
    assert plain(once, lines=lines) == once


@given(st.text(st.characters(categories=("L", "M", "N", "P", "S"))))
def test_letters_and_signs_of_every_script_are_kept(text):
    assert plain(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "میں نے کہا: نہیں\u200cہے",
        "नमस्\u200dते",
        "\U0001f469\u200d\U0001f467",
        "e\u0301",
        "a\nb",
    ],
)
def test_joiners_combining_marks_and_lines_are_kept(text):
    assert plain(text) == text


@pytest.mark.parametrize(
    ("text", "plainly"),
    [
        ("\x1b]52;c;aGk=\x07", "]52;c;aGk="),
        ("\x9b31mred", "31mred"),
        ("a\u202eb", "ab"),
        ("a\u2066b\u2069", "ab"),
        ("a\tb", "a b"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("nul\x00", "nul"),
        ("tag\U000e0041", "tag"),
        ("half \ud83d", "half "),
    ],
)
def test_what_each_becomes(text, plainly):
    assert plain(text) == plainly
