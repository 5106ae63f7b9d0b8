"""Maps of a real city: small enough to send, with every number of the data."""

import pytest

from geoplan.analyses.access.coverage import coverage
from geoplan.layers import load_bus_stops, load_districts, load_parks
from geoplan.maps import coverage_map

pytestmark = pytest.mark.real

CRS = "EPSG:3414"


@pytest.fixture(scope="module")
def singapore(real_data):
    """Coverage of Singapore's land by its bus stops, and its parks."""
    folder = real_data / "singapore"
    districts = load_districts(
        folder / "planning-area.geojson", crs=CRS, columns={"district_id": "name", "name": "name"}
    )
    stops = load_bus_stops(
        folder / "LTABusStop.geojson",
        crs=CRS,
        columns={"stop_id": "OBJECTID_1", "name": "BUS_STOP_NUM"},
    )
    parks = load_parks(
        folder / "NParksParksandNatureReserves.geojson", crs=CRS, columns={"name": "NAME"}
    )
    return coverage(stops, districts, distance_m=500, of=["land"]), parks


def test_singapore_fits_into_two_and_a_half_megabytes(singapore):
    result, parks = singapore
    assert len(coverage_map(result, context={"parks": parks}).html()) < 2_500_000


def test_singapore_lists_every_area_stop_and_park(singapore):
    result, parks = singapore
    page = coverage_map(result, context={"parks": parks})
    reference = next(block for block in page.legend if block.title == "For reference")
    counts = {entry.label: entry.count for entry in reference.entries}
    assert len(page.table.rows) == 55 + 1
    assert counts["Parks"] == len(parks) == 461
    assert counts["Bus stops"] == 5_166


@pytest.mark.browser
def test_singapore_opens_with_its_labels_apart(singapore, open_page):
    result, parks = singapore
    page = open_page(coverage_map(result, context={"parks": parks}, lang="zh").html(), 1440, 900)
    page.wait_for_timeout(400)
    shown = page.evaluate(
        """() => [...document.querySelectorAll('.gp-name')]
            .filter(label => getComputedStyle(label).visibility !== 'hidden').length"""
    )
    assert 15 < shown < 55
