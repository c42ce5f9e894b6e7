from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.partners.lifecycle import STATUSES, following, may_follow

AT_THE_CALL = (
    "referred",
    "provided_here",
    "already_received",
    "not_applicable",
    "declined",
    "unavailable",
)
AFTERWARDS = ("accepted", "completed", "refused", "no_answer")


@pytest.mark.parametrize("after", AFTERWARDS)
@pytest.mark.parametrize(
    "before", ["provided_here", "already_received", "not_applicable", "declined", "unavailable"]
)
def test_a_partner_can_only_answer_what_was_referred(before: str, after: str) -> None:
    assert not may_follow(before, after)
    assert may_follow("referred", after)


@pytest.mark.parametrize(("before", "after"), product(AT_THE_CALL, repeat=2))
def test_what_was_recorded_at_the_call_can_be_corrected(before: str, after: str) -> None:
    assert may_follow(before, after) is (before != after)


def test_what_may_follow_is_always_listed_in_the_same_order() -> None:
    assert (*AT_THE_CALL, "accepted", "no_answer", "refused", "completed") == STATUSES
    assert following("declined") == AT_THE_CALL[:4] + AT_THE_CALL[5:]


@pytest.mark.parametrize("after", STATUSES)
def test_completed_is_final(after: str) -> None:
    assert not may_follow("completed", after)


@pytest.mark.parametrize("before", ["no_answer", "refused"])
def test_a_referral_without_success_may_be_tried_again(before: str) -> None:
    assert may_follow(before, "referred")
    assert may_follow(before, "accepted")


@given(st.sampled_from(STATUSES), st.text())
def test_only_known_statuses_follow(before: str, after: str) -> None:
    assert may_follow(before, after) is (after in following(before))
    assert set(following(before)) <= set(STATUSES) - {before}
    assert not may_follow(after if after not in STATUSES else "", before)


def test_every_status_can_be_reached() -> None:
    reached, open_ = {"referred"}, ["referred"]
    while open_:
        for after in following(open_.pop()):
            if after not in reached:
                reached.add(after)
                open_.append(after)
    assert reached == set(STATUSES)
