"""What our codes count as in the reporting of others: GBVIMS, Child Helpline International. Pure.

The lists, with their sources, are ``data/mappings/*.toml``. A code of the site that no list
names counts as no GBVIMS type, as relationship ``other``, and as ``uncategorised``.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from console.codebook import shipped
from console.codebook.model import UNKNOWN

# Where a code goes that a mapping doesn't name.
_OTHER_RELATIONSHIP = "other"
_OTHER_CATEGORY = "uncategorised"


def gbvims_types() -> tuple[str, ...]:
    """Return the six types of GBVIMS, which are issue codes too, in the order of decision."""
    return tuple(_gbvims()["order"])


def gbvims(issues: Iterable[str]) -> str | None:
    """Return the GBVIMS type of a call with these issue codes, or None when it has none.

    It is the first type in the order of decision that any issue counts as, whatever the
    order of ``issues``.
    """
    counted = {_gbvims()["issue"].get(issue) for issue in issues}
    return next((each for each in gbvims_types() if each in counted), None)


def gbvims_age(age: str) -> str:
    """Return the age group of GBVIMS for an age code: "0-11", "12-17", "18+" or "unknown"."""
    group: str = _gbvims()["age"].get(age, UNKNOWN)
    return group


def gbvims_relationship(perpetrator: str) -> str:
    """Return the GBVIMS code of the alleged perpetrator's relationship with the survivor."""
    code: str = _gbvims()["perpetrator"].get(perpetrator, _OTHER_RELATIONSHIP)
    return code


def child_helpline_categories() -> tuple[str, ...]:
    """Return the ten counselling categories of Child Helpline International."""
    return tuple(name for name, table in _child_helpline().items() if table.get("counts", True))


def child_helpline(issue: str) -> str:
    """Return the category of an issue code.

    It is one of the ten, or ``non_counselling`` or ``uncategorised``, which are none of them.
    """
    return _by_issue().get(issue, _OTHER_CATEGORY)


def child_helpline_label(category: str, language: str) -> str:
    """Return the label of a category in ``language``, else in English.

    Raises:
        KeyError: there is no such category.
    """
    labels: dict[str, str] = _child_helpline()[category]["label"]
    return labels.get(language, labels["en"])


@cache
def _gbvims() -> dict[str, Any]:
    return shipped.read("mappings/gbvims")


@cache
def _child_helpline() -> dict[str, Any]:
    categories: dict[str, Any] = shipped.read("mappings/child_helpline")["category"]
    return categories


@cache
def _by_issue() -> dict[str, str]:
    return {
        issue: category
        for category, table in _child_helpline().items()
        for issue in table["issues"]
    }
