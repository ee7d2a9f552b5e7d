"""A worker's decoder, which knows every format, gives bytes that are no text the same reason as the decoder of our own format alone."""

from __future__ import annotations

import pytest

from schemas.decoder import EventDecoder
from schemas.formats.inputs import decoders
from schemas.reasons import Reject, RejectReason


@pytest.mark.parametrize("value", [b"\xff\xfe", b'\xe9{"type":"x"}', b'{"type":"\xe9"}', b"[\x80]"])
def test_not_utf8_is_called_that(value: bytes) -> None:
    for decoder in (EventDecoder(), decoders({"login-events": "detect"})["login-events"]):
        [outcome] = decoder.decode(value, -1)
        assert isinstance(outcome, Reject)
        assert outcome.reason is RejectReason.NOT_UTF8
