"""The same third-party warnings are passed over as in the tests on a real broker, some of which are used here."""

from tests.kafka.conftest import pytest_configure

__all__ = ["pytest_configure"]
