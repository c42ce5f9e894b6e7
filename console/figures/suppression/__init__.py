"""Mode ``suppressed``: small counts hidden, with a certificate that each may be any small count."""

from console.figures.suppression.suppress import SCRIPT, THRESHOLD, hidden_labels, suppress

__all__ = ["SCRIPT", "THRESHOLD", "hidden_labels", "suppress"]
