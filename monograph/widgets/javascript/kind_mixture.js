import { bestScalingLimit, cotErrorLimit } from "./theory.js";
import { mixturePreconditioner } from "./selection.js";
import { choice, follow, legend, range, slider } from "./controls.js";
import { drawing, filling, Panel } from "./chart.js";
import { fixed, round } from "./numbers.js";
import { layerDraws } from "./layer_draws.js";
import { overlay, simulate } from "./simulate.js";

const STEPS = 20;
const SELECTED = 5;
const SCALINGS = { usual: "m, as usual", best: "best for each" };
const DECADES = [-6, 4, 2];
const KINDS = { easy_short: "easy-short", hard_short: "hard-short", easy_long: "easy-long", hard_long: "hard-long" };
const EVEN = [0.25, 0.25, 0.25, 0.25];

const added = (values) => values.reduce((total, value) => total + value, 0);

const mine = (model) => {
  const parts = Object.keys(KINDS).map((name) => model.get(name));
  return added(parts) > 0 ? parts.map((part) => part / added(parts)) : EVEN;
};

const learned = (model, weights) => {
  const { tasks, lengths } = model.get("pools")[model.get("pool") - 1];
  const P = mixturePreconditioner(tasks, lengths, weights);
  const factor = model.get("scaling") === "best" ? bestScalingLimit(P, model.get("target"), SELECTED) : 1;
  return P.map((p) => p / factor);
};

const compute = (model) => {
  const { paper, exact } = model.get("pools")[model.get("pool") - 1];
  const target = model.get("target");
  const curve = (weights) => {
    const P = learned(model, weights);
    return cotErrorLimit(P, target, STEPS).map((error) => error / target.length);
  };
  const mixtures = { yours: mine(model), even: EVEN, paper, least: exact };
  return Object.fromEntries(Object.entries(mixtures).map(([name, weights]) => [name, { weights, errors: curve(weights) }]));
};

const draws = (model) => {
  const { weights, errors } = compute(model).yours;
  return layerDraws({
    P: learned(model, weights), test: model.get("target"), m: null, steps: STEPS,
    place: SELECTED, name: `Error / d after ${SELECTED} steps`, expected: errors[SELECTED],
  });
};

const percent = (weights) => weights.map((weight) => Math.round(100 * weight)).join(", ");

/** @param {Record<string, { weights: number[], errors: number[] }>} mixtures */
const sentence = ({ yours, even, paper, least }) => {
  const best = yours.errors.indexOf(Math.min(...yours.errors));
  const depth = best === STEPS ? "falls through k = 20" : best === 0 ? "rises from the first step" : `is least at k = ${best}`;
  return `Yours (${percent(yours.weights)} %): error / d ${round(yours.errors[5])} at k = 5; it ${depth}. ` +
    `Even: ${round(even.errors[5])}. Paper's (${percent(paper.weights)} %): ${round(paper.errors[5])}. ` +
    `Least as it is (${percent(least.weights)} %): ${round(least.errors[5])}.`;
};

const draw = (model, width, tall) => {
  const state = compute(model);
  const words = sentence(state);
  const { height, panels } = filling(tall, 330, [26, 292]);
  const svg = drawing(width, height, words);
  const panel = new Panel(svg, {
    left: 46, right: width - 10, ...panels[0], domain: [0, STEPS], decades: DECADES, label: "error / d, mean over w",
  });
  panel.curve(state.even.errors, "tts-first");
  panel.curve(state.paper.errors, "tts-third");
  panel.curve(state.least.errors, "tts-fourth");
  panel.curve(state.yours.errors, "tts-second");
  panel.level(1, "no answer");
  overlay(panel, model);
  panel.numbers("thinking steps k");
  return { picture: svg, words };
};

const render = ({ model, el }) => {
  const pools = () => model.get("pools").map((_, index) => [index + 1, String(index + 1)]);
  const controls = [
    choice(model, { trait: "pool", label: "pool", options: pools }),
    ...Object.entries(KINDS).map(([trait, label]) =>
      slider(model, { trait, label, values: range(0, 1, 0.05), format: fixed(2) })),
    choice(model, { trait: "scaling", label: "scaling ρ", options: () => Object.entries(SCALINGS) }),
    legend({ first: "even", second: "yours", third: "paper's", fourth: "least at k = 5 as it is" }),
    simulate(model, { draws }),
  ];
  return follow(model, el, controls, (width, tall) => draw(model, width, tall));
};

export default { render };
