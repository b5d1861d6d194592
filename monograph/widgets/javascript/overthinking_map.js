import { bestDepth, cotErrorLimit, criticalTrainLength, powerLaw, preconditioner } from "./theory.js";
import { choice, drag, follow, range, slider, wholeNumbers } from "./controls.js";
import { drawing, filling, node, Panel } from "./chart.js";
import { fixed, round, stepsInWords } from "./numbers.js";
import { layerDraws } from "./layer_draws.js";
import { overlay, simulate } from "./simulate.js";

const DIM = 20;
const STEPS = 30; // of the error curve
/** @type {[least: number, most: number]} */
const LENGTHS = [5, 2000]; // of the map, logarithmic
const TAILS = [0, 2];
const TAIL_STEP = 0.02; // between two points of the critical line
const CELLS = { columns: 64, rows: 40 };
const DEPTHS = { title: "best depth", bounds: [1, 2, 4, 8, 16, Infinity], names: ["0", "1", "2–3", "4–7", "8–15", "16 …", "never"] };
const ERRORS = { bounds: [1e-4, 1e-3, 1e-2, 1e-1, 1], names: ["<10⁻⁴", "<10⁻³", "<0.01", "<0.1", "<1", "≥1"] };

const scaled = (exponent) => {
  const raw = powerLaw(DIM, exponent);
  const total = raw.reduce((sum, value) => sum + value, 0);
  return raw.map((value) => (value * DIM) / total);
};

// What the map can show; an address may have set another number of steps.
const colors = (steps) => {
  const numbers = [...new Set([1, 2, 5, 10, 20, 50, steps ?? 1])].sort((one, other) => one - other);
  return [[null, "best depth"], ...numbers.map((k) => [k, `error at k = ${k}`])];
};

const classOf = (value, bounds) => bounds.filter((bound) => value >= bound).length;

// The last entry of cotErrorLimit alone: the map asks for it thousands of times.
const errorAfter = (P, test, k) => P.reduce((total, p, i) => total + (1 - p * test[i]) ** (2 * k), 0);

// Class of every cell of the map, row by row from the bottom.
const shades = (test, steps) => {
  const { bounds } = steps === null ? DEPTHS : ERRORS;
  return Array.from({ length: CELLS.rows }, (_, row) => {
    const train = scaled(TAILS[0] + ((row + 0.5) / CELLS.rows) * (TAILS[1] - TAILS[0]));
    return Array.from({ length: CELLS.columns }, (_, column) => {
      const n = LENGTHS[0] * (LENGTHS[1] / LENGTHS[0]) ** ((column + 0.5) / CELLS.columns);
      const P = preconditioner(train, n);
      const value = steps === null ? bestDepth(P, test).steps ?? Infinity : errorAfter(P, test, steps) / DIM;
      return classOf(value, bounds);
    });
  });
};

// To divide each step by more shortens all strides alike, as a weaker test does.
const compute = (model) => {
  const train = scaled(model.get("train_exponent"));
  const test = scaled(model.get("test_exponent")).map((strength) => strength / model.get("scaling"));
  const P = preconditioner(train, model.get("train_length"));
  return {
    n: model.get("train_length"), exponent: model.get("train_exponent"), test, steps: model.get("steps"),
    P, critical: criticalTrainLength(train, test), depth: bestDepth(P, test),
    factors: test.map((s, i) => 1 - P[i] * s),
    errors: cotErrorLimit(P, test, STEPS).map((error) => error / DIM),
  };
};

const draws = (model) => {
  const { P, test, depth, errors } = compute(model);
  const place = Math.min(depth.steps ?? STEPS, STEPS);
  const name = `Error / d after ${stepsInWords(place)}`;
  return layerDraws({ P, test, m: null, steps: STEPS, place, name, expected: errors[place] });
};

const sentence = ({ n, exponent, critical, depth, factors, errors }) => {
  const worst = factors.indexOf(Math.min(...factors));
  const where = `n = ${n}, α = ${exponent.toFixed(2)}; critical n: ${round(critical)}. ` +
    `Longest stride: skill ${worst + 1}, factor ${fixed(2)(factors[worst])}. `;
  if (!depth.diverges) return `${where}The error falls forever: e/d = ${round(errors[STEPS])} after ${STEPS} steps.`;
  const best = depth.steps <= STEPS ? ` with e/d = ${round(errors[depth.steps])}` : "";
  return `${where}The chain diverges: best depth ${depth.steps}${best}; e/d = ${round(errors[STEPS])} after ${STEPS} steps.`;
};

// The line leaves the map and comes back: one list of points for each part that is on it.
const branchesOf = (points) => points.reduce((branches, point) => {
  const last = branches.at(-1)?.at(-1);
  if (last && point[0] - last[0] < 1.5 * TAIL_STEP) branches.at(-1).push(point);
  else branches.push([point]);
  return branches;
}, []);

// The critical length at each tail of the training, where the map shows it; its ends are on the frame.
const criticalLine = (test) => {
  /** @type {(exponent: number) => [exponent: number, n: number]} */
  const at = (exponent) => [exponent, criticalTrainLength(scaled(exponent), test)];
  const shown = ([, n]) => n >= LENGTHS[0] && n <= LENGTHS[1];
  const end = (inside, outside) => {
    for (let halving = 0; halving < 12; halving++) {
      const middle = at((inside[0] + outside[0]) / 2);
      if (shown(middle)) inside = middle;
      else outside = middle;
    }
    return inside;
  };
  return range(TAILS[0], TAILS[1], TAIL_STEP).map(at).flatMap((point, index, all) => {
    const [before, after] = [all[index - 1], all[index + 1]];
    if (!shown(point)) return [];
    return [before && !shown(before) ? end(point, before) : null, point, after && !shown(after) ? end(point, after) : null].filter(Boolean);
  });
};

const drawMap = (svg, frame, cells, state) => {
  const { left, right, top, bottom } = frame;
  const x = (n) => left + (Math.log(n / LENGTHS[0]) / Math.log(LENGTHS[1] / LENGTHS[0])) * (right - left);
  const y = (exponent) => bottom - ((exponent - TAILS[0]) / (TAILS[1] - TAILS[0])) * (bottom - top);
  const { names, title } = state.steps === null ? DEPTHS : { ...ERRORS, title: `error / d at k = ${state.steps}` };
  const shade = (index) => ({ class: "tts-shade", "fill-opacity": ((0.9 * index) / (names.length - 1)).toFixed(2) });
  const [wide, high] = [(right - left) / CELLS.columns, (bottom - top) / CELLS.rows];
  const map = node("g", { class: "tts-map" });
  cells.forEach((row, r) => {
    for (let start = 0, c = 1; c <= row.length; c++) {
      if (c < row.length && row[c] === row[start]) continue;
      map.append(node("rect", { x: left + start * wide, y: bottom - (r + 1) * high, width: (c - start) * wide, height: high, ...shade(row[start]) }));
      start = c;
    }
  });
  map.append(node("rect", { x: left, y: top, width: right - left, height: bottom - top, class: "tts-frame" }));
  const branches = branchesOf(criticalLine(state.test)).map((points) => points.map(([exponent, n]) => [x(n), y(exponent)]));
  for (const name of ["tts-halo", "tts-edge"]) map.append(...branches.map((points) => node("polyline", { points: points.join(" "), class: name })));
  const probe = { cx: x(state.n), cy: y(state.exponent) };
  map.append(node("circle", { ...probe, r: 8, class: "tts-handle" }), node("circle", { ...probe, r: 20, class: "tts-grip" }));
  svg.append(map);
  const label = (px, py, text, anchor = "middle") => svg.append(node("text", { x: px, y: py, "text-anchor": anchor }, text));
  for (const n of [5, 20, 100, 500, 2000]) label(x(n), bottom + 16, String(n), n === LENGTHS[1] ? "end" : "middle");
  for (const exponent of [0, 0.5, 1, 1.5, 2]) label(left - 6, y(exponent) + 4, exponent.toFixed(1), "end");
  label((left + right) / 2, bottom + 33, "training length n");
  svg.append(node("text", { x: left - 30, y: top - 8, class: "tts-title" }, "tail of training α"));
  const [end] = branches.flat().sort((one, other) => other[0] - one[0]);
  if (end) label(end[0] - 6, Math.min(bottom - 6, end[1] + 20), "critical n", "end");
  svg.append(node("text", { x: left - 30, y: bottom + 50, class: "tts-title" }, title));
  const box = (right - left + 30) / names.length;
  names.forEach((name, index) => {
    const place = left - 30 + index * box;
    svg.append(node("rect", { x: place, y: bottom + 57, width: box, height: 10, ...shade(index) }));
    svg.append(node("rect", { x: place, y: bottom + 57, width: box, height: 10, class: "tts-frame" }));
    label(place + box / 2, bottom + 82, name);
  });
};

const drawFactors = (svg, { left, right, top, bottom }, factors) => {
  const [least, most] = [-2, 1];
  const y = (value) => bottom - ((Math.max(least, Math.min(most, value)) - least) / (most - least)) * (bottom - top);
  svg.append(node("text", { x: left, y: top - 8, class: "tts-title" }, "factor 1 − μᵢ by skill"));
  for (const tick of [-2, -1, 0, 1]) {
    svg.append(node("line", { x1: left, x2: right, y1: y(tick), y2: y(tick), class: tick === -1 ? "tts-level" : "tts-grid" }));
    svg.append(node("text", { x: left - 6, y: y(tick) + 4, "text-anchor": "end" }, String(tick).replace("-", "−")));
  }
  svg.append(node("text", { x: left + 2, y: y(-1) + 14 }, "diverges below −1"));
  factors.forEach((factor, i) => {
    const x = left + ((i + 0.5) / factors.length) * (right - left);
    const name = factor < -1 ? "tts-second" : "tts-first";
    svg.append(node("line", { x1: x, x2: x, y1: y(0), y2: y(factor), class: `tts-stem ${name}` }));
    svg.append(node("circle", { cx: x, cy: y(factor), r: factor < -1 ? 4.5 : 3, class: `tts-dot ${name}` }));
  });
  svg.append(node("text", { x: (left + right) / 2, y: bottom + 16, "text-anchor": "middle" }, "skill i, strongest in training first"));
};

const drawErrors = (svg, frame, model, { errors, depth }) => {
  const panel = new Panel(svg, { ...frame, domain: [0, STEPS], decades: [-6, 2, 2], label: "error / d of the probe" });
  panel.curve(errors, "tts-second");
  panel.level(1, "no answer");
  overlay(panel, model);
  panel.numbers("thinking steps k");
  if (depth.steps === null || depth.steps > STEPS) return;
  const x = panel.x(depth.steps);
  panel.add("line", { x1: x, x2: x, y1: frame.top, y2: frame.bottom, class: "tts-level" });
  panel.add("text", { x: x + 5, y: frame.bottom - 6 }, `best: ${depth.steps}`);
};

const render = ({ model, el }) => {
  let cells, drawnFor, frame;
  const draw = (width, tall) => {
    const state = compute(model);
    const wanted = `${model.get("test_exponent")} ${model.get("scaling")} ${state.steps}`;
    if (wanted !== drawnFor) [cells, drawnFor] = [shades(state.test, state.steps), wanted];
    const beside = width >= 600;
    const split = beside ? 0.54 * width : width;
    const words = sentence(state);
    const { height, panels } = beside ? filling(tall, 440, [26, 350]) : filling(tall, 790, [26, 310], [420, 570], [640, 760]);
    const [errors, factors] = beside ? filling(tall, 440, [26, 176], [254, 394]).panels : panels.slice(1);
    const picture = drawing(width, height, words);
    frame = { left: 34, right: split - (beside ? 12 : 8), ...panels[0] };
    drawMap(picture, frame, cells, state);
    const right = { left: beside ? split + 52 : 52, right: width - 8 };
    drawErrors(picture, { ...right, ...errors }, model, state);
    drawFactors(picture, { ...right, ...factors }, state.factors);
    return { picture, words };
  };
  drag(el, ".tts-map", (x, y) => {
    const share = (value, low, high) => Math.max(0, Math.min(1, (value - low) / (high - low)));
    const across = share(x, frame.left, frame.right);
    const up = share(y, frame.bottom, frame.top);
    model.set("train_length", Math.round(LENGTHS[0] * (LENGTHS[1] / LENGTHS[0]) ** across));
    model.set("train_exponent", Math.round(20 * (TAILS[0] + up * (TAILS[1] - TAILS[0]))) / 20);
    model.save_changes();
  });
  const tails = { values: range(TAILS[0], TAILS[1], 0.05), format: fixed(2) };
  const controls = [
    slider(model, { trait: "train_length", label: "training length n", values: wholeNumbers(...LENGTHS, 40) }),
    slider(model, { trait: "train_exponent", label: "tail of training α", ...tails }),
    slider(model, { trait: "test_exponent", label: "tail of the test", ...tails }),
    slider(model, { trait: "scaling", label: "scaling ρ / m", values: range(0.5, 2, 0.02), format: fixed(2) }),
    choice(model, { trait: "steps", label: "color of the map", options: () => colors(model.get("steps")) }),
    simulate(model, { draws, names: ["train_length", "train_exponent", "test_exponent", "scaling"] }),
  ];
  return follow(model, el, controls, draw);
};

export default { render };
