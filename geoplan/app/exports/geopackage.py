"""``results.gpkg``: districts with every value, and what is served and what is not."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from geoplan.app.exports.qgis_styles import Style, found_style, value_style, write_styles
from geoplan.app.run.outcome import IndicatorOutcome, PlanOutcome
from geoplan.maps.page.safe import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geopandas import GeoDataFrame

    from geoplan.core.results import Measure

# What the analyses were given comes from the office's own files; it is not written back to it.
_GIVEN = frozenset({"facilities", "parks", "parcels", "lines", "red_lines"})
_RESERVED = frozenset({"fid", "geom", "geometry"})


def write_gpkg(outcome: PlanOutcome, path: Path) -> None:
    """
    Write the geometry of a run as a GeoPackage, in the study CRS.

    Parameters
    ----------
    outcome : PlanOutcome
        A plan that has been run.
    path : Path
        Where to.

    Notes
    -----
    Layer ``districts`` has ``district_id``, ``name`` and, for each measure, three columns:
    ``<indicator>__<of>[__<part>]`` with the value, the same ending in ``__num`` and ``__den``
    with numerator and denominator; ``__low`` and ``__high`` too where the data leave it open.
    Each indicator adds its own layers: ``<indicator>__served``, ``__unserved``, ``__demand`` or
    ``__areas``, as its analysis has them. Letters that trouble a GIS become ``_``. Table
    ``layer_styles`` holds styles that QGIS reads by itself: the districts by the value of each
    indicator, the other layers by amount or in the colour of their kind.
    """
    names = _Names()
    wide = wide_districts(outcome)
    wide.rename_geometry("geom").to_file(path, layer=names.give("districts"), driver="GPKG")
    styles = _district_styles(outcome, wide)
    for indicator in outcome.indicators:
        for key, layer in _found(indicator):
            writable = _writable(layer)
            if not len(writable):
                continue
            name = names.give(f"{indicator.id}__{key}")
            writable.to_file(path, layer=name, driver="GPKG", mode="a")
            styles.append(found_style(writable, name, key, outcome.lang))
    write_styles(path, styles)


def _district_styles(outcome: PlanOutcome, wide: "GeoDataFrame") -> list[Style]:
    """Style the districts by each indicator; they open with the first."""
    columns = (wide.columns[place] for place in _value_places(outcome))
    styles: list[Style] = []
    for indicator in outcome.indicators:
        for measure in indicator.result.measures:
            column = next(columns)
            if measure is indicator.headline:
                styles.append(
                    value_style(
                        wide, column, visible(indicator.title), unit=measure.unit,
                        default=not styles, lang=outcome.lang,
                    )
                )  # fmt: skip
    return styles


def wide_districts(outcome: PlanOutcome) -> "GeoDataFrame":
    """
    Put every measure of every indicator beside the districts.

    Parameters
    ----------
    outcome : PlanOutcome
        A plan that has been run.

    Returns
    -------
    GeoDataFrame
        ``district_id``, ``name``, three columns per measure or five, and the geometry.
    """
    import geopandas as gpd
    import pandas as pd

    districts = outcome.layers["districts"]
    names = _Names(_RESERVED)
    columns = {
        names.give(key): districts[key].astype(str).to_numpy() for key in ("district_id", "name")
    }
    for indicator in outcome.indicators:
        for measure in indicator.result.measures:
            stem = "__".join(part for part in (indicator.id, measure.of, measure.part) if part)
            for ending, key in _columns_of(measure):
                columns[names.give(stem + ending)] = measure.districts[key].to_numpy(dtype=float)
    return gpd.GeoDataFrame(
        pd.DataFrame(columns), geometry=districts.geometry.to_numpy(), crs=districts.crs
    )


def _columns_of(measure: "Measure") -> tuple[tuple[str, str], ...]:
    """Give ending and key of each column of a measure, the value first."""
    columns = (("", "value"), ("__num", "numerator"), ("__den", "denominator"))
    return (*columns, ("__low", "low"), ("__high", "high")) if measure.is_open else columns


def _value_places(outcome: PlanOutcome) -> "Iterator[int]":
    """Give the place of each value among the columns of `wide_districts`."""
    place = 2
    for indicator in outcome.indicators:
        for measure in indicator.result.measures:
            yield place
            place += len(_columns_of(measure))


def _found(indicator: IndicatorOutcome) -> "Iterator[tuple[str, GeoDataFrame]]":
    for key, layer in indicator.result.layers.items():
        if key not in _GIVEN:
            yield key, layer


def _writable(layer: "GeoDataFrame") -> "GeoDataFrame":
    names = _Names(_RESERVED)
    geometry = layer.geometry.name
    renamed = {column: names.give(str(column)) for column in layer.columns if column != geometry}
    copy = layer.rename(columns=renamed).rename_geometry("geom").reset_index(drop=True)
    copy.attrs = {}
    kept = copy[~(copy.geometry.isna() | copy.geometry.is_empty)]
    mixed = [name for name in kept.columns if name != "geom" and kept[name].dtype == object]
    return kept.assign(**{name: kept[name].map(str, na_action="ignore") for name in mixed})


class _Names:
    """Gives out names that a GeoPackage takes, each once, whatever their case."""

    def __init__(self, taken: frozenset[str] = frozenset()) -> None:
        self._taken = set(taken)

    def give(self, wanted: str) -> str:
        clean = re.sub(r"[^\w]", "_", wanted) or "_"
        if re.match(r"\d|gpkg|rtree|sqlite", clean, re.IGNORECASE):
            clean = f"_{clean}"
        name, count = clean, 1
        while name.casefold() in self._taken:
            count += 1
            name = f"{clean}_{count}"
        self._taken.add(name.casefold())
        return name
