"""How a worker logs: state changes as key=value or JSON on stderr, libraries only when something is wrong."""

from __future__ import annotations

import logging
import sys

import structlog

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


def configure(log_format: str, level: str) -> None:
    """Set up logging for this process."""
    number = getattr(logging, level.upper())
    debugging = number <= logging.DEBUG
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s", force=True
    )
    if not debugging:
        # Not by level alone: aiokafka and Faust call Logger.debug for every record, and every call that is not
        # cut off at once builds a record (15 % of stock Faust's time).
        logging.disable(logging.DEBUG)
        for name, least in QUIET.items():
            logging.getLogger(name).setLevel(least)
    # Plain tracebacks: the pretty ones print local variables, and those are people's events.
    text = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
    rendering = structlog.processors.JSONRenderer() if log_format == "json" else text
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info if log_format == "json" else structlog.processors.StackInfoRenderer(),
            rendering,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
