"""Notes go, rows go, counts stay: what retention destroys, when, and what it never touches."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console import calls, figures
from console.calls import Contact
from console.errors import BadUsage, ConsoleError, Refused
from console.vault import Vault, purge
from tests.vaults import NOW, open_as

TODAY = NOW.date()
CODED = {
    "caller": ("self",),
    "gender": ("woman",),
    "age": ("18-25",),
    "region": ("PK-PB",),
    "issue": ("threats", "stalking"),
    "urgency": ("urgent",),
}


def a_call(vault: Vault, days_ago: int, note: str = "", period: str | None = None) -> int:
    """Take a whole call as it was so many days ago; ``period`` makes it count elsewhere."""
    then = NOW - timedelta(days=days_ago)
    draft = replace(calls.start(vault, now=then), coded=CODED, note=note)
    call = calls.finish(vault, draft, distress=2, now=then).call
    if period:
        with vault.transaction():
            vault.conn.execute("UPDATE call SET period = ? WHERE id = ?", [period, call])
    return call


def publish(vault: Vault, *periods: str) -> None:
    """Put an empty release of each month into the ledger."""
    with vault.transaction():
        for period in periods:
            row = [period, "2026-01-01", "carla"]
            vault.conn.execute("INSERT INTO release VALUES (?, 1, 'rounded', ?, ?, '')", row)


def rows(vault: Vault, query: str) -> list[tuple[object, ...]]:
    return vault.conn.execute(query).fetchall()


def test_a_note_lives_for_ninety_days_and_is_gone_on_the_ninetieth(home: Path) -> None:
    with open_as(home, "amina") as vault:
        stays, goes = a_call(vault, 89, "the younger"), a_call(vault, 90, "the older")
        purge.destroy(vault, now=NOW)
        assert calls.read(vault, stays).note == "the younger"
        with pytest.raises(Refused, match="retention"):
            calls.read(vault, goes)
        assert rows(vault, f"SELECT sealed FROM note WHERE call = {goes}") == [(b"",)]
        assert vault.audit_lines()[-1].action == "notes.destroyed"
        assert vault.audit_lines()[-1].subject == "up to 2026-08-23: 1 days, 1 notes"


def test_what_was_amended_goes_with_the_note_and_the_codes_stay(home: Path) -> None:
    with open_as(home, "amina") as vault:
        call = a_call(vault, 100, "first words")
        then = NOW - timedelta(days=99)
        calls.amend(vault, call, coded={**CODED, "age": ("26-39",)}, note="second", now=then)
        assert purge.destroy(vault, now=NOW).amendments == 1
        assert rows(vault, "SELECT count(*) FROM amendment") == [(0,)]
        assert rows(vault, "SELECT revision FROM note") == [(2,)]
        assert rows(vault, f"SELECT age FROM call WHERE id = {call}") == [("26-39",)]
        with pytest.raises(Refused, match="destroyed"):
            calls.amend(vault, call, coded=CODED, note="again", now=NOW)
        assert not calls.amend(vault, call, coded=CODED, note="", now=NOW).kept


def test_a_call_of_a_day_that_was_purged_can_still_be_ended(home: Path) -> None:
    with open_as(home, "amina") as vault:
        older = a_call(vault, 100, "gone")
        then = NOW - timedelta(days=100)
        draft = replace(calls.start(vault, now=then), coded=CODED, note="still going on")
        calls.save(vault, draft, now=NOW)
        purge.destroy(vault, now=NOW)
        [kept] = calls.drafts(vault)
        assert kept.note == "still going on"
        calls.finish(vault, kept, distress=1, now=NOW)
        assert calls.read(vault, kept.call).note == "still going on"
        with pytest.raises(Refused, match="retention"):
            calls.read(vault, older)
        # It is of a day long past, and goes with the next purge.
        assert purge.destroy(vault, now=NOW).notes == 1


def test_notes_of_a_file_live_as_long_from_its_import(home: Path) -> None:
    with open_as(home, "amina") as vault:
        call = a_call(vault, 400, "from the old ledger")
        with vault.transaction():
            lately = (TODAY - timedelta(days=89)).isoformat()
            vault.conn.execute("INSERT INTO call_batch VALUES (1, 'x', ?, 1)", [lately])
            vault.conn.execute("UPDATE call SET batch = 1 WHERE id = ?", [call])
        assert purge.destroy(vault, now=NOW).notes == 0
        assert purge.destroy(vault, now=NOW + timedelta(days=1)).notes == 1


def test_a_return_code_goes_when_its_whole_case_has_no_note_left(home: Path) -> None:
    with open_as(home, "amina") as vault:
        spent, chained, recent = (a_call(vault, ago, "words") for ago in (200, 200, 200))
        without_a_note = a_call(vault, 91)
        codes = {
            call: calls.give_return_code(vault, call, now=NOW)
            for call in (spent, chained, recent, without_a_note)
        }
        # The second case goes on: a code leads from its old call to one that has a note.
        draft = calls.start(vault, now=NOW - timedelta(days=3))
        calls.follow_return_code(vault, codes[chained], draft.call, now=NOW)
        second = calls.give_return_code(vault, draft.call, now=NOW)
        calls.finish(
            vault, replace(draft, coded=CODED, note="new"), distress=1, now=NOW - timedelta(days=3)
        )
        live = calls.start(vault, now=NOW)
        calls.follow_return_code(vault, codes[recent], live.call, now=NOW)
        assert purge.due(vault, TODAY).return_codes == 2
        assert purge.destroy(vault, now=NOW).return_codes == 2
        for call in (spent, without_a_note):
            with pytest.raises(Refused, match="no call has this code"):
                calls.follow_return_code(vault, codes[call], live.call, now=NOW)
        for code in (codes[chained], second):
            assert chained in {
                each.call
                for each in calls.follow_return_code(vault, code, live.call, now=NOW).calls
            }


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 7)), max_size=20),
    st.sets(st.integers(0, 7)),
)
def test_cases_are_what_a_chain_of_codes_joins(
    ties: list[tuple[int, int]], alive: set[int]
) -> None:
    """Against the slow way: spread what lives along the ties until nothing changes."""
    living = {code for code, call in ties if call in alive}
    while True:
        reached = {call for code, call in ties if code in living}
        grown = living | {code for code, call in ties if call in reached}
        if grown == living:
            break
        living = grown
    rows = [(code, call, call in alive) for code, call in ties]
    assert purge.spent_codes(rows) == sorted({code for code, _ in ties} - living)


def test_months_are_folded_when_they_are_published_and_old(home: Path) -> None:
    with open_as(home, "amina") as vault:
        for period in ("2024-09", "2024-10", "2024-10", "2024-11", "2026-11"):
            a_call(vault, 1, period=period)
        somebody = a_call(vault, 1, period="2024-08")
        calls.keep_contact(vault, somebody, Contact("a number"), consent=True, now=NOW)
        publish(vault, "2024-08", "2024-10", "2024-11")
    with open_as(home, "carla") as vault:
        plan = calls.purge_plan(vault, now=NOW)
        assert plan.fold == (("2024-10", 2),)
        assert plan.unpublished == (("2024-09", 1),)
        assert plan.waiting == (("2024-08", 1),)
        assert plan.anything
        assert rows(vault, "SELECT count(*) FROM call") == [(6,)]
        done = calls.purge_now(vault, figures.fold, now=NOW)
        assert done.folded == (("2024-10", 2),)
        left = rows(vault, "SELECT period FROM call ORDER BY period")
        assert [period for (period,) in left] == ["2024-08", "2024-09", "2024-11", "2026-11"]
        assert ("calls.folded", "2024-10: 2 contacts") in [
            (line.action, line.subject) for line in vault.audit_lines()
        ]
        assert calls.purge_now(vault, figures.fold, now=NOW).folded == ()


def test_a_month_whose_note_is_still_kept_keeps_its_rows(home: Path) -> None:
    with open_as(home, "amina") as vault:
        call = a_call(vault, 1660, "from the old ledger")
        month = (NOW - timedelta(days=1660)).date().isoformat()[:7]
        with vault.transaction():
            today = TODAY.isoformat()
            vault.conn.execute("INSERT INTO call_batch VALUES (1, 'x', ?, 1)", [today])
            vault.conn.execute("UPDATE call SET batch = 1, period = ?", [month])
        publish(vault, month)
    with open_as(home, "carla") as vault:
        plan = calls.purge_plan(vault, now=NOW)
        assert (plan.sealed.notes, plan.fold, plan.waiting) == (0, (), ((month, 1),))
        assert calls.purge_now(vault, figures.fold, now=NOW).folded == ()
    with open_as(home, "amina") as vault:
        assert calls.read(vault, call).note == "from the old ledger"
    spent = NOW + timedelta(days=90)
    with open_as(home, "carla", now=spent) as vault:
        plan = calls.purge_plan(vault, now=spent)
        assert (plan.sealed.notes, plan.fold, plan.waiting) == (1, ((month, 1),), ())
        done = calls.purge_now(vault, figures.fold, now=spent)
        assert (done.sealed.notes, done.folded) == (1, ((month, 1),))


def test_a_fold_that_would_change_a_count_changes_nothing(home: Path) -> None:
    with open_as(home, "amina") as vault:
        a_call(vault, 1, period="2024-01")
        publish(vault, "2024-01")

    def careless(vault: Vault, month: str, drop: object) -> None:
        figures.fold(vault, month, lambda: None)

    with open_as(home, "carla") as vault:
        with pytest.raises(ConsoleError, match="would have changed"):
            calls.purge_now(vault, careless, now=NOW)
        assert rows(vault, "SELECT count(*) FROM call") == [(1,)]
        assert rows(vault, "SELECT count(*) FROM folded") == [(0,)]


def test_what_became_of_referrals_is_counted_as_before(home: Path) -> None:
    outcomes = (
        "SELECT service, status, sum(count) FROM referral_outcome GROUP BY 1, 2 ORDER BY 1, 2"
    )
    with open_as(home, "amina") as vault:
        taken = [a_call(vault, 1, period=p) for p in ("2024-01", "2024-01", "2024-02", "2026-10")]
        publish(vault, "2024-01", "2024-02")
        with vault.transaction():
            vault.conn.execute("INSERT INTO organization (id, name) VALUES ('o', 'Legal aid')")
            vault.conn.execute(
                "INSERT INTO service (id, organization_id, name) VALUES ('s', 'o', 'Advice')"
            )
            for call, status in zip(
                taken, ("completed", "completed", "completed", "refused"), strict=True
            ):
                vault.conn.execute(
                    "INSERT INTO referral (call, service, status, day) VALUES (?, 's', ?, ?)",
                    [call, status, TODAY.isoformat()],
                )
        before = rows(vault, outcomes)
    with open_as(home, "carla") as vault:
        assert len(calls.purge_now(vault, figures.fold, now=NOW).folded) == 2
        assert rows(vault, "SELECT count(*) FROM referral") == [(1,)]
        assert rows(vault, outcomes) == before == [("s", "completed", 3), ("s", "refused", 1)]


@pytest.mark.parametrize("name", ["amina", "ines"])
def test_only_a_coordinator_purges_and_sets_the_policy(home: Path, name: str) -> None:
    with open_as(home, name) as vault:
        for refused in (
            lambda: calls.purge_plan(vault, now=NOW),
            lambda: calls.purge_now(vault, figures.fold, now=NOW),
            lambda: purge.set_policy(vault, {"note_days": 1}, now=NOW),
        ):
            with pytest.raises(Refused):
                refused()


def test_the_policy_is_the_coordinators_and_audited(home: Path) -> None:
    with open_as(home, "carla") as vault:
        assert purge.policy(vault) == purge.Policy(90, 24)
        assert purge.set_policy(vault, {"note_days": 30}, now=NOW) == purge.Policy(30, 24)
        assert purge.set_policy(vault, {"call_months": 12}, now=NOW) == purge.Policy(30, 12)
        assert vault.audit_lines()[-1].subject == "policy.retention: 30 days, 12 months"
        for wrong in ({"note_days": 0}, {"call_months": 0}, {"call_months": 1}, {"weeks": 3}):
            with pytest.raises(BadUsage):
                purge.set_policy(vault, wrong, now=NOW)
        assert purge.policy(vault) == purge.Policy(30, 12)


@given(st.dates(date(2001, 1, 1), date(2100, 1, 1)), st.integers(1, 240))
def test_a_month_is_old_when_that_many_whole_months_lie_between(today: date, months: int) -> None:
    last = purge.Policy(1, months).last_month(today)
    year, month = map(int, last.split("-"))
    assert 1 <= month <= 12
    between = (today.year - year) * 12 + today.month - month - 1
    assert between == months


@given(st.dates(date(2001, 1, 1), date(2100, 1, 1)), st.integers(1, 3650))
def test_the_last_day_is_that_many_days_ago(today: date, days: int) -> None:
    assert date.fromisoformat(purge.Policy(days, 240).last_day(today)) + timedelta(days) == today


# At the first unlock of a day ------------------------------------------------------------


def note_on(home: Path, days_ago: int) -> int:
    with open_as(home, "amina", now=NOW - timedelta(days=days_ago)) as vault:
        return a_call(vault, days_ago, "words")


@pytest.mark.parametrize("name", ["noor", "carla", "ines"])
def test_whoever_unlocks_first_destroys_what_is_due(home: Path, name: str) -> None:
    note_on(home, 90)
    for ago in (*range(80, 0, -10), 1):
        with open_as(home, "ines", now=NOW - timedelta(days=ago)) as vault:
            assert rows(vault, "SELECT count(*) FROM day_key") == [(1,)]
    with open_as(home, name) as vault:
        assert rows(vault, "SELECT count(*) FROM day_key") == [(0,)]
        done = Counter((line.actor, line.action) for line in vault.audit_lines())
        assert done[name, "notes.destroyed"] == 1
    with open_as(home, "amina") as vault:
        assert sum(line.action == "notes.destroyed" for line in vault.audit_lines()) == 1


def test_a_clock_that_jumps_years_ahead_destroys_nothing_until_a_coordinator_says_so(
    home: Path,
) -> None:
    call = note_on(home, 0)
    far = NOW + timedelta(days=3650)
    with open_as(home, "amina", now=far) as vault:
        assert calls.read(vault, call).note == "words"
        assert purge.is_held(vault, now=far)
    with open_as(home, "carla", now=far) as vault:
        assert calls.purge_plan(vault, now=far).sealed.notes == 1
        assert calls.purge_now(vault, figures.fold, now=far).sealed.notes == 1
        assert not purge.is_held(vault, now=far)


def test_a_clock_that_was_set_back_brings_no_note_again_and_destroys_none(home: Path) -> None:
    note_on(home, 0)
    with open_as(home, "carla", now=NOW - timedelta(days=5000)) as vault:
        assert rows(vault, "SELECT count(*) FROM day_key") == [(1,)]
