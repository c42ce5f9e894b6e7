"""What the form asks for, and when: the rules of ``data/rules.toml``, applied. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from console.codebook.model import UNKNOWN, Coded

_ANY = "*"


@dataclass(frozen=True, slots=True)
class Show:
    """``dimension`` is shown when for every dimension of ``when`` one of its codes is coded."""

    dimension: str
    when: Mapping[str, frozenset[str]]

    def holds(self, coded: Coded) -> bool:
        """Tell whether what is coded makes the dimension matter."""
        return all(_meets(coded.get(name, ()), codes) for name, codes in self.when.items())


@dataclass(frozen=True, slots=True)
class Imply:
    """``code`` is coded in ``dimension`` too when one of the codes of ``when`` is.

    A code of ``over`` gives way to it, where what implies it was coded last.
    """

    dimension: str
    code: str
    when: Mapping[str, frozenset[str]]
    over: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Clear:
    """What is coded in ``dimension`` goes when one of the codes of ``when`` was coded last."""

    dimension: str
    when: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of the form; names of dimensions throughout."""

    required: tuple[str, ...]
    always: frozenset[str]
    suggested: frozenset[str]
    show: tuple[Show, ...]
    imply: tuple[Imply, ...]
    clear: tuple[Clear, ...] = ()


def is_data(coded: Coded) -> bool:
    """Tell whether what is coded is a data call: the only kind that is coded further."""
    return coded.get("kind", ("data",)) in (("data",), ())


def shown(rules: Rules, order: tuple[str, ...], coded: Coded) -> tuple[str, ...]:
    """Return the dimensions that the form shows now, in the order ``order``.

    What is coded already stays shown, so that it can be seen and taken back. A non-data
    contact shows its kind alone.
    """
    if not is_data(coded):
        return ("kind",)
    names = set(rules.always)
    names.update(name for name, codes in coded.items() if codes and name != "kind")
    names.update(rule.dimension for rule in rules.show if rule.holds(coded))
    return tuple(name for name in order if name in names)


def missing(rules: Rules, coded: Coded) -> tuple[str, ...]:
    """Return the required dimensions without a code; `unknown` counts as coded."""
    if not is_data(coded):
        return ()
    return tuple(name for name in rules.required if not coded.get(name))


def implied(rules: Rules, coded: Coded, last: str = "") -> dict[str, tuple[str, ...]]:
    """Return ``coded`` with what its codes imply in dimensions that are not coded yet.

    ``last`` is the dimension that was coded last: what it says goes before what was said earlier.
    """
    whole = dict(coded)
    for away in rules.clear:
        if last in away.when and _holds(away.when, whole):
            whole.pop(away.dimension, None)
    for rule in rules.imply:
        there = whole.get(rule.dimension, ())
        gives_way = last in rule.when and not rule.over.isdisjoint(there)
        if (not there or gives_way) and _holds(rule.when, whole):
            whole[rule.dimension] = (rule.code,)
    return whole


def _holds(when: Mapping[str, frozenset[str]], coded: Coded) -> bool:
    return all(_meets(coded.get(name, ()), codes) for name, codes in when.items())


def _meets(codes: tuple[str, ...], wanted: frozenset[str]) -> bool:
    if _ANY in wanted:
        return any(code != UNKNOWN for code in codes)
    return not wanted.isdisjoint(codes)
