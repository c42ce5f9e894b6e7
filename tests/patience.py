"""How long a test waits for what must come."""

PATIENCE = 300.0
"""Seconds: a busy machine is slow, not wrong. Reached only where a test fails."""
