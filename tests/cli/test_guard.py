"""``helpline guard``: the site's list of names, and an import that knows the partners' numbers."""

import json

from tests.cli.conftest import Command, refused


def test_names_come_and_go(helpline: Command) -> None:
    assert helpline.as_("carla", "guard", "add", "Zubaida").code == 0
    assert helpline.as_("carla", "guard", "add", "Anne Lise").code == 0
    assert helpline.as_("carla", "guard", "list").out.splitlines() == ["Anne Lise", "Zubaida"]
    refused(helpline.as_("carla", "guard", "add", "ZUBAIDA"), 2, "already")
    assert helpline.as_("carla", "guard", "remove", "zubaida").code == 0
    assert json.loads(helpline.as_("carla", "guard", "list", "--json").out) == ["Anne Lise"]
    refused(helpline.as_("carla", "guard", "remove", "Sana"), 2, "not on the list")


def test_only_a_coordinator_changes_the_list(helpline: Command) -> None:
    refused(helpline.as_("amina", "guard", "add", "Sana"), 5)
    refused(helpline.as_("ines", "guard", "remove", "Sana"), 5)


def test_an_import_leaves_the_numbers_of_partners(helpline: Command, tmp_path) -> None:
    hsds = {
        "organizations": [{"id": "o", "name": "Shelter", "description": "Helps"}],
        "services": [{"id": "s", "organization_id": "o", "name": "Shelter", "status": "active"}],
        "phones": [{"id": "p", "service_id": "s", "number": "042-35761999"}],
    }
    package = tmp_path / "partners.json"
    package.write_text(json.dumps(hsds))
    assert helpline.as_("carla", "partner", "import", package).code == 0
    rows = tmp_path / "calls.csv"
    rows.write_text("day,note\n2026-03-02,sent to 042-35761999\n2026-03-02,ring 0300-1234567\n")
    mapping = tmp_path / "calls.toml"
    mapping.write_text(
        '[file]\nencoding = "utf-8"\ndelimiter = ","\n\n'
        '[day]\ncolumn = "day"\nformat = "%Y-%m-%d"\n\n'
        '[fixed]\ncaller = "self"\n\n[note]\ncolumn = "note"\n'
    )
    done = helpline.as_("amina", "call", "import", rows, "--map", mapping, "--json")
    masked = json.loads(done.out)["masked"]
    assert [(each["row"], each["kinds"]) for each in masked] == [(3, {"phone": 1})]
