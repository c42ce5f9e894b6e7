"""Where an error came from, in words that cannot hold anything of a call."""

from pathlib import Path


def whereabouts(error: BaseException | None) -> str:
    """Return the type of ``error`` and the place that it came from, and nothing that it says."""
    trace = error.__traceback__ if error is not None else None
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    place = f"{Path(trace.tb_frame.f_code.co_filename).stem}:{trace.tb_lineno}"
    return f"{type(error).__name__} at {place}"
