import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.calls import Draft
from console.errors import VaultDamaged

ANY_TEXT = st.text(st.characters(exclude_categories=()))
ZONES = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
DRAFTS = st.builds(
    Draft,
    call=st.integers(1),
    operator=ANY_TEXT,
    started_at=st.datetimes(timezones=ZONES),
    coded=st.dictionaries(ANY_TEXT, st.lists(ANY_TEXT).map(tuple)),
    note=ANY_TEXT,
    cursor=st.tuples(st.integers(0), st.integers(0)),
    state=st.sampled_from(["live", "parked"]),
)


@given(DRAFTS)
def test_a_draft_comes_back_as_it_was(draft):
    assert Draft.decode(draft.call, draft.encode()) == draft


def a_draft() -> dict[str, object]:
    return json.loads(Draft(1, "amina", datetime(2026, 11, 21, tzinfo=UTC)).encode())


@pytest.mark.parametrize(
    "change",
    [
        {"format": 99},
        {"state": "asleep"},
        {"started_at": "yesterday"},
        {"cursor": [1]},
        {"coded": []},
        {"coded": {"issue": 3}},
    ],
)
def test_a_draft_of_another_form_is_named_damaged(change):
    with pytest.raises(VaultDamaged, match="call 7"):
        Draft.decode(7, json.dumps(a_draft() | change).encode())


@pytest.mark.parametrize("payload", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"{}"])
def test_what_is_no_draft_is_named_damaged(payload):
    with pytest.raises(VaultDamaged, match="call 7"):
        Draft.decode(7, payload)


def test_the_note_is_not_in_what_python_prints():
    draft = Draft(1, "amina", datetime(2026, 11, 21, tzinfo=UTC), note="canary")
    assert "canary" not in repr(draft)


def test_a_draft_of_an_older_console_gets_its_relation_told_apart():
    old = a_draft() | {"format": 1, "coded": {"caller": ["friend"]}}
    read = Draft.decode(7, json.dumps(old).encode())
    assert read.coded == {"caller": ("on_behalf",), "relation": ("friend",)}
