"""The demo: a broker, a worker process, stories among ordinary traffic, and what comes of it, on one screen.

`model` is the pure state of the view, `outcome` the judgement at the end; `performance` runs the whole, everything else is a thin shell.
"""
