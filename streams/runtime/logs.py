"""How a worker logs: state changes as key=value or JSON on stderr, libraries only when something is wrong and in the same form."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

from streams.runtime.log_lines import BY_TEXT
from streams.runtime.metrics import BY_NAME

# Faust and its parts say a page of text at every start and rebalance; what matters of it is in our own lines.
QUIET = {
    "aiokafka": logging.ERROR,
    # Ten times a second while a topic is missing; which one is in our own lines.
    "aiokafka.cluster": logging.CRITICAL,
    "faust": logging.ERROR,
    "mode": logging.ERROR,
    "kafka": logging.ERROR,
    "asyncio": logging.ERROR,
    # Faust logs for subclasses of its services under their modules; our own lines do not pass through these loggers.
    "streams.runtime.driver": logging.ERROR,
    "streams.runtime.table": logging.ERROR,
}

# The same words of a library again, in seconds: aiokafka asks ten times a second for what is away, and says so each time.
ONCE_IN_S = 60
MOST_REMEMBERED = 1_000


class Repeats(logging.Filter):
    """Lets a library say the same thing once a minute."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this has not been said lately."""
        words = (record.name, f"{record.msg} {record.args}")
        if record.created - self._said.get(words, float("-inf")) < ONCE_IN_S:
            return False
        if len(self._said) >= MOST_REMEMBERED:
            self._said.clear()
        self._said[words] = record.created
        return True


def configure(log_format: str, level: str) -> None:
    """Set up logging for this process: every line of ours, of a library or of Python's warnings looks alike."""
    number = getattr(logging, level.upper())
    rendering = _rendering(log_format)
    handler = _configure_libraries(rendering)
    if number > logging.DEBUG:
        handler.addFilter(Repeats())
        # Not by level alone: aiokafka and Faust call Logger.debug for every record, and every call that is not
        # cut off at once builds a record (15 % of stock Faust's time).
        logging.disable(logging.DEBUG)
        for name, least in QUIET.items():
            logging.getLogger(name).setLevel(least)
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, *STAMPS, *rendering],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def add_metric(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Name the metric that tells the same as a number, as Prometheus knows it."""
    line = BY_TEXT.get(event["event"])
    if line is not None:
        event["metric"] = BY_NAME[line.metric].exposed
    return event


STAMPS: tuple[structlog.typing.Processor, ...] = (add_metric, structlog.processors.TimeStamper(fmt="iso", utc=True))


def _rendering(log_format: str) -> list[structlog.typing.Processor]:
    if log_format == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    # Plain tracebacks: the pretty ones print local variables, and those are people's events.
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]


def _configure_libraries(rendering: list[structlog.typing.Processor]) -> logging.Handler:
    alike: list[Any] = [structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name, *STAMPS]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=alike,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(True)
    return handler
