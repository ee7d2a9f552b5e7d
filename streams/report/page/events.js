// The raw events behind the evidence, and the way back from each to the findings that name it.

function eventsOf(found) {
  const namedBy = new Map();
  for (const item of found.evidence) {
    for (const at of item.events) namedBy.set(at, [...(namedBy.get(at) || []), item.indicator]);
  }
  return [...namedBy].sort(([one], [other]) => one - other);
}

function pretty(event) {
  if (!event.json) return event.text;
  try {
    return JSON.stringify(JSON.parse(event.text), null, 2);
  } catch {
    return event.text;
  }
}

function eventCard(found, at, indicators) {
  const event = report.events[at];
  return el("details", { class: "event", id: `event-${at}` },
    el("summary", {}, mono(event.position), " ", el("span", {}, event.at ? minute(event.at) : ""), " ", mono(event.event_id)),
    event.text === null
      ? el("p", { class: "quiet" }, "The replay did not keep this event; it is at this position of its topic.")
      : el("pre", { tabindex: "0" }, pretty(event)),
    event.cut ? el("p", { class: "quiet" }, "Cut: the record is longer.") : null,
    el("p", {}, "Named by ", indicators.map((name, place) => [place ? ", " : "", el("a", { href: hrefOf(found.id, "evidence", name) }, titleOf(name))])));
}

function rawEvents(found) {
  const events = eventsOf(found);
  if (!events.length) return [el("p", { class: "quiet" }, "No raw event is kept for these findings: they come from counts over a window.")];
  return [
    el("p", { class: "quiet" }, "Addresses are shown as networks, mail addresses without the name, long texts by their length. Whole events are at topic/partition/offset."),
    events.map(([at, indicators]) => eventCard(found, at, indicators)),
  ];
}
