// clauses.js - the bar of proportions, and the table of clauses with its filter.

const verdicts = ["violated", "inconclusive", "held", "not-exercised"];
const marks = { violated: "\u2715", inconclusive: "?", held: "\u2713", "not-exercised": "\u2013" };
const named = (verdict) => verdict.replace("-", " ");
let clauseFilter = null;

// The worst that any DLL made of a clause.
const worst = (row) => verdicts.find((verdict) => row.cells.some((cell) => cell[0] === verdict)) || "not-exercised";

// A duty of somebody else, of which a DLL can show nothing.
const foreign = (row) => worst(row) === "not-exercised" && row.party !== undefined && !["DLL", "application"].includes(row.party);

function startProportions() {
  const box = document.getElementById("proportions");
  const counts = verdicts.map((verdict) => report.clauses.filter((row) => worst(row) === verdict && !foreign(row)).length);
  const bar = make("div", { class: "proportions", "aria-hidden": "true" });
  const legend = make("p", { class: "legend" });
  verdicts.forEach((verdict, i) => {
    if (counts[i] === 0) return;
    bar.append(make("span", { class: verdict, style: `flex-grow:${counts[i]}` }));
    legend.append(make("button", { type: "button", class: `quiet ${verdict}`, click: () => setClauses("", verdict) },
      make("span", { class: `mark ${verdict}`, "aria-hidden": "true" }, marks[verdict]), `${counts[i]} ${named(verdict)}`));
  });
  const others = report.clauses.filter(foreign).length;
  if (others > 0) legend.append(make("span", { class: "soft others" }, `and ${plural(others, "duty", "duties")} of others`));
  box.append(bar, legend);
}

function cellNode(row, cell, subject) {
  const [verdict, held, violated, why, change] = cell;
  const times = verdict === "violated" ? ` ${plural(violated, "run")}` : verdict === "held" ? ` ${plural(held, "run")}` : "";
  const found = verdict === "violated" && report.findings.some((finding) => finding.row === row.id && finding.subject === subject);
  const name = make("span", { class: `verdict ${verdict}` }, make("span", { class: `mark ${verdict}`, "aria-hidden": "true" }, marks[verdict]), named(verdict));
  return make("td", {},
    found ? make("a", { href: "#findings", click: (event) => openFindingOf(row.id, subject) && event.preventDefault() }, name) : name,
    make("span", { class: "soft small" }, times), change !== "same" ? chip(change, change === "new" ? "bad" : "") : null,
    why ? make("span", { class: "why" }, why) : null);
}

function clauseNodeRow(row) {
  const more = [row.kind, row.party && `duty of: ${row.party}`, row.confidence, row.level !== "error" && row.level].filter(Boolean).join(" \u00B7 ");
  return make("tr", { id: `clause-${row.id}`, tabindex: -1 },
    make("th", { scope: "row", class: "id" }, row.id),
    make("td", { class: "says" }, row.text, more ? make("span", { class: "why" }, more, row.source ? ` \u00B7 source: ${row.source}` : "") : null),
    row.cells.map((cell, subject) => cellNode(row, cell, subject)));
}

function setClauses(text, verdict) {
  clauseFilter.text.value = text;
  clauseFilter.verdict.value = verdict;
  clauseFilter.run();
  document.getElementById("clauses").scrollIntoView();
}

function showClause(id) {
  setClauses(id, "");
  const row = document.getElementById(`clause-${id}`);
  row?.classList.add("shown");
  row?.focus({ preventScroll: true });
}

function startClauses() {
  const section = document.getElementById("clauses");
  const note = make("span", { class: "soft small", role: "status" });
  const text = make("input", { id: "clause-filter", type: "search", placeholder: "id, words, source", input: () => run() });
  const first = verdicts.slice(0, 3).some((verdict) => report.clauses.some((row) => worst(row) === verdict));
  const verdict = make("select", { id: "clause-verdict", change: () => run() }, make("option", { value: "" }, "all"),
    make("option", { value: "judged", selected: first }, "exercised"), verdicts.map((one) => make("option", { value: one }, named(one))));
  const body = make("tbody");
  const order = report.clauses.slice().sort((a, b) => verdicts.indexOf(worst(a)) - verdicts.indexOf(worst(b)));
  function run() {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = order.filter((row) => {
      const mine = row.cells.map((cell) => cell[0]);
      const wanted = verdict.value === "" || mine.includes(verdict.value) || (verdict.value === "judged" && mine.some((one) => one !== "not-exercised"));
      const all = `${row.id} ${row.text} ${row.source || ""} ${row.party || ""} ${row.kind || ""} ${row.cells.map((cell) => `${cell[3]} ${cell[4]}`).join(" ")}`.toLowerCase();
      return wanted && words.every((one) => all.includes(one));
    });
    body.replaceChildren(...rows.map(clauseNodeRow));
    note.textContent = `${rows.length} of ${plural(report.clauses.length, "clause")}`;
  }
  clauseFilter = { text, verdict, run };
  section.append(make("h2", { id: "clauses-title" }, "Clauses"),
    make("form", { class: "filters", submit: (event) => event.preventDefault() },
      make("label", {}, make("span", {}, "Filter "), text), make("label", {}, make("span", {}, "Verdict "), verdict), note),
    make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Table of clauses" },
      make("table", { class: report.subjects.length === 1 ? "clauses one" : "clauses" },
        make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Clause"), make("th", { scope: "col" }, "What it says"),
          report.subjects.map((subject) => make("th", { scope: "col" }, subject.name)))), body)));
  run();
}
