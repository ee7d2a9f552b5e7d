"""The pipeline: the pure core, the runtime around it, scenarios and the command line."""
