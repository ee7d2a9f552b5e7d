"""With what a stream is replayed: catalogue, tables, formats. The worker's own settings, with what a person names over them."""

from __future__ import annotations

import difflib
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from enrichers.enrich import Enricher
from schemas.decoder import EventDecoder
from streams.cli.environment import load_catalogue, load_enricher, load_formats, settings_from
from streams.cli.outcome import BadConfigurationError
from streams.detection.catalogue.model import Catalogue, Indicator
from streams.detection.stage import Stage
from streams.pipeline import build_stages
from streams.replay.selection import SelectingStage, Selection
from streams.runtime.settings import Settings

DEMO, NONE = "demo", "none"
ROLES = ("geo", "asn", "networks")


class Configuration(NamedTuple):
    """Everything but the stream that the alerts depend on."""

    settings: Settings
    catalogue: Catalogue
    enricher: Enricher
    formats: Mapping[str, EventDecoder]

    def stages(self, selection: Selection, seen: set[bytes] | None = None) -> list[Stage]:
        """Fresh stages, as a worker's. `seen` is given the accounts of the selected events."""
        stages = build_stages(
            self.catalogue,
            self.enricher,
            formats=self.formats,
            bury_unknown_types=self.settings.unknown_types == "dead-letter",
        )
        if selection.is_all and seen is None:
            return stages
        return [SelectingStage(stages[0], selection, seen), *stages[1:]]


def configuration(
    environment: Mapping[str, str], catalogue: str | None = None, tables: Sequence[str] = (), form: str | None = None
) -> Configuration:
    """The configuration of the environment with a catalogue folder, tables and a format over it. Raises BadConfigurationError."""
    settings = settings_from(environment, login_format=form, platform_format=form, catalogue=catalogue)
    return Configuration(settings, load_catalogue(settings), enricher_of(settings, tables), load_formats(settings))


def shadow_catalogue(named: str, settings: Settings) -> Catalogue:
    """The catalogue of a shadow: that of a folder, or the live one with a comma list of indicators switched on.

    Raises BadConfigurationError: what is neither, what is on anyway, and what needs the fairness sign-off (REQ-F04).
    """
    if Path(named).is_dir():
        return load_catalogue(settings, named)
    if "/" in named or named.endswith(".toml"):
        raise BadConfigurationError(f"shadow {named}: no such folder; expected a folder with catalogue files")
    live = load_catalogue(settings)
    ids = [name.strip() for name in named.split(",")]
    if faults := [fault for name in ids if (fault := _not_for_a_shadow(name, live))]:
        raise BadConfigurationError("\n".join(faults))
    return load_catalogue(settings, also=ids)


def _not_for_a_shadow(name: str, live: Catalogue) -> str:
    """Why an indicator cannot be switched on in a shadow; empty when it can."""
    found = live.indicators.get(name)
    if found is None or found.planned:
        off = [each.id for each in live.indicators.values() if _can_be_switched_on(each)]
        near = difflib.get_close_matches(name, live.indicators, n=1)
        hint = f"; did you mean {near[0]}" if near else ""
        expected = f"expected a folder, or of the indicators that are off: {', '.join(sorted(off)) or 'there are none'}"
        what = "has no code yet" if found else "is neither a folder nor an indicator"
        return f"shadow: {name!r} {what}{'' if found else hint}; {expected}"
    if found.needs_sign_off:
        return f"shadow: {name!r} needs the fairness sign-off before it may run at all (REQ-F04)"
    return f"shadow: {name!r} is on already, so a shadow would show no difference" if found.enabled else ""


def _can_be_switched_on(indicator: Indicator) -> bool:
    return not (indicator.enabled or indicator.planned or indicator.needs_sign_off)


def enricher_of(settings: Settings, tables: Sequence[str]) -> Enricher:
    """The settings' tables; or `demo`, `none`, a manifest *.toml, or role=file each."""
    if not tables:
        return load_enricher(settings.geo_table, settings.asn_table, settings.networks_table, settings.tables_manifest)
    if list(tables) == [NONE]:
        return load_enricher("", "", "")
    if list(tables) == [DEMO]:
        from enrichers.demo import build

        with tempfile.TemporaryDirectory(prefix="personawatch-tables-") as folder:
            paths = build(Path(folder))
            return load_enricher(*(str(paths[role]) for role in ROLES))
    if len(tables) == 1 and tables[0].endswith(".toml"):
        return load_enricher("", "", "", tables[0])
    return load_enricher(*_by_role(tables))


def _by_role(tables: Sequence[str]) -> list[str]:
    named: dict[str, list[str]] = {role: [] for role in ROLES}
    for word in tables:
        role, equals, path = word.partition("=")
        if not equals or role not in named or not path:
            raise BadConfigurationError(
                f"--tables {word}: expected demo, none, a manifest *.toml, or role=file with the role "
                + " or ".join(ROLES)
            )
        named[role].append(path)
    return [",".join(named[role]) for role in ROLES]
