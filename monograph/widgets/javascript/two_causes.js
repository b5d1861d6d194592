import { powerLaw } from "./theory.js";
import { bayesError, noisyError, noisyPreconditioner, strides, voteError } from "./noise.js";
import { drawing, filling, Panel } from "./chart.js";
import { element, follow, legend, range, slider, wholeNumbers } from "./controls.js";
import { fixed, round } from "./numbers.js";
import { Random } from "./random.js";
import { WishartPrompt } from "./sampling.js";
import { seedField } from "./seed.js";

const DIM = 20;
const TAIL = 0.8;
const STEPS = 60; // of the curves
const SEARCHED = 400; // steps looked at for the least error
const END = 1e7; // a step at which a chain has come where it goes
const VOTES = 8;
const LOOKS = [...range(0, SEARCHED), END];
const TREATMENTS = { half: "half step", vote: `vote of ${VOTES}`, longer: `${VOTES} times longer prompt` };
const TREATED = { half: "With half steps", vote: `With a vote of ${VOTES}`, longer: "On a prompt eight times longer" };
const NOISES = [0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 3, 4, 5, 7, 10, 15, 20, 30];

const scaled = (exponent) => {
  const strengths = powerLaw(DIM, exponent);
  const trace = strengths.reduce((total, value) => total + value, 0);
  return strengths.map((value) => (value * DIM) / trace);
};

// Covariances of eight prompts, each with a generator of its own: they change little if m or the shift does.
const portionsOf = (test, m, seed) => Array.from({ length: VOTES }, (_, vote) => {
  const prompt = new WishartPrompt(test, m);
  prompt.draw(new Random(VOTES * seed + vote));
  return prompt.covariance();
});

const meanOf = (portions) =>
  portions[0].map((row, i) => row.map((_, j) => portions.reduce((total, S) => total + S[i][j], 0) / portions.length));

// What a chain with these errors at LOOKS does: its curve over d, its least error, and where it ends.
const course = (errors) => {
  const found = errors.map((error) => error / DIM);
  const searched = found.slice(0, -1);
  const best = searched.reduce((least, error, k) => (error < searched[least] ? k : least), 0);
  return { curve: found.slice(0, STEPS + 1), best, least: found[best], end: found.at(-1) };
};

const compute = (model) => {
  const [noise, m, n, shift, treatment, seed] = ["noise_variance", "test_length", "train_length", "shift", "treatment", "seed"].map((name) => model.get(name));
  const P = noisyPreconditioner(scaled(TAIL), n, noise);
  const half = P.map((p) => p / 2);
  const portions = portionsOf(scaled(TAIL * (1 - shift)), m, seed);
  const [S] = portions;
  const treated = {
    half: () => noisyError(half, S, m, LOOKS, noise),
    vote: () => voteError(P, portions, m, LOOKS, noise),
    longer: () => noisyError(P, meanOf(portions), VOTES * m, LOOKS, noise),
  };
  const asItIs = course(noisyError(P, S, m, LOOKS, noise));
  const bias = course(noisyError(P, S, m, LOOKS, 0)).curve;
  const ends = strides(P.map(() => 1), S); // the eigenvalues of S itself
  return {
    noise, m, n, seed, treatment, bias, ...asItIs, longest: strides(P, S)[DIM - 1],
    added: asItIs.curve.map((error, k) => error - bias[k]), bayes: bayesError(S, m, noise) / DIM,
    bound: 1 + noise / (m * ends[0]), other: treatment === "none" ? null : course(treated[treatment]()),
  };
};

const leastOf = ({ least, best }) =>
  best === SEARCHED ? `least error / d not before k = ${SEARCHED}` : `least error / d ${round(least)} at k = ${best}`;

const endOf = ({ end }) => (Number.isFinite(end) ? `it ends at ${round(end)}` : "then it leaves all bounds");

const cause = (state) => {
  if (state.longest > 2) {
    return `A stride is above 2, so it is divergence: ${leastOf(state)}, ${endOf(state)}.` +
      (state.noise > 0 ? " Noise adds to it, and no bound holds." : "");
  }
  if (state.noise === 0) return "No stride is above 2 and there is no noise: the error falls forever.";
  if (state.end < 1.05 * state.least) return `No stride is above 2, and the chain hardly turns: ${leastOf(state)}, ${endOf(state)}.`;
  return `No stride is above 2, so it is noise: ${leastOf(state)}, ${endOf(state)}, ${round(state.end / state.least)} times that; ` +
    `the bound is ${round(state.bound)} times.`;
};

const sentence = (state) => {
  const { treatment, other } = state;
  const treated = other ? ` ${TREATED[treatment]}: ${leastOf(other)}, ${endOf(other)}.` : "";
  return `Prompt ${state.seed}: longest stride ${round(state.longest)}. ${cause(state)}${treated}`;
};

// Powers of ten from below the least error that is shown up to where a turn is seen.
const decadesOf = ({ curve, longest, other }) => {
  const least = Math.min(0.5, ...curve, ...(other?.curve ?? []));
  const low = Math.max(-6, Math.floor(Math.log10(least)));
  const high = longest > 2 || other?.end === Infinity ? 3 : 1;
  return low < -3 ? [2 * Math.floor(low / 2), 4, 2] : [low, high];
};

// The least error lies beyond the steps that are drawn: words above the curve's end say where.
const later = (panel, { curve, best }) => {
  const words = best === SEARCHED ? `falls beyond k = ${SEARCHED} →` : `least: k = ${best} →`;
  panel.add("text", { x: panel.right, y: panel.y(curve[STEPS - 10]) - 12, "text-anchor": "end" }, words);
};

const draw = (width, tall, state, words) => {
  const { height, panels } = filling(tall, 340, [26, 302]);
  const svg = drawing(width, height, words);
  const decades = decadesOf(state);
  const panel = new Panel(svg, { left: 46, right: width - 10, ...panels[0], domain: [0, STEPS], decades, label: "error / d on one prompt" });
  panel.curve(state.bias, "tts-first");
  if (state.noise > 0) panel.curve(state.added.map((error) => Math.max(error, 1e-300)), "tts-third");
  panel.curve(state.curve, "tts-second");
  if (state.other) panel.curve(state.other.curve, "tts-fourth");
  panel.level(1, "no answer");
  const room = state.bayes / 10 ** decades[0];
  if (room > 1) panel.level(state.bayes, "least of any answer", { name: "tts-bound", below: room > 2 });
  if (state.best <= STEPS) panel.mark(state.best, state.least, `least: k = ${state.best}`);
  else later(panel, state);
  panel.numbers("thinking steps k");
  return svg;
};

// Three treatments, of which one at most is chosen: a second press takes it back.
const treatments = (model) => {
  const buttons = Object.entries(TREATMENTS).map(([name, text]) => {
    const button = element("button", { type: "button" }, text);
    button.addEventListener("click", () => {
      model.set("treatment", model.get("treatment") === name ? "none" : name);
      model.save_changes();
    });
    return { name, button };
  });
  const show = () => {
    for (const { name, button } of buttons) {
      const chosen = model.get("treatment") === name;
      button.setAttribute("aria-pressed", String(chosen));
      button.style.borderWidth = chosen ? "3px" : "";
      button.style.fontWeight = chosen ? "700" : "";
    }
  };
  model.on("change:treatment", show);
  show();
  const group = element("div", { class: "tts-buttons", role: "group", "aria-label": "treatments" }, ...buttons.map(({ button }) => button));
  group.style.gridColumn = "1 / -1";
  return group;
};

const render = ({ model, el }) => {
  const controls = [
    slider(model, { trait: "noise_variance", label: "label noise σ²", values: NOISES }),
    slider(model, { trait: "shift", label: "shift of the test", values: range(0, 1, 0.05), format: fixed(2) }),
    slider(model, { trait: "test_length", label: "test length m", values: wholeNumbers(25, 2500, 12) }),
    slider(model, { trait: "train_length", label: "training length n", values: wholeNumbers(10, 1000, 12) }),
    treatments(model),
    seedField(model, "another prompt"),
    legend({ second: "as it is", first: "its bias", third: "its noise", fourth: "treated" }),
  ];
  return follow(model, el, controls, (width, tall) => {
    const state = compute(model);
    const words = sentence(state);
    return { picture: draw(width, tall, state, words), words };
  });
};

export default { render };
