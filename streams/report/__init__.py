"""One self-contained HTML page of a replay: summary, alerts, their evidence, and the events behind it."""
