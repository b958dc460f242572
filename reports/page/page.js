// page.js - what is below the clauses, the theme, the keys, paper; and the beginning of it all.

// ---- coverage

function pictureNode(picture) {
  const shape = new DOMParser().parseFromString(picture.svg, "image/svg+xml").documentElement;
  for (const node of [shape, ...shape.querySelectorAll("[id]")]) node.removeAttribute("id");
  shape.setAttribute("role", "img");
  shape.setAttribute("aria-label", picture.title);
  return make("figure", {}, make("figcaption", {}, make("h3", {}, picture.title), make("p", { class: "soft" }, picture.about)),
    make("div", { class: "scroll picture", tabindex: 0, role: "region", "aria-label": picture.title }, document.importNode(shape, true)));
}

function subjectNode(subject) {
  return make("tr", {}, make("th", { scope: "row" }, subject.name), make("td", {}, make("span", { class: `verdict ${subject.mood}` }, subject.verdict)),
    make("td", {}, plural(subject.replays, "replay")), make("td", { class: "id" }, subject.digest), make("td", {}, subject.note));
}

function startCoverage() {
  const section = document.getElementById("coverage");
  section.append(make("h2", { id: "coverage-title" }, "What was run"));
  if (report.subjects.some((subject) => subject.verdict))
    section.append(make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "DLLs" },
      make("table", {}, make("thead", {}, make("tr", {}, ["DLL", "Verdict", "Replays", "File digest", "Remarks"].map((name) => make("th", { scope: "col" }, name)))),
        make("tbody", {}, report.subjects.map(subjectNode)))));
  for (const scenario of report.scenarios)
    section.append(make("details", { class: "scenario" },
      make("summary", {}, make("span", { class: "id" }, scenario.name), make("span", { class: "soft" }, [scenario.runs, scenario.state].filter(Boolean).map((text) => ` \u00B7 ${text.replace(/\d{4,}/g, (n) => Number(n).toLocaleString("en"))}`).join(""))),
      make("p", {}, scenario.about), make("pre", { tabindex: 0 }, scenario.text)));
  for (const picture of report.pictures) section.append(pictureNode(picture));
}

// ---- the theme

const themes = ["auto", "light", "dark"];

function setTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  document.getElementById("theme").textContent = `Theme: ${theme}`;
  try {
    localStorage.setItem("clusrace-theme", theme);
  } catch {
    // a page from a file may have no storage
  }
}

function nextTheme() {
  const now = document.documentElement.dataset.theme || "auto";
  setTheme(themes[(themes.indexOf(now) + 1) % themes.length]);
}

function startTheme() {
  const button = document.getElementById("theme");
  let theme = "auto";
  try {
    theme = localStorage.getItem("clusrace-theme") || "auto";
  } catch {
    // likewise
  }
  button.hidden = false;
  button.addEventListener("click", nextTheme);
  setTheme(themes.includes(theme) ? theme : "auto");
}

// ---- the keys

const keys = [
  ["\u2192", "l", "step on", () => open?.go(open.at() + 1)],
  ["\u2190", "h", "step back", () => open?.go(open.at() - 1)],
  ["Home", "", "the beginning", () => open?.go(0)],
  ["End", "", "the last step", () => open?.go(open.run.steps.length)],
  ["d", "", "the step that decides", () => open?.decide()],
  ["i", "", "show or hide steps inside the DLL", () => open?.toggle()],
  ["j", "", "the next finding", () => open && choose(chosen + 1)],
  ["k", "", "the finding before", () => open && choose(chosen - 1)],
  ["c", "", "copy the trace", () => open && copyText(traceText(open.run))],
  ["r", "", "copy the command that replays it", () => open?.finding.command && copyText(open.finding.command)],
  ["f", "", "filter the findings", () => document.getElementById("finding-filter")?.focus()],
  ["/", "", "filter the clauses", () => clauseFilter.text.focus()],
  ["t", "", "theme: auto, light, dark", nextTheme],
  ["?", "", "these keys", () => document.getElementById("keys").scrollIntoView()],
];
const pressed = { ArrowRight: "\u2192", ArrowLeft: "\u2190" };

function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const target = event.target;
  if (event.key === "Escape") target.blur?.();
  if (target.matches?.("input, select, textarea")) return;
  if (target.matches?.(".list") && ["ArrowDown", "ArrowUp"].includes(event.key)) {
    event.preventDefault();
    choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
    return;
  }
  if (!document.getElementById("keys-on").checked) return;
  const name = pressed[event.key] || event.key;
  const key = keys.find((one) => one[0] === name || (one[1] !== "" && one[1] === name));
  if (!key) return;
  event.preventDefault();
  key[3]();
}

function startKeys() {
  document.getElementById("keys").append(make("h2", { id: "keys-title" }, "Keys"),
    make("dl", { class: "keys" }, keys.map(([name, other, what]) =>
      make("div", {}, make("dt", {}, make("kbd", {}, name), other ? [" ", make("kbd", {}, other)] : null), make("dd", {}, what)))),
    make("p", {}, make("label", {}, make("input", { type: "checkbox", id: "keys-on", checked: true }), " keys are listened to")),
    make("p", { class: "soft" }, "In the list of findings the arrows up and down choose. In the chart a click on a step goes there. Printed are the verdict, the clauses as filtered, and the findings (of more than 25 the one that is open)."));
  document.addEventListener("keydown", onKey);
}

// ---- paper

function startPaper() {
  const paper = document.getElementById("paper");
  window.addEventListener("beforeprint", () => {
    const all = report.findings.length <= 25 ? report.findings : open ? [open.finding] : [];
    paper.replaceChildren(...all.map(paperFinding));
    paper.hidden = false;
  });
  window.addEventListener("afterprint", () => {
    paper.hidden = true;
    paper.replaceChildren();
  });
}

startTheme();
startProportions();
startKeys();
startClauses();
startFindings();
startCoverage();
startPaper();
let layoutTimer = 0;
window.addEventListener("resize", () => {
  clearTimeout(layoutTimer);
  layoutTimer = setTimeout(() => {
    drawList();
    open?.layout();
  }, 120);
});
