"""Definitions in words: what a number means, said so that it can be checked and disputed."""

from collections.abc import Callable, Mapping, Sequence
from string import Formatter
from typing import Any

from geoplan.core.errors import ParameterError
from geoplan.core.numbers import unit_label
from geoplan.core.results import Result
from geoplan.core.texts import catalogue, text
from geoplan.core.units import walk_distance_m

Definition = Mapping[str, Any]

_LAND = "land"
_PEOPLE = ("population", "jobs", "population+jobs")
_THINGS = ("buildings", "communities")
_OVER = ("of", "per")


def define(subject: Result | Definition, lang: str) -> list[str]:
    """
    Say in words how a number was defined.

    Parameters
    ----------
    subject : Result or mapping
        A result; or its `Result.definition` with the name of the analysis under ``"analysis"``,
        as ``results.json`` has them.
    lang : {"en", "zh"}
        The language.

    Returns
    -------
    list of str
        Sentences, the one that defines the number first.

    Raises
    ------
    ParameterError
        If the analysis is not one that geoplan knows, or `lang` is none of its languages.

    Examples
    --------
    >>> facts = {"analysis": "ecological_land_share", "line_count": 12, "as_of": "2019"}
    >>> define(facts, "zh")[0]
    '生态控制线内面积占行政区全部面积的比例；12 个图斑，重叠处只计一次。'
    """
    facts: Definition
    if isinstance(subject, Result):
        counted = {
            measure.of: "count" for measure in subject.measures if measure.numerator_unit == "count"
        }
        analysis, facts = subject.analysis, {"kinds": counted, **subject.definition}
    else:
        analysis, facts = str(subject.get("analysis", "")), subject
    if analysis in _SENTENCES:
        return _SENTENCES[analysis](facts, lang)
    sentences = _from_words(analysis, facts, lang)
    if not sentences:
        raise ParameterError(
            f"there is no definition in words of the analysis {analysis!r}; a mapping names its "
            "own under 'analysis', as results.json does."
        )
    return sentences


def analysis_name(analysis: str, lang: str) -> str:
    """
    Name an analysis.

    Parameters
    ----------
    analysis : str
        As in a plan file.
    lang : {"en", "zh"}
        The language.

    Returns
    -------
    str
        Its name; the key itself for one without.

    Examples
    --------
    >>> analysis_name("green_space_ratio", "zh")
    '绿地率'
    """
    return _named("analysis", analysis, lang)


def denominator_name(of: str, lang: str) -> str:
    """
    Name what a share is a share of.

    Parameters
    ----------
    of : str
        ``"land"``, ``"population+jobs"``, … or the name of a layer of the plan.
    lang : {"en", "zh"}
        The language.

    Returns
    -------
    str
        Its name; a layer of the plan's own keeps the name it has there.

    Examples
    --------
    >>> denominator_name("land", "zh"), denominator_name("population+jobs", "en")
    ('行政区土地', 'population and jobs')
    """
    return _named("denominator", of, lang)


def part_name(part: str, lang: str) -> str:
    """
    Name a part of an analysis: a park tier, a red-line category, all of them.

    Parameters
    ----------
    part : str
        As in `Measure.part`.
    lang : {"en", "zh"}
        The language.

    Returns
    -------
    str
        Its name; a tier or category of the data's own keeps the name it has there.

    Examples
    --------
    >>> part_name("all", "en"), part_name("水源保护", "en")
    ('all tiers', '水源保护')
    """
    return " → ".join(_named("part", one, lang) for one in part.split(" > "))


def _named(table: str, key: str, lang: str) -> str:
    return catalogue(lang).get(f"definitions.{table}.{key}", key)


def _say(key: str, lang: str, **values: Any) -> str:  # noqa: ANN401 (whatever format() takes)
    return text(f"definitions.{key}", lang, **values)


def _from_words(analysis: str, facts: Definition, lang: str) -> list[str]:
    """
    Say the sentences that an analysis has among the words, in their order there.

    ``[<analysis>.sentences]`` holds them with the keys of the definition in braces. A sentence that
    speaks of something the definition lacks is left out; one whose key ends in ``__yes`` or
    ``__no`` is said where the switch before it is set so.
    """
    start = f"definitions.{analysis}.sentences."
    known = {key: _told(key, value, lang) for key, value in facts.items()}
    told = {key: value for key, value in known.items() if value}
    sentences = []
    for key, words in catalogue(lang).items():
        if not key.startswith(start):
            continue
        switch, _, wanted = key.removeprefix(start).partition("__")
        if wanted and facts.get(switch) is not (wanted == "yes"):
            continue
        needed = {field for _, field, _, _ in Formatter().parse(words) if field}
        if needed <= set(told):
            sentences.append(words.format_map(told))
    return sentences


def _told(key: str, value: object, lang: str) -> str:
    """Write a value of a definition as a sentence holds it; empty where there is nothing to say."""
    told = ""
    if isinstance(value, str):
        told = unit_label(value, lang) if key.endswith("_unit") else _worded(value, lang)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        told = _count({key: value}, key) if key.endswith("_count") else _figure(value)
    elif isinstance(value, Mapping) and value:
        told = _listed([f"{name} ({_told('', one, lang)})" for name, one in value.items()], lang)
    elif isinstance(value, Sequence) and value:
        told = _listed([_worded(str(one), lang, over=key in _OVER) for one in value], lang)
    return told


def _worded(name: str, lang: str, *, over: bool = False) -> str:
    """Name a layer or what is measured, what it is `over` first; a name of the plan's own stays."""
    tables = ("denominator", "layer") if over else ("layer", "denominator", "part")
    words = catalogue(lang)
    keys = (*(f"definitions.{table}.{name}" for table in tables), f"maps.layer.{name}")
    return next((words[key] for key in keys if key in words), name)


def _listed(names: Sequence[str], lang: str) -> str:
    comma, last = _say("list.comma", lang), _say("list.and", lang)
    return last.join([comma.join(names[:-1]), names[-1]] if len(names) > 1 else list(names))


def _figure(value: float) -> str:
    """Write a number of a definition: whole if it is, else with as many digits as matter."""
    return f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 1000 else f"{value:.4g}"


def _denominators(facts: Definition, lang: str) -> str:
    return _listed([denominator_name(of, lang) for of in facts.get("of", ())], lang)


def _layer(facts: Definition, parameter: str, lang: str) -> str:
    name = str(facts.get(parameter, parameter))
    named = _named("layer", name, lang)
    return named if named != name else catalogue(lang).get(f"maps.layer.{name}", name)


def _count(facts: Definition, key: str) -> str:
    return f"{int(facts.get(key, 0)):,}"


def _date(facts: Definition, lang: str) -> str:
    as_of = facts.get("as_of", "")
    return _say("common.as_of", lang, as_of=as_of) if as_of else _say("common.as_of_unknown", lang)


def _what_of(facts: Definition, lang: str) -> list[str]:
    """Say how each denominator is measured."""
    asked = list(facts.get("of", ()))
    things = [of for of in asked if of in _THINGS]
    land = [of for of in asked if of not in (_LAND, *_PEOPLE, *_THINGS)]
    sentences = [_say("common.whole_land", lang)] if _LAND in asked else []
    kinds = facts.get("kinds", {})
    for of in land:
        key = "common.things" if kinds.get(of) == "count" else "common.mask_land"
        sentences.append(_say(key, lang, of=denominator_name(of, lang)))
    if set(asked) & set(_PEOPLE) and facts.get("distance") != "network":
        sentences.append(_say("common.people", lang))
    sentences += [_say("common.things", lang, of=denominator_name(of, lang)) for of in things]
    return sentences


def _network(facts: Definition, lang: str) -> list[str]:
    """Say which streets, and how one gets to them and from them."""
    values = {
        "network": facts["network"],
        "network_edge_count": _count(facts, "network_edge_count"),
        "network_km": f"{facts['network_length_m'] / 1000:,.0f}",
        "network_as_of": facts["network_as_of"] or _say("network.no_date", lang),
    }
    sentences = [
        _say("network.streets", lang, **values),
        _say("network.legs", lang, snap_limit_m=_figure(facts["snap_limit_m"])),
    ]
    if facts["barrier_count"] is not None:
        count = _count(facts, "barrier_count")
        sentences.append(_say("network.barriers", lang, barrier_count=count))
    if facts.get("least_cost", 1.0) < 1:
        least = f"{facts['least_cost']:.2f}"
        sentences.append(_say("network.descents", lang, least_cost=least))
    return [*sentences, *_entrances(facts, lang), *_on_streets(facts, lang)]


def _entrances(facts: Definition, lang: str) -> list[str]:
    sentences = []
    for rule, count in facts["entrance_rules"].items():
        step = {"boundary_step_m": _figure(facts["boundary_step_m"])} if rule == "boundary" else {}
        if rule != "itself":
            sentences.append(_say(f"network.{rule}", lang, count=f"{count:,}", **step))
    if facts["entrance_tolerance_m"] is not None:
        tolerance = _figure(facts["entrance_tolerance_m"])
        sentences.append(_say("network.tolerance", lang, entrance_tolerance_m=tolerance))
    if facts["facilities_off_network"]:
        off = _count(facts, "facilities_off_network")
        sentences.append(_say("network.off", lang, count=off))
    return sentences


def _on_streets(facts: Definition, lang: str) -> list[str]:
    """Say where demand stands."""
    kinds = facts.get("kinds", {})
    sentences = []
    if "weight" in kinds.values() or set(facts.get("of", ())) & set(_PEOPLE):
        step = facts.get("sample_m")
        words = {} if step is None else {"sample_m": _figure(step)}
        sentences.append(_say(f"network.people{'_sample' if words else ''}", lang, **words))
    if facts["land_width_m"] is not None:
        width = _figure(facts["land_width_m"])
        sentences.append(_say("network.land", lang, land_width_m=width))
    if set(facts["entrance_rules"]) - {"itself"}:
        sentences.append(_say("network.inside", lang))
    return sentences


def _coverage(facts: Definition, lang: str) -> list[str]:
    walked = facts.get("distance") == "network"
    return [
        _say(
            "coverage.walk" if walked else "coverage.what",
            lang,
            of=_denominators(facts, lang),
            distance_m=_figure(facts["distance_m"]),
            facilities=_layer(facts, "facilities", lang),
            facility_count=_count(facts, "facility_count"),
        ),
        *([] if walked else [_say("coverage.once", lang)]),
        _say("coverage.edge", lang),
        *_what_of(facts, lang),
        *(_network(facts, lang) if walked else [_say("coverage.bias", lang)]),
        *([_date(facts, lang)] if "as_of" in facts else []),
    ]


def _rail_coverage(facts: Definition, lang: str) -> list[str]:
    sentences = _coverage(facts, lang)
    if facts["stations_by_entrance"]:
        counts = {
            key: _count(facts, key)
            for key in ("entrance_count", "stations_by_entrance", "stations_by_place")
        }
        sentences.insert(1, _say("rail_coverage.entrances", lang, **counts))
    else:
        sentences.insert(1, _say("rail_coverage.places", lang))
    return sentences


def _living_circle(facts: Definition, lang: str) -> list[str]:
    walked = facts["distance"] == "network"
    categories = [
        f"{part_name(name, lang)} ({count:,})" for name, count in facts["categories"].items()
    ]
    key = "walk" if walked else "what"
    if facts["distance_m"] is not None:
        reach = {"distance_m": _figure(facts["distance_m"])}
    else:
        key, reach = f"{key}_each", {"distances": _each_distance(facts, lang)}
    sentences = [
        _say(f"living_circle.{key}", lang, of=_denominators(facts, lang), **reach),
        _say("living_circle.categories", lang, categories=_listed(categories, lang)),
    ]
    if isinstance(facts["minutes"], Mapping):
        speed = _figure(facts["speed_kmh"])
        sentences.append(_say("living_circle.minutes_each", lang, speed_kmh=speed))
    elif facts["minutes"] is not None:
        minutes, speed = _figure(facts["minutes"]), _figure(facts["speed_kmh"])
        sentences.append(_say("living_circle.minutes", lang, minutes=minutes, speed_kmh=speed))
    return [
        *sentences,
        _say("living_circle.all", lang),
        _say("coverage.edge", lang),
        *_what_of(facts, lang),
        *(_network(facts, lang) if walked else [_say("coverage.bias", lang)]),
    ]


def _each_distance(facts: Definition, lang: str) -> str:
    distances = [
        _say(
            "living_circle.distance_each",
            lang,
            category=part_name(name, lang),
            distance_m=_figure(metres),
        )
        for name, metres in facts["distances_m"].items()
    ]
    return _listed(distances, lang)


def _detour(facts: Definition, lang: str) -> list[str]:
    first = _say(
        "detour.what",
        lang,
        of=_denominators(facts, lang),
        distance_m=_figure(facts["distance_m"]),
        facilities=_layer(facts, "facilities", lang),
        facility_count=_count(facts, "facility_count"),
    )
    return [first, _say("detour.index", lang), *_coverage(facts, lang)[1:]]


def _park_access(facts: Definition, lang: str) -> list[str]:
    tiers, walked = facts["tiers"], facts.get("distance") == "network"
    higher = "higher_yes" if facts["higher_serves_lower"] else "higher_no"
    sentences = [
        _say(f"park_access.{'walk' if walked else 'what'}", lang, of=_denominators(facts, lang)),
        *(
            sentence
            for name, tier in tiers.items()
            for sentence in _tier(part_name(name, lang), tier, facts, lang)
        ),
        _say(f"park_access.{higher}", lang),
        _say(
            "park_access.all", lang, tiers=_listed([part_name(name, lang) for name in tiers], lang)
        ),
        _say("park_access.edge", lang),
        *_what_of(facts, lang),
    ]
    if facts.get("arc_segments") and not walked:
        error = f"{100 * facts['area_error']:.1g} %"
        segments = f"{facts['arc_segments']:,}"
        sentences.append(
            _say("park_access.all_error", lang, arc_segments=segments, area_error=error)
        )
    last = _network(facts, lang) if walked else [_say("park_access.bias", lang)]
    return [*sentences, *last, _date(facts, lang)]


def _tier(name: str, tier: Definition, facts: Definition, lang: str) -> list[str]:
    values = {
        "tier": name,
        "reach_m": _figure(tier["reach_m"]),
        "park_count": _count(tier, "park_count"),
    }
    walked = facts.get("distance") == "network"
    if tier.get("minutes") is None:
        key = "tier_streets" if walked else "tier_metres"
        sentences = [_say(f"park_access.{key}", lang, **values)]
    elif walked:
        values |= {
            "minutes": _figure(tier["minutes"]),
            "speed_kmh": _figure(tier["speed_kmh"]),
        }
        sentences = [_say("park_access.tier_walk", lang, **values)]
    else:
        walk_m = walk_distance_m(tier["minutes"], tier["speed_kmh"])
        values |= {
            "minutes": _figure(tier["minutes"]),
            "speed_kmh": _figure(tier["speed_kmh"]),
            "walk_m": _figure(walk_m),
            "detour_factor": _figure(facts["detour_factor"]),
        }
        sentences = [_say("park_access.tier_minutes", lang, **values)]
    if tier.get("min_area_m2"):
        area = _figure(tier["min_area_m2"])
        sentences.append(_say("park_access.tier_min_area", lang, tier=name, min_area_m2=area))
    return sentences


def _park_area_per_capita(facts: Definition, lang: str) -> list[str]:
    source = facts["population"]
    if source == "districts":
        people = _say("park_area_per_capita.people_districts", lang)
    else:
        name = _layer(facts, "population", lang)
        people = _say("park_area_per_capita.people_layer", lang, population=name)
    count = _count(facts, "park_count")
    parks = _layer(facts, "parks", lang)
    return [
        _say("park_area_per_capita.what", lang, parks=parks, park_count=count),
        people,
        _say("park_area_per_capita.caveat", lang),
        _date(facts, lang),
    ]


def _green_space_ratio(facts: Definition, lang: str) -> list[str]:
    of = _denominators(facts, lang)
    parcels = _count(facts, "parcel_count")
    sentences = [
        _say("green_space_ratio.what", lang, classes=_listed(facts["classes"], lang), of=of)
    ]
    if facts["class_codes"]:
        codes, green = _listed(facts["class_codes"], lang), _count(facts, "green_count")
        sentences.append(
            _say(
                "green_space_ratio.codes",
                lang,
                class_codes=codes,
                green_count=green,
                parcel_count=parcels,
            )
        )
    else:
        sentences.append(_say("green_space_ratio.codes_none", lang, parcel_count=parcels))
    if list(facts["of"]) != [_LAND]:
        sentences.append(_say("green_space_ratio.mask", lang, of=of))
    return [
        *sentences,
        *_what_of(facts, lang),
        _say("green_space_ratio.caveat", lang),
        _date(facts, lang),
    ]


def _ecological_land_share(facts: Definition, lang: str) -> list[str]:
    return [
        _say("ecological_land_share.what", lang, line_count=_count(facts, "line_count")),
        _say("ecological_land_share.caveat", lang),
        _date(facts, lang),
    ]


def _red_line_share(facts: Definition, lang: str) -> list[str]:
    red_lines, count = _layer(facts, "red_lines", lang), _count(facts, "red_line_count")
    sentences = [
        _say("red_line_share.what", lang, red_lines=red_lines, red_line_count=count),
        _say("red_line_share.once", lang),
    ]
    if facts["categories"]:
        names = _listed(facts["categories"], lang)
        sentences.append(_say("red_line_share.categories", lang, categories=names))
    return [*sentences, _say("red_line_share.caveat", lang), _date(facts, lang)]


_SENTENCES: Mapping[str, Callable[[Definition, str], list[str]]] = {
    "coverage": _coverage,
    "detour": _detour,
    "living_circle": _living_circle,
    "park_access": _park_access,
    "park_area_per_capita": _park_area_per_capita,
    "green_space_ratio": _green_space_ratio,
    "ecological_land_share": _ecological_land_share,
    "rail_coverage": _rail_coverage,
    "red_line_share": _red_line_share,
}
