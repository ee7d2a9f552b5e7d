"""How a broker is asked; what its answers mean is tested with a real one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiokafka import conn

from streams.runtime.reach import UnreachableError, reach
from streams.runtime.settings import Settings


def test_an_address_of_ipv6_is_written_in_brackets_and_asked_without(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    async def create(host: str, port: int, **_: Any) -> Any:
        asked.append((host, port))
        raise ConnectionRefusedError("nobody there")

    monkeypatch.setattr(conn, "create_conn", create)
    with pytest.raises(UnreachableError) as caught:
        asyncio.run(reach(Settings(brokers="[2001:db8::1]:9092,kafka:9093")))
    assert asked == [("2001:db8::1", 9092), ("kafka", 9093)]
    assert caught.value.faults[0].startswith("broker [2001:db8::1]:9092: cannot connect: ")
    assert not caught.value.final
