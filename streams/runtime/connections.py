"""aiokafka's connections under uvloop: a write to a socket that has just been closed is a lost connection.

asyncio takes such a write and drops it, uvloop raises RuntimeError, and aiokafka expects neither but OSError (aiokafka issue 1038). When
it hits the task that keeps a producer's metadata, that task ends without a word: the worker calls itself ready and never writes again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from aiokafka.conn import AIOKafkaConnection, CloseReason
from aiokafka.errors import KafkaConnectionError


def closing(send: Callable[..., Any]) -> Callable[..., Any]:
    """Make a connection's way to send close the connection, and say so as aiokafka does, when its socket is gone."""

    @wraps(send)
    def sends(self: Any, *arguments: Any, **options: Any) -> Any:
        try:
            return send(self, *arguments, **options)
        except RuntimeError as error:
            self.close(reason=CloseReason.CONNECTION_BROKEN, exc=error)
            raise KafkaConnectionError(f"Connection at {self.host}:{self.port} broken: {error}") from error

    return sends


def mend() -> None:
    """Do it to all connections of this process; a second time changes nothing."""
    for name in ("send", "_send_sasl_token"):
        send = getattr(AIOKafkaConnection, name)
        if not hasattr(send, "__wrapped__"):
            setattr(AIOKafkaConnection, name, closing(send))
