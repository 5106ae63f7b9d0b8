"""The page around a Folium map: title, legend, table, footer; written as one safe file."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from geoplan.core.errors import ParameterError, RenderError
from geoplan.core.notices import Notice
from geoplan.core.texts import LANGS, Lang, text
from geoplan.maps.page.boxes import Bounds, LegendBlock, Place, TableCard
from geoplan.maps.page.figure import (
    DataIsland,
    OfflineFigure,
    environment,
    figure_html,
    map_names,
    tile_origins,
)
from geoplan.maps.page.safe import visible

if TYPE_CHECKING:
    import os

    import folium

NOTICE_MB = 15
"""A page above this many megabytes carries a notice."""
LIMIT_MB = 40
"""A page above this many megabytes is refused."""
_BYTES_PER_MB = 1_000_000
_WORDS = (
    "full_screen",
    "full_screen_exit",
    "home",
    "layers",
    "legend",
    "made_with",
    "measure",
    "north",
    "north_letter",
    "offline",
    "online",
    "panel_close",
    "panel_met",
    "panel_missed",
    "panel_open",
    "panel_target",
    "search",
    "search_none",
    "zoom_in",
    "zoom_out",
)


@dataclass(frozen=True)
class MapPage:
    """
    A Folium map with its title, legend, table and sources: one file for any office computer.

    Every text here is plain text; the page escapes it. Make one with :func:`make_page`.

    Parameters
    ----------
    map_ : folium.Map or folium.plugins.DualMap
        The map. Texts inside it must have gone through :func:`geoplan.maps.page.safe.safe`.
    title, subtitle : str
        The finding, and the measure behind it.
    legend : tuple of LegendBlock
        The legend, from top to bottom.
    table : TableCard or None
        The table card.
    footer : tuple of str
        Sources, dates, CRS; one line, joined by dots. The page adds what it was made with and
        whether it needs the net.
    lang : {"en", "zh"}
        Language of the page and of its buttons.
    bounds : tuple of float or None
        South, west, north, east that the map shows first, clear of the cards where the window is
        wide enough. None leaves the view to the map.
    places : tuple of Place
        What the search box finds; without any there is no search box.
    offline : bool
        True: everything is in the file. False: Leaflet comes from a CDN, locked by its hash.
    """

    map_: "folium.Map"
    title: str
    subtitle: str = ""
    legend: tuple[LegendBlock, ...] = ()
    table: TableCard | None = None
    footer: tuple[str, ...] = ()
    lang: Lang = "en"
    bounds: Bounds | None = None
    places: tuple[Place, ...] = ()
    offline: bool = True

    def html(self) -> str:
        """
        Give the page.

        Returns
        -------
        str
            A complete HTML document; the same at every call.

        Raises
        ------
        RenderError
            If the map uses what no offline page can hold, an unescaped text got into it, or the
            page is larger than `LIMIT_MB`.
        """
        return self._html

    def notices(self) -> tuple[Notice, ...]:
        """Tell what whoever hands the file on should know: that it is large."""
        size_mb = len(self._html.encode()) / _BYTES_PER_MB
        if size_mb <= NOTICE_MB:
            return ()
        return (Notice("page_large", self.title, values={"size_mb": size_mb}),)

    def save(self, path: "str | os.PathLike[str]") -> Path:
        """
        Write the page to a file, whole or not at all.

        Parameters
        ----------
        path : str or path
            Where to; an existing file is replaced only once the new one is complete.

        Returns
        -------
        pathlib.Path
            The file written.

        Raises
        ------
        RenderError
            As for `html`; nothing is written then.
        """
        target = Path(path)
        content = self._html.encode()
        target.parent.mkdir(parents=True, exist_ok=True)
        # Beside the target, so that the last step only renames: there is the old page or the new.
        fresh = target.with_name(f".{target.name}.{secrets.token_hex(8)}.tmp")
        try:
            fresh.write_bytes(content)
            fresh.replace(target)
        finally:
            fresh.unlink(missing_ok=True)
        return target

    @property
    def _network(self) -> str:
        return "offline" if self.offline and not tile_origins(self.map_) else "online"

    @cached_property
    def _html(self) -> str:
        words = {key: text(f"page.{key}", self.lang) for key in _WORDS}
        words["map"] = text("page.map", self.lang, title=visible(self.title))
        cards = environment().get_template("cards.html").render(page=self, words=words)
        figure = OfflineFigure(
            title=self.title,
            lang=self.lang,
            offline=self.offline,
            cards=Markup(cards),  # noqa: S704 (escaped by the template)
            footer=(*self.footer, words["made_with"], words[self._network]),
            options={
                "maps": map_names(self.map_),
                "bounds": self.bounds,
                "places": bool(self.places),
                "words": words,
            },
        )
        if self.places:
            rows = [
                [visible(place.name), visible(place.kind), *place.bounds] for place in self.places
            ]
            figure.add_child(DataIsland("gp-places", rows))
        html = figure_html(self.map_, figure)
        size_mb = len(html.encode()) / _BYTES_PER_MB
        if size_mb > LIMIT_MB:
            raise RenderError(
                f"the map {self.title!r} would be {size_mb:.0f} MB; browsers get stuck above "
                f"{LIMIT_MB} MB. Draw fewer or simpler features, or a grid as a picture."
            )
        return html


def make_page(  # noqa: PLR0913 (the parts of one page)
    map_: "folium.Map",
    *,
    title: str,
    subtitle: str = "",
    legend: Sequence[LegendBlock] = (),
    table: TableCard | None = None,
    footer: Sequence[str] = (),
    lang: str = "en",
    bounds: Bounds | None = None,
    places: Sequence[Place] = (),
    offline: bool = True,
) -> MapPage:
    """
    Put a Folium map on a page of its own.

    Parameters
    ----------
    map_ : folium.Map or folium.plugins.DualMap
        The map, best made with ``tiles=None, control_scale=False``: the page adds scale, full
        screen, search and a button back to the first view by itself.
    title, subtitle, legend, table, footer, lang, bounds, places, offline
        As in `MapPage`; all texts plain, unescaped.

    Returns
    -------
    MapPage
        With ``.html()`` and ``.save(path)``.

    Raises
    ------
    ParameterError
        If there is no title, the language is unknown, or `bounds` is no extent in degrees.

    Examples
    --------
    >>> import folium
    >>> page = make_page(folium.Map((22.6, 114.2), tiles=None), title="Stops")
    >>> "<title>Stops</title>" in page.html()
    True
    """
    if not title.strip():
        raise ParameterError("a map page needs a `title`; it was empty.")
    if lang not in LANGS:
        raise ParameterError(f"`lang` is {lang!r}; geoplan speaks {' and '.join(LANGS)}.")
    if bounds is not None:
        south, west, north, east = bounds
        if not (-90 <= south <= north <= 90 and -180 <= west <= east <= 540):
            raise ParameterError(
                f"`bounds` is {bounds}; wanted (south, west, north, east) in degrees of WGS 84."
            )
    return MapPage(
        map_=map_,
        title=title,
        subtitle=subtitle,
        legend=tuple(legend),
        table=table,
        footer=tuple(footer),
        lang="zh" if lang == "zh" else "en",
        bounds=bounds,
        places=tuple(places),
        offline=offline,
    )
