"""Where a vault is, where nobody says."""

import os
from pathlib import Path

VARIABLE = "HELPLINE_HOME"


def default_home() -> Path:
    """Return the folder that HELPLINE_HOME names, else the one in the user's data folder."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    import platformdirs

    return platformdirs.user_data_path("helpline-console", appauthor=False)
