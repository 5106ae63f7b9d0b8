"""What stands on the cards around a map: legend, table, places to search for."""

import re
from dataclasses import dataclass
from typing import Literal

from geoplan.core.errors import ParameterError

Symbol = Literal["area", "line", "dashed", "point", "ring", "none"]
Tone = Literal["", "met", "missed", "undecidable", "muted"]
Bounds = tuple[float, float, float, float]
"""South, west, north, east in degrees of WGS 84."""

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class LegendEntry:
    """
    One line of a legend.

    Parameters
    ----------
    colour : str
        ``#rrggbb``.
    label : str
        What it means, as text.
    count : str or int
        How many, or how much of it there is, at the right; an int gets thousands separators.
    symbol : {"area", "line", "dashed", "point", "ring", "none"}
        What is drawn: a swatch, a stroke, a dot, a dot with a dark rim, nothing.
    layer : str
        JavaScript name of the folium layer that the line explains; the line hides while it is not
        shown. Empty: always shown.

    Raises
    ------
    ParameterError
        If `colour` is not of the form ``#rrggbb``.
    """

    colour: str
    label: str
    count: str | int = ""
    symbol: Symbol = "area"
    layer: str = ""

    def __post_init__(self) -> None:
        """Refuse a colour that is not six hexadecimal digits; it becomes part of the page."""
        if not _COLOUR.fullmatch(self.colour):
            raise ParameterError(
                f"legend entry {self.label!r} has the colour {self.colour!r}; wanted '#rrggbb'."
            )


@dataclass(frozen=True)
class LegendBlock:
    """
    One titled block of the legend.

    Parameters
    ----------
    title : str
        What the block explains.
    entries : tuple of LegendEntry
        Its lines.
    unit : str
        Unit of the classes, shown beside the title; empty for none.
    note : str
        Small print under the lines; empty for none.
    layers : tuple of str
        JavaScript names (``layer.get_name()``) of the folium layers it explains; the block hides
        while none of them is shown. Empty: always shown.
    """

    title: str
    entries: tuple[LegendEntry, ...]
    unit: str = ""
    note: str = ""
    layers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cell:
    """
    One cell of a table card.

    Parameters
    ----------
    text : str
        What it says.
    tone : {"", "met", "missed", "undecidable", "muted"}
        How it looks. The first three also put a check, a cross or a diamond before the text,
        so that nothing hangs on colour alone.
    """

    text: str
    tone: Tone = ""


@dataclass(frozen=True)
class TableCard:
    """
    A small table beside the map.

    Parameters
    ----------
    title : str
        Its heading.
    columns : tuple of str
        Column headings. The first column is set flush left, the others flush right.
    rows : tuple of tuple of str or Cell
        As many cells per row as there are columns.
    note : str
        Small print under the table; empty for none.
    bounds : tuple of (south, west, north, east) or None
        One per row: where the map goes when the row's first cell is chosen. Empty: rows do nothing.
    districts : tuple of int or None
        One per row: the position of the district whose panel opens then, too. Empty: none opens.
    themes : tuple of str
        One per row: JavaScript name of the folium layer that the row's first cell chooses. Empty:
        none.

    Raises
    ------
    ParameterError
        If a row, `bounds`, `districts` or `themes` is not as long as it has to be.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | Cell, ...], ...]
    note: str = ""
    bounds: tuple[Bounds | None, ...] = ()
    districts: tuple[int | None, ...] = ()
    themes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a table whose rows do not fit its columns."""
        ragged = [number for number, row in enumerate(self.rows) if len(row) != len(self.columns)]
        if ragged:
            raise ParameterError(
                f"table {self.title!r} has {len(self.columns)} columns, but row {ragged[0]} has "
                f"{len(self.rows[ragged[0]])} cells."
            )
        for what in ("bounds", "districts", "themes"):
            given = getattr(self, what)
            if given and len(given) != len(self.rows):
                raise ParameterError(
                    f"table {self.title!r} has {len(self.rows)} rows, but {what} for "
                    f"{len(given)}; give one per row (None where there is none)."
                )

    @property
    def cells(self) -> tuple[tuple[Cell, ...], ...]:
        """The rows with every text made a `Cell`."""
        return tuple(
            tuple(cell if isinstance(cell, Cell) else Cell(cell) for cell in row)
            for row in self.rows
        )


@dataclass(frozen=True)
class Place:
    """
    Something that can be searched for by name.

    Parameters
    ----------
    name : str
        As it stands in the data.
    kind : str
        What it is (“district”, “station”), in the page's language; shown behind the name.
    bounds : tuple of float
        South, west, north, east in degrees; a point repeats itself.
    """

    name: str
    kind: str
    bounds: Bounds
