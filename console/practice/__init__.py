"""Made-up callers to practise on, and what to tell a trainee about the call she took."""

from console.practice.callers import callers, place
from console.practice.desk import Desk
from console.practice.feedback import Feedback, Point, Taken, Verdict, judge
from console.practice.model import Caller, Expected

__all__ = [
    "Caller",
    "Desk",
    "Expected",
    "Feedback",
    "Point",
    "Taken",
    "Verdict",
    "callers",
    "judge",
    "place",
]
