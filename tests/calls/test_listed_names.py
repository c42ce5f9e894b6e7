import pytest

from console import calls
from console.errors import BadUsage, Refused
from tests.vaults import NOW, open_as


def test_a_coordinator_keeps_the_list_and_every_member_reads_it(home):
    with open_as(home, "carla") as vault:
        for name in ("Zubaida", "  Anne   Lise ", "ali"):
            calls.add_guard_name(vault, name, now=NOW)
        calls.remove_guard_name(vault, "ALI", now=NOW)
    with open_as(home, "amina") as vault:
        assert calls.guard_names(vault) == ("Anne Lise", "Zubaida")


def test_the_trail_tells_of_the_list_and_never_a_name(home):
    with open_as(home, "carla") as vault:
        calls.add_guard_name(vault, "Zubaida", now=NOW)
        calls.remove_guard_name(vault, "Zubaida", now=NOW)
        lines = vault.audit_lines()
    assert [line.action for line in lines[-2:]] == ["guard.name_added", "guard.name_removed"]
    assert not any("ubaida" in f"{line.subject}{line.action}" for line in lines)


@pytest.mark.parametrize("name", ["", "  ", "123", "\x1b\x07", "x" * 81])
def test_what_is_no_name_is_not_taken(home, name):
    with open_as(home, "carla") as vault, pytest.raises(BadUsage):
        calls.add_guard_name(vault, name, now=NOW)


def test_a_name_stands_on_the_list_once(home):
    with open_as(home, "carla") as vault:
        calls.add_guard_name(vault, "Zubaida", now=NOW)
        with pytest.raises(BadUsage, match="already"):
            calls.add_guard_name(vault, "zubaida", now=NOW)
        with pytest.raises(BadUsage, match="not on the list"):
            calls.remove_guard_name(vault, "Sana", now=NOW)
        assert calls.guard_names(vault) == ("Zubaida",)


def test_only_a_coordinator_changes_the_list(vault):
    with pytest.raises(Refused):
        calls.add_guard_name(vault, "Zubaida", now=NOW)
    with pytest.raises(Refused):
        calls.remove_guard_name(vault, "Zubaida", now=NOW)
