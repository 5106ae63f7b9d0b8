"""Folium maps out of results."""
