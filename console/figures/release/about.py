"""What a release says of itself beside its tables, and how it says that it is to be read."""

from collections.abc import Mapping
from dataclasses import dataclass

from console.codebook import LANGUAGES
from console.figures.published import Protected
from console.figures.release.words import Labels, Words, clean
from console.figures.rounding import MAX_CHANGE


@dataclass(frozen=True)
class Level:
    """A coarser dimension of another: ``codes`` gives the coarser code of each finer one."""

    dimension: str
    coarser: str
    codes: Mapping[str, str]


@dataclass(frozen=True)
class Restated:
    """The earlier vintage that a release restates.

    ``late`` says that late calls were added, so that true counts are equal or larger; otherwise
    both count the same calls.
    """

    vintage: int
    late: bool = True


@dataclass(frozen=True)
class Description:
    """What a release says of itself; nothing here is a count.

    ``period`` is ``YYYY-MM``, ``YYYY``, ``YYYY-Qn`` or ``YYYY-MM/YYYY-MM``. ``audit_head`` is the
    hash at the end of the audit trail: printed, it anchors the trail to something outside the
    vault, so that rolling the vault back shows. ``language`` is the one that the workbook is
    labelled in and that the report opens in. ``checker`` is, in mode ``suppressed``, the content
    of ``check_release.py``. ``max_change`` is, in mode ``rounded``, how far a count may be off; it
    is larger for a sum of months.
    """

    period: str
    labels: Labels
    site: str = ""
    audit_head: str = ""
    vintage: int = 1
    restates: Restated | None = None
    levels: tuple[Level, ...] = ()
    language: str = "en"
    checker: bytes = b""
    max_change: int = MAX_CHANGE

    def words(self) -> list[Words]:
        """Return the words of every language, those of the release's own language first."""
        others = [language for language in LANGUAGES if language != self.language]
        return [Words(language, self.labels) for language in (self.language, *others)]


def reading(about: Description, protected: Protected, words: Words) -> str:
    """Return in words what a reader may conclude from a published cell."""
    if protected.mode == "suppressed":
        return words["reading_hidden"]
    key = "reading" if about.max_change == MAX_CHANGE else "reading_sum"
    return words[key].format(change=about.max_change)


def notes(about: Description, protected: Protected, words: Words) -> list[str]:
    """Return what else a reader must know: what is counted, what was late, what is coarser."""
    kinds = {table.raw.counts for table in protected.tables}
    said = [words[kind] for kind in ("mentions", "contacts", "referrals") if kind in kinds]
    if about.restates:
        key = "restated_late" if about.restates.late else "restated"
        said.append(words[key].format(vintage=about.restates.vintage))
    said.append(words["late"])
    crossed = [table for table in protected.gave_way if len(table.dimensions) > 1]
    alone = [table for table in protected.gave_way if len(table.dimensions) == 1]
    for key, tables in (("coarser", crossed), ("left_out", alone)):
        if tables:
            said.append(words[key].format(tables="; ".join(map(words.title, tables))))
    return said


def title(about: Description, words: Words) -> str:
    """Return the heading of a release: whose figures, and of which period."""
    site, period = clean(about.site), words.period(about.period)
    key = "title_site" if site else "title"
    heading = words[key].format(site=site, period=period)
    if about.vintage > 1:
        heading += f" · {words['vintage'].format(vintage=about.vintage)}"
    return heading
