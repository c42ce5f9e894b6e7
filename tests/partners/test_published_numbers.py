from pathlib import Path

from console import partners
from tests.partners.packages import tables, write_folder
from tests.vaults import NOW, open_as


def test_the_directorys_phones_are_known_as_published_and_in_full(
    home: Path, tmp_path: Path
) -> None:
    content = tables()
    content["phones.csv"] = [
        {"id": "a", "service_id": "s1", "number": "042-35761999"},
        {"id": "b", "service_id": "s1", "number": "+47 23 01 03 00"},
        {"id": "c", "service_id": "s1", "number": "1099"},
        {"id": "d", "service_id": "s1", "number": "desk 2, no number"},
    ]
    with open_as(home, "carla") as vault:
        assert partners.published_numbers(vault) == frozenset()
        partners.import_hsds(vault, write_folder(tmp_path / "hsds", content), now=NOW)
    with open_as(home, "amina") as vault:
        numbers = partners.published_numbers(vault)
    assert {"04235761999", "924235761999", "4723010300", "1099"} <= numbers
    assert all(number.isdecimal() for number in numbers)
