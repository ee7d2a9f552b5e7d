// Evidence over time: one row a finding, from where it was first seen to where it was last, ticks where a raw event is known.

const DAY_MS = 86400000;
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const STEPS = [1 / 24, 0.25, 1, 2, 3, 7, 14, 28, 91, 182, 364].map((days) => days * DAY_MS);

function ticksOf(from, to, most) {
  const step = STEPS.find((one) => (to - from) / one <= most) || Math.ceil((to - from) / most / DAY_MS) * DAY_MS;
  const ticks = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) ticks.push(at);
  return [ticks, step];
}

function drawTimeline(found, width) {
  const rows = found.evidence.map((item) => ({ item, from: Date.parse(item.first), to: Date.parse(item.last) }));
  const times = rows.flatMap((row) => [row.from, row.to]);
  const pad = Math.max((Math.max(...times) - Math.min(...times)) * 0.03, 1800000);
  const from = Math.min(...times) - pad, to = Math.max(...times) + pad;
  const beside = width >= 620;
  const left = beside ? (width > 800 ? 350 : 270) : 8, right = width - 12, high = beside ? 30 : 46, top = 28;
  const x = (at) => left + ((at - from) / (to - from)) * (right - left);
  const [ticks, step] = ticksOf(from, to, Math.max(2, Math.floor((right - left) / 84)));
  const height = top + rows.length * high + 6;
  const written = (at) => {
    const time = new Date(at), month = MONTHS[time.getUTCMonth()];
    if (step > 28 * DAY_MS) return `${month} ${time.getUTCFullYear()}`;
    return `${time.getUTCDate()} ${month}${step < DAY_MS ? ` ${time.toISOString().slice(11, 16)}` : ""}`;
  };
  const cut = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
  const axis = ticks.map((at) => [
    svg("line", { class: "grid", x1: x(at), x2: x(at), y1: top - 6, y2: height - 4 }),
    svg("text", { class: "tick", x: Math.min(Math.max(x(at), left + 30), right - 32), y: 14, "text-anchor": "middle" }, written(at)),
  ]);
  const lines = rows.map(({ item, from: start, to: end }, at) => {
    const y = top + at * high + (beside ? high / 2 : high - 12);
    const events = item.events.map((one) => report.events[one].at).filter(Boolean).map((text) => Date.parse(text));
    return svg("g", {},
      svg("title", {}, `${titleOf(item.indicator)}: ${minute(item.first)} to ${minute(item.last)}`),
      svg("text", { class: "label", x: beside ? 0 : left, y: beside ? y + 4 : y - 14 }, cut(titleOf(item.indicator), beside ? Math.floor(left / 7) : Math.floor(width / 7.4))),
      svg("line", { class: "track", x1: left, x2: right, y1: y, y2: y }),
      svg("line", { class: "span", x1: x(start), x2: x(end), y1: y, y2: y }),
      events.filter((one) => one >= from && one <= to).map((one) => svg("line", { class: "event", x1: x(one), x2: x(one), y1: y - 7, y2: y + 7 })),
      svg("circle", { class: "end", cx: x(start), cy: y, r: 4.5 }),
      end > start ? svg("circle", { class: "end", cx: x(end), cy: y, r: 4.5 }) : null);
  });
  const label = `When each of ${plural(rows.length, "finding")} was seen; the same times are in the list of findings.`;
  return svg("svg", { class: "timeline", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label }, axis, lines);
}

// Drawn to the width of its place, and again when that changes; printing scales it.
function timeline(found) {
  const place = el("div", { class: "drawing" });
  let drawn = 0;
  new ResizeObserver(() => {
    const width = Math.round(place.clientWidth);
    if (!width || width === drawn || matchMedia("print").matches) return;
    drawn = width;
    place.replaceChildren(drawTimeline(found, width));
  }).observe(place);
  place.append(drawTimeline(found, 860));
  return [place, el("p", { class: "quiet" }, "Dots: first and last seen. Strokes: raw events that are kept. Times are UTC.")];
}
