// One alert, in the order in which a careful reader needs it: innocent explanations before evidence.

function difference(found) {
  const change = changeById.get(found.id);
  if (!change) return null;
  const parts = change.kind === "added" ? ["This alert is new against the other run."] : [
    change.tier[0] !== change.tier[1] ? `Tier ${change.tier[0]} → ${change.tier[1]}.` : "",
    `Score ${points(change.score[0])} → ${points(change.score[1])}.`,
    change.evidence_gained.length ? `Gained: ${change.evidence_gained.map(titleOf).join(", ")}.` : "",
    change.evidence_lost.length ? `Lost: ${change.evidence_lost.map(titleOf).join(", ")}.` : "",
    change.evidence_changed.length ? `Weighs differently: ${change.evidence_changed
      .map((one) => `${titleOf(one.indicator)} ${points(one.contribution[0])} → ${points(one.contribution[1])}`).join(", ")}.` : "",
    change.accounts_gained.length ? `Accounts gained: ${change.accounts_gained.join(", ")}.` : "",
    change.accounts_lost.length ? `Accounts lost: ${change.accounts_lost.join(", ")}.` : "",
  ];
  return el("p", { class: "change" }, el("b", {}, "Compared with the other run: "), parts.filter(Boolean).join(" "));
}

const PARTS = [["innocent", "Innocent explanations"], ["composition", "Score"], ["timeline", "Timeline"], ["findings", "Findings"],
  ["graph", "Accounts"], ["steps", "Steps"], ["events", "Events"], ["versions", "Versions"]];

function caseHead(found) {
  const state = [found.status === found.tier ? "" : found.status, `revision ${found.revision}`, found.disposition && `decided: ${found.disposition}`,
    found.joined_to && `now part of ${found.joined_to}`].filter(Boolean).join(", ");
  return el("header", { class: "head" },
    el("a", { class: "back", href: "#/" }, "← All alerts"),
    el("p", { class: "over" }, tierBadge(found.tier), " ", state),
    el("h1", { id: "title", tabindex: "-1" }, found.title),
    el("p", { class: "who mono" }, whoIs(found, 6)),
    el("dl", { class: "figures" },
      el("div", {}, el("dt", {}, "Score"), el("dd", {}, el("b", {}, points(found.score)), " of 100")),
      el("div", {}, el("dt", {}, "If something were wrong"), el("dd", {}, `${points(found.interval[0])} to ${points(found.interval[1])}`)),
      el("div", {}, el("dt", {}, "Evidence, UTC"), el("dd", {}, `${day(found.first)} to ${day(found.last)}`)),
      el("div", {}, el("dt", {}, "Accounts"), el("dd", {}, number(found.size)))),
    el("p", { class: "lead" }, found.summary),
    difference(found),
    el("nav", { class: "parts", "aria-label": "Parts of this alert" }, PARTS.map(([id, word]) => el("a", { href: hrefOf(found.id, "part", id), "data-part": id }, word))));
}

function casePage(found) {
  const texts = (numbers) => (numbers.length ? bullets(textsOf(numbers)) : null);
  const names = found.accounts.length > 6 ? el("details", { class: "names" }, el("summary", {}, "All accounts that the alert names"), el("p", { class: "mono" }, found.accounts.join(", "))) : null;
  const page = el("article", { class: "case" },
    caseHead(found), names,
    found.innocent.length || stands(found) ? el("section", { class: "first", id: "part-innocent", tabindex: "-1", "aria-labelledby": "innocent" },
      el("h2", { id: "innocent" }, "Check first: innocent explanations"),
      found.innocent.length ? bullets(textsOf(found.innocent), "roomy") : el("p", {}, "None is known for these findings. That is a gap in the catalogue, not a finding.")) : null,
    section("Welfare", "welfare", texts(found.welfare)),
    el("div", { class: "pair" },
      section("Who may be a victim", "victims", texts(found.victims)),
      section("What is not known", "unknowns", texts(found.unknowns)),
      section("Data quality", "quality", texts(found.quality))),
    section("How the score came together", "composition", scoreParts(found)),
    section("Evidence over time", "timeline", found.evidence.length ? timeline(found) : null),
    section("Findings", "findings", found.evidence.map((item) => evidenceCard(found, item))),
    section("Accounts and what they share", "graph", graph(found)),
    section("Suggested steps, the least harmful first", "steps",
      found.steps.length ? el("ol", { class: "plain" }, textsOf(found.steps).map((text) => el("li", {}, text))) : null),
    section("Before you decide", "checklist", texts(found.checklist)),
    section("Events behind the findings", "events", rawEvents(found)),
    section("Versions", "versions",
      el("p", { class: "quiet" }, mono(found.id), stands(found) ? `, open until ${day(found.expires)} unless new evidence arrives.` : `, ${found.status}.`), bullets(textsOf(found.versions), "plain mono small")));
  for (const link of page.querySelectorAll(".parts a")) {
    if (!page.querySelector(`#part-${link.dataset.part}`)) link.remove(); // of a case that is over there is less to read
  }
  return page;
}
