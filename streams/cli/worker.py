"""Run the pipeline until it is told to stop (SIGTERM or Ctrl-C).

Settings come from the environment; `personawatch check --settings` lists them
and `personawatch check` says whether this worker would start. Several workers
of one app id share the partitions.

With --shadow this worker runs another configuration beside the live workers
and nothing else: it reads their enriched-events, writes shadow-alerts, has a
group and states of its own, and calls for nobody. It begins with the oldest
event that is still there.
"""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from streams.cli.environment import load_catalogue, load_enricher, load_formats, settings_from
from streams.runtime import collector

if TYPE_CHECKING:
    from streams.detection.stage import Stage
    from streams.runtime.settings import Settings

EXAMPLES = """\
examples:
  PERSONAWATCH_BROKERS=kafka:9092 personawatch worker
  PERSONAWATCH_GEO_TABLE=/data/geo.mmdb PERSONAWATCH_HTTP_PORT=9200 \\
      personawatch worker
  PERSONAWATCH_HTTP_PORT=9109 personawatch worker --shadow tuned/
  personawatch alerts --prefix shadow-      what that shadow would have said
"""


def configure(parser: ArgumentParser) -> None:
    """Declare the arguments; all else about a worker is in its environment."""
    parser.usage = "personawatch worker [--shadow FOLDER|ids]"
    parser.add_argument(
        "--shadow",
        metavar="FOLDER|ids",
        help="a folder of catalogue files, or indicators to switch on as a,b (PERSONAWATCH_SHADOW)",
    )


def run(arguments: Namespace) -> int:
    """Build the stages, then hand over to the runtime."""
    with collector.at_rest():
        settings = settings_from(os.environ, shadow=arguments.shadow)
        stages, version = shadow(settings) if settings.shadow else live(settings)

        from streams.runtime.metrics import Metrics
        from streams.runtime.run import run_worker

        metrics = Metrics(version)
    return run_worker(settings, stages, metrics)


def live(settings: Settings) -> tuple[list[Stage], str]:
    """The stages, and the version of their catalogue."""
    catalogue = load_catalogue(settings)
    enricher = load_enricher(settings.geo_table, settings.asn_table, settings.networks_table, settings.tables_manifest)
    formats = load_formats(settings)

    from streams.pipeline import build_stages

    stages = build_stages(
        catalogue, enricher, formats=formats, bury_unknown_types=settings.unknown_types == "dead-letter"
    )
    return stages, catalogue.version


def shadow(settings: Settings) -> tuple[list[Stage], str]:
    """The same of a shadow, which needs neither tables nor formats."""
    from streams.detection.shadow import shadowed
    from streams.pipeline import build_stages
    from streams.replay.configuration import shadow_catalogue

    catalogue = shadow_catalogue(settings.shadow, settings)
    # Says in each alert that it is a shadow's, also where somebody has copied it to another place.
    stages = build_stages(catalogue, load_enricher("", "", ""), config_version=f"shadow-{catalogue.version}")
    return shadowed(stages), catalogue.version
