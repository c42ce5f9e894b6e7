"""Bundles: a workstation's counts of a month, sealed to the coordinators, and their merging.

Counts are raw and by cell: protection is applied to what all workstations report together.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations
from pathlib import Path
from typing import Any, Literal

from console.codebook import LONGEST_CODE
from console.errors import BadUsage, ConsoleError, Refused
from console.figures import bundle_store, folding, headquarters, ledger, ledger_store, tables
from console.figures.bundle_store import Workstation
from console.figures.dimensions import Dimensions
from console.figures.headquarters import (
    LONGEST_NAME,
    NAME,
    Headquarters,
    Trust,
    is_number,
    short,
    untrusted,
)
from console.figures.spans import is_month, listed, require_month
from console.figures.store import KIND
from console.figures.tally import TOTAL, Cell
from console.text import plain
from console.vault import Vault
from console.vault import bundles as sealed
from console.vault.bundles import Bundle
from console.vault.files import canonical, context

_MOST = 10**9

Counts = Mapping[tuple[str, ...], Mapping[Cell, int]]

Outcome = Literal["merged", "replaced", "already there", "older", "refused"]


@dataclass(frozen=True)
class MadeCounts:
    """A bundle of counts: what it calls itself, and the words of the coordinator who made it."""

    file: Path
    workstation: str
    period: str
    number: int
    batch: str
    fingerprint: str


@dataclass(frozen=True)
class Merged:
    """What became of one file. ``detail`` says why it was refused, or what the settings changed."""

    file: Path
    kind: Literal["counts", "settings", ""]
    outcome: Outcome
    workstation: str = ""
    period: str = ""
    calls: int = 0
    detail: str = ""
    exit_code: int = 0


@dataclass(frozen=True)
class _Counts:
    """The content of a bundle of counts, checked."""

    name: str
    period: str
    number: int
    batch: str
    calls: int
    counts: Counts


def make_counts(
    vault: Vault, path: Path, period: str, *, now: datetime, name: str | None = None
) -> MadeCounts:
    """Close a month here and seal its counts to the coordinators that the settings named.

    The same counts make the same batch, however often. ``name`` is what the workstation calls
    itself from now on, at first its site's name. Raises ``Refused`` for anyone but a coordinator,
    a month that is not over, is published here or was handed over to another headquarters, a vault
    that has no settings yet or has workstations; ``BadUsage`` for what is no month, a name that is
    none, and a file that is there already. If it is the disk that fails at last, making it again
    makes the same batch.
    """
    vault.require("coordinator")
    require_month(period)
    receiver = headquarters.of(vault)
    if receiver is None:
        raise Refused(
            "whose counts are these to be? Merge the settings of the coordinators' vault first: "
            "helpline bundle merge FILE"
        )
    _require_whole(vault, period, receiver)
    called = _name(name or vault.setting(NAME) or vault.setting("site", ""))
    sealed.require_free(path)
    with vault.transaction():
        ledger.close(vault, period, now=now)
        counts = folding.counts(vault, period)
        counted = _listed(counts)
        before = bundle_store.handed_over(vault, period)
        number = 0 if before is None else before[1]
        if before is not None and before[0] != _batch(vault.id, period, number, counted):
            number += 1
        batch = _batch(vault.id, period, number, counted)
        bundle_store.hand_over(vault, period, batch, number, day=now.date().isoformat())
        vault.set_setting(NAME, called)
        vault.audit("bundle.made", f"{period} {batch}", now=now)
    content = {
        "name": called, "period": period, "number": number, "batch": batch, "counts": counted
    }  # fmt: skip
    # A stick must carry nothing that the vault does not know of; the other way it is made again.
    sealed.write(path, sealed.spell_counts(vault, receiver.receiver, content))
    return MadeCounts(path, called, period, number, batch, sealed.signer(vault).fingerprint)


def _require_whole(vault: Vault, period: str, to: Headquarters) -> None:
    """Raise ``Refused`` where handing a month over would count calls twice, or leave some out."""
    if ledger_store.latest(vault, period) is not None:
        raise Refused(f"the counts of {period} are published here: headquarters must not add them")
    if not to.has(period):
        raise Refused(f"from {to.until} on this vault publishes by itself: helpline figures export")
    if vault.setting(headquarters.ELSEWHERE, {}).get(period, to.vault) != to.vault:
        raise Refused(f"the counts of {period} were handed over to another headquarters before")
    names = [each.name for each in bundle_store.workstations(vault)]
    if names:
        raise Refused(f"this vault has workstations of its own, whose counts stay: {listed(names)}")


def merge(vault: Vault, paths: Sequence[Path], trust: Trust, *, now: datetime) -> list[Merged]:
    """Take over what the files carry, each whole or not at all, and say what became of each.

    All that is taken is durable together. ``trust`` is asked about every signer who was not met
    before. For a coordinator: raises ``Refused`` for anyone else, and ``ConsoleError`` if the disk
    refuses; then nothing of any file was taken.
    """
    vault.require("coordinator")
    found = []
    with vault.transaction():
        desk = _Desk(vault, trust, now)
        for path in paths:
            try:
                found.append(desk.take(path))
            except ConsoleError as error:
                found.append(
                    Merged(path, "", "refused", detail=str(error), exit_code=error.exit_code)
                )
    return found


def workstations(vault: Vault) -> list[Workstation]:
    """Return every registered workstation by name, for a coordinator.

    Raises ``Refused`` for anyone else.
    """
    vault.require("coordinator")
    return bundle_store.workstations(vault)


def retire(vault: Vault, name: str, period: str, *, now: datetime) -> None:
    """Wait for a workstation no more, from a month on, for a coordinator.

    Raises ``Refused`` for anyone else, ``BadUsage`` for what is no month or no workstation.
    """
    vault.require("coordinator")
    require_month(period)
    ids = {each.name: each.id for each in bundle_store.workstations(vault)}
    if name not in ids:
        raise BadUsage(
            f"there is no workstation called {plain(name, lines=False)[:LONGEST_NAME]}; "
            "see: helpline bundle workstations list"
        )
    with vault.transaction():
        bundle_store.retire(vault, ids[name], period)
        vault.audit("workstation.retired", f"{name} {period}", now=now)


class _Desk:
    """Where files are taken one by one, inside one transaction."""

    def __init__(self, vault: Vault, trust: Trust, now: datetime) -> None:
        self._vault, self._trust, self._now = vault, trust, now
        self._known = {each.id: each for each in bundle_store.workstations(vault)}
        self._closed = {*ledger_store.closings(vault)}
        self._wanted = folding.definitions(vault, Dimensions(vault))

    def take(self, path: Path) -> Merged:
        raw = sealed.read(path)
        if sealed.kind_of(raw) == sealed.SETTINGS:
            bundle = sealed.open_settings(raw)
            taken = headquarters.take(self._vault, bundle, self._trust, now=self._now)
            said = f"settings {taken.number} of {taken.site}: {taken.changes} changes of codes"
            if taken.left:
                said += f"; not followed here: {', '.join(taken.left)}"
            outcome: Outcome = "already there" if taken.already else "merged"
            return Merged(path, "settings", outcome, detail=said)
        return self._counts(path, sealed.open_counts(self._vault, raw))

    def _counts(self, path: Path, bundle: Bundle) -> Merged:
        new = _read(bundle, self._wanted)
        known = self._known.get(bundle.signer.vault)
        headquarters.require_none(self._vault)
        told = (known.name if known else new.name, new.period, new.calls)
        taken = None
        if known is not None:
            taken = bundle_store.taken(self._vault, new.period, known.id)
        trusted = known is not None and known.sign_public == bundle.signer.sign_public
        followed = trusted and taken is not None and new.number <= taken[1]
        if followed and taken is not None:
            if new.batch == taken[0]:
                return Merged(path, "counts", "already there", *told)
            if new.number < taken[1]:
                return Merged(path, "counts", "older", *told)
        if new.period >= self._now.date().isoformat()[:7]:
            raise Refused(f"the month {new.period} is not over")
        if new.period in self._closed:
            raise Refused(f"the month {new.period} is closed, and takes no further bundle")
        if known is not None and known.until is not None and new.period >= known.until:
            raise Refused(f"{known.name} was retired from {known.until} on")
        if followed and not self._trust(
            bundle.signer, f"the counts of {told[0]}, other than those here of the same number"
        ):
            raise Refused(
                "another bundle of the same number is there. If the workstation was restored from "
                "a backup, compare the six words, or give them with --fingerprint"
            )
        workstation = self._trusted(bundle, new, known)
        day = self._now.date().isoformat()
        bundle_store.take(
            self._vault,
            new.period,
            workstation.id,
            new.batch,
            new.number,
            new.calls,
            new.counts,
            day=day,
        )
        subject = f"{new.period} {workstation.name} {new.batch}"
        self._vault.audit("bundle.merged", subject, now=self._now)
        outcome: Outcome = "merged" if taken is None else "replaced"
        return Merged(path, "counts", outcome, workstation.name, *told[1:])

    def _trusted(self, bundle: Bundle, new: _Counts, known: Workstation | None) -> Workstation:
        """Return the workstation of a bundle, registered or pinned anew if its maker is trusted.

        One that is known may call itself otherwise from now on.
        """
        signer = bundle.signer
        followed = known is not None and known.sign_public == signer.sign_public
        if known is not None and followed and known.name == new.name:
            return known
        if signer.vault == self._vault.id:
            raise Refused("this vault made the bundle itself: its own calls count here anyway")
        if any(x.name == new.name and x.id != signer.vault for x in self._known.values()):
            raise Refused(
                f"another workstation is called {new.name}: let this one choose another name with "
                "--as-workstation"
            )
        if not followed and not self._trust(signer, f"the counts of {new.name}"):
            raise untrusted(signer)
        day = self._now.date().isoformat()
        if known is None:
            found = Workstation(signer.vault, new.name, signer.sign_public, new.period, None)
            bundle_store.register(self._vault, found, day=day)
            self._vault.audit("workstation.added", found.name, now=self._now)
        else:
            found = replace(known, name=new.name, sign_public=signer.sign_public)
            bundle_store.pin(self._vault, found)
            done = "workstation.renamed" if followed else "workstation.rekeyed"
            self._vault.audit(done, f"{known.name} {new.name}", now=self._now)
        self._known[found.id] = found
        return found


def _name(text: object) -> str:
    name = short(str(text))
    if not name or len(name) > LONGEST_NAME:
        raise BadUsage("say what the workstation is called, in a few words: --as-workstation NAME")
    return name


def _listed(counts: Counts) -> list[list[Any]]:
    return [
        [list(dimensions), [[list(cell), n] for cell, n in sorted(cells.items()) if n]]
        for dimensions, cells in sorted(counts.items())
    ]


def _batch(vault: str, period: str, number: int, listed: object) -> str:
    """Return what a bundle calls itself: the same for the same counts, 32 hexadecimal digits."""
    bound = context("batch", vault=vault, period=period, number=number)
    return hashlib.sha256(bound + canonical(listed)).hexdigest()[:32]


def _read(bundle: Bundle, wanted: Mapping[tuple[str, ...], tables.Definition]) -> _Counts:
    """Return what a bundle carries. Raises ``BadUsage`` for what makes no sense, ``Refused``."""
    content = bundle.content
    try:
        period, number, told = content["period"], content["number"], content["counts"]
        if not isinstance(period, str) or not is_month(period) or not is_number(number):
            raise TypeError
        counts = {tuple(dimensions): dict(_cells(dimensions, cells)) for dimensions, cells in told}
        if content["batch"] != _batch(bundle.signer.vault, period, number, told):
            raise ValueError
        name = _name(content["name"])
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise BadUsage("the bundle makes no sense to this version of the program") from error
    if not wanted.keys() <= counts.keys():
        raise Refused(
            "the bundle was counted in other tables: bring the workstation this vault's newest "
            "settings, and make it again"
        )
    calls = counts[KIND].get(("data",), 0)
    kept = {dimensions: counts[dimensions] for dimensions in wanted}
    if not _add_up(kept, wanted, calls):
        raise BadUsage("the tables of the bundle do not add up: have it made again")
    return _Counts(name, period, number, content["batch"], calls, kept)


def _add_up(
    counts: Counts, wanted: Mapping[tuple[str, ...], tables.Definition], calls: int
) -> bool:
    """Say whether tables can be of one and the same calls, as far as their shared margins tell.

    Each call is mentioned under one code at least, and under any code once.
    """
    margins: dict[tuple[str, str], dict[tuple[str, ...], Mapping[Cell, int]]] = {}
    for dimensions, definition in wanted.items():
        seen = margins.setdefault((definition.counts, definition.mentioned), {})
        for names, margin in _margins(dimensions, counts[dimensions]):
            if seen.setdefault(names, margin) != margin:
                return False
    of_calls = margins.get(("calls", ""), {})
    if of_calls and of_calls[()].get((), 0) != calls:
        return False
    return all(
        _fit(of_calls[beside], margin, names.index(mentioned))
        for (_, mentioned), found in margins.items()
        for names, margin in found.items()
        if mentioned in names
        and (beside := tuple(name for name in names if name != mentioned)) in of_calls
    )


def _margins(
    dimensions: tuple[str, ...], cells: Mapping[Cell, int]
) -> Iterator[tuple[tuple[str, ...], Mapping[Cell, int]]]:
    """Yield the sums of a table over every set of its dimensions, by their names in order."""
    order = sorted(range(len(dimensions)), key=dimensions.__getitem__)
    for size in range(len(order) + 1):
        for places in combinations(order, size):
            names = tuple(dimensions[place] for place in places)
            if names == dimensions:
                yield names, cells
                continue
            margin: Counter[Cell] = Counter()
            for cell, count in cells.items():
                margin[tuple([cell[place] for place in places])] += count
            yield names, margin


def _fit(calls: Mapping[Cell, int], mentions: Mapping[Cell, int], place: int) -> bool:
    """Say whether mentions, by the code at ``place`` and other dimensions, can be of the calls."""
    total: Counter[Cell] = Counter()
    for cell, count in mentions.items():
        beside = cell[:place] + cell[place + 1 :]
        total[beside] += count
        if count > calls.get(beside, 0):
            return False
    return all(count <= total[beside] for beside, count in calls.items())


def _cells(dimensions: Sequence[str], cells: Sequence[Any]) -> "list[tuple[Cell, int]]":
    found = []
    for codes, count in cells:
        sound = (
            len(codes) == len(dimensions)
            and all(isinstance(code, str) and 0 < len(code) <= LONGEST_CODE for code in codes)
            and all(code != TOTAL and code == plain(code, lines=False) for code in codes)
            and type(count) is int
            and 0 < count <= _MOST
        )
        if not sound:
            raise ValueError
        found.append((tuple(codes), count))
    if len(dict(found)) != len(found):
        raise ValueError
    return found
