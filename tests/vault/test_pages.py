import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.vault import pages
from console.vault.database import connect, copy_under, damaged_pages
from console.vault.keyring import RawKey
from tests.vault import reference
from tests.vault.checks import CANARY, add_note
from tests.vaults import open_as

Keyed = tuple[Path, RawKey]


@pytest.fixture
def pair(home: Path) -> tuple[Keyed, Keyed]:
    """A vault with full and free pages, and the same under another key."""
    with open_as(home, "amina") as vault:
        add_note(vault, CANARY * 3000)
        vault.drop_draft(1)
        assert vault.conn.execute("PRAGMA freelist_count").fetchone() > (5,)
        old = vault.raw
    copy, new = home / "copy.db", RawKey.generate()
    copy_under((home / "vault.db", old), (copy, new), lambda _share: None)
    return (home / "vault.db", old), (copy, new)


def same(old: Keyed, new: Keyed) -> bool:
    return pages.same_content(old, new, lambda _share: None)


def test_what_sqlcipher_put_under_another_key_is_the_same(pair: tuple[Keyed, Keyed]) -> None:
    (old, old_key), (new, new_key) = pair
    assert same(*pair)
    assert damaged_pages(new, new_key) == 0
    assert new.read_bytes()[:16] == new_key.salt != old_key.salt
    differ = zip(*(_split(path.read_bytes()) for path in (old, new)), strict=True)
    assert all(left != right for left, right in differ)
    # With the wrong key everything differs.
    assert not same((old, new_key), (new, new_key))
    assert not same((old, old_key), (new, old_key))


def _split(content: bytes) -> list[bytes]:
    return [content[at : at + pages.SIZE] for at in range(0, len(content), pages.SIZE)]


def test_pages_are_read_as_an_independent_reader_reads_them(pair: tuple[Keyed, Keyed]) -> None:
    for path, key in pair:
        content = path.read_bytes()
        assert reference.authentic(content, key.key)
        bodies = pages._bodies(content, key, 1)
        image = reference.image(content, key.key)
        # The reference leaves out the salt; here nought stands for it, and for the bookkeeping.
        assert b"".join(bodies[1:]) == image[4000:]
        assert bodies[0][100:] == image[84:4000]
        assert b"CREATE TABLE setting" in image


def test_a_row_that_sqlcipher_changed_is_seen(pair: tuple[Keyed, Keyed]) -> None:
    _, (copy, key) = pair
    connection = connect(copy, key, wal=False)
    connection.execute("UPDATE note SET sealed = zeroblob(length(sealed))")
    connection.close()
    assert damaged_pages(copy, key) == 0
    assert not same(*pair)


def test_what_sqlite_itself_keeps_in_the_header_may_differ(pair: tuple[Keyed, Keyed]) -> None:
    _, (copy, key) = pair
    before = copy.read_bytes()
    connection = connect(copy, key, wal=False)
    connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    connection.close()
    assert copy.read_bytes() != before
    assert same(*pair)
    connection = connect(copy, key, wal=False)
    connection.execute("PRAGMA user_version = 77")
    connection.close()
    assert not same(*pair)


def test_pages_that_changed_places_are_seen(pair: tuple[Keyed, Keyed]) -> None:
    _, (copy, key) = pair
    each = _split(copy.read_bytes())
    each[4], each[5] = each[5], each[4]
    copy.write_bytes(b"".join(each))
    assert not same(*pair)
    assert damaged_pages(copy, key) == 2


def test_a_file_of_another_length_is_another(pair: tuple[Keyed, Keyed]) -> None:
    _, (copy, _key) = pair
    content = copy.read_bytes()
    for other in (content[:-4096], content[:-1], content + content[-4096:]):
        copy.write_bytes(other)
        assert not same(*pair)
    # Nor is one that only begins alike, at the end of a piece that is read at once.
    copy.write_bytes(content)
    old, _ = pair[0]
    old.write_bytes(old.read_bytes()[: 16 * 4096])
    assert not same(*pair)


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_is_seen_by_one_of_the_two_readers(
    pair: tuple[Keyed, Keyed], where: float, bit: int
) -> None:
    _, (copy, key) = pair
    good = copy.read_bytes()
    place = int(where * len(good))
    damaged = bytearray(good)
    damaged[place] ^= 1 << bit
    copy.write_bytes(damaged)
    try:
        salt = place < 16
        assert damaged_pages(copy, key) == (0 if salt else 1)
        # The other reader decrypts and does not look at HMACs.
        assert same(*pair) == (salt or place % 4096 >= 4032)
    finally:
        copy.write_bytes(good)


def test_the_page_that_sqlite_never_writes_is_compared_as_it_is(
    pair: tuple[Keyed, Keyed], monkeypatch: pytest.MonkeyPatch
) -> None:
    (old, _), (copy, _) = pair
    assert pages.LOCK_PAGE == 0x40000000 // 4096 + 1
    number = random.randrange(3, 30)
    monkeypatch.setattr(pages, "LOCK_PAGE", number)
    assert not same(*pair)
    content = bytearray(copy.read_bytes())
    place = slice((number - 1) * 4096, number * 4096)
    content[place] = old.read_bytes()[place]
    copy.write_bytes(content)
    assert same(*pair)


def test_the_share_that_is_done_is_told(pair: tuple[Keyed, Keyed]) -> None:
    shares: list[float] = []
    pages.same_content(*pair, shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(shares) > 2
