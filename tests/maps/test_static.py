import dataclasses
import io

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from geoplan.core.errors import CRSError, EmptyLayerError
from geoplan.core.results import Result, make_measure
from geoplan.core.texts import text
from geoplan.maps.pictures.fonts import CANDIDATES, installed_cjk, needs_cjk
from geoplan.maps.pictures.furniture import (
    INSET_SHARE,
    Label,
    bar_length_m,
    crowded_window,
    draw_labels,
)
from geoplan.maps.pictures.picture import draw_map, static_map
from geoplan.maps.pictures.shapes import polygon_paths

CRS = "EPSG:4547"
NAMES = ("North", "East", "South", "West")


def make_result(names=NAMES, *, analysis="park_area_per_capita", **layers):
    count = len(names)
    west = 500_000 + 5_000 * (np.arange(count) % 2)
    south = 2_500_000 + 5_000 * (np.arange(count) // 2)
    districts = gpd.GeoDataFrame(
        {"district_id": [f"D{k}" for k in range(count)], "name": list(names)},
        geometry=shapely.box(west, south, west + 5_000, south + 5_000),
        crs=CRS,
    )
    measure = make_measure(districts, np.linspace(0, 1, count), np.ones(count), of="land")
    return Result(
        analysis, (measure,), districts, layers=layers, definition={"facilities": "bus_stops"}
    )


def reach_result(unserved=None):
    result = make_result(analysis="coverage")
    middles = result.districts.geometry.centroid
    layers = {
        "facilities": gpd.GeoDataFrame({"stop_id": list("abcd")}, geometry=middles),
        "served": result.districts.set_geometry(middles.buffer(1_500)),
    }
    if unserved is not None:
        layers["unserved"] = unserved
    return dataclasses.replace(result, layers=layers)


def pixels(picture):
    return np.asarray(Image.open(io.BytesIO(picture.data)).convert("RGB")).astype(int)


def share_of(picture, color, near=6):
    wanted = np.array([int(color[k : k + 2], 16) for k in (1, 3, 5)])
    return float((np.abs(pixels(picture) - wanted).max(axis=-1) <= near).mean())


def cells(count, dimension=2):
    side = int(np.ceil(np.sqrt(count)))
    k = np.arange(count)
    x, y = 500_000 + (k % side) * 10_000 / side, 2_500_000 + (k // side) * 10_000 / side
    shapes = shapely.box(x, y, x + 10_000 / side, y + 10_000 / side)
    return gpd.GeoDataFrame(
        {"unserved_amount": np.linspace(1, 100, count)},
        geometry=shapes if dimension == 2 else shapely.points(x, y),
        crs=CRS,
    )


@pytest.mark.parametrize(
    ("crs", "match"),
    [(4326, "need a projected CRS in metres"), (None, "has no CRS"), (3857, "Web Mercator")],
)
def test_districts_without_metres_are_refused(crs, match):
    result = make_result()
    odd = result.districts.set_crs(crs, allow_override=True)
    with pytest.raises(CRSError, match=match):
        static_map(dataclasses.replace(result, districts=odd))


def test_a_result_without_districts_is_refused():
    result = make_result()
    with pytest.raises(EmptyLayerError, match="no district"):
        static_map(dataclasses.replace(result, districts=result.districts.iloc[:0]))


def test_an_unknown_measure_is_refused():
    with pytest.raises(KeyError, match="no measure 'jobs'"):
        static_map(make_result(), of="jobs")


def test_a_picture_is_as_large_as_its_resolution_says():
    small, large = (pixels(static_map(make_result(), dpi=dpi)).shape[1] for dpi in (50, 100))
    assert (small, large) == (500, 1_000)


def test_svg_is_a_drawing_with_no_link_to_the_outside():
    drawing = static_map(make_result(), file_format="svg").data.decode()
    assert "<svg" in drawing
    assert "<script" not in drawing


@pytest.mark.parametrize("count", [2, 4, 12])
def test_tall_and_wide_extents_keep_their_shape(count):
    # On the map a district is a square, whatever the extent: its fills are as wide as high.
    result = make_result([f"D{k}" for k in range(count)])
    unknown = result.measures[0].districts.assign(value=np.nan)
    measure = dataclasses.replace(result.measures[0], districts=unknown)
    picture = static_map(dataclasses.replace(result, measures=(measure,)), dpi=60)
    grey = np.abs(pixels(picture) - np.array([0xD5, 0xD8, 0xDA])).max(axis=-1) <= 3
    grey[:, int(grey.shape[1] * 0.74) :] = False  # the legend shows the same grey
    # A full row of the map is grey throughout; in the smooth edges of letters few dots are.
    height, width = (np.ptp(np.nonzero(grey.sum(axis=k) > 40)[0]) + 1 for k in (1, 0))
    assert height / width == pytest.approx(count / 2 / 2, rel=0.03)


def test_served_land_is_drawn_to_scale():
    # Four circles of 1.5 km on 10 × 10 km; labels and stops hide some of them.
    picture = static_map(reach_result(), dpi=100)
    land = share_of(picture, "#fbfaf8", near=1) + share_of(picture, "#bcd5e6")
    circles = share_of(picture, "#bcd5e6") / land
    assert circles == pytest.approx(4 * np.pi * 1.5**2 / 100, abs=0.06)


@pytest.mark.parametrize(("count", "dimension"), [(400, 2), (22_500, 2), (400, 0)])
def test_unserved_demand_is_drawn_in_oranges(count, dimension):
    bare = static_map(reach_result(), dpi=60)
    full = static_map(reach_result(cells(count, dimension)), dpi=60)
    assert share_of(full, "#d94701", 12) > share_of(bare, "#d94701", 12)


def test_demand_that_is_all_served_draws_nothing_more():
    served = cells(400).assign(unserved_amount=0.0)
    assert static_map(reach_result(served)).data == static_map(reach_result()).data


def test_areas_of_the_part_asked_for_are_drawn():
    areas = gpd.GeoDataFrame(
        {"category": ["forest", "water"]},
        geometry=[shapely.box(500_000, 2_500_000, 505_000, 2_510_000)] * 2,
        crs=CRS,
    )
    result = make_result(analysis="red_line_share", areas=areas)
    parts = [dataclasses.replace(result.measures[0], part=part) for part in ("forest", "none")]
    result = dataclasses.replace(result, measures=tuple(parts))
    here, nowhere = (static_map(result, of="land", part=p, dpi=60) for p in ("forest", "none"))
    assert share_of(here, "#c1666b") > share_of(nowhere, "#c1666b") + 0.1


def test_standings_change_the_picture_by_sign_and_colour():
    plain = static_map(make_result(), dpi=150)
    judged = static_map(make_result(), dpi=150, standings={"D0": "missed", "D1": "met"})
    assert share_of(judged, "#b2182b", 40) > share_of(plain, "#b2182b", 40)


@pytest.mark.parametrize(
    "name", ["$x^$", "${a}", "a_b^c \\frac", "{{ 7*7 }}", "<b>", "\u202ex\x07", "🌳", "Ж" * 300]
)
def test_a_name_is_text_whatever_it_holds(name):
    picture = static_map(make_result((name, "b")), title=name, subtitle=name, dpi=50)
    assert picture.data.startswith(b"\x89PNG")


@pytest.mark.skipif(not installed_cjk(), reason="no Chinese font is installed here")
def test_chinese_is_drawn_where_a_font_is_installed():
    picture = static_map(make_result(("平湖", "坂田")), title="覆盖率", lang="zh", dpi=50)
    assert (picture.lang, picture.notices) == ("zh", ())


def test_without_a_chinese_font_words_are_english_and_a_notice_says_what_to_install(monkeypatch):
    for part in ("picture", "lettering"):
        monkeypatch.setattr(f"geoplan.maps.pictures.{part}.installed_cjk", lambda: ())
    picture = static_map(make_result(("平湖", "East")), title="覆盖率", lang="zh", dpi=50)
    assert (picture.lang, [notice.code for notice in picture.notices]) == ("en", ["no_cjk_font"])
    assert "fonts-noto-cjk" in picture.notices[0].text("zh")


def test_latin_words_need_no_chinese_font(monkeypatch):
    for part in ("picture", "lettering"):
        monkeypatch.setattr(f"geoplan.maps.pictures.{part}.installed_cjk", lambda: ())
    assert static_map(make_result(), title="Parks", dpi=50).notices == ()


def test_global_settings_stay_as_they_were():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    static_map(make_result(), dpi=50)
    assert dict(mpl.rcParams) == before


def test_the_result_is_not_changed():
    result = reach_result(cells(100))
    before = {name: layer.copy() for name, layer in result.layers.items()}
    static_map(result, dpi=50)
    assert all(before[name].equals(layer) for name, layer in result.layers.items())


def test_labels_left_out_are_counted_on_the_picture(monkeypatch):
    said = []
    monkeypatch.setattr(
        "geoplan.maps.pictures.lettering.text",
        lambda key, lang, **v: said.append((key, v)) or text(key, lang, **v),
    )
    static_map(make_result([f"A district with a long name {k}" for k in range(200)]), dpi=50)
    counts = [values["count"] for key, values in said if key == "static.omitted"]
    assert len(counts) == 1
    assert 0 < counts[0] < 200


def axes_of(size):
    figure = Figure(figsize=(4, 4))
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, size)
    axes.set_ylim(0, size)
    return axes


def test_the_heavier_of_two_labels_in_one_place_stays():
    axes = axes_of(100)
    labels = [Label(50, 50, "light", "black", 1), Label(51, 50, "heavy", "black", 2)]
    omitted = draw_labels(axes, labels, sizes_pt=(8,))
    assert [label.text for label in omitted] == ["light"]
    assert [text.get_text() for text in axes.texts] == ["heavy"]


def test_a_label_without_room_is_tried_smaller():
    axes = axes_of(100)
    labels = [Label(50, 50, "first", "black", 2), Label(50, 57, "second", "black", 1)]
    assert len(draw_labels(axes, labels, sizes_pt=(20,))) == 1
    assert draw_labels(axes_of(100), labels, sizes_pt=(20, 8)) == []


def test_the_target_is_a_limit_between_colours():
    plain, judged = (static_map(make_result(), bound=bound, dpi=60) for bound in (None, 0.9))
    assert plain.data != judged.data


@given(st.floats(1, 5e6))
def test_a_scale_bar_is_round_and_fits_a_quarter_of_the_map(width_m):
    length = bar_length_m(width_m)
    assert width_m / 10 <= length * (1 + 1e-9)
    assert length <= width_m / 4
    assert f"{length:.0e}"[0] in "125"


def test_candidates_are_for_windows_mac_and_linux():
    assert {"Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC"} <= set(CANDIDATES)


@pytest.mark.parametrize(("text", "wide"), [("", False), ("Île ✓", False), ("a龙", True)])
def test_only_wide_letters_need_a_chinese_font(text, wide):
    assert needs_cjk(text) is wide


def test_the_name_of_a_layer_is_text_in_the_legend():
    result = dataclasses.replace(reach_result(), definition={"facilities": "$\\frac$ stops"})
    assert static_map(result, dpi=50).data.startswith(b"\x89PNG")


def crowded_result():
    # Nine districts of 100 m in the corner of one of 40 km: their labels cannot all be read.
    k = np.arange(9)
    west, south = 500_000 + 100 * (k % 3), 2_500_000 + 100 * (k // 3)
    small = shapely.box(west, south, west + 100, south + 100)
    large = shapely.box(500_000, 2_500_000, 540_000, 2_525_000)
    districts = gpd.GeoDataFrame(
        {"district_id": [f"D{k}" for k in range(10)], "name": [f"Town {k}" for k in range(10)]},
        geometry=[*small, large.difference(shapely.union_all(small))],
        crs=CRS,
    )
    measure = make_measure(districts, np.linspace(0, 1, 10), np.ones(10), of="land")
    return Result("park_area_per_capita", (measure,), districts)


def test_a_wide_area_gets_an_inset_of_its_crowded_part():
    plain, crowded = draw_map(make_result()), draw_map(crowded_result())
    assert (len(plain.figure.axes), len(crowded.figure.axes)) == (1, 2)
    shown = crowded.figure.axes[1]
    assert np.ptp(shown.get_xlim()) == pytest.approx(
        INSET_SHARE * np.ptp(crowded.figure.axes[0].get_xlim())
    )
    assert shown.get_xlim()[0] <= 500_150 <= shown.get_xlim()[1]


@given(
    st.lists(
        st.tuples(st.floats(0, 100), st.floats(0, 60), st.floats(1, 9)), min_size=1, max_size=20
    )
)
def test_the_inset_stays_in_the_width_of_the_map_and_shows_a_label_that_was_left_out(places):
    labels = [Label(x, y, "", "", weight) for x, y, weight in places]
    west, south, east, north = crowded_window(labels, (0.0, 0.0, 100.0, 60.0))
    assert west >= 0
    assert east <= 100 + 1e-9
    assert (east - west, north - south) == pytest.approx((40, 20))
    assert any(
        west - 1e-9 <= label.x <= east + 1e-9 and south <= label.y <= north for label in labels
    )


def test_nothing_is_enlarged_where_every_label_has_room():
    assert crowded_window([], (0.0, 0.0, 100.0, 60.0)) is None


@pytest.mark.parametrize("file_format", ["png", "svg"])
def test_a_drawing_gives_the_same_bytes_twice(file_format):
    drawing = draw_map(reach_result(cells(400)))
    again = draw_map(reach_result(cells(400)))
    assert drawing.save(file_format, dpi=60) == again.save(file_format, dpi=60)


def test_a_png_knows_its_resolution():
    data = draw_map(make_result()).save(dpi=300)
    image = Image.open(io.BytesIO(data))
    assert image.size[0] == 3_000
    assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)


def test_holes_run_the_other_way_round_so_that_they_stay_empty():
    # Signed areas of the rings then add up to the area of the polygon: 100 - 36.
    ring = shapely.box(0, 0, 10, 10).difference(shapely.box(2, 2, 8, 8))
    (path,) = polygon_paths(np.array([ring, shapely.Point(1, 1), shapely.Polygon()]))
    starts = np.nonzero(path.codes == path.MOVETO)[0]
    rings = np.split(path.vertices, starts[1:])
    areas = [
        shapely.area(shapely.Polygon(r)) * (1 if shapely.is_ccw(shapely.LinearRing(r)) else -1)
        for r in rings
    ]
    assert sorted(areas) == [-36, 100]


def test_a_layer_of_many_corners_becomes_several_paths_and_loses_none():
    shapes = shapely.box(np.arange(30_000), 0, np.arange(30_000) + 1, 1)
    paths = list(polygon_paths(shapes))
    assert len(paths) == 4
    assert sum(len(path.vertices) for path in paths) == 5 * 30_000
