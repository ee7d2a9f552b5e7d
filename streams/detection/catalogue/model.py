"""The indicator catalogue as typed values: what an analyst may tune without touching code.

One TOML file a family; `load.py` reads and checks them. Weights, caps and roots follow catalogue §4.3 and §5.
"""

from __future__ import annotations

import msgspec


class Indicator(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One indicator. `planned` ones have a weight and sources but no code yet, and never fire."""

    id: str = ""
    family: str = ""
    title: str
    weight: float
    """Contribution 0–100 at confidence 1.0."""
    scope: str
    """event | window | cross-account | consistency."""
    sources: tuple[str, ...]
    planned: bool = False
    hard: bool = False
    """Opens a priority case for a person even alone."""
    enabled: bool = True
    needs_sign_off: bool = False
    """Enabling it needs the deployer's fairness sign-off, which is logged (REQ-F04)."""
    explained_by_cluster: bool = False
    """Its edges are counted by `strong_edge_cluster`; its own contribution is halved then."""
    protective: bool = False
    """At an effective contribution of 35 or more it sends safety notices, whatever the tier (§4.3 step 7)."""
    welfare: bool = False
    """Adds the note on possible coercion (REQ-H03); never a score."""
    half_life_days: float = 0.0
    """0 = the family's."""
    window: str = ""
    """The window in words, shown with the evidence."""
    thresholds: dict[str, float] = {}
    sentence: str = ""
    """Plain sentence about account activity; `{name}` is filled from the evidence's numbers, `{devices:device|devices}` with the number
    and the form that fits it (`wording/filling.py`)."""
    threshold_text: str = ""
    """The threshold in words, shown beside the count."""
    innocent: tuple[str, ...] = ()
    """Innocent explanations to check first, likeliest first."""
    false_positives: str = ""
    base_rate: str = ""
    weight_reason: str = ""
    steps: tuple[str, ...] = ()
    """Suggested next steps, least harm first."""
    victims: tuple[str, ...] = ()
    """Roles that may be victims."""
    mitre: tuple[str, ...] = ()


class FamilyData(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One family: root and cap of its score, half-life of its evidence."""

    code: str
    name: str
    root: str
    cap: float
    half_life_days: float


class Mitigator(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One mitigator: factors by indicator id, or by family code for all of a family."""

    id: str = ""
    title: str
    sentence: str
    effects: dict[str, float]


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is data about detection. `version` is a hash of it and stands in every alert."""

    families: dict[str, FamilyData]
    indicators: dict[str, Indicator]
    mitigators: dict[str, Mitigator]
    version: str
