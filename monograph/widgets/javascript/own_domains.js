import { poolMoments, radius, rowsPreconditioner, rowsStrides } from "./rows.js";
import { readDomains, standardize } from "./tables.js";
import { choice, element, follow, keys, key, slider } from "./controls.js";
import { drawing, node } from "./chart.js";
import { fixed, round } from "./numbers.js";
import { Random } from "./random.js";

/** @import { Complex, Matrix } from "./rows.js" */
/** @typedef {{ name: string, cov: Matrix, fourth: Matrix, test: Matrix }} Pair */

const PROMPTS = 20;
const LARGEST = 2 ** 21; // bytes of a table that is read

// A triangular root of a covariance; directions without variance get none.
/** @type {(cov: Matrix) => Matrix} */
const rootOf = (cov) => {
  const L = cov.map((row) => row.map(() => 0));
  cov.forEach((row, i) => {
    for (let j = 0; j <= i; j++) {
      let left = row[j];
      for (let k = 0; k < j; k++) left -= L[i][k] * L[j][k];
      if (i === j) L[i][i] = left > 1e-10 * cov[i][i] ? Math.sqrt(left) : 0;
      else L[i][j] = L[j][j] > 0 ? left / L[j][j] : 0;
    }
  });
  return L;
};

// Strides on prompts of m Gaussian rows with the covariance of the target.
/** @type {(P: Matrix, test: Matrix, m: number) => Complex[][]} */
const drawn = (P, test, m) => {
  const [L, random] = [rootOf(test), new Random(0)]; // the same numbers for every picture
  return Array.from({ length: PROMPTS }, () => {
    const S = test.map((row) => row.map(() => 0));
    for (let row = 0; row < m; row++) {
      const z = test.map(() => random.normal());
      const x = L.map((line) => line.reduce((sum, value, k) => sum + value * z[k], 0));
      for (let i = 0; i < x.length; i++) for (let j = 0; j < x.length; j++) S[i][j] += (x[i] * x[j]) / m;
    }
    return rowsStrides(P, S);
  });
};

// Fourth moments of Gaussian rows.
/** @type {(cov: Matrix) => Matrix} */
const gaussian = (cov) => {
  const trace = cov.reduce((sum, row, i) => sum + row[i], 0);
  return cov.map((row, i) => row.map((_, j) => 2 * row.reduce((sum, one, k) => sum + one * cov[k][j], 0) + trace * cov[i][j]));
};

/** @type {(pair: Pair, n: number, m: number | null) => { strides: Complex[], believed: Complex[], prompts: Complex[][] }} */
const compute = ({ cov, fourth, test }, n, m) => {
  const P = rowsPreconditioner(cov, fourth, n);
  return {
    strides: rowsStrides(P, test),
    believed: rowsStrides(rowsPreconditioner(cov, gaussian(cov), n), test),
    prompts: m === null ? [] : drawn(P, test, m),
  };
};

/** @type {(strides: Complex[]) => boolean} */
const diverges = (strides) => radius(strides) > 1 + 1e-9;

/** @type {(pair: Pair, state: ReturnType<typeof compute>, m: number | null) => string} */
const sentence = ({ name }, { strides, believed, prompts }, m) => {
  const farthest = strides.reduce((one, other) => (radius([other]) > radius([one]) ? other : one));
  const written = Math.abs(farthest[1]) > 1e-6 ? `${fixed(2)(farthest[0])} ± ${fixed(2)(Math.abs(farthest[1]))}i` : fixed(2)(farthest[0]);
  const verdict = (values) => (diverges(values) ? "diverge" : "converge");
  const told = verdict(strides) === verdict(believed) ? "Gaussian rows would, too" : `Gaussian rows would ${verdict(believed)}`;
  const finite = m === null ? "" : ` Of ${PROMPTS} Gaussian prompts with ${m} rows, ${prompts.filter(diverges).length} diverge.`;
  return `${name}. On endless prompts chains ${verdict(strides)}: the stride farthest from 1 is ${written}, ` +
    `at a distance of ${round(radius(strides))}. By its covariance alone, ${told}.${finite}`;
};

const draw = (width, { strides, prompts }, description) => {
  const size = Math.min(width, 460);
  const tall = size * 0.95;
  const svg = drawing(size, tall, description);
  svg.style.maxWidth = `${size}px`;
  const every = [...strides, ...prompts.flat()];
  const right = Math.min(12, Math.max(2.6, ...every.map(([re]) => re * 1.08)));
  const unit = (size - 24) / (right + 0.7);
  const [x0, y0] = [12 + 0.6 * unit, (tall - 16) / 2];
  const place = ([re, im]) => [
    Math.min(size - 5, Math.max(5, x0 + re * unit)), Math.min(tall - 22, Math.max(5, y0 - im * unit)),
  ];
  const add = (tag, attributes, text = "") => svg.append(node(tag, attributes, text));
  add("line", { x1: 0, x2: size, y1: y0, y2: y0, class: "tts-grid" });
  add("line", { x1: x0, x2: x0, y1: 0, y2: tall - 16, class: "tts-grid" });
  add("circle", { cx: x0 + unit, cy: y0, r: unit, class: "tts-chosen" });
  for (let tick = 0; tick < right; tick += right > 6 ? 2 : 1) {
    add("text", { x: x0 + tick * unit, y: tall - 4, "text-anchor": "middle" }, String(tick));
  }
  for (const [cx, cy] of prompts.flat().map(place)) add("circle", { cx, cy, r: 1.6, class: "tts-dot tts-first" });
  for (const [cx, cy] of strides.map(place)) add("circle", { cx, cy, r: 5, class: "tts-dot tts-second" });
  add("text", { x: size - 4, y: y0 - 6, "text-anchor": "end" }, "real part");
  add("text", { x: x0 + 6, y: 14 }, "imaginary part");
  return svg;
};

/** @type {(text: string) => Pair} */
const pairOf = (text) => {
  const { columns, domains } = readDomains(text, "domain");
  const names = Object.keys(domains);
  if (names.length !== 2) throw new Error(`column 'domain' must name two domains, got ${names.length}`);
  const [train, test] = standardize(domains[names[0]], domains[names[1]], columns);
  const { cov, fourthMoments } = poolMoments(train);
  return { name: `Your table: ${names[0]} → ${names[1]}`, cov, fourth: fourthMoments, test: poolMoments(test).cov };
};

// A table of the reader's is read in the page, and goes nowhere.
const reader = (model, found) => {
  const input = element("input", { type: "file", accept: ".csv,text/csv,text/plain", "data-lm-suppress-shortcuts": "true" });
  const note = element("p", { role: "alert" });
  input.addEventListener("change", async () => {
    const file = input.files?.[0];
    if (!file) return;
    try {
      if (file.size > LARGEST) throw new Error(`a table must have at most ${LARGEST / 2 ** 20} MB`);
      found.own = pairOf(await file.text());
      note.textContent = "";
      model.set("tables", model.get("tables") + 1);
      model.save_changes();
    } catch (refusal) {
      note.textContent = `This table will not do: ${refusal instanceof Error ? refusal.message : refusal}.`;
    }
    input.value = "";
  });
  model.on("change:pair", () => (found.own = null));
  return [element("label", { class: "tts-choice" }, element("span", {}, "your own CSV"), input), note];
};

const render = ({ model, el }) => {
  const lengths = [2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 2000, 5000];
  /** @type {{ own: Pair | null }} */
  const found = { own: null };
  const pairs = () => model.get("pairs").map(({ name }, index) => [index + 1, name]);
  const picture = (name, r) => key(14, 12, node("circle", { cx: 7, cy: 6, r, class: `tts-dot tts-${name}` }));
  const controls = [
    choice(model, { trait: "pair", label: "trained on → tested on", options: pairs }),
    slider(model, { trait: "train_length", label: "training length n", values: lengths }),
    slider(model, { trait: "test_length", label: "test length m", values: [...lengths.slice(1, -2), null], format: (m) => String(m ?? "∞") }),
    ...reader(model, found),
    keys([[picture("second", 5), "strides on an endless prompt"], [picture("first", 2), "on Gaussian prompts of m rows"]]),
  ];
  return follow(model, el, controls, (width) => {
    const pair = found.own ?? model.get("pairs")[model.get("pair") - 1];
    const m = model.get("test_length");
    const state = compute(pair, model.get("train_length"), m);
    const words = sentence(pair, state, m);
    return { picture: draw(width, state, words), words };
  });
};

export default { render };
