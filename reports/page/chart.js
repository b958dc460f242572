// chart.js - the sequence chart: a column for each actor, a row for each step; only rows in sight are drawn.

const chartRow = 34;
const chartNote = 30;
const chartLeft = 52;

const wanted = (run, decides, inside) => run.steps.filter((step) => inside || !step.inside || step.number === decides);

// Steps as rows with their places; three and more that are left out become a row of their own.
function rowsOf(run, decides, inside) {
  const rows = [];
  let y = 8;
  let last = 0;
  const gap = (to) => {
    if (to - last > 3) {
      rows.push({ left: to - last - 1, y, height: 22 });
      y += 22;
    }
  };
  for (const step of wanted(run, decides, inside)) {
    gap(step.number);
    last = step.number;
    const height = chartRow + (step.number === decides ? chartNote : 0);
    rows.push({ step, y, height });
    y += height;
  }
  gap(run.steps.length + 1);
  return { rows, height: y + 12 };
}

// Where an actor is inside a call, or alive: spans of steps on its lane.
function spansOf(run, places) {
  const open = new Map();
  const spans = [];
  const end = (lane, y) => {
    if (!open.has(lane)) return;
    spans.push({ lane, from: open.get(lane), to: y });
    open.delete(lane);
  };
  for (const step of run.steps) {
    const y = places.get(step.number);
    if (y === undefined) continue;
    if (step.kind === "c" || (step.kind === "w" && step.verb === "spawn" && !step.refused)) open.set(step.to, y);
    if (step.kind === "r" || (step.kind === "w" && step.verb === "exit")) end(step.from, y);
  }
  return { spans, open };
}

// mark: the step that decides, what it breaks, and the step at which the neighbour goes another way.
function makeChart(run, mark, inside, width) {
  const lane = Math.max(96, Math.min(190, Math.floor((width - chartLeft - 24) / Math.max(1, run.lanes.length))));
  const { rows, height } = rowsOf(run, mark.decides, inside);
  const places = new Map(rows.filter((row) => row.step).map((row) => [row.step.number, row.y + 22]));
  const { spans, open } = spansOf(run, places);
  for (const [at, y] of open) spans.push({ lane: at, from: y, to: height - 12 });
  return { run, ...mark, lane, rows, height, places, spans, width: chartLeft + run.lanes.length * lane + 12 };
}

const laneX = (chart, lane) => chartLeft + lane * chart.lane + chart.lane / 2;

function headMarkup(chart) {
  return chart.run.lanes.map((lane, i) => {
    const x = laneX(chart, i);
    const fits = Math.floor((chart.lane - 8) / 6.7);
    const name = lane.name.length > fits ? `${lane.name.slice(0, fits - 1)}\u2026` : lane.name;
    return `<rect class="head ${lane.kind}" x="${x - chart.lane / 2 + 4}" y="6" width="${chart.lane - 8}" height="26" rx="6"/>` +
      `<text class="head ${lane.kind}" x="${x}" y="23">${escaped(name)}</text>`;
  }).join("");
}

function arrowMarkup(chart, step, y) {
  const x1 = laneX(chart, step.from);
  const x2 = laneX(chart, step.to);
  const kind = `${step.kind === "r" ? "back" : step.kind === "s" ? "told" : "plain"}${step.refused ? " refused" : ""}`;
  if (step.from === step.to) return `<circle class="dot ${kind}" cx="${x1}" cy="${y}" r="4.5"/>`;
  const dir = x2 > x1 ? 1 : -1;
  const tip = x2 - dir * 5;
  return `<line class="arrow ${kind}" x1="${x1}" y1="${y}" x2="${tip - dir * 7}" y2="${y}"/>` +
    `<path class="tip ${kind}" d="M${tip} ${y}l${-dir * 9} -4.5v9z"/>`;
}

function labelMarkup(chart, step, y) {
  const x1 = laneX(chart, step.from);
  const x2 = laneX(chart, step.to);
  const wide = step.label.length * 6.9;
  const own = step.from === step.to;
  let x = own ? x1 + 11 : (x1 + x2) / 2 - wide / 2;
  x = Math.max(chartLeft, Math.min(x, chart.width - wide - 6));
  if (own && x < x1 + 11) x = Math.max(chartLeft, x1 - 11 - wide);
  return `<text class="label${step.refused ? " refused" : ""}" x="${x.toFixed(1)}" y="${own ? y + 4 : y - 7}">${escaped(step.label)}</text>`;
}

function rowMarkup(chart, row, selected) {
  if (row.left)
    return `<line class="cut" x1="${chartLeft}" x2="${chart.width - 10}" y1="${row.y + 15}" y2="${row.y + 15}"/>` +
      `<text class="cut" x="${chartLeft + 4}" y="${row.y + 12}">${plural(row.left, "step")} inside the DLL</text>`;
  const { step } = row;
  const y = row.y + 22;
  const decides = step.number === chart.decides;
  return `<g class="row${decides ? " broken" : step.number === selected ? " picked" : ""}" data-step="${step.number}">` +
    `<rect class="hit" x="2" y="${row.y}" width="${chart.width - 4}" height="${row.height}"/>` +
    `<text class="number" x="${chartLeft - 14}" y="${y + 4}">${step.number}</text>` +
    arrowMarkup(chart, step, y) + labelMarkup(chart, step, y) +
    (step.number === chart.parts ? `<line class="parts" x1="4" x2="${chart.width - 4}" y1="${row.y}" y2="${row.y}"/>` : "") +
    (decides ? `<text class="verdict" x="${chartLeft}" y="${y + 30}">${escaped(chart.verdict)}</text>` : "") + "</g>";
}

function groundMarkup(chart, row, selected) {
  if (row.left || (row.step.number !== chart.decides && row.step.number !== selected)) return "";
  return `<rect class="ground${row.step.number === chart.decides ? " decides" : ""}${row.step.number === selected ? " selected" : ""}" ` +
    `x="3" y="${row.y + 1}" width="${chart.width - 6}" height="${row.height - 2}" rx="7"/>`;
}

// The rows from one height to another, with the lanes behind them.
function chartMarkup(chart, from, to, selected) {
  const lives = chart.run.lanes.map((lane, i) =>
    `<line class="life ${lane.kind}" x1="${laneX(chart, i)}" x2="${laneX(chart, i)}" y1="${from}" y2="${to}"/>`);
  const bars = chart.spans.filter((span) => span.to >= from && span.from <= to).map((span) =>
    `<rect class="span ${chart.run.lanes[span.lane].kind}" x="${laneX(chart, span.lane) - 4}" width="8" rx="3" ` +
    `y="${Math.max(span.from, from)}" height="${Math.max(2, Math.min(span.to, to) - Math.max(span.from, from))}"/>`);
  const rows = chart.rows.filter((row) => row.y + row.height >= from && row.y <= to);
  const grounds = rows.map((row) => groundMarkup(chart, row, selected));
  const drawn = rows.map((row) => rowMarkup(chart, row, selected));
  return grounds.join("") + lives.join("") + bars.join("") + drawn.join("");
}

const svgOpen = (chart, height, top = 0) =>
  `<svg class="chart" aria-hidden="true" width="${chart.width}" height="${height}" viewBox="0 ${top} ${chart.width} ${height}">`;

// A chart in a box of its own that scrolls; choose is called with the number of a step.
function chartView(box, choose) {
  let chart = null;
  let selected = 0;
  const head = make("div", { class: "chart-head" });
  const body = make("div", { class: "chart-body" });
  box.append(head, body);
  const draw = () => {
    if (!chart) return;
    const top = Math.max(0, box.scrollTop - 600);
    const end = Math.min(chart.height, box.scrollTop + box.clientHeight + 600);
    body.innerHTML = `${svgOpen(chart, chart.height)}${chartMarkup(chart, top, end, selected)}</svg>`;
  };
  let drawn = 0;
  box.addEventListener("scroll", () => {
    if (Math.abs(box.scrollTop - drawn) < 300) return;
    drawn = box.scrollTop;
    draw();
  });
  body.addEventListener("click", (event) => {
    const row = event.target.closest("[data-step]");
    if (row) choose(Number(row.dataset.step));
  });
  return {
    show(next) {
      chart = next;
      head.innerHTML = `${svgOpen(chart, 38)}${headMarkup(chart)}</svg>`;
      drawn = box.scrollTop = 0;
      draw();
    },
    select(number) {
      selected = number;
      const y = chart.places.get(number);
      if (y !== undefined && (y - 60 < box.scrollTop || y + 70 > box.scrollTop + box.clientHeight))
        box.scrollTop = Math.max(0, y - box.clientHeight / 2);
      const to = y === undefined ? undefined : laneX(chart, chart.run.steps[number - 1].from);
      if (to !== undefined && (to - 80 < box.scrollLeft || to + 80 > box.scrollLeft + box.clientWidth))
        box.scrollLeft = Math.max(0, to - box.clientWidth / 2);
      drawn = box.scrollTop;
      draw();
    },
  };
}

// For paper: pieces that a page can take, one behind the other.
function chartPieces(chart) {
  const pieces = [];
  for (let i = 0; i < chart.rows.length; i += 24) {
    const rows = chart.rows.slice(i, i + 24);
    const from = rows[0].y;
    const last = rows[rows.length - 1];
    const height = last.y + last.height - from + 4;
    pieces.push(`<div class="piece">${svgOpen(chart, 38)}${headMarkup(chart)}</svg>` +
      `${svgOpen(chart, height, from)}${chartMarkup(chart, from, from + height, 0)}</svg></div>`);
  }
  return pieces.join("");
}
