"""Event to `Facts`: immutable tables, look-ups that never raise and never drop. Knows `schemas`, nothing else."""
