// Draws every generated dashboard as a PNG: asks a Prometheus, renders with Grafana's own components, takes a picture with Chromium.
//
//   node draw.mjs http://127.0.0.1:9090 OUT [MINUTES]
//
// Only the panels of these dashboards are understood (stat, timeseries, table, text); it is no Grafana.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const generated = join(here, "..", "generated");
const [prometheus, out, minutes = "15"] = process.argv.slice(2);
if (!prometheus || !out) {
  console.error("usage: node draw.mjs PROMETHEUS-URL OUT-FOLDER [MINUTES]");
  process.exit(2);
}
const CHROMIUM = process.env.CHROMIUM ?? "chromium";
const WIDTH = 1600;
const icons = `file://${join(here, "node_modules/@grafana/ui/dist/public")}/`;
const CELL = 38; // Grafana's grid: 30 pixels a row and 8 between
const end = Math.floor(Date.now() / 1000);
const begin = end - Number(minutes) * 60;
const step = Math.max(1, Math.ceil((end - begin) / 300));

async function get(path, asked) {
  const answer = await (await fetch(`${prometheus}/api/v1/${path}?${new URLSearchParams(asked)}`)).json();
  if (answer.status !== "success") throw new Error(`${JSON.stringify(asked)}: ${answer.error}`);
  return answer.data;
}

// What Grafana puts in the place of $job while "All" is chosen: every value that the variable's query gives.
async function deployments(dashboard) {
  const { query } = dashboard.templating.list.find(({ name }) => name === "job");
  const [, series, label] = query.match(/^label_values\((.+), (\w+)\)$/);
  const values = await get(`label/${label}/values`, { "match[]": series, start: begin, end });
  return values.length === 1 ? values[0] : `(${values.join("|")})`;
}

async function ask(target, job) {
  const filled = { $__rate_interval: `${Math.max(15, 4 * step)}s`, $__range: `${end - begin}s`, $job: job };
  const query = Object.entries(filled).reduce((expr, [name, value]) => expr.replaceAll(name, value), target.expr);
  const what = target.instant ? { time: end } : { start: begin, end, step };
  return (await get(`query${target.instant ? "" : "_range"}`, { query, ...what })).result;
}

async function results(dashboard) {
  const found = {};
  const job = await deployments(dashboard);
  for (const panel of dashboard.panels) {
    if (!panel.targets) continue;
    found[panel.id] = await Promise.all(panel.targets.map((target) => ask(target, job)));
  }
  return found;
}

const work = mkdtempSync(join(tmpdir(), "personawatch-preview-"));
try {
  const page = join(work, "page.js");
  await build({
    entryPoints: [join(here, "page.jsx")],
    bundle: true,
    minify: true,
    outfile: page,
    jsx: "automatic",
    // The ESM builds take the default of a CommonJS package for its exports, as Node does; the CommonJS builds do not.
    alias: Object.fromEntries(["ui", "data"].map((name) => [`@grafana/${name}`, join(here, `node_modules/@grafana/${name}/dist/cjs/index.cjs`)])),
    define: { "process.env.NODE_ENV": '"production"', global: "window" },
    loader: { ".svg": "dataurl", ".woff2": "dataurl", ".ttf": "dataurl" },
    logLevel: "error",
  });
  mkdirSync(out, { recursive: true });
  for (const file of readdirSync(generated).sort()) {
    const dashboard = JSON.parse(readFileSync(join(generated, file), "utf-8"));
    const given = { dashboard, results: await results(dashboard), begin, end, cell: CELL };
    const rows = Math.max(...dashboard.panels.map((panel) => panel.gridPos.y + panel.gridPos.h));
    const html = join(work, file.replace(/json$/, "html"));
    const data = JSON.stringify(given).replaceAll("<", "\\u003c");
    writeFileSync(
      html,
      `<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="page.css"><body><div id="root"></div><script>window.__grafana_public_path__=${JSON.stringify(icons)};window.given=${data}</script><script src="page.js"></script>`,
    );
    const png = resolve(out, file.replace(/json$/, "png"));
    execFileSync(
      CHROMIUM,
      ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--allow-file-access-from-files",
        "--enable-logging=stderr", `--user-data-dir=${join(work, "profile")}`, `--window-size=${WIDTH},${rows * CELL + 70}`,
        "--virtual-time-budget=15000", `--screenshot=${png}`, `file://${html}`],
      { stdio: process.env.VERBOSE ? "inherit" : "ignore", timeout: 120_000 },
    );
    console.log(png);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
