"""Run the pipeline until it is told to stop (SIGTERM or Ctrl-C).

Settings come from the environment; `personawatch check --settings` lists them
and `personawatch check` says whether this worker would start. Several workers
of one app id share the partitions.
"""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace

from streams.cli.environment import load_catalogue, load_enricher, load_formats, settings_from
from streams.runtime import collector

EXAMPLES = """\
examples:
  PERSONAWATCH_BROKERS=kafka:9092 personawatch worker
  PERSONAWATCH_GEO_TABLE=/data/geo.mmdb PERSONAWATCH_HTTP_PORT=9200 \\
      personawatch worker
"""


def configure(parser: ArgumentParser) -> None:
    """Take no arguments: a worker is described by its environment alone."""
    parser.usage = "personawatch worker"


def run(arguments: Namespace) -> int:
    """Build the stages, then hand over to the runtime."""
    del arguments
    with collector.at_rest():
        settings = settings_from(os.environ)
        catalogue = load_catalogue()
        enricher = load_enricher(
            settings.geo_table, settings.asn_table, settings.networks_table, settings.tables_manifest
        )
        formats = load_formats(settings)

        from streams.pipeline import build_stages
        from streams.runtime.run import run_worker

        stages = build_stages(
            catalogue, enricher, formats=formats, bury_unknown_types=settings.unknown_types == "dead-letter"
        )
    return run_worker(settings, stages)
