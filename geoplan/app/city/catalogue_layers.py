"""Every further layer of the fictional city, which the indicators of the catalogue ask for."""

from collections.abc import Mapping

import geopandas as gpd

from geoplan.app.city import cells, houses, inventories, networks, plots, services, waters, zones
from geoplan.app.city.build import City
from geoplan.app.city.words import words


def build_layers(city: City, lang: str) -> Mapping[str, gpd.GeoDataFrame]:
    """
    Draw the layers that only the plan of the whole catalogue needs.

    Parameters
    ----------
    city : City
        The city as `build_city` gives it.
    lang : {"en", "zh"}
        Language of names and classes.

    Returns
    -------
    mapping of str to GeoDataFrame
        By the name of the layer; the same at every call but for the language.
    """
    w = words(lang)
    rivers = waters.make_rivers(city, lang, w)
    reservoirs = waters.make_reservoirs(city, lang)
    roads = networks.make_roads_by_class(city, w)
    coast = waters.make_coast(city.ground, w)
    wetlands, wetlands_before = waters.make_wetlands(city, rivers, reservoirs)
    zones_of_water = waters.make_protection_zones(city, reservoirs, w)
    communities = houses.make_communities(city, lang, w)
    buildings = houses.make_buildings(city, w)
    illegal, illegal_before = houses.make_illegal(buildings, w)
    habitat = zones.make_habitat(city)
    service_areas, fast_chargers = services.make_expressway_services(roads, w)
    backbone, docks = services.make_backbone(city)
    sections = waters.make_sections(rivers)
    parcels = plots.make_plots(city, communities, w)
    ecosystems = cells.make_ecosystems(city, wetlands, w)
    bike_lanes = networks.make_bike_lanes(city)
    return {
        "rivers": rivers,
        "reservoirs": reservoirs,
        "sea": waters.make_sea(city, coast),
        "river_banks": waters.make_banks(city, rivers, w),
        "restored_reaches": waters.make_restored(rivers),
        "coastline": coast,
        "mangroves": waters.make_mangroves(coast, w),
        "wetlands": wetlands,
        "wetlands_before": wetlands_before,
        "water_protection_zones": zones_of_water,
        "flood_risk": waters.make_flood_risk(city, w),
        "water_sections": sections,
        "greenways": networks.make_greenways(city, w),
        "bidao": networks.make_bidao(city, rivers),
        "bike_lanes": bike_lanes,
        "walk_and_cycle_tracks": networks.make_tracks(city),
        "rail_lines": networks.make_rail_lines(city, w, lang),
        "roads_by_class": roads,
        "covered_walkways": networks.make_covered_walkways(city),
        "habitat_patches": habitat,
        "corridors": networks.make_corridors(habitat),
        "corridor_axes": networks.make_corridor_axes(city, lang),
        "communities": communities,
        "compounds": houses.make_compounds(city, w),
        "buildings": buildings,
        "illegal_buildings": illegal,
        "illegal_buildings_before": illegal_before,
        "projects": plots.make_projects(city, lang),
        **parcels,
        "red_lines_before": zones.make_red_lines_before(city),
        "control_units": zones.make_control_units(city, lang, w),
        "green_land": zones.make_green_land(city),
        **zones.make_high_cells(city),
        **services.make_community_services(city, communities),
        "charging_stations": services.make_charging(city),
        "service_areas": service_areas,
        "fast_chargers": fast_chargers,
        "backbone_stops": backbone,
        "bike_docks": docks,
        "fire_stations": services.make_fire_stations(city),
        "air_stations": services.make_air_stations(city, lang),
        "noise_points": services.make_noise_points(city),
        "street_view_points": services.make_street_views(city),
        "pollution_sources": services.make_pollution_sources(city, zones_of_water),
        "berths": services.make_berths(coast, w),
        "sites": services.make_sites(city, w),
        "centres": services.make_centres(city),
        "cells": cells.make_cells(city),
        "ecosystems": ecosystems,
        "natural_units": cells.make_natural_units(ecosystems, w),
        "protected_areas": cells.make_protected(city, w),
        **cells.make_two_dates(city, parcels["farmland"]),
        "quarries": cells.make_quarries(city, w),
        "slow_traffic_zones": cells.make_slow_zones(city, w),
        "abstraction_zones": cells.make_abstraction_zones(city, w),
        **inventories.make_markers(city),
        **inventories.make_waste(city),
        **inventories.make_monitoring(city, habitat, parcels["contaminated_plots"]),
        **inventories.make_risk(city, w),
        **inventories.make_works(city, w),
        **inventories.make_lines(city, bike_lanes.geometry.to_numpy(), w),
        **inventories.make_registers(city, buildings, sections, w),
        "aquatic_samples": inventories.make_samples(rivers),
    }
