"""What is in a home beside its vault: what was cut short, and vaults that restores put aside."""

from pathlib import Path

from console.vault import swap
from console.vault.findings import Sheet


def look(home: Path, sheet: Sheet) -> None:
    """Name what was left in ``home``, until when, and what somebody has to do about it."""
    for path in sorted(home.glob("vault.db.*")):
        if path.is_dir():
            sheet.wrong(
                f"{path.name} is a folder, which may keep everybody from logging in",
                "look at what is in it, then delete it",
            )
        else:
            sheet.notices.append(f"{path.name} was left by something cut short, and goes by itself")
    if swap.staging(home).exists():
        sheet.notices.append(
            f"{swap.staging(home).name} was left by a restore that was cut short before anything "
            "was replaced, and goes at the next login"
        )
    for path in swap.kept_aside(home):
        day = swap.put_aside_on(path)
        goes = "" if day is None else f", but destroys all of it once notes of {day} are due"
        sheet.notices.append(
            f"{path.name} is the vault that a restore replaced: delete the folder when the "
            f"restored vault is proven, because retention does not reach into it{goes}"
        )
