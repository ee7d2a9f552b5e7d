// One dashboard, drawn by Grafana's own components from data that are already in the page.
import { createTheme, EventBusSrv, FieldType, getDisplayProcessor, getFieldMatcher, dateTime, renderMarkdown,
  standardTransformers, standardTransformersRegistry, toDataFrame, transformDataFrame } from "@grafana/data";
import { BigValue, GlobalStyles, PanelChrome, PanelContextProvider, Table, ThemeContext, TimeSeries } from "@grafana/ui";
import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import "uplot/dist/uPlot.min.css";

const theme = createTheme({ colors: { mode: "dark" } });
const { dashboard, results, begin, end, cell } = window.given;
const GAP = 8;
const timeRange = { from: dateTime(begin * 1000), to: dateTime(end * 1000), raw: { from: "", to: "" } };

standardTransformersRegistry.setInit(() =>
  [standardTransformers.mergeTransformer, standardTransformers.organizeFieldsTransformer].map((transformation) => ({ id: transformation.id, name: transformation.name, transformation })),
);

const number = (text) => (text === "NaN" ? null : Number(text));
const named = (legend, labels) => legend?.replace(/\{\{(\w+)\}\}/g, (_, label) => labels[label] ?? "") ?? "";

function configured(frame, panel) {
  const { defaults, overrides } = panel.fieldConfig;
  for (const field of frame.fields) {
    field.config = structuredClone({ ...defaults, displayName: field.config.displayName, custom: defaults.custom ?? {} });
    for (const { matcher, properties } of overrides) {
      if (!getFieldMatcher(matcher)(field, frame, [frame])) continue;
      for (const { id, value } of properties) {
        if (id.startsWith("custom.")) field.config.custom[id.slice(7)] = value;
        else field.config[id] = value;
      }
    }
    if (field.config.thresholds) field.config.thresholds.steps[0].value ??= -Infinity;
    if (field.type === FieldType.time) field.config = { custom: {} };
    field.display = getDisplayProcessor({ field, theme });
  }
  return frame;
}

function seriesFrames(panel) {
  const frames = panel.targets.flatMap((target, at) =>
    results[panel.id][at].map(({ metric, values }) => {
      const known = new Map(values.map(([time, text]) => [time * 1000, number(text)]));
      const step = values.length > 1 ? Math.min(...values.slice(1).map(([time], n) => (time - values[n][0]) * 1000)) : 15_000;
      const times = [];
      for (let time = values[0][0] * 1000; time <= values.at(-1)[0] * 1000; time += step) times.push(time);
      const displayName = named(target.legendFormat, metric);
      return configured(
        toDataFrame({
          refId: target.refId,
          name: displayName,
          fields: [
            { name: "Time", type: FieldType.time, values: times, config: {} },
            { name: displayName || "Value", type: FieldType.number, values: times.map((time) => known.get(time) ?? null), config: { displayName } },
          ],
        }),
        panel,
      );
    }),
  );
  // Colours go by the place of a series among all of its panel.
  frames.forEach((frame, seriesIndex) => {
    frame.fields[1].state = { seriesIndex, displayName: frame.fields[1].config.displayName };
  });
  return frames;
}

function tableFrames(panel) {
  return panel.targets.map((target, at) => {
    const rows = results[panel.id][at];
    const labels = [...new Set(rows.flatMap(({ metric }) => Object.keys(metric)))].sort();
    const value = panel.targets.length > 1 ? `Value #${target.refId}` : "Value";
    return toDataFrame({
      refId: target.refId,
      fields: [
        { name: "Time", type: FieldType.time, values: rows.map(() => end * 1000) },
        ...labels.map((name) => ({ name, type: FieldType.string, values: rows.map(({ metric }) => metric[name] ?? "") })),
        { name: value, type: FieldType.number, values: rows.map(({ value: [, text] }) => number(text)) },
      ],
    });
  });
}

function Graph({ panel, width, height }) {
  const frames = seriesFrames(panel);
  if (!frames.length) return <Nothing panel={panel} />;
  return (
    <TimeSeries frames={frames} timeRange={timeRange} timeZone="utc" width={width} height={height} legend={panel.options.legend} options={panel.options} />
  );
}

function Number_({ panel, width, height }) {
  const found = results[panel.id][0][0];
  const value = found ? number(found.value[1]) : null;
  if (value === null) return <BigValue theme={theme} width={width} height={height} value={{ text: panel.fieldConfig.defaults.noValue, numeric: NaN }} colorMode="none" graphMode="none" justifyMode="auto" />;
  const frame = configured(toDataFrame({ fields: [{ name: "v", type: FieldType.number, values: [value] }] }), panel);
  const shown = frame.fields[0].display(value);
  return <BigValue theme={theme} width={width} height={height} value={{ ...shown, title: "" }} colorMode="value" graphMode="none" justifyMode="auto" />;
}

function Listing({ panel, width, height }) {
  const [frame, setFrame] = useState();
  useEffect(() => {
    const subscription = transformDataFrame(panel.transformations, tableFrames(panel)).subscribe(([first]) => setFrame(first));
    return () => subscription.unsubscribe();
  }, []);
  if (!frame) return null;
  if (!frame.length) return <Nothing panel={panel} />;
  const sorted = panel.options.sortBy.map(({ displayName, desc }) => ({ displayName, desc }));
  return <Table data={configured(frame, panel)} width={width} height={height} initialSortBy={sorted} />;
}

const Nothing = ({ panel }) => (
  <div style={{ height: "100%", display: "grid", placeItems: "center", color: theme.colors.text.secondary }}>{panel.fieldConfig.defaults.noValue}</div>
);
const Words = ({ panel }) => <div className="markdown-html" dangerouslySetInnerHTML={{ __html: renderMarkdown(panel.options.content) }} />;
const KINDS = { timeseries: Graph, stat: Number_, table: Listing, text: Words };

function Placed({ panel, column }) {
  const { x, y, w, h } = panel.gridPos;
  const [width, height] = [w * column - GAP, h * cell - GAP];
  const place = { position: "absolute", left: x * column + GAP, top: y * cell, width, height };
  if (panel.type === "row") return <h4 style={{ ...place, margin: 0, paddingTop: 4 }}>▾ {panel.title}</h4>;
  const Kind = KINDS[panel.type];
  return (
    <div style={place}>
      <PanelChrome title={panel.title} description={panel.description} width={width} height={height}>
        {(innerWidth, innerHeight) => <Kind panel={panel} width={innerWidth} height={innerHeight} />}
      </PanelChrome>
    </div>
  );
}

function Page() {
  const column = (window.innerWidth - GAP) / 24;
  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <PanelContextProvider value={{ eventsScope: "preview", eventBus: new EventBusSrv() }}>
        <h2 style={{ padding: "12px 8px 4px", margin: 0 }}>{dashboard.title}</h2>
        <div style={{ position: "relative" }}>
          {dashboard.panels.map((panel) => <Placed key={panel.id} panel={panel} column={column} />)}
        </div>
      </PanelContextProvider>
    </ThemeContext.Provider>
  );
}

createRoot(document.getElementById("root")).render(<Page />);
