"""How a panel of ours looks: sizes, colours, legends. Every panel has a unit and a description, and says N/A where nothing is known."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, table, text, timeseries
from grafana_foundation_sdk.models import common as kinds
from grafana_foundation_sdk.models.dashboard import (
    DataSourceRef,
    DataTransformerConfig,
    DynamicConfigValue,
    FieldColorModeId,
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMapping,
    ValueMappingResult,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

Panel: TypeAlias = stat.Panel | timeseries.Panel | table.Panel | text.Panel
Steps: TypeAlias = tuple[tuple[float | None, str], ...]

SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
NOTHING = "N/A"
GREEN, ORANGE, RED, BLUE = "green", "orange", "red", "blue"
STAGE = "{{stage}}"
LOW = {"percentunit": 0.01, "short": 1, "eps": 0.1, "recps": 0.1, "ops": 0.1}
"""Unit → what an axis shows at least: around a line of zeros Grafana draws one up to a hundred."""
PLAIN: Steps = ((None, BLUE),)


class Query(NamedTuple):
    """One expression of a panel and how its series are called; `{{stage}}` stands for a label."""

    expr: str
    legend: str


def less_is_better(warn: float, bad: float) -> Steps:
    """Green below `warn`, red from `bad` on."""
    return ((None, GREEN), (warn, ORANGE), (bad, RED))


def more_is_better(bad: float, good: float) -> Steps:
    """Red below `bad`, green from `good` on."""
    return ((None, RED), (bad, ORANGE), (good, GREEN))


def must_be(value: float) -> Steps:
    """Red below `value`."""
    return ((None, RED), (value, GREEN))


def number(
    title: str,
    about: str,
    unit: str,
    expr: str,
    *,
    steps: Steps = PLAIN,
    words: dict[str, tuple[str, str]] | None = None,
    decimals: int | None = None,
    width: int = 4,
    height: int = 4,
) -> stat.Panel:
    """One value, large. `words` replaces values by (text, colour)."""
    panel = stat.Panel().title(title).description(about).unit(unit).span(width).height(height).datasource(SOURCE)
    panel.with_target(_instant(expr, "A")).no_value(NOTHING).thresholds(_thresholds(steps))
    panel.reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]).values(False).fields(""))
    panel.color_scheme(dashboard.FieldColor().mode(FieldColorModeId.THRESHOLDS))
    panel.graph_mode(kinds.BigValueGraphMode.NONE).color_mode(kinds.BigValueColorMode.VALUE)
    if words:
        panel.mappings([_words(words)])
    if decimals is not None:
        panel.decimals(decimals)
    return panel


def graph(
    title: str,
    about: str,
    unit: str,
    *queries: Query,
    line: tuple[float, str] | None = None,
    stacked: bool = False,
    dashed: str = "",
    most: float | None = None,
    aside: bool = False,
    width: int = 12,
) -> timeseries.Panel:
    """Values over time. `line` is a threshold drawn across; series whose name matches `dashed` are drawn so, as what to compare with.

    `aside`: the legend stands to the right, where many or long names have room.
    """
    panel = timeseries.Panel().title(title).description(about).unit(unit).span(width).height(8).datasource(SOURCE)
    for ref, query in zip("ABCDEFGH", queries, strict=False):
        panel.with_target(_ranged(query, ref))
    # By name where it can be: a stage has one colour on every panel.
    by_name = all(query.legend == STAGE for query in queries)
    colours = FieldColorModeId.PALETTE_CLASSIC_BY_NAME if by_name else FieldColorModeId.PALETTE_CLASSIC
    panel.color_scheme(dashboard.FieldColor().mode(colours))
    if unit in LOW:
        panel.axis_soft_max(1.1 * line[0] if line else LOW[unit])
    panel.no_value(NOTHING).min(0).line_width(2).show_points(kinds.VisibilityMode.AUTO)
    panel.legend(_legend(last=by_name and width >= 12, aside=aside)).tooltip(_tooltip()).fill_opacity(
        30 if stacked else 8
    )
    if stacked:
        panel.stacking(common.StackingConfig().mode(kinds.StackingMode.NORMAL))
    if line:
        panel.thresholds(_thresholds(((None, GREEN), line)))
        panel.thresholds_style(common.GraphThresholdsStyleConfig().mode(kinds.GraphThresholdsStyleMode.DASHED))
    if dashed:
        style = {"fill": "dash", "dash": [8, 8]}
        panel.override_by_regexp(dashed, [_set("custom.lineStyle", style), _set("custom.fillOpacity", 0)])
    if most is not None:
        panel.max(most)
    return panel


class Column(NamedTuple):
    """One expression of a listing: the title and unit of its column, and its colours."""

    title: str
    expr: str
    unit: str
    steps: Steps = ()
    decimals: int = 0


def listing(
    title: str, about: str, *columns: Column, by: str, lowest: bool = False, width: int = 12, room: int = 250
) -> table.Panel:
    """One line for each value of label `by`, `room` pixels wide; the last column decides the order, greatest or `lowest` first."""
    panel = table.Panel().title(title).description(about).span(width).height(8).datasource(SOURCE)
    panel.unit(columns[-1].unit).no_value(NOTHING)
    panel.override_by_name(by, [_set("custom.minWidth", room)])
    names = {}
    for ref, column in zip("ABCDEFGH", columns, strict=False):
        panel.with_target(_instant(column.expr, ref).format(PromQueryFormat.TABLE))
        name = f"Value #{ref}" if len(columns) > 1 else "Value"
        names[name] = column.title
        look = [_set("unit", column.unit), _set("decimals", column.decimals), _set("custom.width", 110)]
        if column.steps:
            look += [
                _set("thresholds", {"mode": "absolute", "steps": [{"value": v, "color": c} for v, c in column.steps]}),
                _set("custom.cellOptions", {"type": "color-text"}),
            ]
        panel.override_by_name(column.title, look)
    if len(columns) > 1:
        panel.with_transformation(DataTransformerConfig(id_val="merge", options={}))
    panel.with_transformation(
        DataTransformerConfig(id_val="organize", options={"excludeByName": {"Time": True}, "renameByName": names})
    )
    panel.sort_by([common.TableSortByFieldState().display_name(columns[-1].title).desc(not lowest)])
    return panel


def note(title: str, about: str, content: str, width: int) -> text.Panel:
    """Words, as Markdown."""
    return text.Panel().title(title).description(about).content(content).span(width).height(3)


def _instant(expr: str, ref: str) -> prometheus.Dataquery:
    return prometheus.Dataquery().expr(expr).instant().ref_id(ref).datasource(SOURCE)


def _ranged(query: Query, ref: str) -> prometheus.Dataquery:
    return prometheus.Dataquery().expr(query.expr).range().legend_format(query.legend).ref_id(ref).datasource(SOURCE)


def _thresholds(steps: Steps) -> dashboard.ThresholdsConfig:
    made = [Threshold(value, color) for value, color in steps]
    return dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(made)


def _words(words: dict[str, tuple[str, str]]) -> ValueMapping:
    return ValueMap({value: ValueMappingResult(said, color) for value, (said, color) in words.items()})


def _legend(*, last: bool, aside: bool) -> common.VizLegendOptions:
    place = kinds.LegendPlacement.RIGHT if aside else kinds.LegendPlacement.BOTTOM
    shown = common.VizLegendOptions().show_legend(True).placement(place)
    return shown.display_mode(kinds.LegendDisplayMode.LIST).calcs(["lastNotNull"] if last else [])


def _tooltip() -> common.VizTooltipOptions:
    return common.VizTooltipOptions().mode(kinds.TooltipDisplayMode.MULTI).sort(kinds.SortOrder.DESCENDING)


def _set(name: str, value: Any) -> DynamicConfigValue:
    return DynamicConfigValue(name, value)
