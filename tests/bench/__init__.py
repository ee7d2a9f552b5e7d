"""The benchmark: measures the pipeline and prints ratios to a baseline of the same run. It reports; a person judges."""
