"""What a call is, from its first second to its place in the vault. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

from console.codebook import UNKNOWN
from console.errors import VaultDamaged
from console.language import _

State = Literal["live", "parked"]

# The columns of table `call` that hold a code, in their order there.
SINGLE = (
    "kind",
    "caller",
    "gender",
    "age",
    "region",
    "language",
    "perpetrator",
    "urgency",
    "safe",
    "first_disclosure",
    "prior_contact",
    "source",
    "campaign",
    "campus",
    "want",
    "outcome",
    "relation",
)
MULTIPLE = ("issue", "platform", "setting")
DATA = "data"

# Version of the draft's format; a draft outlives an update of the console by hours at most.
_FORMAT = 2
# In version 1 the caller's relation to the person concerned was a code of `caller`.
_RELATIONS = frozenset({"parent", "family", "partner", "friend", "colleague"})


@dataclass(frozen=True, slots=True)
class Draft:
    """A call that is still going on.

    ``coded`` by dimension, as the codebook takes it; ``cursor`` is (row, column) in ``note``;
    ``started_at`` carries its time zone; ``seconds`` is how long somebody had it on screen, by a
    clock that nobody can set (0: not known).
    """

    call: int
    operator: str
    started_at: datetime
    coded: dict[str, tuple[str, ...]] = field(default_factory=dict)
    note: str = field(default="", repr=False)
    cursor: tuple[int, int] = (0, 0)
    state: State = "live"
    seconds: int = 0

    @property
    def fresh(self) -> bool:
        """Whether nothing was typed or coded yet."""
        return not (self.coded or self.note)

    def encode(self) -> bytes:
        """Return the draft as JSON in ASCII, which carries any text, lone surrogates too."""
        return json.dumps(
            {
                "format": _FORMAT,
                "operator": self.operator,
                "started_at": self.started_at.isoformat(),
                "coded": self.coded,
                "note": self.note,
                "cursor": self.cursor,
                "state": self.state,
                "seconds": self.seconds,
            },
            separators=(",", ":"),
        ).encode("ascii")

    @classmethod
    def decode(cls, call: int, payload: bytes) -> "Draft":
        """Return the draft that ``encode`` made.

        Raises:
            VaultDamaged: the payload is something else.
        """
        try:
            kept = json.loads(payload)
            if kept["format"] not in (1, _FORMAT) or kept["state"] not in get_args(State):
                raise ValueError
            row, column = kept["cursor"]
            coded = {name: tuple(codes) for name, codes in kept["coded"].items()}
            return cls(
                call=call,
                operator=kept["operator"],
                started_at=datetime.fromisoformat(kept["started_at"]),
                coded=coded if kept["format"] == _FORMAT else _brought_up(coded),
                note=kept["note"],
                cursor=(row, column),
                state=kept["state"],
                seconds=int(kept.get("seconds", 0)),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise VaultDamaged(
                _(
                    "the draft of call {call} can't be read: a newer console wrote it, or it "
                    "is damaged; update the console, or restore a backup"
                ).format(call=call)
            ) from error


def _brought_up(coded: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    relation = coded.get("caller", ("",))[:1]
    if _RELATIONS.isdisjoint(relation):
        return coded
    return {**coded, "caller": ("on_behalf",), "relation": relation}


@dataclass(frozen=True, slots=True)
class Unkept:
    """A draft that the journal could not take, sealed as the journal would have it.

    It is what stays in memory behind a locked screen until the disk takes drafts again.
    """

    call: int
    operator: str
    generation: int
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Finished:
    """A call that has just ended; ``minutes`` as stored, in steps of five."""

    call: int
    minutes: int
    distress: int | None


@dataclass(frozen=True, slots=True)
class CallLine:
    """A finished call in a list; ``coded`` leaves out what is unknown."""

    call: int
    day: str
    hour: int | None
    operator: str
    kind: str
    coded: Mapping[str, tuple[str, ...]]
    has_note: bool


@dataclass(frozen=True, slots=True)
class FinishedCall:
    """A finished call, whole: its codes and the latest revision of its note ("" for none)."""

    call: int
    day: str
    hour: int | None
    operator: str
    kind: str
    minutes: int | None
    distress: int | None
    coded: Mapping[str, tuple[str, ...]]
    note: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AddedCode:
    """A code that an import added to the code lists, and the row where it was first needed."""

    dimension: str
    code: str
    label: str
    row: int


@dataclass(frozen=True, slots=True)
class MaskedNote:
    """A row whose note held identifiers: how many of each kind were replaced."""

    row: int
    kinds: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did. Rows are counted as a spreadsheet shows them: the header is row 1.

    ``first_call`` and ``last_call`` are the numbers that the calls got; ``periods`` counts calls
    by the month they count in; ``blank`` counts empty cells by dimension.
    """

    rows: int
    first_call: int
    last_call: int
    first_day: str
    last_day: str
    periods: Mapping[str, int]
    blank: Mapping[str, int]
    added: tuple[AddedCode, ...]
    notes: int
    masked: tuple[MaskedNote, ...]


def singles_of(coded: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the columns ``SINGLE`` but the kind, in their order; what is not coded is unknown."""
    return tuple((coded.get(name) or (UNKNOWN,))[0] for name in SINGLE[1:])


def mentions_of(coded: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    """Return the rows of table `call_mention`: dimension and code."""
    return [(name, code) for name in MULTIPLE for code in coded.get(name, ())]


def codes_of(singles: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return the codes of the columns ``SINGLE`` by dimension, without what is unknown."""
    return {
        name: (code,)
        for name, code in zip(SINGLE, singles, strict=True)
        if code != UNKNOWN and name != "kind"
    }
