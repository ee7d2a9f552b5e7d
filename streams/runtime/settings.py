"""Every setting of a worker, declared once: name, type, default, what it is for, whether it is secret.

A field `flush_ms` is the environment variable `PERSONAWATCH_FLUSH_MS`. A secret can also come from a file named by
`PERSONAWATCH_…_FILE` (how container platforms mount secrets). `load` reports all faults at once.
"""

from __future__ import annotations

import difflib
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, NamedTuple, get_type_hints

from streams.runtime.setting_values import PREFIX, read, text_of, variable

SHADOW_SUFFIX = "-shadow"
_BROKER = re.compile(r"([^][\s:/@]+|\[[^][\s/@]*:[^][\s/@]*\]):[0-9]{1,5}")


class SettingsError(Exception):
    """The environment cannot be used; `faults` says everything that is wrong with it."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def _setting(
    default: Any,
    about: str,
    *,
    secret: bool = False,
    choices: tuple[str, ...] = (),
    least: float | None = None,
    most: float | None = None,
) -> Any:
    facts = {"about": about, "secret": secret, "choices": choices, "least": least, "most": most}
    return field(default=default, metadata=facts, repr=not secret)


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What a worker needs to know before it starts. Field order is the order of the documentation."""

    brokers: str = _setting("127.0.0.1:9092", "Kafka brokers to start from, as host:port,host:port")
    app_id: str = _setting(
        "personawatch",
        "consumer group; also the first part of every changelog's name. A shadow worker puts -shadow behind",
    )
    instance_id: str = _setting(
        "", "name of this worker within the group, stable over restarts; empty means the host name"
    )
    topic_prefix: str = _setting("", "put before the name of every topic, to run several deployments on one cluster")
    partitions: int = _setting(8, "partitions of topics that we create", least=1, most=1024)
    replication_factor: int = _setting(3, "replicas of topics that we create", least=1, most=16)
    create_topics: bool = _setting(False, "create missing topics at start instead of refusing to start")
    embedded: bool = _setting(False, "the broker is the demo's: no checks that it cannot answer")

    security: str = _setting(
        "PLAINTEXT",
        "how to talk to the brokers",
        choices=("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"),
    )
    sasl_mechanism: str = _setting(
        "SCRAM-SHA-512", "how to log in to the brokers", choices=("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
    )
    sasl_user: str = _setting("", "user name for the brokers")
    sasl_password: str = _setting("", "password for the brokers", secret=True)
    ssl_ca_file: str = _setting("", "PEM file of the authorities to trust; empty means the system's")
    ssl_cert_file: str = _setting("", "PEM file of our client certificate")
    ssl_key_file: str = _setting("", "PEM file of our client key")
    ssl_key_password: str = _setting("", "pass phrase of the client key", secret=True)

    max_poll_records: int = _setting(2000, "records taken from the broker in one step", least=1, most=20_000)
    flush_ms: int = _setting(
        200, "how long changed states may wait for their changelog; also the delay of acknowledgements", least=5
    )
    max_record_bytes: int = _setting(
        1_000_000, "largest record that we write; must not exceed the brokers' message.max.bytes", least=10_000
    )
    # Not lz4: aiokafka asks for its level 9, which takes six times as long as zstd and makes less of it small (`make bench`, part a).
    compression: str = _setting(
        "zstd",
        "compression of what we write; whoever reads alerts must know it",
        choices=("none", "gzip", "snappy", "lz4", "zstd"),
    )
    hot_states: int = _setting(200_000, "decoded states kept per partition before memory is given back", least=100)
    delivery_timeout_s: float = _setting(
        120.0, "how long an output is retried before the worker stops with exit code 70", least=1
    )
    no_progress_s: float = _setting(
        300.0, "stop with exit code 70 when there is lag and nothing moved for so long", least=10
    )
    session_timeout_s: float = _setting(10.0, "after how long the group gives up a silent worker", least=6, most=300)

    dead_letter_ratio: float = _setting(
        0.5, "stop when more than this share of the window became dead letters", least=0.01, most=1
    )
    dead_letter_window: int = _setting(10_000, "records in the window of the dead-letter share", least=100)
    dead_letter_run: int = _setting(5_000, "stop after so many dead letters in a row", least=10)
    catalogue: str = _setting(
        "", "folder of catalogue files in place of the built-in ones of the same names; empty means the built-in ones"
    )
    enable: str = _setting("", "indicators to switch on that are off by default, as a,b")
    signed_off: str = _setting(
        "", "indicators of `enable` with the fairness sign-off that they need (REQ-F04), as a,b; the worker logs it"
    )
    shadow: str = _setting(
        "",
        "run a shadow beside the live workers, and nothing else: a catalogue folder, or indicators to switch on, as a,b",
    )
    unknown_types: str = _setting(
        "drop", "what to do with events of a type that we do not know", choices=("drop", "dead-letter")
    )
    login_format: str = _setting(
        "detect",
        "format of login-events: detect, native, a name of `personawatch formats list`, or a map's file *.toml",
    )
    platform_format: str = _setting("detect", "format of platform-events, likewise")
    trusted_hops: int = _setting(
        1,
        "our own proxies in front of the platform, where a mapped field lists addresses as X-Forwarded-For",
        least=1,
        most=16,
    )
    trusted_proxies: str = _setting(
        "", "networks of our own proxies, as 10.0.0.0/8,2001:db8::/32: never taken for a client in a mapped field"
    )

    geo_table: str = _setting(
        "", "mmdb files for places, a,b: the first that knows an address gives its place; empty means unknown"
    )
    asn_table: str = _setting("", "mmdb file for networks and organisations; empty means unknown")
    networks_table: str = _setting(
        "", "mmdb files of known proxies, a,b: of providers, or of `personawatch tables build`; what they say is joined"
    )
    tables_manifest: str = _setting("", "TOML file that names the tables instead; its own change loads them")
    tables_watch_s: float = _setting(
        5.0,
        "how often table files are looked at: new ones are in use after two looks; 0 means only on SIGHUP",
        least=0,
        most=3600,
    )

    http_host: str = _setting("127.0.0.1", "address for /live, /ready and /metrics")
    http_port: int = _setting(9108, "port for /live, /ready and /metrics; 0 takes any free one", least=0, most=65_535)
    log_format: str = _setting("text", "how log lines look", choices=("text", "json"))
    log_level: str = _setting("info", "least important log line shown", choices=("debug", "info", "warning", "error"))

    def topic(self, logical: str) -> str:
        """Physical name of a topic."""
        return self.topic_prefix + logical

    def changelog(self, stage: str) -> str:
        """Physical name of the changelog of a stage."""
        return f"{self.app_id}-{stage}-changelog"

    def worker_name(self) -> str:
        """Name of this worker within the group."""
        return self.instance_id or socket.gethostname()

    def broker_list(self) -> list[str]:
        """The brokers as `host:port` strings."""
        return [broker.strip() for broker in self.brokers.split(",") if broker.strip()]


class Described(NamedTuple):
    """One line of the documentation of settings."""

    name: str
    type: str
    default: str
    about: str
    secret: bool


def describe() -> list[Described]:
    """Every setting for people, in the order of declaration."""
    hints = get_type_hints(Settings)
    return [
        Described(
            variable(item),
            " | ".join(item.metadata["choices"]) or hints[item.name].__name__,
            str(item.default).lower() if isinstance(item.default, bool) else str(item.default),
            item.metadata["about"],
            item.metadata["secret"],
        )
        for item in fields(Settings)
    ]


def load(environment: Mapping[str, str]) -> Settings:
    """Settings from the environment; raises `SettingsError` with every fault."""
    faults: list[str] = []
    values: dict[str, Any] = {}
    hints = get_type_hints(Settings)
    for item in fields(Settings):
        text = text_of(item, environment, faults)
        if text is not None:
            value = read(item, hints[item.name], text, faults)
            if value is not None:
                values[item.name] = value
    faults += _unknown(environment)
    settings = Settings(**values)
    if settings.shadow:  # a group and changelogs of its own, so that it can never take part in the live workers'
        settings = replace(settings, app_id=settings.app_id + SHADOW_SUFFIX)
    faults += _contradictions(settings)
    if faults:
        raise SettingsError(faults)
    return settings


def _unknown(environment: Mapping[str, str]) -> list[str]:
    known = {variable(item) for item in fields(Settings)}
    known |= {variable(item) + "_FILE" for item in fields(Settings) if item.metadata["secret"]}
    faults = []
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else "; `personawatch check --settings` lists what there is"
            faults.append(f"{name}: no such setting{hint}")
    return faults


def _contradictions(settings: Settings) -> list[str]:
    faults = []
    sasl = settings.security.startswith("SASL")
    if sasl and not settings.sasl_user:
        faults.append(f"{PREFIX}SASL_USER: missing, and SECURITY={settings.security} needs it")
    if sasl and not settings.sasl_password:
        faults.append(f"{PREFIX}SASL_PASSWORD: missing, and SECURITY={settings.security} needs it (or …_FILE)")
    if settings.ssl_key_file and not settings.ssl_cert_file:
        faults.append(f"{PREFIX}SSL_CERT_FILE: missing, and SSL_KEY_FILE is of no use without it")
    for name in ("ssl_ca_file", "ssl_cert_file", "ssl_key_file"):
        path = getattr(settings, name)
        if path and not Path(path).is_file():
            faults.append(f"{PREFIX}{name.upper()}: no file at {path}")
    if settings.security.endswith("SSL") and not faults:
        from streams.runtime import tls

        faults += tls.faults(settings)
    if settings.tables_manifest and (settings.geo_table or settings.asn_table or settings.networks_table):
        faults.append(f"{PREFIX}TABLES_MANIFEST: given beside GEO_TABLE, ASN_TABLE or NETWORKS_TABLE; keep one of them")
    return faults + [f"{PREFIX}BROKERS: {fault}" for fault in broker_faults(settings)]


def broker_faults(settings: Settings) -> list[str]:
    """What is wrong with the text of the brokers."""
    brokers = settings.broker_list()
    wrong = [
        broker for broker in brokers if not (_BROKER.fullmatch(broker) and 0 < int(broker.rpartition(":")[2]) < 1 << 16)
    ]
    faults = [f"found {broker!r}, expected host:port{_brackets(broker)}" for broker in wrong]
    return faults if brokers else ["empty, expected host:port"]


def _brackets(broker: str) -> str:
    return ", an IPv6 address in brackets" if broker.count(":") > 1 and "/" not in broker else ""
