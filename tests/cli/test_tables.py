"""``helpline figures tables``: what a release consists of, and how a line changes it."""

import json
from pathlib import Path

from tests.cli.conftest import Command, refused

OWN = '[[table]]\nname = "age"\ndimensions = ["age"]\ncounts = "calls"\n'
TABLES = ("figures", "tables")


def test_the_standard_set_is_shown_changed_and_put_back(helpline: Command, tmp_path: Path) -> None:
    shown = helpline.as_("carla", *TABLES, "--json")
    assert len(json.loads(shown.out)) == 18
    file = tmp_path / "tables.toml"
    file.write_text(OWN)
    changed = helpline.as_("carla", *TABLES, "--set", str(file))
    assert changed.code == 0
    assert changed.out.split()[-2:] == ["age", "calls"]
    assert helpline.as_("carla", *TABLES, "--text").out == OWN
    assert helpline.as_("carla", *TABLES, "--standard").code == 0
    assert helpline.as_("carla", *TABLES, "--json").out == shown.out
    trail = helpline.as_("carla", "audit").out
    assert trail.count("figures.tables") == 2


def test_a_file_that_makes_no_tables_changes_nothing(helpline: Command, tmp_path: Path) -> None:
    file = tmp_path / "tables.toml"
    for text, words in (
        ("", "empty"),
        ("[[table]]", "cannot be read"),
        (OWN.replace("age", "shoe_size"), "not counted by"),
        (OWN.replace('["age"]', '["region", "language", "perpetrator"]'), "cells, more than"),
    ):
        file.write_text(text)
        refused(helpline.as_("carla", *TABLES, "--set", str(file)), 2, words)
    refused(helpline.as_("carla", *TABLES, "--set", str(tmp_path / "none")), 1, "cannot be read")
    assert len(json.loads(helpline.as_("carla", *TABLES, "--json").out)) == 18
    refused(helpline.as_("amina", *TABLES, "--standard"), 5)
