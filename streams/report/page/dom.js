// Building elements. Text from the data only ever becomes text nodes and attribute values, never markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === "function") node.addEventListener(name, value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);
const byId = (id) => document.getElementById(id);

const bullets = (texts, name) => el("ul", { class: name || "plain" }, texts.map((text) => el("li", {}, text)));

// A titled part of a page; null without content, so that a page has no empty headings.
function section(title, id, ...children) {
  const content = children.flat(Infinity).filter(Boolean);
  if (!content.length) return null;
  return el("section", { class: "part", id: `part-${id}`, tabindex: "-1", "aria-labelledby": id }, el("h2", { id }, title), content);
}

// head: [title, class?]; rows: arrays of cells. The caption is for those who cannot see what stands above the table.
function table(caption, head, rows) {
  const cells = (row) => row.map((cell, at) => el(at ? "td" : "th", { scope: at ? null : "row", class: head[at][1] }, cell));
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    el("table", {},
      el("caption", {}, caption),
      el("thead", {}, el("tr", {}, head.map(([title, name]) => el("th", { scope: "col", class: name }, title)))),
      el("tbody", {}, rows.map((row) => el("tr", {}, cells(row))))));
}

// A table of which `size` rows are shown at a time.
function pagedTable(caption, head, items, rowOf, size = 50) {
  if (items.length <= size) return table(caption, head, items.map(rowOf));
  const place = el("div", {});
  const show = (from) => {
    const shown = items.slice(from, from + size);
    const turn = (to, word) => el("button", { type: "button", disabled: to < 0 || to >= items.length, click: () => show(to) }, word);
    place.replaceChildren(
      table(caption, head, shown.map(rowOf)),
      el("div", { class: "pages" }, turn(from - size, "Previous"),
        el("span", {}, `${number(from + 1)}–${number(from + shown.length)} of ${number(items.length)}`), turn(from + size, "Next")));
  };
  show(0);
  return place;
}
