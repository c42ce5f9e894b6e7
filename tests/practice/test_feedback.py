"""What a trainee is told: found, missed, other, beside what was expected."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from console.practice import Caller, Expected, Feedback, Point, Taken, judge

MULTIPLE = frozenset({"issue", "platform"})
CALLER = Caller(
    name="made up",
    title="Made up",
    kinds=("data",),
    lines=("my ex writes", "I am nineteen", "today"),
    expected=(
        Expected("perpetrator", ("former_partner", "partner"), "my ex", "ex"),
        Expected("age", ("18-25",), "nineteen", "19"),
        Expected("gender", ("woman", "unknown"), "", ""),
        Expected("issue", ("stalking",), "writes", "keeps writing"),
        Expected("issue", ("threats", "blackmail"), "today", ""),
    ),
    notice=(),
    cards=(),
)
RIGHT = {
    "perpetrator": ("former_partner",),
    "age": ("18-25",),
    "gender": ("woman",),
    "issue": ("stalking", "threats"),
}


def told(coded: dict[str, tuple[str, ...]], *, kind: str = "data", lines: int = 3) -> Feedback:
    return judge(CALLER, Taken(kind, coded, lines, 0, timedelta(minutes=4)), MULTIPLE)


def verdicts(feedback: Feedback) -> list[tuple[str, str]]:
    return [(point.verdict, point.dimension) for point in feedback.points]


def test_what_is_as_expected_is_found() -> None:
    feedback = told(RIGHT)
    assert {point.verdict for point in feedback.points} == {"found"}
    assert (feedback.found, feedback.expected) == (5, 5)


def test_any_of_the_codes_is_right() -> None:
    feedback = told({**RIGHT, "perpetrator": ("partner",), "issue": ("blackmail", "stalking")})
    assert feedback.found == 5


def test_what_the_vault_leaves_out_is_unknown() -> None:
    feedback = told({name: codes for name, codes in RIGHT.items() if name != "gender"})
    assert feedback.found == 5


def test_another_code_differs_and_none_is_missed() -> None:
    feedback = told({"perpetrator": ("stranger",), "issue": ("stalking", "threats")})
    assert verdicts(feedback)[:2] == [("missed", "age"), ("differs", "perpetrator")]
    assert feedback.points[1].coded == ("stranger",)
    assert feedback.points[1].expected == ("former_partner", "partner")
    assert feedback.found == 3


def test_one_of_several_codes_is_missed_and_another_is_extra() -> None:
    feedback = told({**RIGHT, "issue": ("stalking", "fraud")})
    assert verdicts(feedback)[:2] == [("missed", "issue"), ("extra", "issue")]
    assert feedback.points[1].coded == ("fraud",)
    assert (feedback.found, feedback.expected) == (4, 5)


def test_what_nobody_expected_anything_of_is_not_judged() -> None:
    assert verdicts(told({**RIGHT, "platform": ("x",), "source": ("media",)})) == verdicts(
        told(RIGHT)
    )


def test_a_code_whose_words_were_not_waited_for_says_so() -> None:
    points = {point.said: point.heard for point in told({}, lines=2).points}
    assert points == {"my ex": True, "nineteen": True, "writes": True, "today": False, "": True}


def test_where_the_kind_is_another_nothing_else_is_compared() -> None:
    feedback = told(RIGHT, kind="prank")
    assert feedback.points == (Point("differs", "kind", ("prank",), ("data",)),)


def test_a_contact_that_is_no_call_is_right_by_its_kind() -> None:
    silent = Caller("made up", "Made up", ("silent", "hang_up"), ("(nothing)",), (), (), ())
    for kind, verdict in (("silent", "found"), ("hang_up", "found"), ("data", "differs")):
        feedback = judge(silent, Taken(kind, {}, 1, 0, timedelta()), MULTIPLE)
        assert verdicts(feedback) == [(verdict, "kind")]
        assert feedback.expected == 1


codes = st.sampled_from(
    ["former_partner", "18-25", "woman", "stalking", "threats", "fraud", "stranger", "unknown"]
)
coded = st.dictionaries(
    st.sampled_from(["perpetrator", "age", "gender", "issue", "platform"]),
    st.lists(codes, min_size=1, max_size=3, unique=True).map(tuple),
)


@given(coded, st.integers(0, 3))
def test_every_expected_code_gets_one_verdict_and_what_matters_comes_first(
    taken: dict[str, tuple[str, ...]], lines: int
) -> None:
    single = {name: each if name in MULTIPLE else each[:1] for name, each in taken.items()}
    feedback = told(single, lines=lines)
    expected = [point for point in feedback.points if point.verdict != "extra"]
    assert len(expected) == len(CALLER.expected) == feedback.expected
    order = [
        ["missed", "differs", "extra", "found"].index(point.verdict) for point in feedback.points
    ]
    assert order == sorted(order)
    for point in feedback.points:
        if point.verdict == "found":
            assert set(point.coded) <= set(point.expected)
        else:
            assert not set(point.coded) & set(point.expected)
