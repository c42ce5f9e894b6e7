"""Retention, the emergency and the trail from the shell."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from console import calls
from console.cli.session import now
from console.vault import purge, wiping
from console.vault.wiping import AT_ONCE
from tests.cli.conftest import Command, refused
from tests.vault.checks import add_call
from tests.vaults import open_as

CODED = {
    "caller": ("self",),
    "gender": ("woman",),
    "age": ("18-25",),
    "region": ("PK-PB",),
    "issue": ("threats",),
    "urgency": ("urgent",),
}
CANARY = "zanzibar-canary-7391"


def a_note(helpline: Command, days_ago: int) -> int:
    """Take a call with a note as of so many days ago, the vault having been looked at today."""
    then = now() - timedelta(days=days_ago)
    with open_as(helpline.home, "amina", now=now()) as vault:
        draft = replace(calls.start(vault, now=then), coded=CODED, note=CANARY)
        return calls.finish(vault, draft, distress=1, now=then).call


def counted(helpline: Command, query: str) -> int:
    with open_as(helpline.home, "ines", now=now()) as vault:
        return int(vault.conn.execute(query).fetchone()[0])


KEYS = "SELECT count(*) FROM day_key"


def test_a_purge_says_what_it_will_do_and_does_it_when_told(helpline: Command) -> None:
    a_note(helpline, 100)
    asked = helpline.as_("carla", "vault", "purge")
    assert asked.code == 2
    assert "1 notes and 0 amendments of 1 days" in asked.out
    assert "--yes" in asked.err
    assert counted(helpline, KEYS) == 1
    done = helpline.as_("carla", "vault", "purge", "--yes")
    assert done.code == 0
    assert "1 notes of 1 days are destroyed" in done.out
    assert counted(helpline, KEYS) == 0
    again = helpline.as_("carla", "vault", "purge")
    assert (again.code, "nothing to destroy" in again.out) == (0, True)


def test_a_purge_tells_a_program_in_counts(helpline: Command) -> None:
    a_note(helpline, 100)
    answer = helpline.as_("carla", "vault", "purge", "--yes", "--json")
    said = json.loads(answer.out)
    assert said["plan"]["sealed"]["notes"] == said["done"]["sealed"]["notes"] == 1
    assert said["plan"]["policy"] == {"note_days": 90, "call_months": 24}
    assert CANARY not in answer.out


def test_what_was_destroyed_at_this_very_login_is_said(helpline: Command) -> None:
    for options in ([], ["--json"]):
        yesterday = now() - timedelta(days=1)
        with open_as(helpline.home, "ines", now=yesterday) as vault:
            purge.destroy(vault, now=yesterday)
        with open_as(helpline.home, "amina", now=yesterday) as vault:
            then = now() - timedelta(days=100)
            draft = replace(calls.start(vault, now=then), coded=CODED, note=CANARY)
            calls.finish(vault, draft, distress=1, now=then)
        answer = helpline.as_("carla", "vault", "purge", *options)
        assert answer.code == 0, answer
        said = "Destroyed already at this login, the first of the day: 1 notes" in answer.out
        assert said is not bool(options)
    assert json.loads(answer.out)["done"] is None
    assert counted(helpline, KEYS) == 0
    assert "this login" not in helpline.as_("carla", "vault", "purge").out


def test_a_wait_ends_with_nothing_to_destroy_once_the_day_is_confirmed(helpline: Command) -> None:
    before = now() - timedelta(days=60)
    with open_as(helpline.home, "ines", now=before) as vault:
        purge.destroy(vault, now=before)
    today = now().date().isoformat()
    asked = helpline.as_("carla", "vault", "purge")
    assert (asked.code, f"say --yes if today is {today}" in asked.err) == (2, True)
    assert f"nobody has looked since {before.date()}, and this computer's clock says" in asked.out
    assert "nothing to destroy" in asked.out
    with open_as(helpline.home, "ines", now=now()) as vault:
        assert purge.is_held(vault, now=now())
    done = helpline.as_("carla", "vault", "purge", "--yes")
    assert (done.code, "Retention goes on by itself." in done.out) == (0, True)
    with open_as(helpline.home, "ines", now=now()) as vault:
        assert not purge.is_held(vault, now=now())
    again = json.loads(helpline.as_("carla", "vault", "purge", "--json").out)
    assert (again["held_since"], again["done"]) == (None, None)


def test_a_purge_makes_up_for_a_large_wipe_that_was_cut_short(helpline: Command) -> None:
    day = now().date().isoformat()
    with open_as(helpline.home, "amina", now=now()) as vault:
        with vault.transaction():
            for _ in range(AT_ONCE // 90_000 + 1):
                vault.write_note(add_call(vault), day, "x" * 90_000)
        wiping.owe(vault)
        # As a program leaves it that the system ended.
        vault.set_setting("retention.wipe_begun", True)
    assert helpline.as_("ines", "member", "list").code == 0
    with open_as(helpline.home, "amina", now=now()) as vault:
        assert wiping.is_owed(vault)
    assert "nothing to destroy" in helpline.as_("carla", "vault", "purge").out
    with open_as(helpline.home, "amina", now=now()) as vault:
        assert not wiping.is_owed(vault)


@pytest.mark.parametrize("name", ["amina", "ines"])
def test_a_purge_is_the_coordinators(helpline: Command, name: str) -> None:
    refused(helpline.as_(name, "vault", "purge", "--yes"), 5, "coordinator")
    refused(helpline.as_(name, "vault", "retention", "--notes", "1"), 5, "coordinator")


def test_the_policy_is_shown_and_changed(helpline: Command) -> None:
    assert "90 days" in helpline.as_("carla", "vault", "retention").out
    changed = helpline.as_("carla", "vault", "retention", "--notes", "30", "--json")
    assert json.loads(changed.out) == {"note_days": 30, "call_months": 24}
    assert "30 days" in helpline.as_("carla", "vault", "retention").out
    refused(helpline.as_("carla", "vault", "retention", "--calls", "0"), 2, "one at least")


def test_an_emergency_takes_a_word_beside_the_passphrase(helpline: Command) -> None:
    a_note(helpline, 1)
    unsaid = helpline.as_("amina", "vault", "purge", "--emergency")
    assert (unsaid.code, "--word" in unsaid.err) == (2, True)
    assert "backups" in unsaid.out
    other = helpline.as_("amina", "vault", "purge", "--emergency", "--yes", "--word", "yes")
    assert (other.code, "nothing was destroyed" in other.err) == (5, True)
    assert counted(helpline, KEYS) == 1
    refused(helpline.as_("ines", "vault", "purge", "--emergency", "--word", "destroy"), 5, "IT")
    done = helpline.as_("amina", "vault", "purge", "--emergency", "--word", "Destroy")
    assert (done.code, "for ever" in done.out) == (0, True)
    assert counted(helpline, KEYS) == 0
    assert counted(helpline, "SELECT count(*) FROM call") == 1


def test_the_trail_is_filtered_and_a_head_is_looked_for(helpline: Command) -> None:
    whole = json.loads(helpline.as_("carla", "audit", "--json").out)
    assert whole["broken_at"] is None
    earlier = whole["head"]
    helpline.as_("carla", "vault", "retention", "--notes", "60")
    said = helpline.as_("ines", "audit", "--head", earlier, "--did", "policy", "--by", "carla")
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[0].split() == ["hour", "who", "did", "to"]
    assert "policy.changed" in lines[1]
    assert f"that of line {len(whole['lines'])}; " in lines[2]
    assert len(lines) == 4
    none = helpline.as_("ines", "audit", "--since", "2100-01-01", "--json")
    assert json.loads(none.out)["lines"] == []
    lost = helpline.as_("ines", "audit", "--head", "0" * 64)
    assert (lost.code, "no line has this head" in lost.err) == (4, True)
    refused(helpline.as_("ines", "audit", "--head", "abc"), 2, "64")


def test_a_trail_that_was_cut_off_is_found_by_what_a_release_states(helpline: Command) -> None:
    with open_as(helpline.home, "carla", now=now()) as vault:
        for number in range(3):
            vault.audit("made.up", f"thing {number}", now=now())
        head = vault.audit_head()
        content = json.dumps({"audit_head": head, "tables": []}).encode()
        with vault.transaction():
            vault.conn.execute(
                "INSERT INTO release VALUES ('2026-01', 1, 'rounded', '', 'carla', '')"
            )
            vault.conn.execute(
                "INSERT INTO release_file VALUES ('2026-01', 1, 'release.json', ?)", [content]
            )
    assert helpline.as_("carla", "audit").code == 0
    with open_as(helpline.home, "ines", now=now()) as vault, vault.transaction():
        vault.conn.execute(
            "DELETE FROM audit WHERE seq >= (SELECT min(seq) FROM audit WHERE subject = 'thing 2')"
        )
    with open_as(helpline.home, "ines", now=now()) as vault:
        assert vault.audit_broken_at() is None
    cut = helpline.as_("carla", "audit")
    assert (cut.code, "release of 2026-01" in cut.err) == (4, True)


def test_a_trail_that_was_cut_off_is_found_by_what_the_vault_holds(helpline: Command) -> None:
    assert json.loads(helpline.as_("ines", "audit", "--json").out)["says_nothing_of"] == []
    with open_as(helpline.home, "ines", now=now()) as vault:
        vault.rotate(now=now())
        vault.conn.execute("DELETE FROM audit WHERE action = 'key.rotated'")
    with open_as(helpline.home, "carla", now=now()) as vault:
        assert vault.audit_broken_at() is None
        head = vault.audit_head()
    cut = helpline.as_("carla", "audit", "--json", "--head", head)
    assert cut.code == 4
    assert json.loads(cut.out)["says_nothing_of"] == ["the vault's key number 2"]
    assert "says nothing of the vault's key number 2" in cut.err
    assert "helpline audit --head" in cut.err
    check = helpline.as_("ines", "vault", "check")
    assert check.code == 4
    assert "Wrong with the trail: The trail says nothing of the vault's key number 2" in check.out
