"""What commands take from the environment: the worker's own settings, with the options of the command line over them."""

from __future__ import annotations

import os
import tempfile
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from streams.cli.outcome import BadConfigurationError

if TYPE_CHECKING:
    from enrichers.enrich import Enricher
    from schemas.decoder import EventDecoder
    from streams.detection.catalogue.model import Catalogue
    from streams.detection.stage import Stage
    from streams.runtime.settings import Settings


def add_kafka_options(parser: ArgumentParser) -> None:
    """Let a person name the cluster without an environment."""
    parser.add_argument("--brokers", metavar="HOST:PORT", help="instead of PERSONAWATCH_BROKERS")
    parser.add_argument("--prefix", metavar="TEXT", help="topic prefix, instead of PERSONAWATCH_TOPIC_PREFIX")


def settings_from(environment: Mapping[str, str], **over: str | None) -> Settings:
    """The settings, with those in `over` that are not None in place of the environment's."""
    from streams.runtime.setting_values import PREFIX
    from streams.runtime.settings import SettingsError, load

    given = {PREFIX + name.upper(): value for name, value in over.items() if value is not None}
    try:
        return load({**environment, **given})
    except SettingsError as error:
        raise BadConfigurationError(str(error)) from error


def kafka_settings(brokers: str | None, prefix: str | None) -> Settings:
    """The settings for a command that talks to Kafka."""
    return settings_from(os.environ, brokers=brokers, topic_prefix=prefix)


def load_catalogue(settings: Settings, folder: str | None = None, also: Sequence[str] = ()) -> Catalogue:
    """The catalogue of the settings, proved to agree with the code; `folder` in place of theirs, `also` switched on.

    Raises BadConfigurationError with every fault of every file.
    """
    from streams.detection import registry
    from streams.detection.catalogue.load import CatalogueError, load

    texts = _texts(settings.catalogue if folder is None else folder)
    enable = [*_listed(settings.enable), *also]
    try:
        catalogue = load(texts, enable=enable, signed_off=_listed(settings.signed_off))
        registry.agree(catalogue)
    except CatalogueError as error:
        raise BadConfigurationError(str(error)) from error
    return catalogue


def _texts(folder: str) -> dict[str, str]:
    """The built-in catalogue files, with those of a folder in the place of the ones of the same name."""
    from streams.detection.catalogue.load import builtin

    texts = builtin()
    if folder:
        own = {path.name: path for path in sorted(Path(folder).glob("*.toml"))}
        if not own:
            raise BadConfigurationError(f"{folder}: found no *.toml; expected a folder with catalogue files")
        try:
            texts |= {name: path.read_text("utf-8") for name, path in own.items()}
        except (OSError, UnicodeDecodeError) as error:
            raise BadConfigurationError(f"{folder}: {error}") from error
    return texts


def _listed(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def load_enricher(geo: str, asn: str, networks: str, manifest: str = "") -> Enricher:
    """An enricher on table files (several with commas between), or on those of a manifest; no name leaves a role unknown.

    The private copies are unlinked at once: the mappings keep them alive, and nothing is left behind however the process ends.
    """
    from enrichers.enrich import Enricher
    from enrichers.manifest import named_files
    from enrichers.snapshot import TablesError, load_sources

    with tempfile.TemporaryDirectory(prefix="personawatch-tables-") as scratch:
        try:
            return Enricher(load_sources(named_files(geo, asn, networks, manifest), Path(scratch)))
        except TablesError as error:
            raise BadConfigurationError(str(error)) from error


def load_formats(settings: Settings) -> dict[str, EventDecoder]:
    """The decoders of the input topics in the formats of the settings."""
    from schemas.formats.inputs import decoders, read_trust
    from schemas.formats.model import MapError
    from schemas.topics import LOGIN_EVENTS, PLATFORM_EVENTS

    names = {LOGIN_EVENTS.name: settings.login_format, PLATFORM_EVENTS.name: settings.platform_format}
    try:
        return decoders(names, read_trust(settings.trusted_hops, settings.trusted_proxies))
    except MapError as error:
        raise BadConfigurationError(str(error)) from error


def bare_stages() -> list[Stage]:
    """The stages without tables: for questions about their names, inputs and states."""
    from streams.pipeline import build_stages

    return build_stages(load_catalogue(settings_from({})), load_enricher("", "", ""))
