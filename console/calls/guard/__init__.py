"""The guard: what in a note looks like it could tell who somebody is. Pure.

It points out, it never decides: times, ages, amounts and counts are left alone as far as they
can be told apart, and the operator has the last word.
"""

from console.calls.guard.look import Guard, find_identifiers
from console.calls.guard.marks import KINDS, Mark, mask, masked

__all__ = ["KINDS", "Guard", "Mark", "find_identifiers", "mask", "masked"]
