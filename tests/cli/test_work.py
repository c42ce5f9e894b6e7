"""A helpline's month by commands alone: partners, rota, codes, calls, figures, keys, the trail."""

import csv
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import TODAY, Command, refused

HSDS = {
    "organizations": [{"id": "o", "name": "Aid\u202e \x1b]0;x\x07House", "description": "Helps"}],
    "services": [{"id": "s", "organization_id": "o", "name": "Legal aid", "status": "active"}],
    "phones": [{"id": "p", "service_id": "s", "number": "0800-1"}],
}

MAPPING = """
[file]
encoding = "utf-8"
delimiter = ","

[day]
column = "day"
format = "%Y-%m-%d"

[map.gender]
column = "gender"
values = { "F" = "woman", "M" = "man" }
blank = "unknown"
otherwise = "refuse"

[map.issue.flags]
threat = "threats"
yes = ["yes"]

[fixed]
caller = "self"
"""


@pytest.fixture
def partners_file(tmp_path: Path) -> Path:
    path = tmp_path / "partners.json"
    path.write_text(json.dumps(HSDS))
    return path


@pytest.fixture
def calls_file(tmp_path: Path) -> Path:
    path = tmp_path / "calls.csv"
    rows = [["2026-03-02", "F" if n % 3 else "M", "yes" if n % 2 else "no"] for n in range(60)]
    path.write_text("\n".join(",".join(row) for row in [["day", "gender", "threat"], *rows]) + "\n")
    path.with_suffix(".toml").write_text(MAPPING)
    return path


def test_partners_come_in_and_are_found_without_their_control_characters(
    helpline: Command, partners_file: Path
) -> None:
    done = helpline.as_("carla", "partner", "import", partners_file, "--json")
    assert json.loads(done.out)["services"] == 1
    found = helpline.as_("carla", "partner", "find", "LEGAL", "aid")
    assert "0800-1" in found.out
    stale = helpline.as_("carla", "partner", "stale")
    assert "never" in stale.out
    for answer in (found, stale):
        assert not {"\x1b", "\x07", "\u202e"} & set(answer.out)
    as_json = json.loads(helpline.as_("carla", "partner", "find", "aid", "--json").out)
    assert [each["service"] for each in as_json] == ["s"]


def test_a_rota_comes_in_and_shows(helpline: Command, tmp_path: Path) -> None:
    path = tmp_path / "rota.csv"
    path.write_text("member,starts,ends\namina,2026-12-01 09:00,2026-12-01 17:00\n")
    assert json.loads(helpline.as_("carla", "rota", "import", path, "--json").out) == {"shifts": 1}
    shown = helpline.as_("carla", "rota", "show", "--day", "2026-12-01")
    assert "amina" in shown.out
    assert "09:00" in shown.out
    assert helpline.as_("carla", "rota", "show", "--day", "2026-12-03").out.splitlines() == [
        "member  from  to"
    ]
    refused(helpline.as_("amina", "rota", "import", path), 5)


def test_a_site_adds_a_code(helpline: Command) -> None:
    add = ("code", "add", "source", "campus_radio", "--label", "en=Campus radio", "--word", "en=fm")
    assert helpline.as_("carla", *add).code == 0
    assert "Campus radio" in helpline.as_("carla", "code", "list", "source").out
    refused(helpline.as_("carla", *add), 2, "campus_radio")
    refused(helpline.as_("carla", "code", "list", "nonsense"), 2, "gender")


def test_calls_come_in_once_and_go_out_as_multiples_of_five(
    helpline: Command, calls_file: Path, tmp_path: Path
) -> None:
    command = ("call", "import", calls_file, "--map", calls_file.with_suffix(".toml"))
    refused(helpline.as_("carla", *command), 5)
    taken = helpline.as_("amina", *command)
    assert taken.code == 0, taken.err
    assert "60" in taken.out
    refused(helpline.as_("amina", *command), 5, "already")

    months = json.loads(helpline.as_("carla", "figures", "preview", "--json").out)
    assert months == [{"period": "2026-03", "calls": 60, "state": "open", "late": 0}]
    assert "threats" in helpline.as_("carla", "figures", "preview", "--month", "2026-03").out

    export = ("figures", "export", "--month", "2026-03", "--json", "--out")
    first = json.loads(helpline.as_("carla", *export, tmp_path / "a").out)
    again = json.loads(helpline.as_("carla", *export, tmp_path / "b").out)
    assert not first["already_published"]
    assert again["already_published"]
    for path in Path(first["folder"]).iterdir():
        assert path.read_bytes() == (tmp_path / "b" / "2026-03" / path.name).read_bytes()
        # labels.csv holds names, no counts.
        if path.suffix == ".csv" and path.name != "labels.csv":
            counts = [int(row["count"]) for row in csv.DictReader(path.read_text().splitlines())]
            assert all(count % 5 == 0 for count in counts)
    [month] = json.loads(helpline.as_("carla", "figures", "history", "--json").out)
    assert [line["digest"] for line in month["releases"]] == [first["digest"]]


def test_a_month_that_is_not_over_is_not_published(helpline: Command, tmp_path: Path) -> None:
    month = f"{datetime.now().astimezone() + timedelta(days=31):%Y-%m}"
    refused(
        helpline.as_("carla", "figures", "export", "--month", month, "--out", tmp_path / "o"), 5
    )
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize(
    "command", [("close", "--month", "2006-11"), ("export", "--month", "0001-01")]
)
def test_a_mistyped_old_month_is_neither_closed_nor_published(
    helpline: Command, tmp_path: Path, command: tuple[str, ...]
) -> None:
    out = ("--out", tmp_path / "o") if command[0] == "export" else ()
    month = f"{TODAY:%Y-%m}"
    refused(helpline.as_("carla", "figures", *command, *out), 5, f"first month here is {month}")
    assert json.loads(helpline.as_("carla", "figures", "history", "--json").out) == []
    assert not (tmp_path / "o").exists()


def test_it_rotates_and_everybody_still_logs_in(helpline: Command) -> None:
    before = (helpline.home / "vault.db").read_bytes()
    report = json.loads(helpline.as_("ines", "key", "rotate", "--json").out)
    assert report["epoch"] == 2
    assert (helpline.home / "vault.db").read_bytes()[:16] != before[:16]
    assert json.loads(helpline.as_("ines", "key", "status", "--json").out)["epoch"] == 2
    assert helpline.as_("amina", "partner", "find", "x").code == 0
    assert helpline.as_("carla", "figures", "history").code == 0


def test_the_trail_says_who_did_what_and_holds(helpline: Command) -> None:
    helpline.as_("ines", "key", "rotate")
    trail = json.loads(helpline.as_("carla", "audit", "--json").out)
    assert trail["broken_at"] is None
    rotated, unlocked = trail["lines"][-2:]
    assert (rotated["actor"], rotated["action"]) == ("ines", "key.rotated")
    assert (unlocked["actor"], unlocked["action"]) == ("carla", "vault.unlocked")
    assert trail["head"] in helpline.as_("carla", "audit").out
