"""Words that say where somebody is from, as patterns for the linter. Used to keep them out of alerts, for nothing else.

Country names come from the time-zone data (`iso3166.tab`), so that no list of countries is kept here.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_DEMONYMS = re.compile(
    r"\b(?:(?:north |south )?koreans?|chinese|japanese|russians?|belarusians?|ukrainians?|iranians?|iraqis?|syrians?"
    r"|indians?|pakistanis?|bangladeshis?|vietnamese|filipinos?|indonesians?|malaysians?|thais?|laotians?|cambodians?"
    r"|burmese|nigerians?|ghanaians?|kenyans?|tanzanians?|ethiopians?|egyptians?|moroccans?|americans?|canadians?"
    r"|mexicans?|brazilians?|argentin(?:es?|ians?)|cubans?|venezuelans?|colombians?|british|irish|french|germans?|spanish"
    r"|portuguese|italians?|dutch|swedish|norwegians?|danish|finnish|polish|romanians?|bulgarians?|serbians?|turkish|turks?"
    r"|israelis?|arabs?|africans?|asians?|europeans?|slavic|latinos?) "
    r"(?:persons?|people|man|men|woman|women|users?|owners?|holders?|workers?|freelancers?|developers?|individuals?|teams?"
    r"|actors?|origin|descent|speakers?|names?|accents?|faces?)\b|\b(?:is|are|was|were|be|seems?|looks?|sounds?) "
    r"(?:a |an )?(?:probably |likely |possibly )?(?:north |south )?(?:koreans?|chinese|russians?|iranians?|nigerians?"
    r"|indians?|pakistanis?|vietnamese|ukrainians?|belarusians?|filipinos?|japanese|americans?)\b",
    re.IGNORECASE,
)
_PERSON = (
    r"(?:persons?|people|users?|owners?|holders?|workers?|freelancers?|developers?|applicants?|individuals?|operators?"
    r"|somebody|someone|who|he|she|they)"
)
_IS = r"(?:is|are|was|were|comes?|came|lives?|lived|resides?|works?|worked|sits?|appears?|seems?|may be|must be|likely)"


def origin_pattern() -> re.Pattern[str]:
    """Match a word for a people used of a person."""
    return _DEMONYMS


@cache
def statement_pattern() -> re.Pattern[str]:
    """Match a sentence that places a person in a country, by name or by code; "countries" in general stay sayable."""
    names = "|".join(re.escape(name) for name in sorted(country_names(), key=lambda name: (-len(name), name)))
    codes = "|".join(sorted(country_codes()))
    place = rf"(?:the )?(?:{names}|(?:{codes})\b)"
    return re.compile(rf"\b(?i:{_PERSON})\b[^.;:]{{0,40}}\b(?i:{_IS})\b[^.;:]{{0,30}}\b(?i:from|in|of|inside) {place}")


@cache
def country_codes() -> frozenset[str]:
    """Give the ISO 3166 codes that the time-zone data knows."""
    return frozenset(line.split("\t")[0] for line in _lines())


@cache
def country_names() -> frozenset[str]:
    """Give English country names; of `Korea (North)` both words and `North Korea`."""
    found = {"DPRK"}
    for line in _lines():
        name = line.split("\t")[1]
        plain, _, qualifier = name.partition(" (")
        found.add(plain)
        if qualifier:
            found.add(f"{qualifier.rstrip(')')} {plain}")
    return frozenset(found)


def _lines() -> list[str]:
    table = files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text("utf-8")
    return [line for line in table.splitlines() if line and not line.startswith("#")]
