"""Tests, mirroring the code; `kafka` talks to a real broker."""
