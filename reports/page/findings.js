// findings.js - the list of findings, of which only what is in sight is drawn, and the one that is open.

const itemHeight = 62;
const fewFindings = 8; // so many stand above the open one, all of them
let open = null; // what showFinding returned
let chosen = 0; // its place among those that the filter leaves
let left = report.findings.map((_, i) => i);
let findingBox = null;
let list = null;

function item(place) {
  const finding = report.findings[left[place]];
  const row = rowOf.get(finding.row);
  return make("div", { id: `item-${place}`, class: `item${place === chosen ? " chosen" : ""}`, role: "option", style: `top:${place * itemHeight}px`,
    "aria-selected": place === chosen ? "true" : "false", "aria-setsize": left.length, "aria-posinset": place + 1, click: () => choose(place) },
  make("span", { class: "id" }, finding.row),
  finding.change === "new" ? chip("new", "bad") : null,
  make("span", { class: "soft small" }, plural(finding.count, "step")),
  make("span", { class: "line" }, `${report.subjects.length > 1 ? `${subjectOf(finding)}: ` : ""}${row ? row.text : finding.verdict}`));
}

function drawList() {
  if (!list) return;
  const few = report.findings.length <= fewFindings;
  const first = few ? 0 : Math.max(0, Math.floor(list.scrollTop / itemHeight) - 8);
  const end = few ? left.length : Math.min(left.length, first + Math.ceil(list.clientHeight / itemHeight) + 16);
  const items = [];
  for (let i = first; i < end; i++) items.push(item(i));
  list.firstChild.style.height = `${left.length * itemHeight}px`;
  list.firstChild.replaceChildren(...items);
  const drawn = chosen >= first && chosen < end && left.length > 0;
  if (drawn) list.setAttribute("aria-activedescendant", `item-${chosen}`);
  else list.removeAttribute("aria-activedescendant");
}

// Opens the finding at a place of the list.
function choose(place, scroll = true) {
  if (left.length === 0) {
    findingBox.replaceChildren(make("p", { class: "soft" }, "No finding matches the filter."));
    open = null;
    return;
  }
  chosen = Math.max(0, Math.min(left.length - 1, place));
  if (list && scroll) {
    const top = chosen * itemHeight;
    if (top < list.scrollTop) list.scrollTop = top;
    if (top + itemHeight > list.scrollTop + list.clientHeight) list.scrollTop = top + itemHeight - list.clientHeight;
  }
  drawList();
  open = showFinding(findingBox, report.findings[left[chosen]]);
}

function filterFindings(text, note) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const now = open ? report.findings.indexOf(open.finding) : -1;
  left = [];
  report.findings.forEach((finding, i) => {
    const row = rowOf.get(finding.row);
    const all = `${finding.row} ${finding.verdict} ${finding.note} ${finding.scenario} ${subjectOf(finding)} ${finding.file} ${finding.id} ${finding.change} ${row ? row.text : ""}`.toLowerCase();
    if (words.every((one) => all.includes(one))) left.push(i);
  });
  note.textContent = `${left.length.toLocaleString("en")} of ${plural(report.findings.length, "finding")}`;
  list.scrollTop = 0;
  choose(Math.max(0, left.indexOf(now)));
}

// Goes to the finding of a clause; false when there is none.
function openFindingOf(id, subject) {
  const wanted = report.findings.findIndex((finding) => finding.row === id && (subject === undefined || finding.subject === subject));
  if (wanted < 0) return false;
  if (!left.includes(wanted)) left = report.findings.map((_, i) => i);
  choose(left.indexOf(wanted));
  document.getElementById("findings").scrollIntoView();
  return true;
}

function startFindings() {
  const section = document.getElementById("findings");
  const count = report.findings.length;
  section.append(make("h2", { id: "findings-title" }, count === 0 ? "Findings" : plural(count, "finding")));
  if (count === 0) {
    section.append(make("p", { class: "soft" }, "None: no run broke a clause."));
    return;
  }
  findingBox = make("article", { class: "finding", "aria-labelledby": "finding-title" });
  if (count > 1) {
    const note = make("span", { class: "soft small", role: "status" }, `${plural(count, "finding")}`);
    const filter = make("input", { id: "finding-filter", type: "search", placeholder: "clause, DLL, text", input: () => filterFindings(filter.value, note) });
    list = make("div", { class: "list", role: "listbox", tabindex: 0, "aria-label": "Findings", scroll: drawList }, make("div", { class: "all", role: "presentation" }));
    section.append(make("div", { class: count > fewFindings ? "split" : "split few" },
      make("div", { class: "aside" }, make("label", { class: "filter" }, make("span", {}, "Filter "), filter), note, list), findingBox));
  } else {
    section.append(findingBox);
  }
  choose(0);
}
