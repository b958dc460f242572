// data.js - what the page holds, and how a run in it is read.

const report = JSON.parse(document.getElementById("data").textContent);
const rowOf = new Map(report.clauses.map((row) => [row.id, row]));

const base36 = (text) => parseInt(text, 36);
const word = (text) => report.strings[base36(text)];

// "ACTOR VERB OBJECT REST @DIGEST" in its parts; the lanes of a chart say who and on what.
function partsOf(text) {
  const shown = text.replace(/ @[0-9a-f]{16}$/, "");
  const [actor, verb, object, ...rest] = shown.split(" ");
  return { shown, actor, verb, object, rest: rest.join(" ") };
}

function readStep(token, number) {
  const [text, from, to, kind, exercised, violated] = token.split(".");
  const whole = word(text);
  const parts = partsOf(whole);
  return {
    number, whole, ...parts,
    from: base36(from),
    to: base36(to),
    kind: kind[0],
    refused: kind.includes("!"),
    inside: kind.includes("~"),
    exercised: word(exercised).split(" ").filter(Boolean),
    violated: word(violated).split(" ").filter(Boolean),
    label: parts.verb === "call" ? parts.rest : `${parts.verb} ${parts.rest}`.trim(),
  };
}

// states[n] is what is said of each lane behind step n; 0 is the beginning.
function readStates(changes, lanes) {
  let now = lanes.map(() => "");
  return changes.split(";").map((list) => {
    if (list === "") return now;
    now = now.slice();
    for (const change of list.split(",")) {
      const [lane, text] = change.split(".");
      now[base36(lane)] = word(text);
    }
    return now;
  });
}

function readRun(run) {
  const lanes = [];
  for (let i = 0; i < run.lanes.length; i += 2)
    lanes.push({ name: report.strings[run.lanes[i]], kind: report.strings[run.lanes[i + 1]] });
  const steps = run.steps === "" ? [] : run.steps.split(";").map((token, i) => readStep(token, i + 1));
  return { lanes, steps, states: readStates(run.changes, lanes), head: report.strings[run.head], tail: report.strings[run.tail] };
}

// The trace as the file has it.
const traceText = (run) => run.head + run.steps.map((step) => `${step.number} ${step.whole}\n`).join("") + run.tail;

// How many steps two runs have in common at their beginning; what happened inside the DLL is passed over.
function commonSteps(one, other) {
  const visible = (run) => run.steps.filter((step) => !step.inside);
  const a = visible(one);
  const b = visible(other);
  let n = 0;
  while (n < a.length && n < b.length && a[n].shown === b[n].shown) n++;
  return { a, b, n };
}

const plural = (n, one, many = `${one}s`) => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
const escaped = (text) =>
  text.replace(/[&<>"']/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[c]);

// An element with attributes and children; a function is a listener of that name.
function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === undefined || value === null) continue;
    if (typeof value === "function") node.addEventListener(name, value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

const say = (text) => {
  document.getElementById("said").textContent = text;
};
