import { cotError, powerLaw, preconditioner, spectralEdges, trainLengthFor } from "./theory.js";
import { drag, element, follow, range, slider, wholeNumbers } from "./controls.js";
import { drawing, filling, node, Panel } from "./chart.js";
import { fixed, round, stepsInWords } from "./numbers.js";
import { layerDraws } from "./layer_draws.js";
import { overlay, simulate } from "./simulate.js";

const DIM = 20;
const STEPS = 20;
const LONGEST = 1000;
const lengths = wholeNumbers(1, LONGEST, 9);
const coarse = wholeNumbers(1, LONGEST, 5); // the curve of one error is interpolated between these
const kept = { key: "", rows: new Map() }; // curves of the last spectrum and test length, by training length

const curve = (exponent, n, m) => {
  const key = `${exponent} ${m}`;
  if (kept.key !== key) Object.assign(kept, { key, rows: new Map() });
  if (!kept.rows.has(n)) {
    const strengths = powerLaw(DIM, exponent);
    const errors = cotError(preconditioner(strengths, n), strengths, m, STEPS);
    kept.rows.set(n, errors.map((error) => error / DIM));
  }
  return kept.rows.get(n);
};

// Training lengths that leave the error after k steps: the short one, and a long one where there is such.
const sameError = (exponent, m, error, k) => {
  if (m === null) {
    const n = error < 1 ? trainLengthFor(powerLaw(DIM, exponent), error, k) : NaN;
    return [n >= 1 && n <= LONGEST ? n : NaN, NaN];
  }
  const found = [NaN, NaN];
  for (let i = 1; i < coarse.length; i++) {
    const [low, high] = [coarse[i - 1], coarse[i]].map((n) => Math.log(curve(exponent, n, m)[k] / error));
    if (low > 0 === high > 0) continue;
    found[low > 0 ? 0 : 1] = coarse[i - 1] * (coarse[i] / coarse[i - 1]) ** (low / (low - high));
  }
  return found;
};

// Training length beyond which the upper edge of the spectrum is above 2: chains diverge.
const border = (exponent, m) => {
  const strengths = powerLaw(DIM, exponent);
  const edge = (n) => spectralEdges(preconditioner(strengths, n), strengths, m)[1];
  if (edge(LONGEST) <= 2) return null;
  let [low, high] = [1, LONGEST];
  while (high / low > 1.001) {
    const middle = Math.sqrt(low * high);
    if (edge(middle) > 2) high = middle;
    else low = middle;
  }
  return high;
};

const compute = (model) => {
  const [exponent, n, m, k] = ["exponent", "train_length", "test_length", "steps"].map((name) => model.get(name));
  const errors = curve(exponent, n, m);
  const pairs = range(1, STEPS).map((step) => sameError(exponent, m, errors[k], step));
  return { n, m, k, errors, pairs, border: border(exponent, m) };
};

const draws = (model) => {
  const { n, m, k, errors } = compute(model);
  const test = powerLaw(DIM, model.get("exponent"));
  const name = `Error / d after ${stepsInWords(k)}`;
  return layerDraws({ P: preconditioner(test, n), test, m, steps: STEPS, place: k, name, expected: errors[k] });
};

const sentence = ({ n, k, errors, pairs, border: unstable }) => {
  const others = [1, 5, 20].filter((step) => step !== k).map((step) => {
    const found = pairs[step - 1][0];
    return `k = ${step}: ${Number.isNaN(found) ? "no n from 1 to 1000" : `n = ${round(found)}`}`;
  });
  const end = unstable !== null && n >= unstable ? " Most chains diverge here." : "";
  return `Error/d after ${stepsInWords(k)} with n = ${n}: ${round(errors[k])}. The same error with ${others.join("; ")}. ` +
    `Thinking costs ${(6 * DIM ** 2 * k).toLocaleString("en-US")} operations.${end}`;
};

const pieces = (points) => points.reduce((lines, point) => {
  if (point === null) lines.push([]);
  else lines.at(-1).push(point);
  return lines;
}, [[]]).filter((line) => line.length > 0);

const draw = (width, tall, model, state, words) => {
  const { height, panels } = filling(tall, 480, [26, 236], [280, 440]);
  const svg = drawing(width, height, words);
  const frame = { left: 46, right: width - 12, domain: [0, STEPS + 0.5] };
  const map = new Panel(svg, { ...frame, ...panels[0], decades: [0, 3], label: "training length n with the same error" });
  [0, 1].forEach((which) => {
    const points = state.pairs.map((pair, i) => (Number.isNaN(pair[which]) ? null : [map.x(i + 1), map.y(pair[which])]));
    for (const line of pieces(points)) {
      map.add("polyline", { points: line.map((point) => point.join()).join(" "), class: "tts-curve tts-second" });
      for (const [cx, cy] of line) map.add("circle", { cx, cy, r: 2.5, class: "tts-dot tts-second" });
    }
  });
  if (state.border !== null) map.level(state.border, "chains diverge above", { at: "start", below: state.border > 300 });
  const lower = new Panel(svg, { ...frame, ...panels[1], decades: [-10, 2, 2], label: `error/d with n = ${state.n}` });
  lower.curve(state.errors.map((error) => (error < 1e-10 ? NaN : error)), "tts-first");
  overlay(lower, model);
  lower.numbers("thinking steps k");
  const [x, y] = [map.x(state.k), map.y(state.n)];
  svg.append(node("circle", { cx: x, cy: lower.y(state.errors[state.k]), r: 7, class: "tts-handle" }));
  svg.append(node("circle", { cx: x, cy: y, r: 9, class: "tts-handle" }));
  svg.append(node("circle", { cx: x, cy: y, r: 22, class: "tts-grip" }));
  return { svg, map };
};

// The point on the map follows a pointer that was pressed on it.
const dragPoint = (model, el, panel) => {
  drag(el, ".tts-grip", (x, y) => {
    const map = panel();
    const k = ((x - map.left) / (map.right - map.left)) * (STEPS + 0.5);
    const decades = (3 * (map.bottom - y)) / (map.bottom - map.top);
    const wanted = Math.max(0, Math.min(3, decades));
    const distance = (n) => Math.abs(Math.log10(n) - wanted);
    model.set("steps", Math.max(1, Math.min(STEPS, Math.round(k))));
    model.set("train_length", lengths.reduce((best, n) => (distance(n) < distance(best) ? n : best)));
    model.save_changes();
  });
};

const render = ({ model, el }) => {
  const tests = [5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 2000, 5000, null];
  const controls = [
    slider(model, { trait: "train_length", label: "training length n", values: lengths }),
    slider(model, { trait: "steps", label: "thinking steps k", values: range(1, STEPS) }),
    slider(model, { trait: "exponent", label: "tail exponent α", values: range(0, 2, 0.1), format: fixed(1) }),
    slider(model, { trait: "test_length", label: "test length m", values: tests, format: (v) => (v === null ? "∞" : String(v)) }),
    element("p", { class: "tts-legend" }, `d = ${DIM} skills; finite m: the limit of many skills`),
    simulate(model, { draws }),
  ];
  let shown;
  dragPoint(model, el, () => shown);
  return follow(model, el, controls, (width, tall) => {
    const state = compute(model);
    const words = sentence(state);
    const { svg, map } = draw(width, tall, model, state, words);
    shown = map;
    return { picture: svg, words };
  });
};

export default { render };
