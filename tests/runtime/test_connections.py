"""A connection whose socket has just been closed, on the loop that the worker runs on."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import uvloop
from aiokafka.conn import AIOKafkaConnection, CloseReason
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.metadata import MetadataRequest

from streams.runtime import connections


async def cut(told: list[CloseReason]) -> AIOKafkaConnection:
    """A connection as it is for a moment after its socket went: nobody has told it yet."""
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    made = AIOKafkaConnection(host, port, on_close=lambda _, reason: told.append(reason))
    made._reader, made._writer = await asyncio.open_connection(host, port)
    made._read_task = made._create_reader_task()
    made._versions = {MetadataRequest.API_KEY: (0, 5)}
    made._writer.transport.abort()
    await asyncio.sleep(0)
    server.close()
    return made


def test_a_write_to_a_closed_socket_is_a_lost_connection() -> None:
    connections.mend()
    connections.mend()
    told: list[Any] = []

    async def work() -> None:
        lost = await cut(told)
        with pytest.raises(KafkaConnectionError, match="broken: unable to perform operation"):
            await lost.send(MetadataRequest([]))
        assert not lost.connected()

    uvloop.run(work())
    assert told == [CloseReason.CONNECTION_BROKEN], "so that metadata are asked for again"


def test_it_is_still_needed() -> None:
    """When this fails, aiokafka has mended it, and so may we take ours out."""

    async def work() -> None:
        lost = await cut([])
        with pytest.raises(RuntimeError):
            await getattr(AIOKafkaConnection.send, "__wrapped__", AIOKafkaConnection.send)(lost, MetadataRequest([]))

    uvloop.run(work())
