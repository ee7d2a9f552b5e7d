"""Recorded streams as a test bench: read them, run the worker's stages over them, compare and judge the alerts."""
