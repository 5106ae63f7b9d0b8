"""What holds for every analysis of the registry, whatever it measures."""

import numpy as np
import pytest

from geoplan.analyses.tables.change_table import change_table
from geoplan.app.plan.registry import ANALYSES


def test_every_analysis_has_a_sample(samples):
    assert set(samples.SAMPLES) == set(ANALYSES)


def test_no_value_lies_outside_its_bounds(samples, town, call):
    table = samples.measured(town, *call).table.dropna(subset=["value"])
    assert (table["low"] <= table["value"]).all()
    assert (table["value"] <= table["high"]).all()


def test_no_share_of_a_whole_lies_outside_0_to_1(samples, town, call):
    for measure in samples.measured(town, *call).measures:
        # A rate that a table states is no part of anything, and a change may be below 0.
        is_part = measure.unit == "1" and measure.numerator_unit == measure.denominator_unit != ""
        if not is_part or samples.sample_table(*call).earlier:
            continue
        table = measure.districts
        for name in ("value", "low", "high"):
            values = np.append(table[name].dropna(), getattr(measure, name))
            assert np.all((values >= 0) & (values <= 1)), (measure.label, name)


def test_every_measure_has_the_unit_that_is_declared(samples, town, call):
    analysis, table = ANALYSES[call[0]], samples.sample_table(*call)
    for measure in samples.measured(town, *call).measures:
        asked = table.model_copy(update={"target_of": measure.of, "target_part": measure.part})
        declared = asked.unit_of(measure.of) or analysis.measures.get(measure.of, analysis.unit)
        if table.earlier:
            declared = {
                "change": {"1": "pp"}.get(declared, declared),
                "relative": "1",
                "gained": "m2",
                "lost": "m2",
            }.get(measure.part, declared)
        assert measure.unit == declared, measure.label


def test_identical_input_gives_no_difference(samples, town, call):
    result = samples.measured(town, *call)
    same = samples.measured(town, *call)
    for measure in change_table(result, same).measures:
        if measure.part.partition("/")[0] in ("change", "gained", "lost"):
            values = np.append(measure.districts["value"].dropna(), np.nan_to_num(measure.value))
            assert not values.any(), measure.label


@pytest.mark.parametrize(
    ("analysis", "layer", "previous", "differences"),
    [
        ("red_line_change", "red_lines", "previous", ("net", "loss", "gain")),
        ("land_cover_change", "cover", "previous", ("net", "gain", "loss", "transition")),
        ("length_and_density", "lines", "previous", ("added", "removed", "net")),
    ],
)
def test_nothing_changes_between_one_date_and_itself(
    samples, town, analysis, layer, previous, differences
):
    for sample, keys in samples.SAMPLES[analysis].items():
        if previous in keys:
            found = samples.measured(town, analysis, sample, **{previous: keys[layer]})
            for measure in found.measures:
                if measure.of in differences or measure.part in differences:
                    assert not np.nan_to_num(measure.districts["value"]).any(), measure.label


def test_shuffled_rows_change_no_whole(samples, town, call):
    once = samples.wholes(samples.measured(town, *call))
    again = samples.wholes(samples.measured(town.shuffled(3), *call)).loc[once.index]
    scale = np.maximum(1.0, np.abs(once.to_numpy()))
    assert np.allclose(again / scale, once / scale, rtol=0, atol=1e-9, equal_nan=True)


def test_no_share_lies_above_1_where_everything_is_drawn_twice(samples, town, call):
    # The second time a little aside: areas overlap, lines run beside one another, and things that
    # stood inside a district, a park or a class stand in another one too.
    measured = samples.measured(town.drawn_twice(aside_m=130.0), *call)
    for measure in measured.measures:
        is_part = measure.unit == "1" and measure.numerator_unit == measure.denominator_unit != ""
        if not is_part or samples.sample_table(*call).earlier:
            continue
        for name in ("value", "low", "high"):
            values = np.append(measure.districts[name].dropna(), getattr(measure, name))
            assert np.all((values >= 0) & (values <= 1) | np.isnan(values)), (measure.label, name)


def test_moving_everything_north_changes_no_whole(samples, town, call):
    once = samples.wholes(samples.measured(town, *call))
    again = samples.wholes(samples.measured(samples.make_town(north_m=1_000.0), *call))
    scale = np.maximum(1.0, np.abs(once.to_numpy()))
    # A kilometre nearer to the pole the ellipsoid is 3e-7 of an area less curved.
    assert np.allclose(
        again.loc[once.index] / scale, once / scale, rtol=0, atol=1e-6, equal_nan=True
    )
