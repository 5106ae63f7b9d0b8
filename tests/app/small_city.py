"""A city of two squares whose every number can be worked out by hand, as an office's files."""

import geopandas as gpd
import shapely

CRS = "EPSG:4547"
WEST, SOUTH, SIDE = 500_000, 2_500_000, 4_000

PLAN = """
[plan]
name = "双城 2025"
crs = "EPSG:4547"
lang = "en"
areas = "plane"

[layers.districts]
path = "data/districts.gpkg"
id = "CODE"
name = "NAME"

[layers.bus_stops]
path = "data/stops.csv"
crs = "EPSG:4547"
x = "x"
y = "y"
id = "stop"
as_of = "2025"

[layers.population]
path = "data/people.csv"
crs = "EPSG:4547"
value = "people"

[layers.green]
path = "data/green.gpkg"
kind = "red_lines"

[indicators.bus-stop-coverage-500m]
distance = "straight"
of = ["land", "population"]
target = "> 95 %"
target_of = "population"
source = "made up"

[indicators.eco-land-share]
lines = "green"
target = "== 25 %"

[indicators.far-stops]
title = "Stops within 2 km"
analysis = "coverage"
facilities = "bus_stops"
distance_m = 2000
distance = "straight"
of = "population"
"""


def square(column, *, side=SIDE):
    """Give the square of a district, the first at the origin."""
    west = WEST + column * SIDE
    return shapely.box(west, SOUTH, west + side, SOUTH + side)


def write_city(folder, plan=PLAN):
    """
    Write the city's files and its plan.

    District 甲 has a stop in its middle, 30 people at the stop and 10 a kilometre from it; 乙 has
    10 people and no stop; a stop 10 km away serves nobody. Green covers the west half of 甲.
    """
    data = folder / "data"
    data.mkdir(parents=True)
    districts = gpd.GeoDataFrame(
        {"CODE": ["A", "B"], "NAME": ["甲", "乙"]}, geometry=[square(0), square(1)], crs=CRS
    )
    districts.to_file(data / "districts.gpkg", driver="GPKG")
    half = shapely.box(WEST, SOUTH, WEST + SIDE / 2, SOUTH + SIDE)
    gpd.GeoDataFrame({"kind": ["eco"]}, geometry=[half], crs=CRS).to_file(
        data / "green.gpkg", driver="GPKG"
    )
    x, y = WEST + SIDE / 2, SOUTH + SIDE / 2
    (data / "stops.csv").write_text(
        f"stop,name,x,y\n1,=1+1,{x},{y}\n2,far,{x - 12_000},{y}\n", encoding="utf-8"
    )
    (data / "people.csv").write_text(
        f"people,x,y\n30,{x},{y}\n10,{x + 1_000},{y}\n10,{x + SIDE},{y}\n", encoding="utf-8"
    )
    path = folder / "twin.toml"
    path.write_text(plan, encoding="utf-8")
    return path
