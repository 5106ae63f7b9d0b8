"""What the documents say of tags is what the code does."""

from pathlib import Path

import pytest

from geoplan.layers.osm.query import feature_table
from geoplan.layers.osm.tags import tag_table

PAGE = Path(__file__).resolve().parents[2] / "docs" / "walk-network.md"


@pytest.mark.skipif(not PAGE.is_file(), reason="runs in a checkout only")
@pytest.mark.parametrize(("name", "table"), [("tags", tag_table), ("features", feature_table)])
def test_the_tables_of_the_page_are_those_of_the_code(name, table):
    text = PAGE.read_text(encoding="utf-8")
    start = text.index("-->\n", text.index(f"<!-- {name}: begin")) + 4
    assert text[start : text.index(f"\n<!-- {name}: end")] == table()
