"""Distance on the ground."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

EARTH_KM = 6371.0


def great_circle(lat1: int, lon1: int, lat2: int, lon2: int) -> float:
    """Give the great-circle distance in km of two positions in hundredths of a degree."""
    north, south = radians(lat1 / 100), radians(lat2 / 100)
    half_lat, half_lon = (south - north) / 2, radians((lon2 - lon1) / 100) / 2
    chord = sin(half_lat) ** 2 + cos(north) * cos(south) * sin(half_lon) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, chord)))
