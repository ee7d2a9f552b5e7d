// Accounts of a case and what they share: accounts on the left, things on the right, in the data's order, so it never moves.

const ROW = 30;

function graph(found) {
  const shared = found.ties.filter((tie) => tie.accounts.length);
  if (!shared.length) {
    return [el("p", { class: "quiet" }, found.size === 1
      ? "One account. Nothing that it shares with others was found."
      : "The replay did not keep what ties these accounts.")];
  }
  return [
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Graph of accounts and shared things" }, drawGraph(found, shared)),
    el("p", { class: "quiet" }, "Solid lines tie accounts into one case; dashed ones are named by evidence only. A link says nothing about the account's holder. ",
      found.size > found.accounts.length ? `The alert names ${number(found.accounts.length)} of ${number(found.size)} accounts.` : ""),
    el("details", {}, el("summary", {}, "The same as a table"), table("Shared things", [["Thing"], ["Accounts"], ["Last seen together", "nowrap"]],
      shared.map((tie) => [thing(tie), tie.accounts.map((at) => found.accounts[at]).join(", "), minute(tie.last)]))),
  ];
}

const thing = (tie) => `${tie.kind} ${tie.entity.length > 16 ? `${tie.entity.slice(0, 12)}…` : tie.entity}`;

function drawGraph(found, shared) {
  const tied = new Set(shared.flatMap((tie) => tie.accounts));
  const first = (at) => shared.findIndex((tie) => tie.accounts.includes(at));
  const accounts = [...tied].sort((one, other) => first(one) - first(other) || one - other);
  const rows = Math.max(accounts.length, shared.length);
  const height = rows * ROW + 34, width = 760, left = 300, right = 480;
  const spread = (count, at) => 34 + (rows * ROW * (at + 0.5)) / count;
  const accountY = new Map(accounts.map((at, row) => [at, spread(accounts.length, row)]));
  const cut = (text) => (text.length > 36 ? `${text.slice(0, 35)}…` : text);
  const lines = shared.flatMap((tie, at) => tie.accounts.map((account) => {
    const from = accountY.get(account), to = spread(shared.length, at), middle = (left + right) / 2;
    return svg("path", { class: tie.strong ? "tie" : "tie weak", d: `M${left} ${from} C${middle} ${from} ${middle} ${to} ${right} ${to}` });
  }));
  const circles = accounts.map((at) => svg("g", {},
    svg("title", {}, found.accounts[at]),
    svg("circle", { class: "account", cx: left, cy: accountY.get(at), r: 6 }),
    svg("text", { class: "label", x: left - 14, y: accountY.get(at) + 4, "text-anchor": "end" }, cut(found.accounts[at]))));
  const boxes = shared.map((tie, at) => {
    const y = spread(shared.length, at);
    return svg("g", {},
      svg("title", {}, `${tie.kind} ${tie.entity}`),
      svg("rect", { class: "entity", x: right - 6, y: y - 6, width: 12, height: 12, rx: 2 }),
      svg("text", { class: "label", x: right + 14, y: y + 4 }, thing(tie), svg("tspan", { class: "dim" }, `  ${plural(tie.accounts.length, "account")}`)));
  });
  return svg("svg", { class: "graph", viewBox: `0 0 ${width} ${height}`, width, height, role: "img",
    "aria-label": `${plural(accounts.length, "account")} and ${plural(shared.length, "thing")} that they share; the table below has the same.` },
  svg("text", { class: "tick", x: left - 14, y: 14, "text-anchor": "end" }, "accounts"),
  svg("text", { class: "tick", x: right + 14, y: 14 }, "shared things"), lines, circles, boxes);
}
