"""The shell around the stages: Faust driver and table, settings, health, metrics, the local runtime."""
