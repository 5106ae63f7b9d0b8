"""GCJ-02, BD-09 and BD-09MC against published values, and there and back over all of China."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoplan.layers.datums import shifts

M_PER_DEG = 111_320.0
CHINA_LON, CHINA_LAT = np.meshgrid(np.linspace(73.4, 135.1, 621), np.linspace(3.4, 53.6, 503))
PAIRS = [
    ("wgs84_to_gcj02", "gcj02_to_wgs84"),
    ("gcj02_to_bd09", "bd09_to_gcj02"),
    ("wgs84_to_bd09", "bd09_to_wgs84"),
    ("bd09_to_bd09mc", "bd09mc_to_bd09"),
    ("wgs84_to_bd09mc", "bd09mc_to_wgs84"),
]


def off_m(first, second):
    return float(
        max(
            np.abs(first[0] - second[0]).max(initial=0), np.abs(first[1] - second[1]).max(initial=0)
        )
        * M_PER_DEG
    )


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        # README of the coordtransform package, for (116.404, 39.915).
        ("wgs84_to_gcj02", (116.41024449916938, 39.91640428150164)),
        ("gcj02_to_bd09", (116.41036949371029, 39.92133699351021)),
    ],
)
def test_forward_shifts_give_the_widely_published_values(function, expected):
    given_back = getattr(shifts, function)(116.404, 39.915)
    assert given_back == pytest.approx(expected, abs=1e-12)


def test_the_exact_inverse_of_bd09_lies_within_a_metre_of_the_closed_formula():
    # README of the coordtransform package; its inverse is an approximation.
    published = (116.39762729119315, 39.90865673957631)
    assert off_m(shifts.bd09_to_gcj02(116.404, 39.915), published) < 1


CITIES = [
    # WGS 84, GCJ-02, BD-09 and BD-09MC of county seats, as converted by the map services
    # themselves (facts from the fixture of the gcoord package).
    ((114.0164322, 33.0133556), (114.022306, 33.0115324), (114.0287781, 33.0176697),
     (12693763.634, 3874151.929)),
    ((116.1174053, 24.2912377), (116.1222426, 24.2886182), (116.1287823, 24.2944828),
     (12927537.579, 2771594.9)),
    ((98.4937175, 39.7319946), (98.4943595, 39.7328234), (98.5008441, 39.7388949),
     (10965183.117, 4800499.115)),
    ((116.0414035, 43.9312805), (116.0482308, 43.9334573), (116.0546232, 43.9397782),
     (12919282.125, 5426197.163)),
    ((105.2884121, 27.2873271), (105.2916458, 27.2839591), (105.2982343, 27.2896767),
     (11721873.372, 3139941.005)),
]  # fmt: skip


@pytest.mark.parametrize(("wgs84", "gcj02", "bd09", "bd09mc"), CITIES)
def test_cities_come_out_where_the_map_services_put_them(wgs84, gcj02, bd09, bd09mc):
    errors = {
        "GCJ-02": off_m(shifts.gcj02_to_wgs84(*gcj02), wgs84),
        "BD-09": off_m(shifts.bd09_to_gcj02(*bd09), gcj02),
        "BD-09MC": off_m(shifts.bd09mc_to_bd09(*bd09mc), bd09),
        "all the way": off_m(shifts.bd09mc_to_wgs84(*bd09mc), wgs84),
    }
    assert max(errors.values()) < 2, errors


# Baidu's own polynomials from metres to latitude, 30-45° N and 15-30° N: coefficients, unit.
BAIDU_LATITUDE = {
    (3481989.83, 5591021.0): (
        (0.03278182852591, 40.31678527705744, 0.65659298677277, -4.44255534477492,
         0.85341911805263, 0.12923347998204, -0.04625736007561), 4482777.06,
    ),
    (1678043.12, 3481989.83): (
        (0.00006995724062, 23.10934304144901, -0.00023663490511, -0.6321817810242,
         -0.00663494467273, 0.03430082397953, -0.00466043876332), 2555164.4,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("band", "polynomial"), BAIDU_LATITUDE.items())
def test_the_mercator_of_clarke_1866_is_baidus_polynomial_to_a_centimetre(band, polynomial):
    y = np.linspace(*band, 5001)
    coefficients, unit = polynomial
    expected = np.polynomial.Polynomial(coefficients)(y / unit)
    assert np.abs(shifts.bd09mc_to_bd09(0 * y, y)[1] - expected).max() * M_PER_DEG < 0.01


@pytest.mark.parametrize(("there", "back"), PAIRS)
def test_there_and_back_is_closer_than_a_tenth_of_a_millimetre_all_over_china(there, back):
    returned = getattr(shifts, back)(*getattr(shifts, there)(CHINA_LON, CHINA_LAT))
    assert off_m(returned, (CHINA_LON, CHINA_LAT)) < 1e-4


@pytest.mark.parametrize(("there", "back"), PAIRS[:3])
@given(lon=st.floats(73.4, 135.1), lat=st.floats(3.4, 53.6))
def test_back_and_there_is_closer_than_a_tenth_of_a_millimetre_anywhere(there, back, lon, lat):
    returned = getattr(shifts, there)(*getattr(shifts, back)(lon, lat))
    assert off_m(returned, (lon, lat)) < 1e-4


@given(offset=st.floats(-1e-6, 1e-6), lat=st.floats(18, 53))
def test_the_root_at_105_degrees_east_does_no_harm(offset, lat):
    lon = 105 + offset
    returned = shifts.gcj02_to_wgs84(*shifts.wgs84_to_gcj02(lon, lat))
    assert off_m(returned, (lon, lat)) < 1e-4


@pytest.mark.parametrize(
    "place", [(2.3522, 48.8566), (72.0, 30.0), (140.0, 35.7), (110.0, 0.5), (-60.0, -30.0)]
)
@pytest.mark.parametrize("function", [name for pair in PAIRS[:3] for name in pair])
def test_a_place_outside_the_rectangle_stays_where_it_is(function, place):
    assert getattr(shifts, function)(*place) == place


def test_the_shift_is_hundreds_of_metres_in_the_cities():
    lon, lat = shifts.wgs84_to_gcj02([116.4, 121.47, 114.06], [39.9, 31.23, 22.54])
    east = (lon - [116.4, 121.47, 114.06]) * M_PER_DEG * np.cos(np.radians(lat))
    north = (lat - [39.9, 31.23, 22.54]) * M_PER_DEG
    assert np.hypot(east, north) == pytest.approx([556, 482, 620], abs=40)


def test_unknown_coordinates_stay_unknown_and_others_are_not_disturbed():
    lon, lat = shifts.gcj02_to_wgs84([np.nan, 114.0], [22.5, 22.5])
    assert np.isnan(lon[0])
    assert (lon[1], lat[1]) == shifts.gcj02_to_wgs84(114.0, 22.5)


def test_the_input_is_not_modified():
    lon, lat = np.array([114.0]), np.array([22.5])
    shifts.bd09_to_wgs84(lon, lat)
    assert (lon.item(), lat.item()) == (114.0, 22.5)


def test_an_empty_input_gives_an_empty_output():
    assert [len(part) for part in shifts.bd09_to_wgs84([], [])] == [0, 0]
