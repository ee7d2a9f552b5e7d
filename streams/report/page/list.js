// The list of alerts: filtered, sorted, and shown a page at a time, so that thousands of alerts stay quick.

const PAGE = 50;
const SORTS = {
  score: ["score", (one, other) => other.score - one.score],
  last: ["newest evidence", (one, other) => (one.last < other.last ? 1 : one.last > other.last ? -1 : 0)],
  size: ["accounts", (one, other) => other.size - one.size],
};
const wanted = { query: "", tier: "", status: "", indicator: "", change: "", sort: "score" };
let shownCases = cases;
let page = 0;
let openId = null;
const haystacks = new Map();

function haystack(found) {
  let text = haystacks.get(found.id);
  if (text === undefined) {
    const names = found.evidence.flatMap((item) => [item.indicator, titleOf(item.indicator)]);
    text = [found.id, ...found.accounts, found.title, found.summary, ...names].join("\n").toLowerCase();
    haystacks.set(found.id, text);
  }
  return text;
}

function select() {
  const words = wanted.query.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (found) =>
    (!wanted.tier || found.tier === wanted.tier) &&
    (!wanted.status || found.status === wanted.status) &&
    (!wanted.indicator || found.evidence.some((item) => item.indicator === wanted.indicator)) &&
    (!wanted.change || (changeById.get(found.id) || { kind: "same" }).kind === wanted.change) &&
    words.every((word) => haystack(found).includes(word));
  const order = SORTS[wanted.sort][1];
  shownCases = cases.filter(fits).sort((one, other) => order(one, other) || (one.id < other.id ? -1 : 1));
  page = 0;
  drawList();
}

function row(found) {
  const change = changeById.get(found.id);
  return el("li", {}, el("a", { href: hrefOf(found.id), "data-id": found.id, "aria-current": found.id === openId ? "page" : null },
    el("span", { class: "row1" }, tierBadge(found.tier), el("span", { class: "who" }, whoIs(found, 1)), el("b", {}, points(found.score))),
    el("span", { class: "row2" }, found.evidence.length ? found.evidence.slice(0, 2).map((item) => titleOf(item.indicator)).join("; ") : "No evidence is left"),
    el("span", { class: "row3" }, [day(found.last), stands(found) ? "" : found.status, change ? change.kind : ""].filter(Boolean).join(" · "))));
}

function drawList() {
  const from = page * PAGE;
  const shown = shownCases.slice(from, from + PAGE);
  const turn = (to, word) => el("button", { type: "button", disabled: to < 0 || to * PAGE >= shownCases.length, click: () => turnTo(to) }, word);
  byId("list").replaceChildren(...shown.map(row));
  byId("found").textContent = shownCases.length === cases.length
    ? plural(cases.length, "alert or watch entry", "alerts and watch entries")
    : `${number(shownCases.length)} of ${plural(cases.length, "alert or watch entry", "alerts and watch entries")}`;
  byId("pages").replaceChildren(...(shownCases.length > PAGE
    ? [turn(page - 1, "Previous"), el("span", {}, `${number(from + 1)}–${number(from + shown.length)}`), turn(page + 1, "Next")] : []));
}

function turnTo(to) {
  page = to;
  drawList();
  byId("list").scrollTop = 0;
  byId("list").querySelector("a").focus();
}

// Mark a case in the list, on the page of the list that has it.
function markOpen(id) {
  openId = id;
  const at = shownCases.findIndex((found) => found.id === id);
  if (at >= 0 && Math.floor(at / PAGE) !== page) {
    page = Math.floor(at / PAGE);
    drawList();
  }
  for (const link of byId("list").querySelectorAll("a")) {
    if (link.dataset.id === id) {
      link.setAttribute("aria-current", "page");
      link.scrollIntoView({ block: "nearest" });
    } else link.removeAttribute("aria-current");
  }
}

const rowOf = (id) => [...byId("list").querySelectorAll("a")].find((link) => link.dataset.id === id);

function neighbour(step) {
  const at = shownCases.findIndex((found) => found.id === openId);
  return shownCases[at < 0 ? (step > 0 ? 0 : shownCases.length - 1) : at + step];
}

function choice(name, label, options) {
  const control = el("select", { id: `by-${name}`, change: () => { wanted[name] = control.value; select(); } },
    options.map(([value, word]) => el("option", { value }, word)));
  return el("label", { class: "choice" }, label, control);
}

function filterBy(name, value) {
  wanted[name] = value;
  byId(`by-${name}`).value = value;
  select();
}

function buildFilters() {
  const counted = (values) => [...new Set(values)].sort();
  const search = el("input", { type: "search", id: "search", placeholder: "account, alert, finding", autocomplete: "off",
    spellcheck: "false", input: () => { wanted.query = search.value; select(); } });
  const any = (word, values, written = (value) => value) => [["", word], ...values.map((value) => [value, written(value)])];
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("filters").append(
    el("label", { class: "choice wide" }, "Search", search),
    choice("tier", "Tier", any("all", TIERS.filter((tier) => cases.some((found) => found.tier === tier)))),
    choice("status", "Status", any("all", counted(cases.map((found) => found.status)))),
    choice("indicator", "Finding", any("all", Object.keys(report.indicators).sort((one, other) => titleOf(one).localeCompare(titleOf(other), "en")), titleOf)),
    choice("sort", "Sort by", Object.entries(SORTS).map(([name, [word]]) => [name, word])),
    report.comparison ? choice("change", "Against the other run", [["", "all"], ["added", "added"], ["changed", "changed"], ["same", "the same"]]) : "");
}
