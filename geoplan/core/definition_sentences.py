"""Definitions of access, green space and red lines, sentence by sentence."""

from collections.abc import Callable, Mapping

from geoplan.core.definition_words import (
    LAND,
    PEOPLE,
    Definition,
    count_text,
    date_sentence,
    denominator_list,
    extent_sentences,
    figure,
    layer_word,
    listed,
    part_name,
    phrase,
    what_of,
)
from geoplan.core.units import walk_distance_m


def _network(facts: Definition, lang: str) -> list[str]:
    """Say which streets, and how one gets to them and from them."""
    values = {
        "network": facts["network"],
        "network_edge_count": count_text(facts, "network_edge_count"),
        "network_km": f"{facts['network_length_m'] / 1000:,.0f}",
        "network_as_of": facts["network_as_of"] or phrase("network.no_date", lang),
    }
    sentences = [
        phrase("network.streets", lang, **values),
        phrase("network.legs", lang, snap_limit_m=figure(facts["snap_limit_m"])),
    ]
    if facts["barrier_count"] is not None:
        count = count_text(facts, "barrier_count")
        sentences.append(phrase("network.barriers", lang, barrier_count=count))
    if facts.get("least_cost", 1.0) < 1:
        least = f"{facts['least_cost']:.2f}"
        sentences.append(phrase("network.descents", lang, least_cost=least))
    return [*sentences, *_entrances(facts, lang), *_on_streets(facts, lang)]


def _entrances(facts: Definition, lang: str) -> list[str]:
    sentences = []
    for rule, count in facts["entrance_rules"].items():
        step = {"boundary_step_m": figure(facts["boundary_step_m"])} if rule == "boundary" else {}
        if rule != "itself":
            sentences.append(phrase(f"network.{rule}", lang, count=f"{count:,}", **step))
    if facts["entrance_tolerance_m"] is not None:
        tolerance = figure(facts["entrance_tolerance_m"])
        sentences.append(phrase("network.tolerance", lang, entrance_tolerance_m=tolerance))
    if facts["facilities_off_network"]:
        off = count_text(facts, "facilities_off_network")
        sentences.append(phrase("network.off", lang, count=off))
    return sentences


def _on_streets(facts: Definition, lang: str) -> list[str]:
    """Say where demand stands."""
    kinds = facts.get("kinds", {})
    sentences = []
    if "weight" in kinds.values() or set(facts.get("of", ())) & set(PEOPLE):
        step = facts.get("sample_m")
        words = {} if step is None else {"sample_m": figure(step)}
        sentences.append(phrase(f"network.people{'_sample' if words else ''}", lang, **words))
    if facts["land_width_m"] is not None:
        width = figure(facts["land_width_m"])
        sentences.append(phrase("network.land", lang, land_width_m=width))
    if set(facts["entrance_rules"]) - {"itself"}:
        sentences.append(phrase("network.inside", lang))
    return sentences


def _coverage(facts: Definition, lang: str) -> list[str]:
    walked = facts.get("distance") == "network"
    return [
        phrase(
            "coverage.walk" if walked else "coverage.what",
            lang,
            of=denominator_list(facts, lang),
            distance_m=figure(facts["distance_m"]),
            facilities=layer_word(facts, "facilities", lang),
            facility_count=count_text(facts, "facility_count"),
        ),
        *([] if walked else [phrase("coverage.once", lang)]),
        phrase("coverage.edge", lang),
        *what_of(facts, lang),
        *(_network(facts, lang) if walked else [phrase("coverage.bias", lang)]),
        *extent_sentences(facts, lang),
        *([date_sentence(facts, lang)] if "as_of" in facts else []),
    ]


def _rail_coverage(facts: Definition, lang: str) -> list[str]:
    sentences = _coverage(facts, lang)
    if facts["stations_by_entrance"]:
        counts = {
            key: count_text(facts, key)
            for key in ("entrance_count", "stations_by_entrance", "stations_by_place")
        }
        sentences.insert(1, phrase("rail_coverage.entrances", lang, **counts))
    else:
        sentences.insert(1, phrase("rail_coverage.places", lang))
    return sentences


def _living_circle(facts: Definition, lang: str) -> list[str]:
    walked = facts["distance"] == "network"
    categories = [
        f"{part_name(name, lang)} ({count:,})" for name, count in facts["categories"].items()
    ]
    key = "walk" if walked else "what"
    if facts["distance_m"] is not None:
        reach = {"distance_m": figure(facts["distance_m"])}
    else:
        key, reach = f"{key}_each", {"distances": _each_distance(facts, lang)}
    sentences = [
        phrase(f"living_circle.{key}", lang, of=denominator_list(facts, lang), **reach),
        phrase("living_circle.categories", lang, categories=listed(categories, lang)),
    ]
    if isinstance(facts["minutes"], Mapping):
        speed = figure(facts["speed_kmh"])
        sentences.append(phrase("living_circle.minutes_each", lang, speed_kmh=speed))
    elif facts["minutes"] is not None:
        minutes, speed = figure(facts["minutes"]), figure(facts["speed_kmh"])
        sentences.append(phrase("living_circle.minutes", lang, minutes=minutes, speed_kmh=speed))
    return [
        *sentences,
        phrase("living_circle.all", lang),
        phrase("coverage.edge", lang),
        *what_of(facts, lang),
        *(_network(facts, lang) if walked else [phrase("coverage.bias", lang)]),
        *extent_sentences(facts, lang),
    ]


def _each_distance(facts: Definition, lang: str) -> str:
    distances = [
        phrase(
            "living_circle.distance_each",
            lang,
            category=part_name(name, lang),
            distance_m=figure(metres),
        )
        for name, metres in facts["distances_m"].items()
    ]
    return listed(distances, lang)


def _detour(facts: Definition, lang: str) -> list[str]:
    first = phrase(
        "detour.what",
        lang,
        of=denominator_list(facts, lang),
        distance_m=figure(facts["distance_m"]),
        facilities=layer_word(facts, "facilities", lang),
        facility_count=count_text(facts, "facility_count"),
    )
    return [first, phrase("detour.index", lang), *_coverage(facts, lang)[1:]]


def _park_access(facts: Definition, lang: str) -> list[str]:
    tiers, walked = facts["tiers"], facts.get("distance") == "network"
    higher = "higher_yes" if facts["higher_serves_lower"] else "higher_no"
    sentences = [
        phrase(
            f"park_access.{'walk' if walked else 'what'}", lang, of=denominator_list(facts, lang)
        ),
        *(
            sentence
            for name, tier in tiers.items()
            for sentence in _tier(part_name(name, lang), tier, facts, lang)
        ),
        phrase(f"park_access.{higher}", lang),
        phrase(
            "park_access.all", lang, tiers=listed([part_name(name, lang) for name in tiers], lang)
        ),
        phrase("park_access.edge", lang),
        *what_of(facts, lang),
    ]
    if facts.get("arc_segments") and not walked:
        error = f"{100 * facts['area_error']:.1g} %"
        segments = f"{facts['arc_segments']:,}"
        sentences.append(
            phrase("park_access.all_error", lang, arc_segments=segments, area_error=error)
        )
    last = _network(facts, lang) if walked else [phrase("park_access.bias", lang)]
    return [*sentences, *last, *extent_sentences(facts, lang), date_sentence(facts, lang)]


def _tier(name: str, tier: Definition, facts: Definition, lang: str) -> list[str]:
    values = {
        "tier": name,
        "reach_m": figure(tier["reach_m"]),
        "park_count": count_text(tier, "park_count"),
    }
    walked = facts.get("distance") == "network"
    if tier.get("minutes") is None:
        key = "tier_streets" if walked else "tier_metres"
        sentences = [phrase(f"park_access.{key}", lang, **values)]
    elif walked:
        values |= {
            "minutes": figure(tier["minutes"]),
            "speed_kmh": figure(tier["speed_kmh"]),
        }
        sentences = [phrase("park_access.tier_walk", lang, **values)]
    else:
        walk_m = walk_distance_m(tier["minutes"], tier["speed_kmh"])
        values |= {
            "minutes": figure(tier["minutes"]),
            "speed_kmh": figure(tier["speed_kmh"]),
            "walk_m": figure(walk_m),
            "detour_factor": figure(facts["detour_factor"]),
        }
        sentences = [phrase("park_access.tier_minutes", lang, **values)]
    if tier.get("min_area_m2"):
        area = figure(tier["min_area_m2"])
        sentences.append(phrase("park_access.tier_min_area", lang, tier=name, min_area_m2=area))
    return sentences


def _park_area_per_capita(facts: Definition, lang: str) -> list[str]:
    source = facts["population"]
    if source == "districts":
        people = phrase("park_area_per_capita.people_districts", lang)
    else:
        name = layer_word(facts, "population", lang)
        people = phrase("park_area_per_capita.people_layer", lang, population=name)
    count = count_text(facts, "park_count")
    parks = layer_word(facts, "parks", lang)
    return [
        phrase("park_area_per_capita.what", lang, parks=parks, park_count=count),
        people,
        phrase("park_area_per_capita.caveat", lang),
        date_sentence(facts, lang),
    ]


def _green_space_ratio(facts: Definition, lang: str) -> list[str]:
    of = denominator_list(facts, lang)
    parcels = count_text(facts, "parcel_count")
    sentences = [
        phrase("green_space_ratio.what", lang, classes=listed(facts["classes"], lang), of=of)
    ]
    if facts["class_codes"]:
        codes, green = listed(facts["class_codes"], lang), count_text(facts, "green_count")
        sentences.append(
            phrase(
                "green_space_ratio.codes",
                lang,
                class_codes=codes,
                green_count=green,
                parcel_count=parcels,
            )
        )
    else:
        sentences.append(phrase("green_space_ratio.codes_none", lang, parcel_count=parcels))
    if list(facts["of"]) != [LAND]:
        sentences.append(phrase("green_space_ratio.mask", lang, of=of))
    return [
        *sentences,
        *what_of(facts, lang),
        phrase("green_space_ratio.caveat", lang),
        date_sentence(facts, lang),
    ]


def _ecological_land_share(facts: Definition, lang: str) -> list[str]:
    return [
        phrase("ecological_land_share.what", lang, line_count=count_text(facts, "line_count")),
        phrase("ecological_land_share.caveat", lang),
        date_sentence(facts, lang),
    ]


def _red_line_share(facts: Definition, lang: str) -> list[str]:
    red_lines, count = layer_word(facts, "red_lines", lang), count_text(facts, "red_line_count")
    sentences = [
        phrase("red_line_share.what", lang, red_lines=red_lines, red_line_count=count),
        phrase("red_line_share.once", lang),
    ]
    if facts["categories"]:
        names = listed(facts["categories"], lang)
        sentences.append(phrase("red_line_share.categories", lang, categories=names))
    return [*sentences, phrase("red_line_share.caveat", lang), date_sentence(facts, lang)]


SENTENCES: Mapping[str, Callable[[Definition, str], list[str]]] = {
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
