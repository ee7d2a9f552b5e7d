"""Grafana dashboards as code: `make dashboards` writes `generated/*.json`, which Grafana reads and a test compares.

`queries` makes PromQL of declared metrics, `panels` knows how a panel of ours looks, `layout` places and numbers, and `pipeline`,
`quality`, `detection` and `recovery` are one dashboard each. `preview/` draws the generated files with Grafana's own components, for
people who change them: `make dashboards-preview`.
"""
