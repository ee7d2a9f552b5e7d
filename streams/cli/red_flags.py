"""The red flags of the 2022 advisory in a few words each, and which indicators name one as their source."""

from __future__ import annotations

from typing import NamedTuple

from streams.detection.catalogue.model import Catalogue, Indicator

SOURCE = "ADV22-"

RED_FLAGS = {
    "P1": "several log-ins from different addresses in a short time",
    "P2": "several accounts from one address",
    "P3": "logged in without a break for a day or more",
    "P4": "technical signs of remote desktops",
    "P5": "a false client account lifts a rating; one payment account",
    "P6": "one template for bids and messages on several accounts",
    "P7": "several accounts rated highly by one client in a short time",
    "P8": "very many bids, few accepted",
    "P9": "frequent transfers, sometimes through companies",
    "C1": "account was shut down, or another one is to be used",
    "C2": "payment services that hide where money goes",
    "C3": "names, places, history, hours do not fit together",
    "C4": "very simple portfolio sites",
    "C5": "cold calls by supposed executives",
    "C6": "asks to talk on another platform",
    "C7": "equipment to an address that is not the person's",
    "C8": "asks for virtual currency",
    "C9": "asks for money without checks of the work",
    "C10": "can't work in the required hours",
    "C11": "wrong or changing contact data",
    "C12": "biography does not fit the applicant",
    "C13": "tasks not done or answered in time",
    "C14": "can't be reached in time",
    "C15": "asks colleagues to lend personal information",
}
"""ADV22's flags for platforms (P) and for companies (C), paraphrased."""


class Flag(NamedTuple):
    """One red flag and the indicators made from it."""

    id: str
    about: str
    implemented: tuple[str, ...]
    off: tuple[str, ...]
    """Implemented, and off until somebody switches them on."""
    planned: tuple[str, ...]


def coverage(catalogue: Catalogue) -> list[Flag]:
    """Every red flag, in the advisory's order."""
    return [_flag(name, about, list(catalogue.indicators.values())) for name, about in RED_FLAGS.items()]


def _flag(name: str, about: str, indicators: list[Indicator]) -> Flag:
    made = sorted((i for i in indicators if SOURCE + name in i.sources), key=lambda indicator: indicator.id)
    return Flag(
        name,
        about,
        tuple(i.id for i in made if not i.planned and i.enabled),
        tuple(i.id for i in made if not i.planned and not i.enabled),
        tuple(i.id for i in made if i.planned),
    )
