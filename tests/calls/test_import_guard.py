from console import calls
from tests.calls.test_import import changed, given_file
from tests.vaults import NOW, open_as


def test_an_import_leaves_numbers_of_partners_and_masks_names_of_the_list(home, tmp_path):
    with open_as(home, "carla") as vault:
        calls.add_guard_name(vault, "Zubaida", now=NOW)
    note = "sent to 042-35761999 with zubaida, not 0300-1234567"
    file = given_file(tmp_path, [changed(note=note)])
    with open_as(home, "amina") as vault:
        allowed = frozenset({"924235761999"})
        report = calls.import_calls(vault, *file, now=NOW, allowed=allowed)
        kept = calls.read(vault, report.first_call).note
    assert kept == "sent to 042-35761999 with [name], not [phone]"
    assert [dict(each.kinds) for each in report.masked] == [{"name": 1, "phone": 1}]
