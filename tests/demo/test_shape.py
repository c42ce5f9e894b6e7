"""The made-up calls have the shape of the published figures."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from random import Random

import pytest

from console import codebook
from console.demo import shape
from console.demo.build import COUNTRY, recent, shifts
from tests.vaults import NOW

COUNT = 20_000
LISTS = {"months", "weekdays", "hours", "operator", "who", "another_issue"}


@pytest.fixture(scope="module")
def calls() -> list[shape.MadeUp]:
    return list(shape.calls(COUNT, date(2026, 11, 20), Random(39393)))


@pytest.fixture(scope="module")
def book() -> codebook.Codebook:
    return codebook.load(None, COUNTRY)


def test_every_code_is_in_the_code_lists(book: codebook.Codebook) -> None:
    table = shape.shape()
    used = {(name, code) for name in table.keys() - LISTS for code in table[name]}
    used |= {("issue", code) for code in table["another_issue"] if code != "none"}
    for who in table["who"]:
        gender, caller, relation = who.split()
        used |= {("gender", gender), ("caller", caller), ("relation", relation)}
    assert {pair for pair in used if not book.known(*pair)} == set()


def test_recent_calls_are_coded_whole_with_codes_of_the_lists(book: codebook.Codebook) -> None:
    noted = 0
    for row, note in recent(NOW):
        coded = {name: (code,) for name, code in row.single.items()}
        for name, code in row.mentions:
            coded[name] = (*coded.get(name, ()), code)
        for name, codes in coded.items():
            assert all(book.known(name, code) for code in codes), (name, codes)
        if row.kind == "data":
            assert book.missing(coded) == ()
            assert note
            noted += 1
        else:
            assert not coded
    assert noted >= 8


@pytest.mark.parametrize(
    ("dimension", "code", "published"),
    [
        ("gender", "man", 0.37),
        ("region", "PK-PB", 0.44),
        ("region", "PK-SD", 0.191),
        ("region", "unknown", 0.212),
        ("prior_contact", "no", 569 / 703),
        ("first_disclosure", "yes", 0.25),
    ],
)
def test_shares_are_as_published(
    calls: list[shape.MadeUp], dimension: str, code: str, published: float
) -> None:
    counted = Counter(call.single[dimension] for call in calls if call.kind == "data")
    assert counted[code] / counted.total() == pytest.approx(published, abs=0.015)


@pytest.mark.parametrize(
    ("dimension", "code", "published"),
    [
        ("issue", "blackmail", 0.33),
        ("issue", "account_hacked", 0.23),
        ("platform", "whatsapp", 0.42),
    ],
)
def test_mentions_are_as_published(
    calls: list[shape.MadeUp], dimension: str, code: str, published: float
) -> None:
    data = [call for call in calls if call.kind == "data"]
    share = sum((dimension, code) in call.mentions for call in data) / len(data)
    assert share == pytest.approx(published, abs=0.015)


def test_july_is_the_peak_and_calls_fill_the_year_before(calls: list[shape.MadeUp]) -> None:
    months = Counter(call.day.month for call in calls)
    assert months.most_common(1)[0][0] == 7
    assert len(months) == 12
    until = date(2026, 11, 20)
    days = {call.day for call in calls}
    assert min(days) == until - timedelta(days=365)
    assert max(days) == until - timedelta(days=1)


def test_a_call_that_is_no_data_call_has_no_codes(calls: list[shape.MadeUp]) -> None:
    others = [call for call in calls if call.kind != "data"]
    assert others
    assert all(not call.single and not call.mentions for call in others)


def test_two_operators_are_on_the_line_now_and_none_twice_at_once() -> None:
    rota = sorted(shifts(NOW))
    assert len([1 for _, starts, ends in rota if starts <= NOW < ends]) == 2
    for (member, _, ends), (other, starts, _) in pairwise(rota):
        assert member != other or ends <= starts
