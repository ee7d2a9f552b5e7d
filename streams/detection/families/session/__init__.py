"""Family session."""
