"""The sheets of a recovery kit, one share each: as text of 80 columns, and as a page to print."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from console.text import plain

if TYPE_CHECKING:
    from console.vault import NewKit, Share

_WIDTH = 80
_COLUMNS = 3
_CELL = 24
_RULE = "-" * _WIDTH

# In the languages of the interface, since who opens the envelope in years may read another one
# than who sealed it.
HEADS = {
    "en": "Sheet {number} of {shares}. Any {threshold} open the vault.",
    "fr": "Feuille {number} sur {shares}. {threshold} suffisent pour ouvrir le coffre.",
    "nb": "Ark {number} av {shares}. {threshold} av dem åpner hvelvet.",
    "es": "Hoja {number} de {shares}. {threshold} bastan para abrir la bóveda.",
}
TEXTS = {
    "en": (
        "Together, {threshold} of these sheets open the helpline's vault and all its notes; "
        "fewer say nothing. Keep this one sealed, apart from the others. Do not copy it, "
        "photograph it or type it anywhere. It is needed only when passphrases are lost: "
        "helpline key recover NAME. Twice a year, try that it works: helpline key drill."
    ),
    "fr": (
        "Ensemble, {threshold} de ces feuilles ouvrent le coffre de la ligne d'écoute et toutes "
        "ses notes ; moins ne disent rien. Gardez celle-ci sous scellés, à part des autres. Ne la "
        "copiez pas, ne la photographiez pas, ne la saisissez nulle part. Elle ne sert que si des "
        "phrases de passe sont perdues : helpline key recover NOM. Deux fois par an, vérifiez "
        "qu'elle fonctionne : helpline key drill."
    ),
    "nb": (
        "Sammen åpner {threshold} av disse arkene hjelpelinjens hvelv og alle notatene; færre "
        "sier ingenting. Oppbevar dette forseglet, atskilt fra de andre. Ikke kopier det, "
        "fotografer det eller skriv det inn noe sted. Det trengs bare når passfraser er tapt: "
        "helpline key recover NAVN. Prøv to ganger i året at det virker: helpline key drill."
    ),
    "es": (
        "Juntas, {threshold} de estas hojas abren la bóveda de la línea de ayuda y todas sus "
        "notas; menos no dicen nada. Guarde esta sellada, aparte de las demás. No la copie, no la "
        "fotografíe ni la escriba en ningún sitio. Solo hace falta si se pierden las frases de "
        "contraseña: helpline key recover NOMBRE. Dos veces al año, compruebe que funciona: "
        "helpline key drill."
    ),
}
_STYLE = (
    "body{font:11pt sans-serif;margin:2em;color:#000;background:#fff}"
    "section{page-break-after:always;break-after:page;max-width:45em}"
    "section:last-child{page-break-after:auto;break-after:auto}"
    "table{border-collapse:collapse;margin:1em 0}"
    "td{border:1px solid #000;padding:.3em .8em;font:14pt monospace}"
    "td small{font-size:9pt;display:inline-block;width:2em}"
    "p.head{font-weight:bold}p{margin:.4em 0}"
)


@dataclass(frozen=True)
class Sheets:
    """A kit to be printed: whose, of which local day ('2026-11-21')."""

    site: str
    vault: str
    day: str
    kit: "NewKit"

    def text(self, share: "Share") -> str:
        """Return one sheet as text of at most 80 columns."""
        import textwrap

        head = [
            f"{self._title()}",
            *(head.format(**self._counts(share)) for head in HEADS.values()),
        ]
        cells = [
            f"{place:>3} {word}".ljust(_CELL) for place, word in enumerate(share.words, start=1)
        ]
        grid = ["".join(row).rstrip() for row in _rows(cells)]
        told = [
            "\n".join(textwrap.wrap(text.format(**self._counts(share)), _WIDTH))
            for text in TEXTS.values()
        ]
        return "\n".join([_RULE, *head, _RULE, *grid, _RULE, "\n\n".join(told), _RULE, ""])

    def texts(self) -> str:
        """Return all sheets as text, an empty line between two."""
        return "\n".join(self.text(share) for share in self.kit.shares)

    def html(self) -> str:
        """Return all sheets as one file for a browser, each printed on a page of its own."""
        sections = "".join(self._section(share) for share in self.kit.shares)
        return (
            f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
            f"<title>{escape(self._title())}</title><style>{_STYLE}</style></head>"
            f"<body>{sections}</body></html>\n"
        )

    def _section(self, share: "Share") -> str:
        cells = [
            f"<td><small>{place}</small>{escape(word)}</td>"
            for place, word in enumerate(share.words, start=1)
        ]
        rows = "".join(f"<tr>{''.join(row)}</tr>" for row in _rows(cells))
        counts = self._counts(share)
        heads = "".join(
            _paragraph(tag, head.format(**counts), "head") for tag, head in HEADS.items()
        )
        told = "".join(_paragraph(tag, text.format(**counts)) for tag, text in TEXTS.items())
        title = escape(self._title())
        return f"<section><h1>{title}</h1>{heads}<table>{rows}</table>{told}</section>"

    def _title(self) -> str:
        site = plain(self.site, lines=False)[:40]
        return f"{site} · {self.vault[:8]} · kit {self.kit.number} · {self.day}"

    def _counts(self, share: "Share") -> dict[str, int]:
        return {
            "number": share.number,
            "shares": len(self.kit.shares),
            "threshold": self.kit.threshold,
        }


def _rows(cells: Sequence[str]) -> list[Sequence[str]]:
    return [cells[at : at + _COLUMNS] for at in range(0, len(cells), _COLUMNS)]


def _paragraph(language: str, text: str, kind: str = "told") -> str:
    return f'<p class="{kind}" lang="{language}">{escape(text)}</p>'
