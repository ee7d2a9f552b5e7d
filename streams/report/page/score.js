// How a score came together: a bar of its areas, the sum behind it, the conditions of each tier, mitigating facts.

function scoreBar(found) {
  const roots = found.composition.roots;
  const words = roots.map((root) => `${root.name} ${points(root.adds)}`).join(", ");
  const parts = roots.map((root, at) => {
    const part = el("span", { class: `seg seg-${at % 6}`, title: `${root.name}: ${points(root.adds)}` }, root.adds >= 6 ? points(root.adds) : "");
    part.style.width = `${root.adds}%`;
    return part;
  });
  const marks = report.marks.map(([at, word]) => {
    const mark = el("span", { class: "mark" }, `${at} `, el("span", {}, word));
    mark.style.left = `${at}%`;
    return mark;
  });
  return el("figure", { class: "score" },
    el("div", { class: "bar", role: "img", "aria-label": `${points(found.score)} of 100: ${words}` }, parts),
    el("div", { class: "marks", "aria-hidden": "true" }, marks),
    el("figcaption", {}, el("ul", { class: "legend" }, roots.map((root, at) =>
      el("li", {}, el("span", { class: `swatch seg-${at % 6}`, "aria-hidden": "true" }), `${root.name} `, el("b", {}, points(root.adds)),
        roots.length > 1 ? el("span", { class: "quiet" }, ` (${points(root.value)} alone)`) : null)))));
}

const weight = (share) => share === 1 ? "in full" : `${Math.round(share * 100)} % of it`;

function sum(found) {
  const rows = [];
  for (const root of found.composition.roots) {
    rows.push([el("b", {}, root.name), el("b", {}, points(root.value)), "", el("b", {}, `+${points(root.adds)}`)]);
    for (const family of root.families) {
      rows.push([el("span", { class: "in1" }, `${family.name} (at most ${points(family.cap)})`), points(family.value), weight(family.share), ""]);
      for (const item of family.items) {
        const link = el("a", { class: "in2", href: hrefOf(found.id, "evidence", item.indicator) }, titleOf(item.indicator));
        rows.push([link, points(item.contribution), weight(item.share), ""]);
      }
    }
  }
  return table("From findings to the score",
    [["Area, family, finding"], ["Points", "num"], ["Counts", "num"], ["Score", "num"]], rows);
}

const counted = (one) => one.counts.map((it) => `${it.text}: ${points(it.has)} of ${points(it.needs)}`).join("; ");
const conditions = (found) => table("What each tier asks for", [["Condition"], ["Tier"], ["Met", "nowrap"]],
  found.composition.conditions.map((one) => [counted(one), one.tier, one.holds ? el("b", {}, "✓ met") : "– not met"]));

function mitigating(found) {
  const names = new Set([...found.mitigating.map(([name]) => name), ...found.evidence.flatMap((item) => item.mitigated.map(([name]) => name))]);
  if (!names.size) return el("p", { class: "quiet" }, "No mitigating fact is known of this case.");
  return el("ul", { class: "plain" }, [...names].sort().map((name) => {
    const [title, sentence] = report.mitigators[name] || [name, ""];
    const held = found.mitigating.filter(([held]) => held === name);
    const lowered = found.evidence.flatMap((item) => item.mitigated.filter(([by]) => by === name).map(([, factor]) =>
      `${titleOf(item.indicator)} × ${factor}${factor > 0 && factor < 1 ? ` (${points(item.contribution)} instead of ${points(item.contribution / factor)})` : ""}`));
    return el("li", {}, el("b", {}, `${title}. `), sentence, " ",
      held.length ? `Of ${held.slice(0, 3).map(([, account, since]) => `${account} since ${day(since)}`).join(", ")}${held.length > 3 ? ` and ${held.length - 3} more` : ""}. ` : "",
      lowered.length ? `It lowers ${lowered.join(", ")}.` : "It changes no number here.");
  }));
}

function scoreParts(found) {
  const [low, high] = found.interval;
  return [
    scoreBar(found),
    el("p", {}, `${points(low)} if the strongest finding were wrong; ${points(high)} if no mitigating fact held and nothing had faded with time. `,
      "Areas count as independent: each takes its share of what the others leave of 100."),
    el("h3", {}, "Mitigating facts"), mitigating(found),
    el("details", {}, el("summary", {}, "The sum, finding by finding"), sum(found)),
    el("details", {}, el("summary", {}, "What each tier asks for"), conditions(found)),
  ];
}
