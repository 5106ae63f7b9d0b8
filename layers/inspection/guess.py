"""What a file may be, by its name, geometry and columns: suggestions, never decisions."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

import pandas as pd
from pandas.api.types import is_scalar

from geoplan.core.columns import LAND_LAYERS, SPECS
from geoplan.layers.readers.read_table import X_NAMES, Y_NAMES

# Plan layer, its kind, and what file names of it look like; the first that fits the geometry too.
_LAYERS: tuple[tuple[str, str, str], ...] = (
    ("bus_stops", "bus_stops", r"bus[_ -]?(stop|station)|公交.{0,3}站|巴士站"),
    (
        "rail_stations",
        "rail_stations",
        r"metro(?!pol)|subway|mrt|(?<!t)rail(?!way_?line)|tram(?!p)|地铁|轨道|轻轨|城轨",
    ),
    ("jobs", "jobs", r"jobs?(?![a-z])|employ|workplace|就业|岗位|从业"),
    ("population", "population", r"pop(?!ul?ar)|census|resident(?!ial)|gpw|人口|常住|居民"),
    ("parks", "parks", r"park(?!ing)|garden|公园|游园"),
    (
        "red_lines",
        "red_lines",
        r"red[_ -]?line|ecolog|protected|reserve|conserv|红线|控制线|保护区|生态",
    ),
    ("built_up", "built_up", r"built[_ -]?up|urban[_ -]?area|建成区"),
    ("construction_land", "construction_land", r"construction|建设用地"),
    ("residential_land", "residential_land", r"residential|居住|住宅"),
    ("land_use", "land_use", r"land[_ -]?use|parcel|dltb|用地|地类|土地利用"),
    (
        "districts",
        "districts",
        (
            r"district|street|town|county|borough|ward(?![a-z])|neighbou?rhood|planning[_ -]?area"
            r"|region|admin|boundar|zone|municip|concelho|行政|街道|区划|镇|乡|区县|社区"
        ),
    ),
)
_NOT_PEOPLE = re.compile(
    r"land[_ -]?area|dem(?![a-z])|elev|clc|land[_ -]?cover|ndvi|lst|高程|土地覆盖"
)

# Column names by what they may hold, without case, blanks and punctuation; the likeliest first.
_NAMES = (
    "name", "名称", "name_zh", "namecn", "nameCn", "name_ch", "名字", "站名", "站点名称",
    "公园名称", "街道名称", "街道", "镇街", "乡镇", "区县", "行政区", "行政区名称", "区名", "xzqmc",
    "jdname", "zjmc", "mc", "qh", "pln_area_n", "region_n", "buurt", "naam", "nom", "nome",
    "nombre", "bezeichnung", "title", "label", "concelho", "municipio", "municipality",
    "district", "name_en", "fullname", "description", "bus_stop_n", "stn_nam",
    "stn_name", "station_na", "sname",
)  # fmt: skip
_IDS = (
    "id", "code", "代码", "编码", "编号", "行政区划代码", "区划代码", "adcode", "xzqdm", "jdcode",
    "zjdm", "pac", "gid", "uid", "stop_id", "station_id", "district_id", "park_id", "pln_area_c",
    "region_c", "osm_id", "bus_stop_num", "ref", "key", "dicofre", "unique_id",
    "objectid", "objectid_1", "fid", "tazid",
)  # fmt: skip
_POPULATION = (
    "population", "pop", "人口", "常住人口", "人口数", "总人口", "常住人口数", "residents",
    "inhabitants", "asukkaita", "popul", "popu", "pop_total", "total_pop", "tot_p", "p15",
)  # fmt: skip
_JOBS = (
    "jobs",
    "job",
    "就业",
    "岗位",
    "就业岗位",
    "就业人数",
    "从业人数",
    "employment",
    "employees",
)
_CLASS_CODES = (
    "class_code", "dlbm", "dldm", "ydxz", "用地代码", "用地性质", "地类编码", "landuse",
    "land_use", "lu_code",
)  # fmt: skip
_COLUMN_NAMES: Mapping[str, tuple[str, ...]] = {
    "name": _NAMES,
    "level": ("level", "级别", "admin_level"),
    "parent_id": ("parent_id", "parent", "上级代码", "parentcode"),
    "population": _POPULATION,
    "jobs": _JOBS,
    "gdp": ("gdp", "生产总值", "地区生产总值"),
    "tier": ("tier", "公园类型", "公园类别", "park_type", "类型", "类别", "type", "class"),
    "category": ("category", "红线类型", "保护类型", "类型", "类别", "type", "class"),
    "line": ("line", "line_name", "lines", "线路", "线路名称", "所属线路", "route"),
    "opened": ("opened", "open_date", "opening", "开通时间", "开通日期", "开通年份"),
    "weight": ("weight", "capacity", "容量", "床位", "床位数", "学位", "charge_count", "size"),
    "class_code": _CLASS_CODES,
}


@dataclass(frozen=True)
class Guess:
    """
    What a file may be.

    Parameters
    ----------
    layer : str
        Name of the layer in a plan; empty if it suits none.
    kind : str
        Canonical kind of it; empty likewise.
    columns : mapping of str to str
        Canonical column -> column of the file that may hold it.
    unit : str
        Of a raster of people: what its name says, ``count`` or ``per_km2``; else empty.
    """

    layer: str = ""
    kind: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""


def guess_vector(path: str, frame: pd.DataFrame, families: Sequence[str]) -> Guess:
    """
    Guess what a vector file or a table of points may be.

    Parameters
    ----------
    path : str
        The file; its name counts.
    frame : DataFrame
        Its rows.
    families : sequence of {"point", "line", "polygon"}
        Families of its geometry.

    Returns
    -------
    Guess
        Empty for lines: no layer is made of them yet.
    """
    if len(set(families)) != 1 or "line" in families:
        return Guess()
    family = families[0]
    stem = _stem(path)
    for layer, kind, pattern in _LAYERS:
        if re.search(pattern, stem) and family in _family(kind):
            columns = guess_columns(kind, frame)
            if kind in ("population", "jobs") and kind not in columns:
                continue
            return Guess(layer, kind, columns)
    amounts = guess_columns("population", frame)
    if "population" in amounts:
        return Guess("population", "population", amounts)
    return Guess(_layer_name(stem), "facilities", guess_columns("facilities", frame))


def guess_raster(path: str) -> Guess:
    """Guess by its name whether a raster holds people or jobs, and in which unit."""
    stem = _stem(path)
    if _NOT_PEOPLE.search(stem):
        return Guess()
    for layer, kind, pattern in _LAYERS:
        if kind in ("population", "jobs") and re.search(pattern, stem):
            density = re.search(r"dens|per[_ -]?(sq)?km|密度", stem)
            count = re.search(r"count|ppp|人数|总数", stem)
            return Guess(layer, kind, unit="per_km2" if density else "count" if count else "")
    return Guess()


def guess_columns(kind: str, frame: pd.DataFrame) -> dict[str, str]:
    """
    Suggest which column of a file holds which canonical column.

    Parameters
    ----------
    kind : str
        Canonical kind, or one of the land layers.
    frame : DataFrame
        The rows, for what the columns hold.

    Returns
    -------
    dict of str to str
        Canonical name -> name in the file, each file column at most once.
    """
    spec = SPECS.get(kind, SPECS["land"])
    names = [str(name) for name in frame.columns if name != "geometry"]
    names = [
        name for name in names if _plain(name) not in X_NAMES | Y_NAMES and is_flat(frame[name])
    ]
    suggested: dict[str, str] = {}
    for column in spec.columns:
        if column.name == "area_m2":
            continue
        known = (column.name, *(_IDS if column.name == spec.key else ()))
        known = (*known, *_COLUMN_NAMES.get(column.name, ()))
        fits = _key_like if column.name == spec.key else _TESTS[column.dtype]
        free = [name for name in names if name not in suggested.values() and fits(frame[name])]
        found = _first(free, known)
        if found:
            suggested[column.name] = found
    return suggested


def is_flat(column: "pd.Series") -> bool:
    """Tell whether a column holds one value a row: no lists, records or bytes."""
    if not pd.api.types.is_object_dtype(column):
        return not str(column.dtype).startswith(("list", "struct", "map", "binary"))
    return bool(column.map(lambda value: is_scalar(value) and not isinstance(value, bytes)).all())


def _first(names: Sequence[str], known: Sequence[str]) -> str | None:
    by_plain = {_plain(name): name for name in reversed(names)}
    return next((by_plain[_plain(name)] for name in known if _plain(name) in by_plain), None)


def _key_like(column: "pd.Series") -> bool:
    """Tell whether a column can be a key: no value repeats."""
    known = column.dropna()
    return len(known) > 0 and bool(known.is_unique) and not pd.api.types.is_bool_dtype(column)


def _holds_text(column: "pd.Series") -> bool:
    return bool(column.notna().any()) and not pd.api.types.is_bool_dtype(column)


def _holds_numbers(column: "pd.Series") -> bool:
    return bool(pd.to_numeric(column, errors="coerce").notna().any())


_TESTS: dict[str, Callable[["pd.Series"], bool]] = {
    "str": _holds_text,
    "float64": _holds_numbers,
}


def _family(kind: str) -> str:
    family = SPECS.get(kind, SPECS["land"]).family
    return "point or polygon" if family == "any" else family


def _stem(path: str) -> str:
    name = re.split(r"[!/\\]", path)[-1]
    return PurePath(name).stem.casefold()


def _layer_name(stem: str) -> str:
    """Make a layer name of a file name that means no layer of its own in a plan."""
    name = re.sub(r"\W+", "_", stem).strip("_") or "facilities"
    return f"{name}_layer" if name in (*SPECS, *LAND_LAYERS, "land") else name


def _plain(name: str) -> str:
    return re.sub(r"[\s_\-.()（）]", "", name).casefold()
