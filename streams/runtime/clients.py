"""How to reach the brokers, from one set of settings, in the words of each client library."""

from __future__ import annotations

import ssl
from typing import Any

from streams.runtime import tls
from streams.runtime.settings import Settings


def ssl_context(settings: Settings) -> ssl.SSLContext | None:
    """TLS for all clients, or None when the connection is plain. Certificates and host names are always verified."""
    return tls.context(settings) if settings.security.endswith("SSL") else None


def kafka_python(settings: Settings) -> dict[str, Any]:
    """Keyword arguments for kafka-python's clients."""
    return _common(settings) | {"client_id": f"{settings.app_id}-{settings.worker_name()}"}


def aiokafka(settings: Settings) -> dict[str, Any]:
    """Keyword arguments for aiokafka's clients."""
    return kafka_python(settings)


def faust_options(settings: Settings) -> dict[str, Any]:
    """The broker settings of a Faust app."""
    from faust import SASLCredentials, SSLCredentials

    context = ssl_context(settings)
    if settings.security.startswith("SASL"):
        credentials = SASLCredentials(
            username=settings.sasl_user,
            password=settings.sasl_password,
            mechanism=settings.sasl_mechanism,
            ssl_context=context,
        )
        # Faust's class says SASL_SSL even when there is no TLS.
        credentials.protocol = _protocol(settings)
        return {"broker_credentials": credentials}
    if context is not None:
        return {"broker_credentials": SSLCredentials(context)}
    return {}


def _common(settings: Settings) -> dict[str, Any]:
    options: dict[str, Any] = {
        "bootstrap_servers": settings.broker_list(),
        "security_protocol": settings.security,
    }
    context = ssl_context(settings)
    if context is not None:
        options["ssl_context"] = context
    if settings.security.startswith("SASL"):
        options["sasl_mechanism"] = settings.sasl_mechanism
        options["sasl_plain_username"] = settings.sasl_user
        options["sasl_plain_password"] = settings.sasl_password
    return options


def _protocol(settings: Settings) -> Any:
    from faust.types.auth import AuthProtocol

    return AuthProtocol(settings.security)
