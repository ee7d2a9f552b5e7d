"""Rows of panels become a dashboard: numbered from 1, placed on Grafana's 24 columns, each row ending with what to look at next."""

from __future__ import annotations

from typing import NamedTuple

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardLinkType,
    GridPos,
    VariableHide,
    VariableOption,
    VariableRefresh,
    VariableSort,
)

from deploy.address import RUNBOOK
from deploy.dashboards.panels import SOURCE, Panel, note
from deploy.dashboards.queries import JOBS
from deploy.dashboards.runbook import link

COLUMNS = 24
TAG = "personawatch"
NEXT = "What to look at next"


class Row(NamedTuple):
    """Panels that answer one question. `then` tells what to do about a bad answer; `sections` are the runbook's."""

    title: str
    then: str
    sections: tuple[str, ...]
    panels: tuple[Panel, ...]


class Page(NamedTuple):
    """One dashboard: `uid` is also the name of its file."""

    uid: str
    title: str
    about: str
    since: str
    rows: tuple[Row, ...]


def to_json(page: Page) -> str:
    """The dashboard as Grafana imports it: the same text for the same page."""
    made = build.Dashboard(f"Persona Watch: {page.title}").uid(f"{TAG}-{page.uid}").description(page.about)
    made.tags([TAG]).timezone("browser").time(f"now-{page.since}", "now").refresh("30s").readonly()
    made.tooltip(DashboardCursorSync.CROSSHAIR).variables([_datasource(), _job(), _runbook()])
    made.link(
        build.DashboardLink("Persona Watch")
        .type(DashboardLinkType.DASHBOARDS)
        .tags([TAG])
        .as_dropdown(False)
        .include_vars(True)
        .keep_time(True)
    )
    number, top = 1, 0
    for row in page.rows:
        # The library numbers every row 0 and starts lines anew in its own way, so both are said here.
        made.with_row(build.Row(row.title).id(number).grid_pos(GridPos(h=1, w=COLUMNS, x=0, y=top)))
        number, top, left, height = number + 1, top + 1, 0, 0
        for panel in (*row.panels, _next(row)):
            size = panel.build().grid_pos
            assert size is not None
            if left + size.w > COLUMNS:
                top, left, height = top + height, 0, 0
            made.with_panel(panel.id(number).grid_pos(GridPos(h=size.h, w=size.w, x=left, y=top)))
            number, left, height = number + 1, left + size.w, max(height, size.h)
        top += height
    return JSONEncoder(indent=2, sort_keys=True, ensure_ascii=False).encode(made.build()) + "\n"


def _next(row: Row) -> Panel:
    links = ", ".join(link(section) for section in row.sections)
    return note(NEXT, f"Where to go from the row “{row.title}”.", f"{row.then} Runbook: {links}.", COLUMNS)


def _datasource() -> build.DatasourceVariable:
    return build.DatasourceVariable("datasource").label("Data source").type("prometheus")


def _job() -> build.QueryVariable:
    every = VariableOption(selected=True, text="All", value="$__all")
    """The deployments to choose from. "All" is all of these, so a shadow, which is none of them, is in no number on the page."""
    made = build.QueryVariable("job").label("Deployment").datasource(SOURCE).query(JOBS)
    made.description(
        "Jobs of Prometheus without shadows, which begin late by intent. To look at one, write its job's name here."
    )
    made.refresh(VariableRefresh.ON_TIME_RANGE_CHANGED).sort(VariableSort.ALPHABETICAL_ASC).hide(VariableHide.DONT_HIDE)
    return made.multi(True).include_all(True).allow_custom_value(True).current(every)


def _runbook() -> build.TextBoxVariable:
    made = build.TextBoxVariable("runbook").label("Runbook").description("Address of the published RUNBOOK.md.")
    return made.default_value(RUNBOOK).current(VariableOption(selected=True, text=RUNBOOK, value=RUNBOOK))
