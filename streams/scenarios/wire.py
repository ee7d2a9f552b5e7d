"""Events to topics, keys and bytes."""

from __future__ import annotations

from typing import Any

import orjson

from schemas.topics import LOGIN_EVENTS, PLATFORM_EVENTS

_LOGIN = (b'{"type":"login.', b'{"type":"session.')


def topic_of(event: dict[str, Any]) -> str:
    """Logical topic of an event: log-ins and sessions have their own."""
    return LOGIN_EVENTS.name if event["type"].startswith(("login.", "session.")) else PLATFORM_EVENTS.name


def topic_of_json(value: bytes) -> str:
    """Logical topic of an event's JSON as it is made here: the type comes first."""
    return LOGIN_EVENTS.name if value.startswith(_LOGIN) else PLATFORM_EVENTS.name


def encode(event: dict[str, Any]) -> bytes:
    """JSON of an event, fields in the order in which they were made: the same event always gives the same bytes."""
    return orjson.dumps(event)


def key_of(event: dict[str, Any]) -> bytes:
    """Kafka key: the account, so that one account's events stay in order."""
    account: str = event["account_id"]
    return account.encode()
