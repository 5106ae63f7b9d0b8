"""What a map says: names of layers and measures, the headline, the footer."""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import geoplan
from geoplan.core import numbers
from geoplan.core.crs import parse_crs
from geoplan.core.ranges import open_words, ranged_text
from geoplan.core.record import KEY
from geoplan.core.terms import term
from geoplan.core.texts import catalogue, text
from geoplan.core.written_units import unit_factor

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geoplan.core.results import Measure, Result

_BOUND = re.compile(r"([-+]?[0-9][0-9,]*(?:\.[0-9]+)?)\s*([%‰]?)(.*)")


def say(key: str, lang: str, **values: Any) -> str:  # noqa: ANN401 (whatever format() takes)
    """Look up a phrase of the maps, such as ``legend.served``."""
    return text(f"maps.{key}", lang, **values)


def unknown_counts(measure: "Measure", lang: str) -> dict[str, int]:
    """
    Say why districts have no value, and how many: beyond the streets or facilities known, or else.

    Parameters
    ----------
    measure : Measure
        Its districts, of which some may have no value.
    lang : {"en", "zh"}
        The language.

    Returns
    -------
    dict of str to int
        Districts by what a legend calls them; empty where all have a value.
    """
    table = measure.districts
    unknown = table["value"].isna()
    unseen = unknown & (table["denominator"] > 0)
    reason = next((why for why in ("no_network", "no_source") if why in measure.open_for), None)
    if reason is None:
        unseen &= False
    counts = {
        say(f"class.{reason or 'none'}", lang): int(unseen.sum()),
        say("class.none", lang): int((unknown & ~unseen).sum()),
    }
    return {word: count for word, count in counts.items() if count}


def measure_name(measure: "Measure", lang: str) -> str:
    """Name a measure by what it is a share of and its part, first letter capital."""
    of = term("denominator", measure.of, lang)
    if not measure.part:
        return capital(of)
    part = term("part", measure.part, lang)
    comma = "，" if lang == "zh" else ", "
    return capital(part) if measure.of == "land" else f"{capital(of)}{comma}{part}"


def is_rate(measure: "Measure") -> bool:
    """Tell whether a measure is so much of one thing per another: km per km², jobs per km²."""
    return "/" in measure.unit and not measure.is_amount


def share_name(measure: "Measure", lang: str, *, analysis: str) -> str:
    """Say what the value of a measure is: “Share served: residents”."""
    key = analysis if f"maps.share.{analysis}" in catalogue(lang) else "other"
    of = term("denominator", measure.of, lang)
    part = term("part", measure.part, lang) if measure.part else ""
    separator = "，" if lang == "zh" else ", "
    if key == "other" and is_rate(measure):
        of = say("share.per", lang, of=of)
    everything = separator.join(word for word in (of, part) if word)
    return capital(say(f"share.{key}", lang, of=of, part=part or of, name=everything))


def unbroken(words: str) -> str:
    """Keep a number and its sign on one line."""
    return words.replace(" %", "\u00a0%").replace("≥ ", "≥\u00a0").replace("≤ ", "≤\u00a0")


def capital(words: str) -> str:
    """Write the first letter large, the others as they are."""
    return words[:1].upper() + words[1:]


def facilities_name(result: "Result", lang: str) -> str:
    """Name the facilities of a coverage by the layer they came from."""
    return term("layer", str(result.definition.get("facilities") or "facilities"), lang)


def default_title(result: "Result", lang: str) -> str:
    """Give the title of a map whose plan gave none."""
    if f"maps.title.{result.analysis}" not in catalogue(lang):
        return say("title.other", lang, analysis=capital(result.analysis.replace("_", " ")))
    metres = result.definition.get("distance_m")
    return capital(
        say(
            f"title.{result.analysis}",
            lang,
            facilities=facilities_name(result, lang),
            distance=numbers.distance(float(metres), lang) if metres else "",
        )
    )


def headline(
    measure: "Measure",
    lang: str,
    *,
    target_text: str | None,
    met: bool | None,
    is_open: bool = False,
) -> tuple[str, ...]:
    """
    Say the number of the whole area, and how it stands to its target.

    Parameters
    ----------
    measure : Measure
        The measure in front.
    lang : {"en", "zh"}
        The language.
    target_text : str or None
        The target as the plan has it.
    met : bool or None
        Whether the whole meets it; None when not known.
    is_open : bool
        Whether the data leave open if it does.

    Returns
    -------
    tuple of str
        One or two phrases.
    """
    bound = bound_of(target_text, measure.unit)
    ends = measure.low, measure.high
    value = ranged_text(measure.value, *ends, measure.unit, lang, bound=bound)
    of = measure_name(measure, lang)
    numerator, denominator = amounts(measure, lang)
    if not math.isfinite(measure.value):
        first = say("headline.unknown", lang, of=of)
    elif not measure.denominator_unit:
        first = say("headline.amount", lang, of=of, value=value)
    elif measure.unit == "1":
        spoken = term("denominator", measure.of, lang)
        told = measure.part and measure.part != "total"
        key = "headline.part" if told else "headline.share"
        first = say(
            key,
            lang,
            part=term("part", measure.part, lang),
            value=value,
            of=spoken,
            numerator=numerator,
            denominator=denominator,
        )
    else:
        first = say(
            "headline.value", lang, value=value, numerator=numerator, denominator=denominator
        )
    if not target_text:
        return (first,)
    if is_open:
        why = open_words(measure.open_for, lang)
        return (first, say("headline.undecidable", lang, target=target_text, why=why))
    key = "target" if met is None else ("met" if met else "missed")
    return (first, say(f"headline.{key}", lang, target=target_text))


def amounts(measure: "Measure", lang: str) -> tuple[str, str]:
    """Write numerator and denominator of the whole in one display unit."""
    if measure.numerator_unit != measure.denominator_unit:
        return (
            numbers.amount(measure.numerator, measure.numerator_unit, lang),
            numbers.amount(measure.denominator, measure.denominator_unit, lang),
        )
    scale = numbers.scale_for(measure.denominator_unit, [measure.denominator])
    return (
        numbers.number(measure.numerator / scale.factor, scale.decimals),
        numbers.amount(measure.denominator, measure.denominator_unit, lang, scale=scale),
    )


def bound_of(target_text: str | None, unit: str) -> float | None:
    """
    Read the number of a target, for digits and class limits only; verdicts are made elsewhere.

    Parameters
    ----------
    target_text : str or None
        Such as ``"> 95 %"``.
    unit : str
        Unit of the measure.

    Returns
    -------
    float or None
        In `unit`; None where the text has no number.

    Examples
    --------
    >>> bound_of("> 95 %", "1"), bound_of(">= 8 m2/person", "m2/person"), bound_of(None, "1")
    (0.95, 8.0, None)
    >>> bound_of("< 0.9 km", "m")
    900.0
    """
    found = _BOUND.search(target_text or "")
    if found is None:
        return None
    value = float(found[1].replace(",", "")) / {"%": 100, "‰": 1000, "": 1}[found[2]]
    known = unit_factor(unicodedata.normalize("NFKC", found[3]).strip())
    if known is not None and known[1] == unit:
        return value * float(known[0])
    return value if unit != "1" or found[2] or value <= 1 else None


def footer(
    layers: "Mapping[str, GeoDataFrame]",
    crs: Any,  # noqa: ANN401 (whatever geopandas carries)
    lang: str,
    *,
    tolerance_m: float,
    fictional: bool,
) -> tuple[str, ...]:
    """
    Say where the data is from, of when, and how it was measured and drawn.

    Parameters
    ----------
    layers : mapping of str to GeoDataFrame
        Layers on the map by name; those that came from a loader are credited.
    crs : CRS
        What was measured in.
    lang : {"en", "zh"}
        The language.
    tolerance_m : float
        How far outlines may be off on the screen.
    fictional : bool
        Whether the data is made up.

    Returns
    -------
    tuple of str
        Phrases for the foot of the page.
    """
    credited = [_credit(name, layer, lang) for name, layer in layers.items()]
    return (
        *([say("footer.fictional", lang)] if fictional else []),
        *_unique(credit for credit in credited if credit),
        say("footer.crs", lang, crs=_crs_name(crs)),
        say("footer.simplified", lang, tolerance=numbers.distance(tolerance_m, lang)),
        say("footer.made", lang, version=geoplan.__version__),
    )


def _credit(name: str, layer: "GeoDataFrame", lang: str) -> str:
    record = layer.attrs.get(KEY, {})
    source, date = record.get("source", ""), record.get("as_of", "")
    key = {(True, True): "source_date", (True, False): "source", (False, True): "dated"}.get(
        (bool(source), bool(date))
    )
    if key is None:
        return ""
    spoken = capital(term("layer", record.get("layer") or name, lang))
    return say(f"footer.{key}", lang, layer=spoken, source=source, date=date)


def _unique(phrases: Any) -> Sequence[str]:  # noqa: ANN401 (an iterable of str)
    return list(dict.fromkeys(phrases))


def _crs_name(crs: Any) -> str:  # noqa: ANN401
    parsed = parse_crs(crs)
    authority = parsed.to_authority()
    name = parsed.name if parsed.name != "unknown" else "PROJ"
    return f"{name} ({':'.join(authority)})" if authority else name
