"""The maps of a whole plan, and the basemap it asks for."""

import pytest

from geoplan.app.exports.outputs import write_outputs
from geoplan.app.exports.plan_maps import plan_basemap
from geoplan.app.plan.plan_file import read_plan
from geoplan.app.run.runner import run_plan
from geoplan.core.errors import PlanError


def _plan(small_city, folder, maps=""):
    path = small_city.write_city(folder)
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{maps}\n", encoding="utf-8")
    return path


def test_a_plan_asks_for_no_basemap_by_itself(small_city, tmp_path):
    assert plan_basemap(read_plan(_plan(small_city, tmp_path))) is None


def test_a_basemap_of_the_plan_lies_under_every_map(small_city, tmp_path):
    plan = read_plan(_plan(small_city, tmp_path, '[maps]\nbasemap = "gaode"'))
    folder = write_outputs(run_plan(plan), tmp_path / "out", basemap=plan_basemap(plan))
    pages = [*folder.glob("maps/*.html"), folder / "overview.html", folder / "verdicts.html"]
    assert len(pages) > 3
    for page in pages:
        html = page.read_text(encoding="utf-8")
        assert "img-src data: https://webrd01.is.autonavi.com;" in html
        assert "GCJ-02" in html


@pytest.mark.parametrize(
    ("maps", "words"),
    [
        ('[maps]\nbasemap = "baidu"', r"\[maps\] there is no basemap 'baidu'"),
        ('[maps]\nbasemap = "tianditu"', "needs a key of your own from Tianditu"),
    ],
)
def test_a_basemap_that_cannot_be_had_is_an_error_of_the_plan(
    small_city, tmp_path, monkeypatch, maps, words
):
    monkeypatch.delenv("GEOPLAN_TIANDITU_KEY", raising=False)
    with pytest.raises(PlanError, match=words):
        plan_basemap(read_plan(_plan(small_city, tmp_path, maps)))


def test_an_unknown_key_of_the_maps_names_the_nearest(small_city, tmp_path):
    with pytest.raises(PlanError, match="basemap"):
        read_plan(_plan(small_city, tmp_path, '[maps]\nbasemaps = "osm"'))
