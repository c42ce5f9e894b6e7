from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from console import codebook, partners
from console.errors import BadUsage, Refused
from console.partners import Need, store
from console.partners.match import ANYBODY, judge
from console.vault import Vault
from tests.partners.packages import Tables, every_form, nested, tables, write_folder, write_json
from tests.partners.test_reading import EXAMPLES, FORMS
from tests.vaults import NOW, open_as

WEDNESDAY_AFTERNOON = NOW.replace(year=2026, month=11, day=18, hour=14, minute=0)
WOMAN = Need("PK-PB", "ur", "18-25", "woman", ("images_shared",))
CHILDREN = [
    "phone",
    "schedule",
    "language",
    "service_area",
    "required_document",
    "service_at_location",
    "accessibility",
]


def bring(vault: Vault, path: Path) -> partners.ImportReport:
    return partners.import_hsds(vault, path, now=WEDNESDAY_AFTERNOON)


def dump(vault: Vault) -> dict[str, list[tuple[Any, ...]]]:
    names = ["organization", "service", "location", *CHILDREN]
    return {
        name: vault.conn.execute(f"SELECT * FROM {name} ORDER BY id").fetchall() for name in names
    }


def many(number: int) -> Tables:
    """Return ``number`` services that differ in what matching weighs."""
    content: Tables = {name: [] for name in tables()}
    content["organizations.csv"] = tables()["organizations.csv"]
    for each in range(number):
        service = dict(tables()["services.csv"][0], id=f"s{each}", name=f"Service {each}")
        service["minimum_age"] = ("", "12", "18", "40")[each % 4]
        service["maximum_age"] = ("", "60", "", "17.5")[each % 4] if each % 4 != 3 else ""
        service["genders"] = ("", "woman", "man")[each % 3]
        service["issues"] = ("", "images_shared", "rape")[each % 3]
        service["status"] = "active" if each % 7 else "temporarily closed"
        content["services.csv"].append(service)
        for name in ("PK-PB", "Sindh", "Pakistan", "MyCity")[each % 5 : each % 5 + 2]:
            content["service_areas.csv"].append(
                {"id": f"e{each}{name}", "service_id": f"s{each}", "name": name}
            )
        content["languages.csv"].append(
            {"id": f"g{each}", "service_id": f"s{each}", "code": ("ur", "pa")[each % 2]}
        )
    return {name: rows for name, rows in content.items() if rows}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_taken_and_taken_again_changes_nothing(
    form: str, home: Path, tmp_path: Path
) -> None:
    path = every_form(tmp_path / "forms", tables())[form]
    with open_as(home, "carla") as vault:
        report = bring(vault, path)
        assert (report.organizations, report.services, report.locations) == (1, 1, 1)
        first = dump(vault)
        assert bring(vault, path) == report
        assert dump(vault) == first
        assert all(len(rows) == 1 for rows in first.values())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_examples_of_the_standard_are_taken(path: Path, home: Path) -> None:
    with open_as(home, "carla") as vault:
        report = bring(vault, path)
        first = dump(vault)
        assert bring(vault, path) == report
        assert dump(vault) == first
        assert vault.conn.execute("PRAGMA foreign_key_check").fetchall() == []
        if report.services:
            (found,) = partners.find(vault, "community counselling", now=NOW)
            assert found.stale
            assert found.open_now is None


def test_a_package_with_one_bad_row_changes_nothing(home: Path, tmp_path: Path) -> None:
    content = tables()
    content["schedules.csv"].append({"id": "t2", "service_id": "s1", "opens_at": "noon"})
    with open_as(home, "carla") as vault:
        with pytest.raises(BadUsage, match=r"schedules\.csv row 3"):
            bring(vault, write_folder(tmp_path / "bad", content))
        assert not any(dump(vault).values())


def test_importing_again_updates_and_takes_back_what_was_withdrawn(
    home: Path, tmp_path: Path
) -> None:
    content = tables()
    content["phones.csv"].append({"id": "p2", "service_id": "s1", "number": "0800 2"})
    with open_as(home, "carla") as vault:
        bring(vault, write_folder(tmp_path / "first", content))
        content["services.csv"][0]["name"] = "Counsel for all"
        content["phones.csv"] = [{"id": "p2", "service_id": "s1", "number": "0800 3"}]
        bring(vault, write_folder(tmp_path / "second", content))
        (match,), _ = partners.match(vault, WOMAN, now=WEDNESDAY_AFTERNOON)
        assert (match.name, match.phone) == ("Counsel for all", "0800 3")
        assert len(dump(vault)["phone"]) == 1


def test_what_a_package_does_not_carry_stays(home: Path, tmp_path: Path) -> None:
    content = tables()
    content["services.csv"][0]["operator_notes"] = "Ask for the night desk"
    with open_as(home, "carla") as vault:
        bring(vault, write_folder(tmp_path / "first", content))
        before = dump(vault)
        short = {"id": "s1", "name": "Counsel", "status": "active"}
        short["organization"] = {"id": "o1", "name": "Legal Aid"}  # type: ignore[assignment]
        bring(vault, write_json(tmp_path / "page.json", {"contents": [short]}))
        assert dump(vault) == before
        bring(vault, write_folder(tmp_path / "plain", tables()))
        assert dump(vault) == before


def test_a_phone_of_the_organisation_survives_a_package_of_its_services(
    home: Path, tmp_path: Path
) -> None:
    organization = nested(tables())
    organization["phones"] = [{"id": "p9", "number": "042 111"}]
    service = {**organization["services"][0], "phones": []}
    service["organization"] = {"id": "o1", "name": "Legal Aid"}
    with open_as(home, "carla") as vault:
        bring(vault, write_json(tmp_path / "full.json", organization))
        bring(vault, write_json(tmp_path / "service.json", service))
        (match,), _ = partners.match(vault, WOMAN, now=NOW)
        assert match.phone == "042 111"


def test_services_that_are_no_longer_in_the_package_keep_their_referrals(
    home: Path, tmp_path: Path
) -> None:
    with open_as(home, "carla") as vault:
        bring(vault, write_folder(tmp_path / "first", tables()))
    with open_as(home, "amina") as vault:
        call = a_call(vault)
        number = partners.refer(vault, call, "s1", now=NOW)
    with open_as(home, "carla") as vault:
        content = tables()
        content["services.csv"][0]["id"] = "s2"
        for name in ("service_at_location", "phones", "schedules", "languages"):
            for row in content[f"{name}.csv"]:
                row["service_id"] = "s2"
        bring(vault, write_folder(tmp_path / "second", content))
        assert [line.id for line in partners.referrals(vault, call)] == [number]
        assert {line.service for line in partners.directory(vault, now=NOW)} == {"s1", "s2"}


def a_call(vault: Vault) -> int:
    with vault.transaction():
        return int(
            vault.conn.execute(
                "INSERT INTO call (operator, day) VALUES (?, ?)",
                (vault.member.name, NOW.date().isoformat()),
            ).lastrowid
            or 0
        )


def test_a_match_says_whom_to_ring_what_to_bring_and_why(home: Path, tmp_path: Path) -> None:
    with open_as(home, "carla") as vault:
        bring(vault, write_folder(tmp_path / "hsds", tables()))
    with open_as(home, "amina") as vault:
        (match,), misses = partners.match(vault, WOMAN, now=WEDNESDAY_AFTERNOON)
        assert misses == []
        assert (match.service, match.organization) == ("s1", "Legal Aid")
        assert match.phone == "0800 11111"
        assert match.bring == ("CNIC copy",)
        assert match.open_now is True
        assert not match.stale
        label = codebook.load(vault, "PK").label
        assert match.reasons[:2] == (label("region", "PK-PB"), label("language", "ur"))
        assert "open until 17:00" in match.reasons
        assert "verified 9 days ago" in match.reasons
        boy = Need("PK-SD", "ur", "12-17", "man", ("images_shared",))
        none, (miss,) = partners.match(vault, boy, now=WEDNESDAY_AFTERNOON)
        assert none == []
        assert miss.name == "Counsel"
        for why in ("serves", "18 and over only", "women only"):
            assert why in miss.why


@pytest.mark.parametrize(
    "need",
    [
        ANYBODY,
        WOMAN,
        Need("PK-SD", "pa", "12-17", "man", ("rape",)),
        Need("abroad", "unknown", "60+", "other", ()),
        Need("PK-PB", "ur", "40-59", "trans_woman", ("images_shared", "rape")),
    ],
)
def test_a_match_through_sql_is_what_the_rules_say_of_every_service(
    need: Need, home: Path, tmp_path: Path
) -> None:
    with open_as(home, "carla") as vault:
        bring(vault, write_folder(tmp_path / "many", many(70)))
        matches, misses = partners.match(vault, need, now=NOW, limit=1000)
        label = codebook.load(vault, "PK").label
        verdicts = {
            service.name: judge(service, need, label, NOW) for service in store.every_service(vault)
        }
        assert {each.name for each in matches} == {
            name for name, verdict in verdicts.items() if not verdict.left_out
        }
        assert {each.name for each in misses} == {
            name for name, verdict in verdicts.items() if verdict.left_out
        }
        scores = [each.score for each in matches]
        assert scores == sorted(scores, reverse=True)
        few, _ = partners.match(vault, need, now=NOW, limit=3)
        assert few == matches[:3]


def test_the_number_of_queries_does_not_grow_with_the_directory(home: Path, tmp_path: Path) -> None:
    def queries(vault: Vault) -> int:
        seen: list[str] = []
        vault.conn.set_trace_callback(seen.append)
        partners.match(vault, WOMAN, now=NOW)
        vault.conn.set_trace_callback(None)
        return len(seen)

    with open_as(home, "carla") as vault:
        bring(vault, write_folder(tmp_path / "few", many(2)))
        few = queries(vault)
        bring(vault, write_folder(tmp_path / "many", many(200)))
        assert 0 < queries(vault) <= few


def test_the_address_and_phone_of_a_confidential_place_are_never_shown(
    home: Path, tmp_path: Path
) -> None:
    content = tables()
    content["locations.csv"][0]["confidential"] = "yes"
    content["phones.csv"] = [
        {"id": "p1", "organization_id": "o1", "location_id": "l1", "number": "042 777"}
    ]
    with open_as(home, "carla") as vault:
        bring(vault, write_folder(tmp_path / "hsds", content))
        (line,) = partners.directory(vault, now=NOW)
        (match,), _ = partners.match(vault, WOMAN, now=NOW)
        assert line.place == "confidential"
        for secret in ("Mall Road", "Lahore", "042 777"):
            assert secret not in repr(line) + repr(match)
        assert partners.find(vault, "lahore", now=NOW) == []
        content["locations.csv"][0]["confidential"] = "no"
        bring(vault, write_folder(tmp_path / "open", content))
        (line,) = partners.directory(vault, now=NOW)
        assert (line.place, line.phone) == ("1 Mall Road, Lahore", "042 777")


@pytest.mark.parametrize(
    ("phones", "best"),
    [
        ([("p1", "s1", "fax", "1"), ("p2", "s1", "voice", "2")], "2"),
        ([("p1", None, "voice", "1"), ("p2", "s1", "voice", "2")], "2"),
        ([("p1", None, "voice", "1"), ("p2", "s1", "text", "2")], "1"),
        ([("p1", None, "", "1")], "1"),
        ([("p1", "s1", "textphone", "1")], ""),
        ([], ""),
    ],
)
def test_the_phone_is_one_to_talk_on_the_services_own_first(
    phones: list[tuple[str, str | None, str, str]], best: str, home: Path, tmp_path: Path
) -> None:
    content = tables()
    content["phones.csv"] = [
        {"id": id_, "service_id": service, "organization_id": "o1", "type": kind, "number": number}
        for id_, service, kind, number in phones
    ] or [{"id": "p1", "service_id": "gone", "organization_id": "", "type": "", "number": "9"}]
    with open_as(home, "carla") as vault:
        bring(vault, write_folder(tmp_path / "hsds", content))
        (match,), _ = partners.match(vault, WOMAN, now=NOW)
        assert match.phone == best


def test_words_find_services_by_name_first_and_without_accents(home: Path, tmp_path: Path) -> None:
    content = many(3)
    content["services.csv"][0]["name"] = "Zentrum für Müttér"
    content["services.csv"][1]["description"] = "near the muttertal"
    content["services.csv"][1].setdefault("description", "")
    with open_as(home, "carla") as vault:
        bring(vault, write_folder(tmp_path / "hsds", content))
        assert [each.service for each in partners.find(vault, "MUTTER", now=NOW)] == ["s0", "s1"]
        assert len(partners.find(vault, "legal aid", now=NOW)) == 3
        assert [each.service for each in partners.find(vault, "aid mutter fur")] == ["s0"]
        assert partners.find(vault, "  ", now=NOW) == []
        assert partners.find(vault, "%", now=NOW) == []
        assert partners.find(vault, "nobody", now=NOW) == []


def test_stale_entries_are_listed_the_oldest_first(home: Path, tmp_path: Path) -> None:
    content = many(3)
    for service, days in zip(content["services.csv"], (None, 181, 180), strict=True):
        day = NOW.date() - timedelta(days=days) if days else None
        service["assured_date"] = day.isoformat() if day else ""
    with open_as(home, "carla") as vault:
        bring(vault, write_folder(tmp_path / "hsds", content))
        assert [line.service for line in partners.stale(vault, now=NOW)] == ["s0", "s1"]
        assert len(partners.stale(vault, now=NOW, days=10)) == 3
        marked = {line.service for line in partners.directory(vault, now=NOW) if line.stale}
        assert marked == {"s0", "s1"}


def test_a_referral_is_made_once_and_goes_its_way(home: Path, tmp_path: Path) -> None:
    with open_as(home, "carla") as vault:
        bring(vault, write_folder(tmp_path / "hsds", tables()))
    with open_as(home, "amina") as vault:
        call = a_call(vault)
        number = partners.refer(vault, call, "s1", now=NOW)
        assert partners.refer(vault, call, "s1", now=NOW) == number
        (line,) = partners.referrals(vault, call)
        assert (line.name, line.organization, line.status) == ("Counsel", "Legal Aid", "referred")
        partners.set_status(vault, number, "accepted", now=NOW)
        partners.set_status(vault, number, "accepted", now=NOW)
        with pytest.raises(Refused, match="cannot become referred"):
            partners.set_status(vault, number, "referred", now=NOW)
        with pytest.raises(BadUsage, match="no such status"):
            partners.set_status(vault, number, "lost", now=NOW)
        with pytest.raises(BadUsage, match="no referral 99"):
            partners.set_status(vault, 99, "accepted", now=NOW)
        with pytest.raises(BadUsage, match="service is not"):
            partners.refer(vault, call, "gone", now=NOW)
        with pytest.raises(BadUsage, match="call is not"):
            partners.refer(vault, 99, "s1", now=NOW)
        assert [line.status for line in partners.referrals(vault, call)] == ["accepted"]
        actions = [row[0] for row in vault.conn.execute("SELECT action FROM audit ORDER BY seq")]
        assert actions.count("referral.made") == 1
        assert actions.count("referral.changed") == 1
        assert actions.count("partners.imported") == 1


def test_what_became_of_referrals_reaches_the_ranking(home: Path, tmp_path: Path) -> None:
    with open_as(home, "carla") as vault:
        bring(vault, write_folder(tmp_path / "hsds", tables()))
        before = partners.match(vault, WOMAN, now=NOW)[0][0].score
    with open_as(home, "amina") as vault:
        for _ in range(5):
            number = partners.refer(vault, a_call(vault), "s1", now=NOW)
            partners.set_status(vault, number, "refused", now=NOW)
        match = partners.match(vault, WOMAN, now=NOW)[0][0]
        assert "took 0 of 5 referrals" in match.reasons
        assert match.score < before


def test_each_does_what_their_role_allows(home: Path, tmp_path: Path) -> None:
    path = write_folder(tmp_path / "hsds", tables())
    with open_as(home, "amina") as vault:
        with pytest.raises(Refused):
            bring(vault, path)
        assert partners.directory(vault, now=NOW) == []
    with open_as(home, "carla") as vault:
        bring(vault, path)
        with pytest.raises(Refused):
            partners.refer(vault, a_call(vault), "s1", now=NOW)
        assert len(partners.directory(vault, now=NOW)) == 1


def test_what_became_of_a_service_in_the_call_is_kept_and_may_be_put_right(
    home: Path, tmp_path: Path
) -> None:
    with open_as(home, "carla") as vault:
        bring(vault, write_folder(tmp_path / "hsds", tables()))
    with open_as(home, "amina") as vault:
        call = a_call(vault)
        number = partners.refer(vault, call, "s1", status="declined", now=NOW)
        assert [line.status for line in partners.referrals(vault, call)] == ["declined"]
        assert partners.refer(vault, call, "s1", now=NOW) == number
        assert [line.status for line in partners.referrals(vault, call)] == ["referred"]
        partners.set_status(vault, number, "completed", now=NOW)
        with pytest.raises(Refused):
            partners.refer(vault, call, "s1", now=NOW)


def test_a_service_is_still_found_when_its_issue_was_merged_or_split(
    home: Path, tmp_path: Path
) -> None:
    from dataclasses import replace

    from console import codebook
    from console.partners.match import ANYBODY

    def found(vault, issue: str) -> bool:
        need = replace(ANYBODY, issues=(issue,))
        return "s1" in {match.service for match in partners.match(vault, need, now=NOW)[0]}

    with open_as(home, "carla") as vault:
        bring(vault, write_folder(tmp_path / "hsds", tables()))
        with vault.transaction():
            vault.conn.execute("UPDATE service SET issues = '[\"threats\"]' WHERE id = 's1'")
        assert found(vault, "threats")
        assert not found(vault, "blackmail")
        parts = {"threats_online": {"en": "Threats online"}, "threats_near": {"en": "Threats near"}}
        codebook.split_code(vault, "issue", "threats", parts, now=NOW)
        assert found(vault, "threats_online")
        codebook.restore_code(vault, "issue", "threats", now=NOW)
        codebook.merge_code(vault, "issue", "threats", "blackmail", now=NOW)
        assert found(vault, "blackmail")
