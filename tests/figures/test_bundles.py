"""Bundles: what a workstation counted reaches the coordinators whole, once, or not at all."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from console import codebook, figures
from console.errors import BadUsage, ConsoleError, Refused
from console.figures import bundle_store, bundles, folding, headquarters
from console.figures.tally import TOTAL
from console.vault import Vault
from console.vault import bundles as sealed
from tests.figures.lines import Line, anybody, nobody
from tests.figures.rows import long_tailed
from tests.figures.test_export import NOW, insert
from tests.vaults import make_vault, open_as

MONTH = "2026-03"


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    made = Line(tmp_path, NOW)
    yield made
    made.hq.close()


def total(vault: Vault, month: str = MONTH) -> int:
    return next(
        table.cells[TOTAL, TOTAL]
        for table in figures.preview(vault, month)
        if table.name == "age_gender"
    )


def state(vault: Vault) -> list[object]:
    """Whatever merging could have changed."""
    tables = ("workstation", "bundle", "reported", "code", "setting", "audit")
    return [vault.conn.execute(f"SELECT * FROM {table}").fetchall() for table in tables]


def refusal(vault: Vault, path: Path, trust: Callable[..., bool] = anybody) -> figures.Merged:
    """Merge a file that must change nothing; return what was said of it."""
    before = state(vault)
    [found] = figures.merge(vault, [path], trust, now=NOW)
    assert found.outcome == "refused"
    assert "\n" not in found.detail
    assert state(vault) == before
    return found


def test_what_two_workstations_counted_is_counted_with_the_own_calls(line: Line) -> None:
    insert(line.hq, MONTH, long_tailed(1, 30))
    sticks = [
        line.report("north", MONTH, long_tailed(2, 43)),
        line.report("south", MONTH, long_tailed(3, 7)),
    ]
    found = figures.merge(line.hq, sticks, anybody, now=NOW)
    assert [(x.outcome, x.workstation, x.period, x.calls) for x in found] == [
        ("merged", "north", MONTH, 43),
        ("merged", "south", MONTH, 7),
    ]
    with line.open("together") as one:
        line_of_all = line.settings
        figures.merge(one, [line_of_all], anybody, now=NOW)
        for seed, calls in ((1, 30), (2, 43), (3, 7)):
            insert(one, MONTH, long_tailed(seed, calls))
        assert figures.preview(line.hq, MONTH) == figures.preview(one, MONTH)
    assert [(x.period, x.calls) for x in figures.periods(line.hq)] == [(MONTH, 80)]


def test_the_same_batch_again_is_already_there(line: Line) -> None:
    with line.workstation("north") as north:
        insert(north, MONTH, long_tailed(2, 20))
        first, again = line.counts(north, MONTH), line.counts(north, MONTH)
    assert first.read_bytes() != again.read_bytes()
    [one] = figures.merge(line.hq, [first], anybody, now=NOW)
    before = state(line.hq)
    for stick in (first, again):
        [two] = figures.merge(line.hq, [stick], nobody, now=NOW)
        assert two.outcome == "already there"
        assert two.exit_code == 0
    assert state(line.hq) == before
    assert total(line.hq) == one.calls == 20


def test_a_later_bundle_takes_the_place_of_an_earlier_one_and_never_the_other_way(
    line: Line,
) -> None:
    with line.workstation("north") as north:
        insert(north, MONTH, long_tailed(2, 20))
        first = line.counts(north, MONTH)
        with north.transaction():
            north.conn.execute("DELETE FROM call_mention WHERE call = 1")
            north.conn.execute("DELETE FROM call WHERE id = 1")
        second = line.counts(north, MONTH)
    found = figures.merge(line.hq, [first, second, first], anybody, now=NOW)
    assert [each.outcome for each in found] == ["merged", "replaced", "older"]
    assert total(line.hq) == 19


def test_making_a_bundle_closes_the_month_here(line: Line) -> None:
    with line.workstation("north") as north:
        insert(north, MONTH, long_tailed(2, 20))
        line.counts(north, MONTH)
        [standing] = figures.standings(north)
        assert standing.state == "closed"


def test_folding_leaves_what_was_reported_alone(line: Line, tmp_path: Path) -> None:
    insert(line.hq, MONTH, long_tailed(1, 30))
    stick = line.report("north", MONTH, long_tailed(2, 43))
    figures.merge(line.hq, [stick], anybody, now=NOW)
    figures.export(line.hq, MONTH, tmp_path / "out", now=NOW)
    before = figures.preview(line.hq, MONTH)
    with line.hq.transaction():
        figures.fold(
            line.hq,
            MONTH,
            lambda: line.hq.conn.execute("DELETE FROM call WHERE period = ?", [MONTH]),
        )
    assert figures.preview(line.hq, MONTH) == before
    assert folding.counts(line.hq, MONTH)["kind",]["data",] == 30


def test_a_workstation_folds_what_it_handed_over_and_makes_the_same_batch(line: Line) -> None:
    with line.workstation("north") as north:
        insert(north, MONTH, long_tailed(2, 20))
        one = figures.make_counts(north, line.stick(), MONTH, now=NOW)
        with north.transaction():
            figures.fold(
                north,
                MONTH,
                lambda: north.conn.execute("DELETE FROM call WHERE period = ?", [MONTH]),
            )
        two = figures.make_counts(north, line.stick(), MONTH, now=NOW)
    assert (one.batch, one.number) == (two.batch, two.number)


@pytest.mark.parametrize("at", [0.01, 0.3, 0.5, 0.99])
def test_a_changed_byte_is_found(line: Line, at: float) -> None:
    stick = line.report("north", MONTH, long_tailed(2, 9))
    raw = bytearray(stick.read_bytes())
    raw[int(len(raw) * at)] ^= 1
    stick.write_bytes(raw)
    refusal(line.hq, stick)
    raw = bytearray(line.settings.read_bytes())
    raw[int(len(raw) * at)] ^= 1
    line.settings.write_bytes(raw)
    with line.open("south") as south:
        refusal(south, line.settings)


def test_who_has_the_stick_and_spells_it_anew_is_found_too(line: Line) -> None:
    """A thief can mend the digest, but neither seal nor signature."""
    stick = line.report("north", MONTH, long_tailed(2, 9))
    fields = json.loads(stick.read_bytes())
    del fields["digest"]
    sealed_text = fields["sealed"]
    swapped = {**fields, "sealed": "A" + sealed_text[1:] if sealed_text[0] != "A" else "B"}
    stick.write_bytes(sealed.spell_document(swapped))
    assert "changed" in refusal(line.hq, stick).detail
    fields = json.loads(line.settings.read_bytes())
    del fields["digest"]
    line.settings.write_bytes(sealed.spell_document({**fields, "site": "Thief"}))
    with line.open("south") as south:
        assert "not signed" in refusal(south, line.settings).detail


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda raw: raw[: len(raw) // 2], "cut short"),
        (lambda raw: b"", "no bundle"),
        (lambda raw: b"[" * 100_000, "no bundle"),
        (lambda raw: b'{"format": "helpline-keyring-1"}', "no bundle"),
        (lambda raw: raw.replace(b"helpline-counts-1", b"helpline-counts-2"), "newer"),
    ],
)
def test_a_file_that_is_no_whole_bundle_is_told_in_one_line(
    line: Line, spoil: Callable[[bytes], bytes], words: str
) -> None:
    stick = line.report("north", MONTH, long_tailed(2, 9))
    stick.write_bytes(spoil(stick.read_bytes()))
    assert words in refusal(line.hq, stick).detail


def test_another_vault_cannot_open_it(line: Line, tmp_path: Path) -> None:
    stick = line.report("north", MONTH, long_tailed(2, 9))
    with line.open("other") as other:
        assert "another vault" in refusal(other, stick).detail
    fields = json.loads(stick.read_bytes())
    del fields["digest"]
    with line.open("other") as other:
        stick.write_bytes(sealed.spell_document({**fields, "for": other.id}))
        assert "other coordinators" in refusal(other, stick).detail


def test_a_file_that_is_not_there_does_not_stop_the_others(line: Line) -> None:
    stick = line.report("north", MONTH, long_tailed(2, 9))
    found = figures.merge(line.hq, [line.folder / "none", stick], anybody, now=NOW)
    assert [each.outcome for each in found] == ["refused", "merged"]
    assert found[0].exit_code == 1


def test_an_unknown_maker_is_taken_only_after_the_words_were_compared(line: Line) -> None:
    stick = line.report("north", MONTH, long_tailed(2, 9))
    assert "six words" in refusal(line.hq, stick, nobody).detail
    asked: list[str] = []

    def compared(signer: sealed.Signer, what: str) -> bool:
        asked.append(what)
        with line.open("north") as north:
            return signer.is_said(sealed.signer(north).fingerprint.upper().replace(" ", "-"))

    figures.merge(line.hq, [stick], compared, now=NOW)
    assert asked == ["the counts of north"]
    with line.open("north") as north:
        later = line.counts(north, "2026-04")
    [found] = figures.merge(line.hq, [later], nobody, now=NOW)
    assert found.outcome == "merged"


def test_a_bundle_signed_by_somebody_else_of_a_known_workstation_is_asked_about(
    line: Line,
) -> None:
    stick = line.report("north", MONTH, long_tailed(2, 9))
    figures.merge(line.hq, [stick], anybody, now=NOW)
    with line.hq.transaction():
        line.hq.conn.execute("UPDATE workstation SET sign_public = zeroblob(32)")
    with line.open("north") as north:
        later = line.counts(north, "2026-04")
    assert "six words" in refusal(line.hq, later, nobody).detail
    [found] = figures.merge(line.hq, [later], anybody, now=NOW)
    assert found.outcome == "merged"


def test_a_closed_month_takes_no_bundle(line: Line) -> None:
    stick = line.report("north", MONTH, long_tailed(2, 9))
    insert(line.hq, MONTH, long_tailed(1, 3))
    figures.close(line.hq, MONTH, now=NOW)
    assert "closed" in refusal(line.hq, stick).detail


def test_no_two_workstations_have_one_name(line: Line) -> None:
    one = line.report("north", MONTH, long_tailed(2, 9))
    figures.merge(line.hq, [one], anybody, now=NOW)
    with line.workstation("south") as south:
        insert(south, MONTH, long_tailed(3, 9))
        two = line.counts(south, MONTH, "north")
    assert "--as-workstation" in refusal(line.hq, two).detail


def test_a_workstation_that_calls_itself_otherwise_is_known_by_its_new_name(line: Line) -> None:
    with line.workstation("north") as north:
        insert(north, MONTH, long_tailed(2, 9))
        first = line.counts(north, "2026-09")
        figures.merge(line.hq, [first], anybody, now=NOW)
        stick = line.counts(north, MONTH, "tower")
    assert figures.merge(line.hq, [stick], nobody, now=NOW)[0].workstation == "tower"
    assert [each.name for each in figures.workstations(line.hq)] == ["tower"]


def test_tables_that_are_missing_are_refused(line: Line) -> None:
    with line.workstation("north") as north:
        north.set_setting("figures.tables", "")
        insert(north, MONTH, long_tailed(2, 9))
        whole = line.counts(north, MONTH)
    line.hq.set_setting(
        "figures.tables",
        '[[table]]\nname = "a"\ndimensions = ["urgency", "language"]\ncounts = "calls"\n',
    )
    assert "newest settings" in refusal(line.hq, whole).detail


@pytest.mark.parametrize(
    "change",
    [
        lambda counts: counts[0][1].append([["_T"] * len(counts[0][0]), 1]),
        lambda counts: counts[0][1].append([["woman\u202e"] * len(counts[0][0]), 1]),
        lambda counts: counts[0][1].append([["x"] * len(counts[0][0]), -1]),
        lambda counts: counts[0][1].append([["x"] * len(counts[0][0]), 1.5]),
        lambda counts: counts[0][1].append([["x"] * 9, 1]),
        lambda counts: counts[0][1].append([["x"] * len(counts[0][0]), 1]),
        lambda counts: counts[0][1].append(7),
    ],
)
def test_counts_that_make_no_sense_are_refused_though_they_are_signed(
    line: Line, change: Callable[[list[object]], None]
) -> None:
    with line.workstation("north") as north:
        insert(north, MONTH, long_tailed(2, 9))
        line.counts(north, MONTH)
        listed = bundles._listed(folding.counts(north, MONTH))
        change(listed)
        content = {
            "name": "north",
            "period": MONTH,
            "number": 0,
            "batch": bundles._batch(north.id, MONTH, 0, listed),
            "counts": listed,
        }
        to = headquarters.of(north)
        assert to is not None
        stick = line.stick()
        sealed.write(stick, sealed.spell_counts(north, to.receiver, content))
    assert refusal(line.hq, stick).exit_code == 2


def test_the_size_of_a_bundle_does_not_tell_the_calls(line: Line) -> None:
    few = line.report("north", MONTH, long_tailed(2, 1))
    more = line.report("south", MONTH, long_tailed(3, 60))
    assert few.stat().st_size == more.stat().st_size


def test_a_stick_shows_neither_site_nor_month_nor_name(line: Line) -> None:
    text = line.report("north", MONTH, long_tailed(2, 9)).read_text()
    for word in ("north", MONTH, "carla", "Linea", "woman"):
        assert word not in text


def test_settings_add_codes_and_lose_none(line: Line) -> None:
    codebook.add_code(line.hq, "source", "campus_radio", {"en": "Campus radio"}, now=NOW)
    codebook.add_code(line.hq, "source", "poster", {"en": "Poster"}, now=NOW)
    codebook.merge_code(line.hq, "source", "poster", "campus_radio", now=NOW)
    newer = line.stick()
    figures.make_settings(line.hq, newer, now=NOW)
    with line.workstation("north") as north:
        codebook.add_code(north, "source", "own_one", {"en": "Own one"}, now=NOW)
        [found] = figures.merge(north, [newer], nobody, now=NOW)
        assert (found.kind, found.outcome) == ("settings", "merged")
        grid = codebook.load(north, "PK").grid("source")
        assert {"campus_radio", "own_one"} <= {*grid}
        assert "poster" not in grid
        [again] = figures.merge(north, [newer], nobody, now=NOW)
        assert again.outcome == "already there"
        [old] = figures.merge(north, [line.settings], nobody, now=NOW)
        assert old.outcome == "refused"
        assert "older" in old.detail


def test_settings_of_another_country_or_of_this_vault_are_refused(
    line: Line, tmp_path: Path
) -> None:
    make_vault(tmp_path / "fr", country="FR")
    with open_as(tmp_path / "fr", "carla") as other:
        assert "another country" in refusal(other, line.settings).detail
    assert "this vault" in refusal(line.hq, line.settings).detail


def test_without_settings_there_is_nobody_to_seal_to(line: Line) -> None:
    with line.open("north") as north, pytest.raises(Refused, match="settings"):
        figures.make_counts(north, line.stick(), MONTH, now=NOW)


def test_a_file_in_the_way_is_left_and_nothing_is_closed(line: Line) -> None:
    with line.workstation("north") as north:
        path = line.stick()
        path.write_text("mine")
        with pytest.raises(BadUsage, match="there already"):
            figures.make_counts(north, path, MONTH, now=NOW)
        assert path.read_text() == "mine"
        assert figures.standings(north) == []
        with pytest.raises(ConsoleError):
            figures.make_counts(north, path / "below", MONTH, now=NOW)
        assert figures.standings(north) == []


@pytest.mark.parametrize("member", ["ines of hq", "amina"])
def test_bundles_are_the_coordinators(line: Line, member: str) -> None:
    line.hq.close()
    with open_as(line.folder / "hq", member) as vault:
        for forbidden in (
            lambda: figures.make_settings(vault, line.stick(), now=NOW),
            lambda: figures.make_counts(vault, line.stick(), MONTH, now=NOW),
            lambda: figures.merge(vault, [line.settings], anybody, now=NOW),
            lambda: figures.workstations(vault),
            lambda: figures.retire(vault, "north", MONTH, now=NOW),
        ):
            with pytest.raises(Refused):
                forbidden()


def test_a_merged_code_counts_as_its_successor_where_a_call_has_one_code(line: Line) -> None:
    codebook.add_code(line.hq, "age", "teen", {"en": "Teens"}, now=NOW)
    newer = line.stick()
    figures.make_settings(line.hq, newer, now=NOW)
    with line.workstation("north") as north:
        figures.merge(north, [newer], anybody, now=NOW)
        insert(north, MONTH, [{**call, "age": "teen"} for call in long_tailed(2, 6)])
        stick = line.counts(north, MONTH, "north")
    figures.merge(line.hq, [stick], anybody, now=NOW)
    codebook.merge_code(line.hq, "age", "teen", "12-17", now=NOW)
    reported = bundle_store.reported(line.hq, MONTH)
    assert reported["age",] == {("12-17",): 6}
