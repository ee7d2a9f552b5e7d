// The replay as a whole: how many alerts, what differs from another run, which expectations hold, what was read.

function figures() {
  const standing = cases.filter(stands);
  const tiers = TIERS.filter((tier) => tier !== "none" || standing.some((found) => found.tier === tier));
  const over = OVER.filter((status) => cases.some((found) => found.status === status));
  const by = (name, value, count, word) => el("li", {}, el("button", { type: "button", class: "figure", disabled: !count, click: () => {
    filterBy("tier", ""); filterBy("status", ""); filterBy(name, value);
    document.body.dataset.view = "list";
    (byId("list").querySelector("a") || byId("search")).focus();
  } }, el("b", {}, number(count)), el("span", {}, word)));
  return el("ul", { class: "tiles", "aria-label": "Alerts by tier" },
    tiers.map((tier) => by("tier", tier, standing.filter((found) => found.tier === tier).length, tier)),
    over.map((status) => by("status", status, cases.filter((found) => found.status === status).length, status)));
}

function comparison() {
  return report.comparison && differences(report.comparison, "Compared with the other run", "comparison", "before", "after");
}

function shadows() {
  return report.shadows.map((one, at) => differences(one.comparison, `Beside the shadow ${one.configuration}`, `shadow-${at + 1}`, "in this run", "in the shadow"));
}

function differences(found, title, part, before, after) {
  const kinds = ["added", "removed", "changed"].map((kind) => `${number(found.changes.filter((one) => one.kind === kind).length)} ${kind}`).join(", ");
  const evidence = (change) => [...change.evidence_gained.map((name) => `+ ${titleOf(name)}`), ...change.evidence_lost.map((name) => `− ${titleOf(name)}`),
    ...change.evidence_changed.map((one) => `${titleOf(one.indicator)} ${points(one.contribution[0])} → ${points(one.contribution[1])}`)];
  const name = (change) => {
    const who = change.account_ids.slice(0, 2).join(", ") + (change.account_ids.length > 2 ? ` and ${change.account_ids.length - 2} more` : "");
    return caseById.has(change.alert_id) ? el("a", { href: hrefOf(change.alert_id) }, who) : who;
  };
  const turned = (one, other) => (one === other ? `${one}` : `${one} → ${other}`);
  const differing = Object.entries(found.indicators).sort(([, one], [, other]) => Math.abs(other[1] - other[0]) - Math.abs(one[1] - one[0]));
  return section(title, part,
    el("p", { class: "lead" }, `${plural(found.before, "alert")} ${before}, ${number(found.after)} ${after}: ${kinds}.`),
    found.changes.length ? pagedTable("Alerts that differ", [["Accounts"], ["Change"], ["Tier"], ["Score", "num nowrap"], ["Findings", "wide"]], found.changes,
      (change) => [name(change), change.kind, turned(...change.tier), turned(points(change.score[0]), points(change.score[1])), bullets(evidence(change), "bare")]) : null,
    el("details", {}, el("summary", {}, `Alerts by finding, ${before} and ${after}`), table("Alerts with a finding",
      [["Finding"], [before, "num"], [after, "num"], ["Difference", "num"]],
      differing.map(([id, [one, other]]) => [titleOf(id), number(one), number(other), other === one ? "" : `${other > one ? "+" : "−"}${number(Math.abs(other - one))}`]))));
}

function expectations() {
  if (!report.rulings.length) return null;
  const word = (ruling) => (ruling.ok ? "✓ ok" : ruling.warning ? "! warning" : el("b", {}, "✗ failed"));
  const failed = report.rulings.filter((ruling) => !ruling.ok && !ruling.warning).length;
  return section("Expectations", "expectations",
    el("p", { class: "lead" }, failed ? `${number(failed)} of ${number(report.rulings.length)} failed.` : `All ${number(report.rulings.length)} hold.`),
    pagedTable("Expectations", [["Expectation"], ["Result", "nowrap"], ["Expected"], ["Found"]], report.rulings,
      (ruling) => [ruling.title, word(ruling), ruling.expected, ruling.found]));
}

function findings() {
  const names = Object.keys(report.indicators);
  const count = new Map(names.map((name) => [name, 0]));
  for (const found of cases) for (const item of found.evidence) count.set(item.indicator, count.get(item.indicator) + 1);
  const fired = [...new Set([...names, ...Object.keys(report.run.fired)])]
    .sort((one, other) => (count.get(other) || 0) - (count.get(one) || 0) || (one < other ? -1 : 1));
  if (!fired.length) return el("p", { class: "quiet" }, "Nothing fired.");
  const named = (id) => (count.has(id)
    ? el("button", { type: "button", class: "link", click: () => { filterBy("indicator", id); document.body.dataset.view = "list"; byId("search").focus(); } }, titleOf(id)) : titleOf(id));
  return table("Findings of this run", [["Finding"], ["In alerts", "num"], ["Fired", "num"]],
    fired.map((id) => [named(id), number(count.get(id) || 0), number(report.run.fired[id] || 0)]));
}

function reading() {
  const run = report.run;
  const facts = [["Sources", report.sources.map((name) => [mono(name), " "])],
    ["Events", `${number(run.events)} of ${plural(run.records, "record")}`],
    ["Left out", run.left_out ? `${number(run.left_out)} that were not selected` : ""],
    ["Gone", run.gone ? `${number(run.gone)} records of the range are no longer in Kafka` : ""],
    ["Besides", Object.entries(run.besides).map(([name, times]) => `${name} ${number(times)}`).join(", ")],
    ["Revisions", number(run.revisions)],
    ["Safety notices", run.notices ? number(run.notices) : ""],
    ["Catalogue", mono(report.catalogue)]];
  return [
    el("dl", { class: "pairs" }, facts.map(([term, value]) => pair(term, value))),
    run.refused.length ? el("h3", {}, "Records that were refused") : null,
    run.refused.length ? pagedTable("Records that were refused", [["Reason"], ["Times", "num"], ["First"], ["Detail"]], run.refused,
      ([reason, times, where, detail]) => [reason, number(times), mono(where), detail]) : null,
  ];
}

function overviewPage() {
  const standing = cases.filter((found) => stands(found) && found.tier !== "watch" && found.tier !== "none").length;
  return el("article", { class: "overview" },
    el("header", { class: "head" },
      el("h1", { id: "title", tabindex: "-1" }, "What the replay found"),
      el("p", { class: "lead" }, `${plural(report.run.events, "event")} gave ${plural(standing, "alert")} for people to look at. `,
        "An alert says how well activity matches a documented pattern; it does not determine who a person is or where they are from, and it is never a decision.")),
    figures(), comparison(), shadows(), expectations(),
    section("Findings", "findings", findings()),
    section("What was read", "reading", reading()));
}
