"""Family location."""
