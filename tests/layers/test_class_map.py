"""Legends of land cover: presets, thresholds, tables of one's own."""

import numpy as np
import pandas as pd
import pytest

from geoplan.core.errors import ParameterError, SchemaError, SourceError
from geoplan.layers.rasters.class_map import (
    further_groups,
    group_names,
    likely_presets,
    main_groups,
    preset_classes,
    presets,
    threshold_map,
)
from geoplan.layers.rasters.class_table import as_class_map

SIZES = {
    "china_land_survey": 91,
    "corine": 44,
    "globeland30": 11,
    "modis_igbp": 17,
    "worldcover": 11,
}


def test_the_presets_are_there_with_their_classes():
    assert {name: len(preset_classes(name).classes) for name in presets()} == SIZES


@pytest.mark.parametrize("name", SIZES)
def test_every_class_is_in_exactly_one_main_group_and_named_in_both_languages(name):
    legend = preset_classes(name)
    known = {*main_groups(), *further_groups()}
    for one in legend.classes:
        assert sum(group in main_groups() for group in one.groups) == 1, one.key
        assert set(one.groups) <= known
        assert all(one.names[lang].strip() for lang in ("en", "zh"))
    assert legend.source
    assert set(legend.caveats) <= set(legend.groups)
    assert all({"en", "zh"} == set(words) for words in legend.caveats.values())


@pytest.mark.parametrize("name", SIZES)
def test_no_code_means_two_classes(name):
    legend = preset_classes(name)
    codes = [code for one in legend.classes for code in one.codes]
    assert len(codes) == len(set(codes))
    assert len(set(legend.keys)) == len(legend.keys)


@pytest.mark.parametrize("name", SIZES)
def test_trees_and_forest_are_vegetation_and_built_up_land_is_not_unless_it_is_green(name):
    legend = preset_classes(name)
    vegetation = set(legend.keys_of(["vegetation"]))
    assert set(legend.keys_of(["forest"])) <= vegetation
    assert set(legend.keys_of(["trees"])) <= vegetation
    green = set(legend.keys_of(["urban_green"])) if "urban_green" in legend.groups else set()
    assert set(legend.keys_of(["built_up"])) & vegetation == green


def test_corine_knows_raster_codes_and_polygon_codes():
    corine = preset_classes("corine")
    found = corine.positions(np.array([1, 111, 44, 523, 48, 60], dtype=np.int16))
    assert found.tolist() == [0, 0, 43, 43, -1, 44]


def test_the_land_survey_knows_text_numbers_and_suffixes():
    survey = preset_classes("china_land_survey")
    keys = np.array([*survey.keys, "?", "-"], dtype=object)
    texts = np.array(["0301", " 0301k", "05h1", "", None, "031", "00"], dtype=object)
    assert keys[survey.positions(texts)].tolist() == [
        "arbor_forest", "arbor_forest", "commercial_service", "-", "-", "?", "wetland",
    ]  # fmt: skip
    assert keys[survey.positions(np.array([301.0, 1, 0, np.nan]))].tolist() == [
        "arbor_forest", "cropland", "-", "-",
    ]  # fmt: skip


def test_bytes_and_wide_numbers_are_looked_up_alike():
    cover = preset_classes("worldcover")
    values = np.arange(256)
    narrow = cover.positions(values.astype(np.uint8))
    assert narrow.tolist() == cover.positions(values.astype(np.float64)).tolist()
    assert narrow.tolist() == cover.positions(values.astype(np.int32)).tolist()


def test_signed_bytes_keep_their_sign():
    corine = preset_classes("corine")
    assert corine.positions(np.array([-128, 23], dtype=np.int8)).tolist() == [-1, 22]


def test_groups_classes_and_codes_can_be_asked_for():
    cover = preset_classes("worldcover")
    assert cover.keys_of(["95", "trees", "water"]) == ("tree_cover", "water", "mangroves")
    with pytest.raises(ParameterError, match="Did you mean 'water'"):
        cover.keys_of(["watr"])


def test_the_groups_have_words_in_both_languages():
    assert set(group_names("en")) == set(group_names("zh"))
    assert set(group_names("en")) == {*main_groups(), *further_groups()}


def test_thresholds_begin_a_class_at_their_own_value():
    cover = threshold_map({"trees": 5, "shrubland": 0.5})
    assert cover.positions(np.array([0.49, 0.5, 4.99, 5, 40])).tolist() == [0, 1, 1, 2, 2]
    assert cover.keys_of(["vegetation"]) == ("shrubland", "trees")
    assert cover.classes[2].names["en"] == "trees (≥ 5)"


@pytest.mark.parametrize("wrong", [{}, {"a": float("nan")}, {"a": 1, "b": 1}, {"below": 2}])
def test_thresholds_that_make_no_classes_are_refused(wrong):
    with pytest.raises(ParameterError, match="`thresholds` is"):
        threshold_map(wrong)


def test_the_legend_that_fits_is_found():
    assert likely_presets([10, 20, 95])[0] == "worldcover"
    assert likely_presets([111, 523]) == ("corine",)
    assert likely_presets([7.5]) == ()


def test_a_mapping_is_a_legend():
    own = as_class_map({1: "water", 2.0: {"class": "park", "groups": "grassland, vegetation"}})
    assert own.keys_of(["vegetation", "water"]) == ("water", "park")
    assert own.positions(np.array([1, 2, 3])).tolist() == [0, 1, 2]


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "gbk.csv"])
def test_a_table_is_a_legend(tmp_path, suffix):
    path = tmp_path / f"legend.{suffix}"
    table = pd.DataFrame(
        {
            "value": ["1", "2", "3"],
            "class": ["woods", "woods", "roof"],
            "groups": ["forest vegetation", "", "built_up"],
            "名称": ["林地", "林地", "屋顶"],
        }
    )
    if suffix == "xlsx":
        table.to_excel(path, index=False)
    else:
        table.to_csv(path, index=False, encoding="gbk" if "gbk" in suffix else "utf-8-sig")
    own = as_class_map(path)
    assert own.keys == ("woods", "roof")
    assert own.classes[0].codes == ("1", "2")
    assert own.classes[0].names["zh"] == "林地"
    assert own.keys_of(["forest"]) == ("woods",)


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "error", "match"),
    [
        ("a,b\n1,2\n", SchemaError, "wanted `value`"),
        ("value,class,groups\n1,woods,forrest\n", SchemaError, "the group 'forrest'"),
        ("value,class\n1,woods\n1,roof\n", SchemaError, "both 'woods' and 'roof'"),
        ("value,class\n1,\n", SchemaError, "no class"),
        ("value,class\n", ParameterError, "names no class"),
    ],
)
def test_tables_that_are_no_legend_are_refused(tmp_path, text, error, match):
    with pytest.raises(error, match=match):
        as_class_map(write(tmp_path / "legend.csv", text))


def test_a_legend_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(SourceError, match="not found"):
        as_class_map(tmp_path / "none.csv")
    with pytest.raises(ParameterError, match="Did you mean 'corine'"):
        as_class_map("corinne")


def test_a_legend_in_one_of_several_sheets_is_asked_for(tmp_path):
    book = tmp_path / "legend.xlsx"
    with pd.ExcelWriter(book) as writer:
        for sheet, key in (("a", "water"), ("b", "forest")):
            pd.DataFrame({"value": [1], "class": [key]}).to_excel(
                writer, sheet_name=sheet, index=False
            )

    with pytest.raises(SourceError, match="2 sheets with rows: a, b"):
        as_class_map(str(book))
