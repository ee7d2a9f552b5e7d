// One finding: what was seen, against which threshold, and what is known about its weaknesses.

function pair(term, ...value) {
  const content = value.flat(Infinity).filter((one) => one !== null && one !== undefined && one !== "");
  return content.length ? [el("dt", {}, term), el("dd", {}, content)] : null;
}

function evidenceCard(found, item) {
  const about = report.indicators[item.indicator];
  const who = item.accounts.map((at) => found.accounts[at]);
  const seen = item.first === item.last ? minute(item.first) : `${minute(item.first)} to ${minute(item.last)}`;
  const links = item.events.map((at, place) => [place ? ", " : "",
    el("a", { href: hrefOf(found.id, "event", at), class: "mono" }, report.events[at].position)]);
  return el("article", { class: "card", id: `evidence-${item.indicator}`, tabindex: "-1", "aria-label": about.title },
    el("header", {}, el("h3", {}, about.title),
      el("p", { class: "amount" }, el("b", {}, points(item.contribution)), ` of at most ${points(about.weight)}`)),
    el("p", { class: "said" }, item.sentence),
    el("dl", { class: "pairs" },
      pair("Threshold", about.threshold),
      pair("Window", about.window),
      pair("Seen", `${seen} UTC, ${plural(item.count, "time")}`),
      pair("Confidence", `${Math.round(item.confidence * 100)} % after fading and mitigating facts`),
      pair("Lowered by", item.mitigated.map(([name, factor]) => `${mitigatorOf(name)} × ${factor}`).join(", ")),
      pair("Accounts", who.length ? el("span", { class: "mono" }, who.slice(0, 12).join(", "), who.length > 12 ? ` and ${who.length - 12} more that the alert names` : "") : ""),
      pair("Events", links.length ? links : "none kept: it comes from counts over the window"),
      pair("Lists", item.lists.join("; "))),
    el("details", {}, el("summary", {}, "When it is wrong, how rare it is, and where it comes from"),
      el("dl", { class: "pairs" },
        pair("Can be wrong", about.false_positives),
        pair("How rare", about.base_rate),
        pair("Why this weight", about.weight_reason),
        pair("Sources", about.sources.join(", ")),
        pair("Indicator", mono(item.indicator), ` (${about.family})`))));
}
