"""Partners that fit the call as coded, in sight while it is coded."""

from textual import work
from textual.widgets import Static

from console import partners
from console.codebook import Coded
from console.errors import ConsoleError
from console.language import _
from console.tui.app import ConsoleApp
from console.tui.shown import joined, shown

WAIT_SECONDS = 0.4
"""Codes come in bursts: the directory is asked once they pause."""

_FEW, _MORE, _TALL = 2, 5, 34

# Matching more than these takes longer than a draft may wait for the same thread.
_MOST_SERVICES = 2_000


class PartnersPanel(Static):
    """The first services of F3's list, a line each: name, what to bring, why."""

    app: ConsoleApp

    def on_mount(self) -> None:
        """Hidden until something fits."""
        self.border_title = _("partners (F3)")
        self.display = False

    @work(exclusive=True, group="partners-panel")
    async def look(self, coded: Coded) -> None:
        """Ask the directory what fits ``coded``, and show the first few."""
        session = self.app.session
        try:
            if await session.call(partners.size) > _MOST_SERVICES:
                return
            matches, _misses = await session.call(partners.match, need(coded), now=self.app.now())
        except ConsoleError as error:
            self.app.notice(error)
            return
        most = _MORE if self.app.size.height >= _TALL else _FEW
        self.update(
            joined(
                *(
                    joined(
                        shown(f"{number} {match.name}", "bold"),
                        shown(
                            _("bring: {things}").format(things="; ".join(match.bring))
                            if match.bring
                            else ""
                        ),
                        shown(" · ".join(match.reasons), "dim"),
                        by="  ",
                    )
                    for number, match in enumerate(matches[:most], 1)
                ),
                by="\n",
            )
        )
        self.display = bool(matches)


def need(coded: Coded) -> partners.Need:
    """Return what the call as coded asks of a partner."""
    region, language, age, gender = (
        coded.get(name, ("unknown",))[0] for name in ("region", "language", "age", "gender")
    )
    return partners.Need(
        region=region,
        language=language,
        age=age,
        gender=gender,
        issues=coded.get("issue", ()),
        settings=coded.get("setting", ()),
    )
