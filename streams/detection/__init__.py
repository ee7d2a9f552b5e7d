"""The pure core: stages, windows, families of indicators, scoring, cases. No clock, no I/O, no Faust."""
