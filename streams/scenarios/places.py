"""Which country stands for which letter of a story: letters mean roles (home, exit, bank), never anybody's origin."""

from __future__ import annotations

from collections.abc import Mapping

from enrichers.demo import DemoNetworks

DEFAULT_PLACES: Mapping[str, str] = {
    "A": "PT",  # what the account claims, in every story but B06
    "B": "NO",
    "C": "CA",
    "D": "JP",
    "E": "BR",
    "F": "ZA",
    "G": "IN",
    "H": "AU",
    "K": "PL",
    "L": "GB",
    "M": "FR",
    "N": "DE",
    "U": "US",
    "X": "SG",  # UTC+8, more than an hour from A, B, C, E and F
    "Z": "CN",  # B06
}
"""Letter → ISO country. A to H are the letters of the demo networks; the catalogue's own letters are among them."""


class Places:
    """ISO code and clock of every letter.

    `countries` replaces some or all of `DEFAULT_PLACES`. A letter's clock is that of its country's first city unless
    `zones` names it. REQ-F03's test permutes countries and may keep the clocks (`zones=default_zones()`), permuting
    the detector's offsets instead.
    """

    def __init__(
        self, networks: DemoNetworks, countries: Mapping[str, str] | None, zones: Mapping[str, str] | None
    ) -> None:
        self._iso = {**DEFAULT_PLACES, **(countries or {})}
        known = set(networks.countries)
        unknown = sorted(iso for iso in self._iso.values() if iso not in known)
        if unknown:
            raise ValueError(
                f"places: no demo networks in {', '.join(unknown)}; there are {', '.join(networks.countries)}"
            )
        clocks = {letter: networks.city(iso).time_zone for letter, iso in self._iso.items()}
        self._zones = {**clocks, **(zones or {})}

    def iso(self, letter: str) -> str:
        """Country code of a letter."""
        return self._iso[letter]

    def zone(self, letter: str) -> str:
        """IANA zone that clocks of a letter show."""
        return self._zones[letter]


def default_zones() -> dict[str, str]:
    """Letter → zone as they are without any permutation."""
    places = Places(DemoNetworks(), None, None)
    return {letter: places.zone(letter) for letter in DEFAULT_PLACES}
