"""Dark, light, high contrast: the three ways that the console may look, and which one was chosen.

The ratios of contrast after WCAG 2.2: 4.5 to 1 or more for text (criterion 1.4.3), in the high
contrast 7 to 1 (1.4.6).
"""

import contextlib
from pathlib import Path

from textual.theme import Theme

DARK, LIGHT, HIGH_CONTRAST = "dark", "light", "high-contrast"
"""The names of the themes."""

_FILE = "theme"

THEMES = (
    Theme(
        name=DARK,
        primary="#0178D4",
        secondary="#004578",
        accent="#ffa62b",
        warning="#ffa62b",
        error="#ba3c5b",
        success="#4EBF71",
        foreground="#e0e0e0",
        variables={"text-disabled": "auto 60%", "block-cursor-background": "#0165B3"},
    ),
    Theme(
        name=LIGHT,
        primary="#004578",
        secondary="#0178D4",
        accent="#8a4b00",
        warning="#8a4b00",
        error="#9e1b3c",
        success="#1b6e3a",
        foreground="#1a1a1a",
        background="#f4f4f4",
        surface="#f4f4f4",
        panel="#dddddd",
        dark=False,
        variables={
            "text-muted": "auto 75%",
            "text-disabled": "auto 75%",
            "block-cursor-foreground": "#ffffff",
        },
    ),
    Theme(
        name=HIGH_CONTRAST,
        primary="#ffffff",
        secondary="#ffffff",
        accent="#ffff00",
        warning="#ffff00",
        error="#ffffff",
        success="#ffffff",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#000000",
        boost="#000000",
        variables={
            "text": "#ffffff",
            "text-muted": "#ffffff",
            "text-disabled": "#ffffff",
            "text-error": "#ffffff",
            "foreground-muted": "#ffffff",
            "foreground-disabled": "#ffffff",
            "block-cursor-foreground": "#000000",
            "block-cursor-background": "#ffff00",
            "block-cursor-blurred-foreground": "#ffffff",
            "block-cursor-blurred-background": "#333333",
            "block-hover-background": "#000000",
            "border-blurred": "#ffffff",
            "input-cursor-foreground": "#000000",
            "input-cursor-background": "#ffff00",
            "input-selection-foreground": "#000000",
            "input-selection-background": "#ffff00",
            "scrollbar": "#ffffff",
            "scrollbar-background": "#000000",
        },
    ),
)
"""What the palette lists."""


def chosen(home: Path) -> str | None:
    """Return the theme that was last chosen on the vault in ``home``, None if there is none."""
    try:
        name = (home / _FILE).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return name if name in {theme.name for theme in THEMES} else None


def choose(home: Path, name: str) -> None:
    """Remember the theme ``name`` in ``home``; where that cannot be written it is for now only."""
    with contextlib.suppress(OSError):
        (home / _FILE).write_text(f"{name}\n", "ascii")
