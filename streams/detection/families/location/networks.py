"""Sorts of network by what their place says about where a person is."""

from __future__ import annotations

from enrichers.facts import ANONYMIZERS
from streams.detection.families.network.places import INHABITED

ACCESS = 0
MOBILE = 1
"""A carrier's gateway for many customers. It stands where the carrier hands over: at home for who roams, in a third country for who bought
data for the journey."""
CORPORATE = 2
"""A company gateway: a place, but the company's; MIT-CORP lowers what is made of it."""
TUNNEL = 3
"""Anonymized: the place is the exit's."""
SILENT = 4
"""Relay or satellite: the place says nothing."""
FOREIGN = 5
"""On an account's trail: a carrier's gateway in a country that the person never named, see `trail`."""
CARRIERS = frozenset({MOBILE, FOREIGN})

_SILENT = frozenset({"relay", "satellite"})
_CARRIER = frozenset({"mobile", "cgnat"})
_TUNNEL = ANONYMIZERS | {"residential_proxy"}


def kind_of(classes: tuple[str, ...]) -> int:
    """Give the sort of network that its classes make it; no class is an access network."""
    if not classes:
        return ACCESS
    if not _SILENT.isdisjoint(classes):
        return SILENT
    hidden = _TUNNEL.intersection(classes)
    if hidden and (hidden != {"hosting"} or INHABITED.isdisjoint(classes)):
        return TUNNEL
    if "corporate" in classes:
        return CORPORATE
    return ACCESS if _CARRIER.isdisjoint(classes) else MOBILE
