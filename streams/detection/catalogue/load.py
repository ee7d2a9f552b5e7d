"""Read and check the catalogue: every fault of every file at once, in words a person can act on."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable
from importlib.resources import files
from typing import Any

import msgspec

from streams.detection.catalogue.model import Catalogue, FamilyData, Indicator, Mitigator
from streams.detection.wording.filling import template_faults

RESERVED = "mitigators.toml"
SIGN_OFF = frozenset({"sanctioned_locale_setting"})
"""What no file can switch on without the sign-off, whatever it says of itself."""


class CatalogueError(ValueError):
    """The catalogue can't be used; the message lists every fault."""


def builtin() -> dict[str, str]:
    """Texts of the catalogue files that come with the product, by file name."""
    folder = files("streams.detection.catalogue")
    return {entry.name: entry.read_text("utf-8") for entry in folder.iterdir() if entry.name.endswith(".toml")}


def load(
    texts: dict[str, str] | None = None, *, enable: Iterable[str] = (), signed_off: Iterable[str] = ()
) -> Catalogue:
    """The catalogue from `texts` (default: the built-in files), with the indicators in `enable` switched on.

    Raises `CatalogueError`: unknown or planned ids in `enable`, one that needs a sign-off without it, any fault in a file.
    """
    texts = builtin() if texts is None else texts
    signed_off = frozenset(signed_off)
    faults: list[str] = []
    families: dict[str, FamilyData] = {}
    indicators: dict[str, Indicator] = {}
    mitigators: dict[str, Mitigator] = {}
    for name in sorted(texts):
        try:
            table = tomllib.loads(texts[name])
        except tomllib.TOMLDecodeError as error:
            faults.append(f"{name}: not TOML: {error}")
            continue
        if name == RESERVED:
            for mitigator_id, entry in table.items():
                _convert(
                    f"{name}: {mitigator_id}",
                    {**entry, "id": mitigator_id},
                    Mitigator,
                    mitigators,
                    mitigator_id,
                    faults,
                )
            continue
        code = str(table.get("family", {}).get("code", name))
        _convert(f"{name}: family", table.get("family", {}), FamilyData, families, code, faults)
        half_life = table.get("family", {}).get("half_life_days", 0.0)
        for indicator_id, entry in table.get("indicator", {}).items():
            filled = {"half_life_days": half_life, **entry, "id": indicator_id, "family": code}
            _convert(f"{name}: {indicator_id}", filled, Indicator, indicators, indicator_id, faults)
    faults += [fault for indicator in indicators.values() for fault in _incomplete(indicator)]
    for mitigator in mitigators.values():
        faults += [
            f"{RESERVED}: {mitigator.id}: effect on {target!r}, expected an indicator id or a family code"
            for target in mitigator.effects
            if target not in indicators and target not in families
        ]
    faults += _switch_on(indicators, tuple(enable))
    faults += [
        f"{indicator.family}: {name}: switched on, and it needs the fairness sign-off: name it in signed_off too (REQ-F04)"
        for name, indicator in indicators.items()
        if indicator.enabled and (indicator.needs_sign_off or name in SIGN_OFF) and name not in signed_off
    ]
    if faults:
        raise CatalogueError("the catalogue has faults:\n" + "\n".join(f"  - {fault}" for fault in faults))
    digest = hashlib.sha256(msgspec.json.encode([families, indicators, mitigators], order="deterministic")).hexdigest()[
        :12
    ]
    return Catalogue(families=families, indicators=indicators, mitigators=mitigators, version=digest)


def _convert(where: str, entry: Any, kind: Any, into: dict[str, Any], key: str, faults: list[str]) -> None:
    if key in into:
        faults.append(f"{where}: declared twice")
        return
    try:
        into[key] = msgspec.convert(entry, kind, strict=False)
    except msgspec.ValidationError as error:
        faults.append(f"{where}: {error}")


def _incomplete(indicator: Indicator) -> list[str]:
    """Texts that REQ-F09 and §8.3 ask of every indicator that can fire, and gaps of its sentence that nothing can fill."""
    where = f"{indicator.family}: {indicator.id}"
    found = (
        []
        if 0 < indicator.weight <= 100
        else [f"{where}: weight {indicator.weight}, expected more than 0 and at most 100"]
    )
    found += [f"{where}: sentence: {fault}" for fault in template_faults(indicator.sentence)]
    if indicator.planned:
        return found
    needed = (
        "sentence",
        "threshold_text",
        "innocent",
        "false_positives",
        "base_rate",
        "weight_reason",
        "steps",
        "window",
        "sources",
    )
    return found + [f"{where}: {field} is empty, expected a text" for field in needed if not getattr(indicator, field)]


def _switch_on(indicators: dict[str, Indicator], enable: tuple[str, ...]) -> list[str]:
    faults = []
    for wanted in enable:
        indicator = indicators.get(wanted)
        if indicator is None or indicator.planned:
            faults.append(f"enable: {wanted!r} is not an indicator that can be switched on")
        else:
            indicators[wanted] = msgspec.structs.replace(indicator, enabled=True)
    return faults
