// finding.js - one finding: its chart, the steps one by one, the trace, what replays it, its neighbour.

const chip = (text, kind = "") => make("span", { class: `chip ${kind}`.trim() }, text);

async function copyText(text, button) {
  try {
    if (!navigator.clipboard) throw new Error("no clipboard");
    await navigator.clipboard.writeText(text);
  } catch {
    const area = make("textarea", { class: "away", "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    button?.focus();
  }
  say("Copied.");
  if (!button) return;
  const before = button.dataset.name;
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = before), 1600);
}

const copyButton = (name, text) =>
  make("button", { type: "button", class: "copy", "data-name": name, click: (event) => copyText(text(), event.currentTarget) }, name);

// ---- the actors at a step

// Lines that were not said before the step are new; those that are said no more are gone.
function stateRows(run, number) {
  const now = run.states[number];
  const before = run.states[Math.max(0, number - 1)];
  const step = run.steps[number - 1];
  return run.lanes.map((lane, i) => {
    const lines = now[i].split("\n").filter(Boolean);
    const old = number === 0 ? lines : before[i].split("\n").filter(Boolean);
    const cells = [
      ...lines.map((line) => (old.includes(line) ? make("span", {}, line) : make("ins", {}, line))),
      ...old.filter((line) => !lines.includes(line)).map((line) => make("del", {}, line)),
    ];
    const acts = step && (step.from === i || step.to === i);
    return make("tr", { class: acts ? "acts" : false },
      make("th", { scope: "row" }, make("span", { class: `dot ${lane.kind}`, "aria-hidden": "true" }), lane.name),
      make("td", {}, cells.length ? cells : make("span", { class: "soft" }, "nothing is known")));
  });
}

function clauseLinks(ids) {
  return ids.flatMap((id, i) => [i ? ", " : "", make("a", { href: `#clause-${id}`, click: () => showClause(id) }, id)]);
}

function stepText(run, finding, number) {
  if (number === 0) return [make("p", { class: "event" }, "Before the first step.")];
  const step = run.steps[number - 1];
  const meaning = report.verbs[step.verb];
  const tested = step.exercised.filter((id) => !step.violated.includes(id));
  return [
    make("p", { class: "event" }, make("code", {}, step.shown)),
    meaning ? make("p", { class: "soft" }, `${meaning[0].toUpperCase()}${meaning.slice(1)}.`) : null,
    step.number === finding.step ? make("p", { class: "broken" }, make("strong", {}, finding.verdict), finding.note ? `: ${finding.note}` : "") : null,
    tested.length ? make("p", { class: "tested" }, `${tested.length === 1 ? "Clause" : "Clauses"} put to the test: `, clauseLinks(tested)) : null,
  ];
}

// ---- the stepper

function stepper(finding, run, chart) {
  let at = 0;
  const title = make("h4", { id: "step-title" });
  const text = make("div", { class: "step-text" });
  const body = make("tbody");
  const slider = make("input", { type: "range", min: 0, max: run.steps.length, "aria-label": "Step", input: () => go(Number(slider.value)) });
  const button = (name, label, to) => make("button", { type: "button", title: label, "aria-label": label, click: () => go(to()) }, name);
  function go(number) {
    at = Math.max(0, Math.min(run.steps.length, number));
    title.textContent = at === 0 ? `The beginning, ${plural(run.steps.length, "step")} to come` : `Step ${at} of ${run.steps.length}`;
    slider.value = at;
    slider.setAttribute("aria-valuetext", at === 0 ? "the beginning" : `${at}: ${run.steps[at - 1].shown}`);
    text.replaceChildren(...stepText(run, finding, at).filter(Boolean));
    body.replaceChildren(...stateRows(run, at));
    chart.select(at);
  }
  const node = make("section", { class: "stepper", "aria-labelledby": "step-title" },
    title,
    make("div", { class: "moves" },
      button("\u00AB", "First step", () => 0), button("\u2039", "Step back", () => at - 1),
      button("\u203A", "Step on", () => at + 1), button("\u00BB", "Last step", () => run.steps.length),
      button("Deciding step", "Deciding step", () => finding.step)),
    slider, text,
    make("table", { class: "states" }, make("caption", {}, "The actors after this step; ", make("ins", {}, "new"), " ", make("del", {}, "no more")),
      make("thead", { class: "away" }, make("tr", {}, make("th", { scope: "col" }, "Actor"), make("th", { scope: "col" }, "State"))), body));
  return { node, go, at: () => at };
}

// ---- the neighbour

function neighbourColumn(title, steps, from, to, mark) {
  return make("div", { class: "side" }, make("h5", {}, title),
    make("ol", {}, steps.slice(from, to).map((step, i) =>
      make("li", { value: step.number, class: from + i >= mark ? "apart" : "same" }, make("code", {}, step.shown)))),
    to < steps.length ? make("p", { class: "soft" }, `and ${plural(steps.length - to, "step")} more`) : null);
}

// The neighbour and where it parts; null when there is none.
function neighbourOf(finding, run) {
  if (!finding.neighbour) return null;
  const other = readRun(finding.neighbour);
  const { a, b, n } = commonSteps(run, other);
  return { other, a, b, n, parts: n < a.length ? a[n].number : 0 };
}

function neighbourNode(finding, neighbour) {
  if (!neighbour)
    return [make("h4", {}, "A neighbour that does not fail"), make("p", { class: "soft" }, "Among what was run there is none that goes along with this one.")];
  const { other, a, b, n } = neighbour;
  const from = Math.max(0, n - 3);
  const decides = a.findIndex((step) => step.number >= finding.step) + 1 || a.length;
  return [
    make("h4", {}, "A neighbour that does not fail"),
    make("p", {}, n === 0 ? "It goes another way from the first step on." : `The same DLL, the same ${plural(n, "step")} as in the chart; then it goes another way, and keeps the contract.`),
    make("div", { class: "sides" },
      neighbourColumn("This one fails", a, from, Math.max(n + 3, Math.min(decides, n + 14)), n),
      neighbourColumn("The neighbour conforms", b, from, Math.min(b.length, n + 14), n)),
    make("p", {}, copyButton("Copy the neighbour", () => traceText(other))),
  ];
}

// ---- all of it

// Short names with what they stand for; those that stand for the same are one.
function sourceList(pairs) {
  const names = new Map();
  for (let i = 0; i < pairs.length; i += 2) {
    const what = report.strings[pairs[i + 1]];
    names.set(what, [...(names.get(what) || []), report.strings[pairs[i]]]);
  }
  return make("ul", {}, ...[...names].map(([what, list]) => make("li", {}, make("strong", {}, list.join(", ")), `: ${what}`)));
}

function clauseNode(finding) {
  const row = rowOf.get(finding.row);
  if (!row) return [];
  return [
    make("p", { class: "clause-text" }, row.text),
    make("p", { class: "chips" }, row.kind ? chip(row.kind) : null, chip(row.level), row.party ? chip(`duty of: ${row.party}`) : null,
      row.confidence ? chip(row.confidence) : null,
      finding.change !== "same" ? chip(finding.change, finding.change === "new" ? "bad" : "") : null),
    row.source ? make("details", { class: "sources" }, make("summary", {}, `Source: ${row.source}`), sourceList(row.sources)) : null,
  ];
}

const subjectOf = (finding) => (report.subjects[finding.subject] || { name: "the reference model" }).name;

function headNodes(finding) {
  return [
    make("h3", { id: "finding-title" }, make("span", { class: "id" }, finding.row), " ", make("span", { class: "soft" }, `in ${subjectOf(finding)}`)),
    ...clauseNode(finding),
    make("p", { class: "where" }, make("strong", {}, finding.verdict), finding.note ? ` \u2014 ${finding.note}` : "",
      make("span", { class: "soft" }, ` \u00B7 ${finding.scenario} \u00B7 ${plural(finding.count, "step")} \u00B7 seen in ${plural(finding.times, "run")}`)),
  ];
}

const commandNodes = (finding) => finding.command
  ? [make("h4", {}, "Replay it"), make("div", { class: "command" }, make("pre", { tabindex: 0 }, finding.command), copyButton("Copy the command", () => finding.command))]
  : [];

function traceNode(finding, run) {
  const pre = make("pre", { tabindex: 0, class: "trace" });
  const fill = (event) => {
    if (event.target.open && pre.textContent === "") pre.textContent = traceText(run);
  };
  return make("div", { class: "trace-box" },
    make("h4", {}, "The trace"),
    make("p", { class: "soft" }, finding.file ? `In ${finding.file}` : "It is in this page only", finding.id ? `, id ${finding.id}` : ""),
    copyButton("Copy the trace", () => traceText(run)),
    make("details", { toggle: fill }, make("summary", {}, "Show it"), pre));
}

// Fills box with a finding; returns what the keys need.
function showFinding(box, finding) {
  const run = readRun(finding.run);
  let inside = false;
  let steps = null;
  const chartBox = make("div", { class: "chart-box", tabindex: 0, role: "region", "aria-label": `Sequence chart, ${plural(run.lanes.length, "actor")}, ${plural(run.steps.length, "step")}; the step that is chosen is described beside it` });
  const chart = chartView(chartBox, (number) => steps.go(number));
  steps = stepper(finding, run, chart);
  const toggle = make("input", { type: "checkbox", change: () => api.inside(toggle.checked) });
  const layChart = () => chart.show(makeChart(run, { decides: finding.step, verdict: finding.verdict, parts: neighbour ? neighbour.parts : 0 }, inside, chartBox.clientWidth));
  const neighbour = neighbourOf(finding, run);
  const hidden = run.steps.some((step) => step.inside);
  box.replaceChildren(...headNodes(finding),
    hidden ? make("label", { class: "inside" }, toggle, " show steps inside the DLL") : "",
    make("div", { class: "stage" }, chartBox, steps.node),
    make("div", { class: "below" }, make("div", {}, ...neighbourNode(finding, neighbour)), make("div", {}, ...commandNodes(finding), traceNode(finding, run))));
  const api = {
    finding, run,
    go: steps.go,
    at: steps.at,
    decide: () => steps.go(finding.step),
    inside(on) {
      inside = on;
      toggle.checked = on;
      layChart();
      steps.go(steps.at());
    },
    toggle: () => hidden && api.inside(!inside),
    layout() {
      layChart();
      steps.go(steps.at());
    },
  };
  layChart();
  steps.go(finding.step || run.steps.length);
  return api;
}

// For paper.
function paperFinding(finding) {
  const run = readRun(finding.run);
  const node = make("article", { class: "paper" }, ...headNodes(finding));
  const neighbour = neighbourOf(finding, run);
  const chart = makeChart(run, { decides: finding.step, verdict: finding.verdict, parts: neighbour ? neighbour.parts : 0 }, false, 700);
  node.append(make("div", { class: "pieces" }), ...commandNodes(finding), ...neighbourNode(finding, neighbour));
  node.querySelector(".pieces").innerHTML = chartPieces(chart);
  return node;
}
