"""Whether a broker lets us in, and if not, why: the answer that client libraries hide behind "unable to bootstrap"."""

from __future__ import annotations

import ssl
from typing import Any

from streams.runtime import clients
from streams.runtime.settings import Settings

ABSENT = "cannot connect"


class UnreachableError(Exception):
    """No broker lets us in; `faults` has one line for each that was tried.

    `final` when waiting cannot help: a broker answered and refused us.
    """

    def __init__(self, faults: list[str], *, final: bool) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults
        self.final = final


async def reach(settings: Settings, wait_s: float = 5.0) -> None:
    """Connect and log in to the first broker that lets us, as every client will; raises `UnreachableError`."""
    options = clients.aiokafka(settings)
    del options["bootstrap_servers"]
    faults: list[str] = []
    final = False
    for broker in settings.broker_list():
        fault = await _try(broker, options, wait_s)
        if fault is None:
            return
        faults.append(f"broker {broker}: {fault}")
        final = final or not fault.startswith(ABSENT)
    raise UnreachableError(faults, final=final)


async def _try(broker: str, options: dict[str, Any], wait_s: float) -> str | None:
    from aiokafka.conn import create_conn
    from aiokafka.errors import KafkaError, SaslAuthenticationFailed, UnsupportedSaslMechanismError

    host, _, port = broker.rpartition(":")
    try:
        connection = await create_conn(host, int(port), request_timeout_ms=int(wait_s * 1000), **options)
    except SaslAuthenticationFailed:
        return "refused our user name or password (PERSONAWATCH_SASL_USER, PERSONAWATCH_SASL_PASSWORD)"
    except UnsupportedSaslMechanismError:
        return "does not know the way to log in (PERSONAWATCH_SASL_MECHANISM)"
    except ssl.SSLError as error:
        return f"TLS failed: {error} (PERSONAWATCH_SSL_CA_FILE, PERSONAWATCH_SSL_CERT_FILE)"
    except (OSError, KafkaError, TimeoutError) as error:
        return f"{ABSENT}: {error!r} (PERSONAWATCH_BROKERS, PERSONAWATCH_SECURITY)"
    connection.close()
    return None
