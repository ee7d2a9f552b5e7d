"""Whether a broker lets us in, and if not, why: the answer that client libraries hide behind "unable to bootstrap"."""

from __future__ import annotations

import asyncio
import ssl
from typing import Any, NamedTuple

from streams.runtime import clients
from streams.runtime.settings import Settings

# A connection that ends without a word is a wrong listener, or a broker (or a proxy before it) on its way up or down.
# The second passes.
CUT_TIMES = 3
CUT_PAUSE_S = 1.0

# What a client without TLS reads as the length of an answer when a TLS listener sends an alert: 0x15, and the version.
TLS_ALERT = 0x15

# X509_V_ERR_HOSTNAME_MISMATCH and _IP_ADDRESS_MISMATCH.
OTHER_NAME = (62, 64)


class UnreachableError(Exception):
    """No broker lets us in; `faults` has one line for each that was tried.

    `final` when waiting cannot help: a broker answered and refused us.
    """

    def __init__(self, faults: list[str], *, final: bool) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults
        self.final = final


class Fault(NamedTuple):
    """Why one broker did not let us in."""

    text: str
    final: bool
    cut: bool = False
    """The connection ended without a word: final when it happens again and again."""


async def reach(settings: Settings, wait_s: float = 5.0) -> None:
    """Connect and log in to the first broker that lets us, as every client will; raises `UnreachableError`."""
    options = clients.aiokafka(settings)
    del options["bootstrap_servers"]
    faults: list[str] = []
    final = False
    for broker in settings.broker_list():
        fault = await _try_again(broker, options, wait_s)
        if fault is None:
            return
        faults.append(f"broker {broker}: {fault.text}")
        final = final or fault.final
    raise UnreachableError(faults, final=final)


async def _try_again(broker: str, options: dict[str, Any], wait_s: float) -> Fault | None:
    for _ in range(CUT_TIMES - 1):
        fault = await _try(broker, options, wait_s)
        if fault is None or not fault.cut:
            return fault
        await asyncio.sleep(CUT_PAUSE_S)
    fault = await _try(broker, options, wait_s)
    return fault._replace(final=True) if fault is not None and fault.cut else fault


async def _try(broker: str, options: dict[str, Any], wait_s: float) -> Fault | None:
    from aiokafka.conn import create_conn
    from aiokafka.errors import KafkaError
    from aiokafka.protocol.metadata import MetadataRequest

    host, _, port = broker.rpartition(":")
    connection = None
    try:
        connection = await create_conn(host.strip("[]"), int(port), request_timeout_ms=int(wait_s * 1000), **options)
        # A listener that wants a password answers the questions of connecting, and nothing after them.
        await connection.send(MetadataRequest([]))
    except (OSError, KafkaError, TimeoutError) as error:
        return _fault(error, options["security_protocol"], asked=connection is not None)
    finally:
        if connection is not None:
            connection.close()
    return None


def _fault(error: Exception, security: str, *, asked: bool) -> Fault:
    from aiokafka.errors import (
        IllegalSaslStateError,
        KafkaConnectionError,
        SaslAuthenticationFailed,
        UnsupportedSaslMechanismError,
    )

    given = f"PERSONAWATCH_SECURITY is {security}"
    cause = error.__cause__ if isinstance(error, KafkaConnectionError) else error
    match cause:
        case SaslAuthenticationFailed():
            return Fault("refused our user name or password (PERSONAWATCH_SASL_USER, PERSONAWATCH_SASL_PASSWORD)", True)
        case UnsupportedSaslMechanismError():
            return Fault("does not know the way to log in (PERSONAWATCH_SASL_MECHANISM)", True)
        case IllegalSaslStateError():
            return Fault(f"wants no user name and password ({given})", True)
        case ssl.SSLCertVerificationError():
            setting = "BROKERS" if cause.verify_code in OTHER_NAME else "SSL_CA_FILE"
            return Fault(f"its certificate is not to be trusted: {cause.verify_message} (PERSONAWATCH_{setting})", True)
        case ssl.SSLError(reason=str(reason)) if "ALERT" in reason:
            words = reason.partition("ALERT_")[2].lower().replace("_", " ")
            return Fault(
                f"refused our client certificate, or that we have none: {words}"
                " (PERSONAWATCH_SSL_CERT_FILE, PERSONAWATCH_SSL_KEY_FILE)",
                True,
            )
        case asyncio.IncompleteReadError(expected=int(expected)) if expected >> 24 == TLS_ALERT:
            return Fault(f"speaks TLS and we do not ({given})", True)
        case asyncio.IncompleteReadError() if asked and not security.startswith("SASL"):
            return Fault(f"closed the connection at our first question: it may want a password ({given})", False, True)
        case ssl.SSLError() | ConnectionResetError() | asyncio.IncompleteReadError():
            other = "speak without TLS" if security.endswith("SSL") else "want TLS"
            return Fault(f"closed the connection without an answer: it may {other} ({given})", False, True)
    return Fault(f"cannot connect: {cause or error!r} (PERSONAWATCH_BROKERS)", False)
