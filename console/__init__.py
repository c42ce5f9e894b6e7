"""The Helpline Console: calls, referrals, breaks and figures of an anonymous helpline."""

__version__ = "0.1.0"
