// The report's data, and how its values are written.

const report = JSON.parse(byId("data").textContent);
const cases = report.cases;
const caseById = new Map(cases.map((found) => [found.id, found]));
const changeById = new Map((report.comparison ? report.comparison.changes : []).map((change) => [change.alert_id, change]));
const TIERS = ["priority", "review", "watch", "none"];
const OVER = ["retracted", "resolved"];

const textsOf = (numbers) => numbers.map((at) => report.texts[at]);
const titleOf = (indicator) => (report.indicators[indicator] || {}).title || report.titles[indicator] || indicator;
const mitigatorOf = (name) => (report.mitigators[name] || [name])[0];
const number = (value) => value.toLocaleString("en-GB");
const points = (value) => value.toFixed(1).replace(/\.0$/, "");
const plural = (count, one, many = `${one}s`) => `${number(count)} ${count === 1 ? one : many}`;
const stands = (found) => !OVER.includes(found.status);

// Times are UTC everywhere, as in the alerts.
const minute = (text) => text.slice(0, 16).replace("T", " ");
const day = (text) => text.slice(0, 10);

const hrefOf = (id, part, at) => `#/case/${encodeURIComponent(id)}${part ? `/${part}/${encodeURIComponent(at)}` : ""}`;

function whoIs(found, most = 2) {
  const shown = found.accounts.slice(0, most).join(", ");
  const more = found.size - Math.min(most, found.accounts.length);
  return more > 0 ? `${shown} and ${number(more)} more` : shown;
}

const tierBadge = (tier) => el("span", { class: `tier tier-${tier}` }, tier);
const mono = (text) => el("span", { class: "mono" }, text);
