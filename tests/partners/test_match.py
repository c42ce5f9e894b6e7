from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from console.partners.hours import opening
from console.partners.match import (
    ANYBODY,
    Area,
    Need,
    Service,
    Verdict,
    band,
    covers,
    is_stale,
    judge,
    rank,
    short,
    verified,
)

NOW = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)
LABELS = {
    "PK-PB": "Punjab",
    "PK-SD": "Sindh",
    "ur": "Urdu",
    "pa": "Punjabi",
    "images_shared": "images shared",
    "forced_marriage": "forced marriage",
    "other": "other",
}
PLAIN = Service("s1", "Counsel", "Legal Aid", assured=NOW.date())
GIRL = Need("PK-PB", "ur", "12-17", "woman", ("images_shared",))


def label(_: str, code: str) -> str:
    return LABELS.get(code, code)


def judged(need: Need = GIRL, **changes: Any) -> Verdict:
    return judge(replace(PLAIN, **changes), need, label, NOW)


def test_a_full_match_says_why_in_order() -> None:
    verdict = judged(
        areas=(Area("PK-PB", "Punjab"),),
        languages=("pa", "ur"),
        openings=(opening("WEEKLY", "WE", "09:00", "17:00", None, None),),
        minimum_age=10,
        maximum_age=25,
        assured=NOW.date() - timedelta(days=12),
    )
    assert verdict.left_out == ()
    assert " · ".join(verdict.reasons) == (
        "Punjab · Urdu · open until 17:00 · takes under 18 · verified 12 days ago"
    )


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"areas": (Area("PK-SD", "Sindh"),)}, "serves Sindh only"),
        ({"minimum_age": 18}, "18 and over only"),
        ({"maximum_age": 11}, "up to 11 only"),
        ({"minimum_age": 18, "maximum_age": 25}, "18 to 25 only"),
        ({"genders": ("man",)}, "men only"),
        ({"issues": ("forced_marriage",)}, "for forced marriage only"),
        ({"status": "temporarily closed"}, "temporarily closed"),
        ({"status": "defunct"}, "no longer offered"),
    ],
)
def test_what_a_service_rules_out_leaves_it_out_with_why(changes: dict[str, Any], why: str) -> None:
    assert judged(**changes).left_out == (why,)


def test_women_only_is_said_to_a_man() -> None:
    assert judged(replace(GIRL, gender="man"), genders=("woman",)).left_out == ("women only",)


@pytest.mark.parametrize(
    "changes",
    [
        {"areas": (Area("PK-SD", "Sindh"),)},
        {"minimum_age": 18},
        {"genders": ("man",)},
        {"issues": ("forced_marriage",)},
    ],
)
def test_the_unknown_rules_nothing_out(changes: dict[str, Any]) -> None:
    assert judged(ANYBODY, **changes).left_out == ()


@pytest.mark.parametrize(
    ("need", "changes", "check"),
    [
        (ANYBODY, {"minimum_age": 18}, "check: 18 and over only"),
        (ANYBODY, {"genders": ("woman",)}, "check: women only"),
        (GIRL, {"minimum_age": 16}, "check: 16 and over only"),
        (GIRL, {"languages": ("pa",)}, "check: speaks Punjabi"),
        (replace(GIRL, gender="trans_woman"), {"genders": ("woman",)}, "check: women only"),
    ],
)
def test_a_limit_that_may_apply_is_shown_to_be_checked(
    need: Need, changes: dict[str, Any], check: str
) -> None:
    verdict = judged(need, **changes)
    assert verdict.left_out == ()
    assert check in verdict.reasons


def test_an_area_of_unknown_code_neither_excludes_nor_counts() -> None:
    named = judged(areas=(Area(None, "MyCity"), Area("PK-SD", "Sindh")))
    assert named.left_out == ()
    assert named == judged()


def test_the_whole_country_counts_less_than_the_region() -> None:
    everywhere = judged(areas=(Area("PK", "Pakistan"),))
    region = judged(areas=(Area("PK-PB", "Punjab"),))
    assert "the whole country" in everywhere.reasons
    assert judged().score < everywhere.score < region.score


def test_a_caller_abroad_is_not_in_the_country() -> None:
    assert judged(replace(GIRL, region="abroad"), areas=(Area("PK", "Pakistan"),)).left_out


def test_what_became_of_referrals_counts_but_not_one_persons_word() -> None:
    once = judged(taken=0, followed_up=1)
    often = judged(taken=1, followed_up=10)
    assert often.score < once.score < judged().score < judged(taken=9, followed_up=10).score
    assert "took 1 of 10 referrals" in often.reasons
    assert not any(reason.startswith("took") for reason in once.reasons)


def test_entries_go_stale_after_half_a_year_or_if_never_verified() -> None:
    today = NOW.date()
    assert not is_stale(today - timedelta(days=180), today)
    assert is_stale(today - timedelta(days=181), today)
    assert is_stale(None, today)
    assert verified(None, today) == "never verified"
    assert verified(today - timedelta(days=1), today) == "verified yesterday"
    assert verified(today + timedelta(days=3), today) == "verified today"
    assert verified(today - timedelta(days=800), today) == "verified 2 years ago"
    assert judged(assured=None).score < judged().score


@pytest.mark.parametrize(
    ("code", "ages"),
    [("0-11", (0, 11)), ("12-17", (12, 17)), ("60+", (60, 99)), ("unknown", None), ("", None)],
)
def test_bands_are_read(code: str, ages: tuple[int, int] | None) -> None:
    assert band(code) == ages


def test_a_region_lies_in_itself_and_its_country_alone() -> None:
    assert covers("PK", "PK-PB")
    assert covers("PK-PB", "PK-PB")
    assert not covers("PK-P", "PK-PB")
    assert not covers("PK-PB", "PK")
    assert not covers("PK", "abroad")


@given(st.text())
def test_short_lines_are_short_and_one_line(text: str) -> None:
    line = short(text, 20)
    assert len(line) <= 20
    assert line.split() == line.split(" ") or line == ""


BANDS = ("0-11", "12-17", "18-25", "26-39", "40-59", "60+")
ages = st.none() | st.integers(0, 99)
services = st.builds(
    Service,
    id=st.sampled_from("abcdef"),
    name=st.sampled_from(["A", "B"]),
    organization=st.just("O"),
    status=st.sampled_from(["active", "temporarily closed"]),
    minimum_age=ages,
    maximum_age=ages,
    genders=st.sets(st.sampled_from(["woman", "man", "non_binary"])).map(
        lambda s: tuple(sorted(s))
    ),
    issues=st.sets(st.sampled_from(["images_shared", "rape"])).map(lambda s: tuple(sorted(s))),
    areas=st.lists(
        st.builds(Area, st.sampled_from([None, "PK", "PK-PB", "PK-SD"]), st.just("there")),
        max_size=3,
    ).map(tuple),
    languages=st.sets(st.sampled_from(["ur", "pa"])).map(lambda s: tuple(sorted(s))),
    assured=st.none() | st.dates(),
    taken=st.integers(0, 5),
    followed_up=st.integers(5, 9),
)
needs = st.builds(
    Need,
    region=st.sampled_from(["PK-PB", "PK-SD", "abroad", "unknown"]),
    language=st.sampled_from(["ur", "en", "unknown"]),
    age=st.sampled_from([*BANDS, "unknown"]),
    gender=st.sampled_from(["woman", "man", "trans_woman", "other", "unknown"]),
    issues=st.sets(st.sampled_from(["images_shared", "rape", "unknown"])).map(tuple),
)


@given(st.sampled_from(BANDS), ages, ages)
def test_a_band_is_left_out_exactly_when_no_age_of_it_is_taken(
    code: str, least: int | None, most: int | None
) -> None:
    # An import refuses limits that no age can meet.
    assume(least is None or most is None or least <= most)
    known = band(code)
    assert known is not None
    low, high = known
    taken = [
        age
        for age in range(low, high + 1)
        if (least is None or age >= least) and (most is None or age <= most)
    ]
    verdict = judged(replace(GIRL, age=code), minimum_age=least, maximum_age=most)
    assert bool(verdict.left_out) is (not taken)
    to_check = any(reason.startswith("check:") for reason in verdict.reasons)
    assert to_check is (bool(taken) and len(taken) < high + 1 - low)


@given(services, needs)
def test_knowing_less_of_the_caller_never_leaves_out_more(service: Service, need: Need) -> None:
    known = set(judge(service, need, label, NOW).left_out)
    unknown = set(judge(service, ANYBODY, label, NOW).left_out)
    assert unknown <= known


@given(services, needs)
def test_every_reason_is_one_line_with_words(service: Service, need: Need) -> None:
    verdict = judge(service, need, label, NOW)
    for words in (*verdict.reasons, *verdict.left_out):
        assert words.strip() == words != ""
        assert "\n" not in words


@given(services, needs)
def test_a_region_in_common_never_ranks_below_none(service: Service, need: Need) -> None:
    stated = replace(service, areas=(Area(need.region, "there"),))
    silent = replace(service, areas=())
    with_region, without = (judge(each, need, label, NOW) for each in (stated, silent))
    assert with_region.left_out == without.left_out
    assert rank(with_region, stated) <= rank(without, silent)


@given(st.lists(services, max_size=8), needs, st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_how_services_come(
    several: list[Service], need: Need, random: object
) -> None:
    several = list({service.id: service for service in several}.values())
    shuffled = several.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    def ranked(found: list[Service]) -> list[str]:
        return [
            service.id
            for service in sorted(found, key=lambda each: rank(judge(each, need, label, NOW), each))
        ]

    assert ranked(several) == ranked(shuffled)
