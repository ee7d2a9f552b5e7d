"""The indicator catalogue: one TOML file a family, and what reads it."""
