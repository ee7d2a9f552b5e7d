"""Enrichment tables: places, networks, known proxies.

demo FOLDER         build the small invented tables of demo and scenarios
get FOLDER          fetch open data through pip: pinned by hash, never run
build FEEDS FOLDER  compile the lists that a feeds.toml names into tables
verify FOLDER       compare what build left there with its manifest
show [FOLDER]       lists, ages and licences of a build; without a folder
                    the tables of the settings: role, type, date, hash
lookup IP           what the tables know about an address
"""

from __future__ import annotations

import os
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from streams.cli import tables_build
from streams.cli.environment import load_enricher, settings_from
from streams.cli.outcome import OK, BadInputError, RefusedError
from streams.cli.text import safe

if TYPE_CHECKING:
    from enrichers.enrich import Enricher
    from enrichers.facts import Facts

EXAMPLES = """\
show and lookup take PERSONAWATCH_GEO_TABLE, _ASN_TABLE and _NETWORKS_TABLE.

A feeds.toml has one entry a list; all of it is checked before any is read:

  [[feeds]]
  name = "exits"               # the source that alerts will name
  format = "addresses"         # a wrong one is answered with all there are
  path = "torbulkexitlist"     # relative to this file; also .gz
  kinds = ["tor"]              # what it may be used for
  licence = "CC0"
  attribution = ""             # the line that must be shown with results
  max_age_days = 2
  dated = 2026-11-24           # only for lists without a date of their own
  operator = "EXAMPLE"         # where a line names none
  operators.EXAMPLE_RELAY = { name = "RELAY", kind = "relay" }
  asn_kinds = { 64500 = "corporate" }  # for lists with AS numbers

A list is refused, and nothing written, when it is a web page, empty, too old,
over 1 % unusable, less than half or more than double of the last build's, or
has prefixes that are not public or wider than /8 (IPv6 /16).

examples:
  personawatch tables lookup 175.45.176.1 --demo
  personawatch tables get var/tables
  personawatch tables build feeds.toml var/tables
  personawatch tables build feeds.toml var/tables --accept exits
  PERSONAWATCH_GEO_TABLE=var/tables/dbip-city-lite.mmdb \\
      personawatch tables lookup 8.8.8.8
"""

WANTS = {
    "demo": ("a folder", 1, 1),
    "get": ("a folder", 1, 1),
    "build": ("a feeds.toml and a folder", 2, 2),
    "verify": ("a folder", 1, 1),
    "show": ("a folder or nothing", 0, 1),
    "lookup": ("an address", 1, 1),
}
"""What each action takes: in words, at least, at most."""


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.usage = "personawatch tables ACTION [FEEDS] [FOLDER|IP] [options]"
    parser.add_argument("action", choices=tuple(WANTS), metavar="ACTION", help="see above")
    parser.add_argument("what", nargs="?", metavar="FEEDS|FOLDER|IP", help="what it is done with")
    parser.add_argument("folder", nargs="?", metavar="FOLDER", help="build: where the tables go")
    parser.add_argument(
        "--accept", action="append", default=[], metavar="NAME", help="build: take this list's new size as right"
    )
    parser.add_argument("--demo", action="store_true", help="show, lookup: the demo's tables instead of the settings'")
    parser.add_argument("--agent", metavar="TEXT", help="lookup: also read this user agent")
    parser.add_argument("--json", action="store_true", help="lookup: the facts as they stand in enriched-events")


def run(arguments: Namespace) -> int:
    """Do what was asked."""
    wants, fewest, most = WANTS[arguments.action]
    if not fewest <= (arguments.what is not None) + (arguments.folder is not None) <= most:
        raise BadInputError(f"{arguments.action} takes {wants}; see personawatch tables --help")
    actions = {
        "demo": _demo,
        "get": _get,
        "build": tables_build.build,
        "verify": tables_build.verify,
        "show": _show,
        "lookup": _lookup,
    }
    return actions[arguments.action](arguments)


def _demo(arguments: Namespace) -> int:
    from enrichers.demo import build

    try:
        paths = build(Path(arguments.what))
    except OSError as error:
        raise BadInputError(f"{arguments.what}: {error.strerror}; name a folder that can be written") from error
    _say_settings(paths)
    return OK


def _get(arguments: Namespace) -> int:
    from enrichers.open_data import SOURCES, OpenDataError, fetch

    folder = Path(arguments.what)
    try:
        fetch(folder, lambda line: print(line, file=sys.stderr, flush=True))
    except OpenDataError as error:
        raise RefusedError(str(error)) from error
    except OSError as error:
        raise BadInputError(f"{arguments.what}: {error.strerror}; name a folder that can be written") from error
    first: dict[str, Path] = {}
    for source in SOURCES:
        first.setdefault(source.role, folder / source.file)
    _say_settings(first)
    return OK


def _say_settings(paths: dict[str, Path]) -> None:
    print("\n".join(f"PERSONAWATCH_{role.upper()}_TABLE={path}" for role, path in paths.items()))


def _show(arguments: Namespace) -> int:
    if arguments.what is not None:
        return tables_build.show(Path(arguments.what))
    snapshot = _enricher(demo=arguments.demo).snapshot
    print(f"{'role':<10}{'built':<12}{'sha256':<14}type")
    for row in snapshot.versions():
        built = datetime.fromtimestamp(int(row["epoch"]), UTC).date().isoformat()
        print(f"{row['role']:<10}{built:<12}{str(row['sha256'])[:12]:<14}{safe(str(row['type']))}")
    missing = [role for role in ("geo", "asn", "networks") if role not in {table.role for table in snapshot.tables}]
    print(
        f"snapshot {snapshot.id}" + (f"; no table for {', '.join(missing)}: these facts are unknown" if missing else "")
    )
    return OK


def _lookup(arguments: Namespace) -> int:
    import msgspec

    enricher = _enricher(demo=arguments.demo)
    facts = enricher.facts(arguments.what, arguments.agent, datetime.now(UTC).date())
    if facts.address_kind == "none":
        raise BadInputError(f"{arguments.what!r} is not an IP address; expected such as 203.0.113.7 or 2001:db8::1")
    if arguments.json:
        print(msgspec.json.encode(facts).decode())
    else:
        print("\n".join(facts_in_words(facts)))
    return OK


def facts_in_words(facts: Facts) -> list[str]:
    """One line a fact; what is not known says so."""
    place = ", ".join(part for part in (facts.city, facts.region, facts.country) if part)
    at = f"{facts.latitude}, {facts.longitude}" + (f" within {facts.radius_km:g} km" if facts.radius_km else "")
    listed = [f"{e.network_class} by {e.source} {e.dated} ({e.confidence:.0%} sure)" for e in facts.lists]
    rows = {
        "address": f"{facts.ip or 'not shown'} ({facts.address_kind}), network {facts.network}",
        "place": place,
        "position": at if facts.latitude is not None else "",
        "time zone": facts.geo_tz,
        "network of": f"AS{facts.asn} {facts.organisation or ''}" if facts.asn else "",
        "classes": ", ".join(facts.classes) + (f", operator {facts.operator}" if facts.operator else ""),
        "listed as": "; ".join(listed),
        "registry": f"{facts.registry} ({facts.registry_confidence:.0%} sure)"
        if facts.registry
        else "in no reviewed range",
        "agent": facts.agent,
        "tables": facts.tables,
    }
    return [f"{name:<12}{safe(value or 'not known')}" for name, value in rows.items()]


def _enricher(*, demo: bool) -> Enricher:
    if not demo:
        settings = settings_from(os.environ)
        return load_enricher(settings.geo_table, settings.asn_table, settings.networks_table)
    from enrichers.demo import build

    with tempfile.TemporaryDirectory(prefix="personawatch-tables-") as folder:
        paths = build(Path(folder))
        return load_enricher(str(paths["geo"]), str(paths["asn"]), str(paths["networks"]))
