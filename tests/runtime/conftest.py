"""Unit tests of the runtime: no broker, no network but the loopback."""
