// Which page is open, keys, theme, printing.

const main = byId("main");

function placeOf(hash) {
  const [, kind, id, part, at] = hash.replace(/^#/, "").split("/");
  try {
    return kind === "case" ? { found: caseById.get(decodeURIComponent(id || "")), part, at: at && decodeURIComponent(at) } : {};
  } catch {
    return {}; // a link that was cut off in the middle of an escape
  }
}

function show() {
  if (location.hash === "#main") return;
  const { found, part, at } = placeOf(location.hash);
  const same = found && main.dataset.shown === found.id;
  if (!same) {
    main.replaceChildren(found ? casePage(found) : overviewPage());
    main.dataset.shown = found ? found.id : "";
    document.title = `${found ? `${whoIs(found, 1)}, ${found.tier}` : "Persona Watch"}: replay`;
    window.scrollTo(0, 0);
  }
  document.body.dataset.view = found ? "case" : "overview";
  markOpen(found ? found.id : null);
  if (found && part) reveal(byId(`${part}-${at}`));
}

// Open a part of the case, scroll to it, and put the focus there.
function reveal(target) {
  if (!target) return;
  if (target.tagName === "DETAILS") target.open = true;
  (target.tagName === "DETAILS" ? target.querySelector("summary") : target).focus({ preventScroll: true });
  target.scrollIntoView({ block: "start" });
}

function go(found) {
  if (!found) return;
  const inList = byId("list").contains(document.activeElement);
  location.replace(hrefOf(found.id));
  show();
  const row = rowOf(found.id);
  if (row && row.offsetParent) row.focus({ preventScroll: true });
  else if (!inList) byId("title").focus({ preventScroll: true });
}

function back() {
  const search = byId("search");
  if (document.activeElement === search && search.value) {
    search.value = "";
    filterByText("");
  } else if (main.dataset.shown && !byId("list").contains(document.activeElement)) {
    const row = rowOf(main.dataset.shown);
    if (row && row.offsetParent) row.focus();
    else { location.hash = "#/"; show(); }
  } else {
    location.hash = "#/";
    show();
  }
}

function filterByText(text) {
  wanted.query = text;
  select();
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || byId("keys").open) return;
  const { target, key } = event;
  if (key === "Escape") back();
  else if (target.matches("input, select, textarea")) return;
  else if (key === "j" || (key === "ArrowDown" && byId("list").contains(target))) go(neighbour(1));
  else if (key === "k" || (key === "ArrowUp" && byId("list").contains(target))) go(neighbour(-1));
  else if (key === "/") { document.body.dataset.view = "list"; byId("search").focus(); }
  else if (key === "?") byId("keys").showModal();
  else return;
  event.preventDefault();
}

function setTheme(name) {
  if (name) document.documentElement.dataset.theme = name;
  else delete document.documentElement.dataset.theme;
  byId("theme").value = name;
}

function keepTheme(name) {
  setTheme(name);
  try {
    localStorage.setItem("personawatch-theme", name);
  } catch { /* a browser may forbid a local file to remember anything */ }
}

function remembered() {
  try {
    const name = localStorage.getItem("personawatch-theme");
    return ["light", "dark"].includes(name) ? name : "";
  } catch {
    return "";
  }
}

// On paper everything of what is selected is open. Browsers tell of printing in two ways, and not all in both.
let opened = [];
function onPrint(paper) {
  if (paper) {
    opened = [...opened, ...main.querySelectorAll("details:not([open])")];
    for (const part of opened) part.open = true;
  } else {
    for (const part of opened) part.open = false;
    opened = [];
  }
}

byId("paper").textContent = `Persona Watch, replay of ${report.sources.join(", ")}; catalogue ${report.catalogue}`;
buildFilters();
select();
setTheme(remembered());
byId("theme").addEventListener("change", (event) => keepTheme(event.target.value));
byId("keys-button").addEventListener("click", () => byId("keys").showModal());
document.addEventListener("keydown", onKey);
document.querySelector(".brand").addEventListener("click", () => { location.hash = "#/"; show(); });
document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); main.focus(); });
byId("list").addEventListener("click", (event) => {
  // Enter on a row that is already open moves on into it.
  const link = event.target.closest("a");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  location.hash = link.getAttribute("href");
  show();
  byId("title").focus({ preventScroll: true });
});
matchMedia("print").addEventListener("change", (event) => onPrint(event.matches));
window.addEventListener("beforeprint", () => onPrint(true));
window.addEventListener("afterprint", () => onPrint(false));
window.addEventListener("hashchange", show);
show();
