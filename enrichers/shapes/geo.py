"""Where an address is: MaxMind's nested records (also DB-IP's), the flat ones of ip-location-db and of IPinfo."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from enrichers.shapes.values import Record, country_code, english, inner, number, text

HALF_ROUND_KM = 20_040.0
"""Half the circumference: a radius above it says nothing."""


class Place(NamedTuple):
    """What a geo record says."""

    country: str | None = None
    region: str | None = None
    city: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    radius_km: float | None = None
    time_zone: str | None = None


NOWHERE = Place()


class Joined(NamedTuple):
    """What several geo sources say together."""

    place: Place
    other_countries: tuple[str, ...] = ()
    confidence: float = 1.0


def join(places: Sequence[Place]) -> Joined:
    """Take the first place with a country; keep what others say instead, and widen its radius to cover them.

    A place that is disputed between countries must not look like one to which somebody travelled.
    """
    spoken = [place for place in places if place.country is not None]
    if not spoken:
        return Joined(next(iter(places), NOWHERE))
    chosen = spoken[0]
    others = [place for place in spoken if place.country != chosen.country]
    if not others:
        return Joined(chosen)
    radius = max([chosen.radius_km or 0.0, *(_apart(chosen, other) for other in others)])
    countries = tuple(sorted({place.country for place in others if place.country}))
    return Joined(chosen._replace(radius_km=round(radius)), countries, round(1 - len(others) / len(spoken), 2))


def _apart(one: Place, other: Place) -> float:
    """Give the distance on the ground in km; half the globe when either position is unknown."""
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return HALF_ROUND_KM
    north, south = math.radians(one.latitude), math.radians(other.latitude)
    east = math.radians(one.longitude - other.longitude)
    chord = math.sin((north - south) / 2) ** 2 + math.cos(north) * math.cos(south) * math.sin(east / 2) ** 2
    return HALF_ROUND_KM * 2 / math.pi * math.asin(math.sqrt(min(1.0, chord)))


def recognises(record: Record) -> bool:
    """Whether the record has a place in one of the known shapes.

    A bare `country` text beside a `name` is an ASN's or a carrier's country, not the address's.
    """
    if "country_code" in record or isinstance(record.get("country"), dict) or "registered_country" in record:
        return True
    if isinstance(record.get("location"), dict):
        return True
    return isinstance(record.get("country"), str) and "name" not in record


def read(record: Record) -> Place:
    """Read the place from whichever shape. The country of registration is never taken for the place."""
    if "country_code" in record or isinstance(record.get("country"), str):
        return _flat(record) if recognises(record) else NOWHERE
    return _nested(record)


def _nested(record: Record) -> Place:
    """`country.iso_code`, `subdivisions[0]`, `city`, `location`: MaxMind City, Country, Enterprise; DB-IP."""
    location = inner(record, "location")
    parts = record.get("subdivisions")
    region = parts[0] if isinstance(parts, list) and parts and isinstance(parts[0], dict) else {}
    latitude, longitude = _position(location.get("latitude"), location.get("longitude"))
    return Place(
        country=country_code(inner(record, "country").get("iso_code")),
        region=english(region),
        city=english(inner(record, "city")),
        latitude=latitude,
        longitude=longitude,
        radius_km=number(location.get("accuracy_radius"), 0, HALF_ROUND_KM),
        time_zone=text(location.get("time_zone")),
    )


def _flat(record: Record) -> Place:
    """`country_code`, `state1`, `city`, `latitude`, `timezone`: ip-location-db, IPinfo (old: `country`, `lat`)."""
    latitude, longitude = _position(
        record.get("latitude", record.get("lat")), record.get("longitude", record.get("lng"))
    )
    return Place(
        country=country_code(record["country_code"] if "country_code" in record else record.get("country")),
        region=text(record["region"] if "region" in record else record.get("state1")),
        city=text(record.get("city")),
        latitude=latitude,
        longitude=longitude,
        radius_km=number(record.get("radius"), 0, HALF_ROUND_KM),
        time_zone=text(record.get("timezone")),
    )


def _position(latitude: object, longitude: object) -> tuple[float | None, float | None]:
    """Both or neither: half a position is none."""
    north, east = number(latitude, -90, 90), number(longitude, -180, 180)
    return (None, None) if north is None or east is None else (north, east)
