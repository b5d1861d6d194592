import { quantile } from "./intervals.js";
import { chainsOf, precise, PROMPTS, promptsOf } from "./layer_draws.js";
import { Medians } from "./medians.js";
import { layerError, OwnChains } from "./own_weights.js";
import { Means } from "./sampling.js";
import { bestDepth, cotError, powerLaw, preconditioner } from "./theory.js";
import { choice, follow, legend } from "./controls.js";
import { drawing, filling, Panel } from "./chart.js";
import { round } from "./numbers.js";
import { overlay, simulate } from "./simulate.js";

const DECADES = [-8, 4, 2];
const TOP = 10 ** DECADES[1];
const CASES = {
  "isotropic, matched": "isotropic → isotropic",
  "skewed, matched": "1/i, trace d → the same",
  "skewed, isotropic": "1/i, trace d → isotropic",
  "unscaled, isotropic": "1/i as it is → isotropic",
};
const RECIPES = { shift: "shift: all of V and W", paper: "paper: V31 alone" };
const SUMMARIES = { mean: "mean", median: "median" };
const texts = (words) => Object.entries(words);
const length = (m) => (m === null ? "∞" : String(m));

const lengths = (model) =>
  model.get("train_lengths")[model.get("setting").split(",")[0]].map((n) => [n, String(n)]);

// Strengths in training and in the test.
const strengths = (setting, dim) => {
  const [train, test] = setting.split(", ");
  const equal = new Array(dim).fill(1);
  const raw = train === "isotropic" ? equal : powerLaw(dim, 1);
  const scale = train === "skewed" ? dim / raw.reduce((total, value) => total + value, 0) : 1;
  const trained = raw.map((value) => value * scale);
  return [trained, test === "isotropic" ? equal : trained];
};

const lowest = (errors) => errors.reduce((best, error, k) => (error < errors[best] ? k : best), 0);

const known = new Map();
const remembered = (key, make) => {
  if (!known.has(key)) known.set(key, make());
  return known.get(key);
};

const compute = (model) => {
  const [setting, recipe, dim] = ["setting", "recipe", "dim"].map((name) => model.get(name));
  const m = model.get("test_length");
  const available = lengths(model).map(([n]) => n);
  const n = available.includes(model.get("train_length")) ? model.get("train_length") : available.at(-1);
  const stored = model.get("curves")[[setting, n, recipe, m ?? "inf"].join("|")][model.get("summary")];
  const [changes, widths] = stored.map((part) => part.split(" ").map((value) => (value === "inf" ? Infinity : Number(value))));
  let sum = 0; // thousandths of a power of ten
  const low10 = changes.map((change) => (sum += change));
  const low = low10.map((value) => 10 ** (value / 1000));
  const high = low10.map((value, k) => 10 ** ((value + widths[k]) / 1000));
  const middle = low.map((value, k) => Math.sqrt(value) * Math.sqrt(high[k]));
  const [trained, test] = strengths(setting, dim);
  const P = preconditioner(trained, n);
  const theory = remembered([setting, n, m].join(), () => cotError(P, test, m, middle.length - 1).map((error) => error / dim));
  return { n, m, low, high, middle, theory, best: lowest(middle), endless: m === null ? bestDepth(P, test) : null };
};

// Best depth by theory: exact for endless prompts, else the lowest point of its curve.
const advice = ({ theory, endless }) => {
  if (endless) return endless.steps === null ? "never stop" : String(endless.steps);
  const depth = lowest(theory);
  return depth === theory.length - 1 ? `${depth} or later` : String(depth);
};

const inside = (values) => values.map((value) => (value <= TOP ? value : Infinity)); // a curve ends where it leaves
const size = (value) => (value <= TOP ? round(value) : "over 10000");

const sentence = (model, state) => {
  const last = state.middle.length - 1;
  return `n = ${state.n}, m = ${length(state.m)}: least ${model.get("summary")} error / d of the trained layers ` +
    `${round(state.middle[state.best])} at k = ${state.best} (theory: ${advice(state)}); ` +
    `${size(state.middle[1])} answering directly, ${size(state.middle[last])} at k = ${last}.`;
};

const draw = (model, width, tall) => {
  const state = compute(model);
  const words = sentence(model, state);
  const { height, panels } = filling(tall, 330, [26, 292]);
  const svg = drawing(width, height, words);
  const last = state.middle.length - 1;
  const panel = new Panel(svg, {
    left: 46, right: width - 10, ...panels[0], domain: [0, last], decades: DECADES,
    label: `error / d, ${model.get("summary")} over prompts and w`,
  });
  panel.band(state.low, inside(state.high), "tts-second");
  panel.curve(inside(state.theory), "tts-first");
  panel.level(1, "no answer", { below: state.theory[last] > 1 });
  overlay(panel, model);
  panel.mark(state.best, state.middle[state.best], `best k = ${state.best}`);
  panel.numbers("thinking steps k");
  return { picture: svg, words };
};

// P and R of the layer that the seed chooses among those that were trained in one way.
const layerOf = (model, n) => {
  const [train] = model.get("setting").split(",");
  const runs = model.get("layers").split("\n").filter((line) => line.startsWith(`${train}|${n}|${model.get("recipe")}|`));
  const parts = runs[model.get("seed") % runs.length].split("|").slice(3);
  const [P, gap] = parts.map((part) => Float64Array.from(part.split(" "), (entry) => Number(entry) * model.get("unit")));
  const R = P.map((_, i) => (i % (model.get("dim") + 1) ? 0 : 1) + (gap?.[i] ?? 0)); // trained by V31 alone, R stays as it was
  return { P, R };
};

// Fresh prompts, and the chains of that layer. Its own curve is exact for the mean on endless prompts.
const draws = (model) => {
  const { n, m, middle } = compute(model);
  const layer = layerOf(model, n);
  const [dim, steps] = [model.get("dim"), middle.length - 1];
  const [, test] = strengths(model.get("setting"), dim);
  const chains = new OwnChains({ ...layer, test, m, steps });
  const summary = new (model.get("summary") === "mean" ? Means : Medians)(steps + 1);
  const curve = model.get("summary") === "mean" && m === null ? `; the curve says ${precise(layerError(layer, test, 1)[1] / dim)}` : "";
  const width = quantile(steps + 1);
  let gone = 0;
  return {
    total: PROMPTS,
    draw: (random) => {
      chains.think(random);
      summary.add(chains.errors);
      if (chains.leaves()) gone++;
    },
    found: () => {
      const { points, low, high } = summary.intervals(width);
      return {
        points, low, high, gone, prompts: promptsOf(m),
        words: `Error / d after 1 step: ${precise(points[1])}, 99 % interval ${precise(low[1])} to ${precise(high[1])}${curve}. ${chainsOf(gone)}`,
      };
    },
  };
};

const render = ({ model, el }) => {
  const tests = () => model.get("test_lengths").map((m) => [m, length(m)]);
  const controls = [
    choice(model, { trait: "setting", label: "training → test", options: () => texts(CASES) }),
    choice(model, { trait: "train_length", label: "training length n", options: () => lengths(model) }),
    choice(model, { trait: "test_length", label: "test length m", options: tests }),
    choice(model, { trait: "recipe", label: "trained by", options: () => texts(RECIPES) }),
    choice(model, { trait: "summary", label: "over prompts and w", options: () => texts(SUMMARIES) }),
    legend({ first: "theory of the mean", second: "trained, all seeds" }),
    simulate(model, { draws }),
  ];
  return follow(model, el, controls, (width, tall) => draw(model, width, tall));
};

export default { render };
