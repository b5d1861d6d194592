import { powerLaw } from "./theory.js";
import { noisyError, noisyPreconditioner, strides } from "./noise.js";
import { chain, leastExpected, residualChange, residualRises, safe, stepLengths, stepsGrow } from "./stopping_rules.js";
import { drawing, filling, Panel } from "./chart.js";
import { choice, follow, legend, range, slider, wholeNumbers } from "./controls.js";
import { fixed, round, stepsInWords } from "./numbers.js";
import { Random } from "./random.js";
import { WishartPrompt } from "./sampling.js";
import { seedField } from "./seed.js";

const DIM = 20;
const TAIL = 0.8;
const STEPS = 40;
const NOISES = [0, 0.1, 0.2, 0.5, 1, 2, 3, 4, 5, 7, 10, 15, 20];
const RULES = {
  last: "all steps",
  warned: "one step if warned",
  residual: "stop when the residual rises",
  grow: "stop when steps grow",
  expected: "stop at the least expected error",
  safe: "safe if warned, least expected error",
};
const SHOWN = { seen: "what a rule sees", error: "the error as well" };

const scaled = (exponent) => {
  const strengths = powerLaw(DIM, exponent);
  const trace = strengths.reduce((total, value) => total + value, 0);
  return strengths.map((value) => (value * DIM) / trace);
};

// A weight and a prompt with noisy labels: S and X y/m.
const draw = (test, m, noise, seed) => {
  const random = new Random(seed);
  const w = Array.from({ length: DIM }, () => random.normal());
  const disturbance = Array.from({ length: DIM }, () => random.normal());
  const prompt = new WishartPrompt(test, m);
  prompt.draw(random);
  const S = prompt.covariance();
  const moment = S.map((row, i) => row.reduce((total, value, j) => total + value * w[j], 0) +
    Math.sqrt(noise / m) * disturbance.reduce((total, value, j) => total + prompt.factor[i * DIM + j] * value, 0));
  return { w, S, moment };
};

const compute = (model) => {
  const [noise, m, n, shift, rule, seed] = ["noise_variance", "test_length", "train_length", "shift", "rule", "seed"].map((name) => model.get(name));
  const P = noisyPreconditioner(scaled(TAIL), n, noise);
  const { w, S, moment } = draw(scaled(TAIL * (1 - shift)), m, noise, seed);
  const longest = strides(P, S)[DIM - 1];
  const factor = rule === "safe" && longest > 2 ? safe(P, S) : 1;
  const depth = {
    last: () => STEPS,
    warned: () => (longest > 2 ? 1 : STEPS),
    residual: () => residualRises(P, S, moment, 1, STEPS),
    grow: () => stepsGrow(P, S, moment, 1, STEPS),
    expected: () => leastExpected(P, S, m, 1, STEPS, noise),
    safe: () => leastExpected(P, S, m, factor, STEPS, noise),
  }[rule]();
  const errorsOf = (answers) => answers.map((one) => one.reduce((total, value, i) => total + (value - w[i]) ** 2, 0) / DIM);
  const answers = chain(P, S, moment, factor, STEPS);
  const usual = errorsOf(chain(P, S, moment, 1, STEPS));
  const changes = residualChange(S, moment, answers);
  const energy = -Math.min(...residualChange(S, moment, chain(P, S, moment, safe(P, S), 400)));
  const hindsight = usual.indexOf(Math.min(...usual));
  return {
    rule, depth, factor, longest, seed, shown: model.get("shown"), hindsight, usual, errors: errorsOf(answers),
    residual: changes.map((change) => Math.max(1 + change / energy, 1e-300)),
    lengths: stepLengths(answers).map((length) => length ** 2 / DIM),
    expected: noisyError(P.map((p) => factor * p), S, m, range(0, STEPS), noise).map((error) => error / DIM),
  };
};

const sentence = (state) => {
  const { depth, errors, factor, hindsight, longest, seed, shown, usual } = state;
  const warning = longest > 2 ? "which warns" : "no warning";
  const steps = factor === 1 ? "usual" : `${round(factor)} times as long`;
  const decided = `Prompt ${seed}: longest stride ${round(longest)}, ${warning}. The rule takes ${stepsInWords(depth)}, ${steps}.`;
  if (shown === "seen") return `${decided} What error does it leave? Guess, then show the error as well.`;
  return `${decided} It leaves ${round(errors[depth])} of the error; the best number of usual steps, in hindsight, ` +
    `is ${hindsight} and leaves ${round(usual[hindsight])}.`;
};

const picture = (width, tall, state, words) => {
  const { height, panels } = filling(tall, 340, [26, 302]);
  const svg = drawing(width, height, words);
  const panel = new Panel(svg, { left: 46, right: width - 10, ...panels[0], domain: [0, STEPS], decades: [-6, 4, 2], label: "error / d, and what is seen" });
  panel.curve(state.residual, "tts-third");
  panel.curve([state.lengths[0], ...state.lengths], "tts-fourth");
  panel.curve(state.expected, "tts-first");
  if (state.shown === "error") {
    panel.curve(state.errors, "tts-second");
    panel.mark(state.depth, state.errors[state.depth], `stopped: k = ${state.depth}`);
  } else {
    panel.mark(state.depth, state.expected[state.depth], `stops: k = ${state.depth}`);
  }
  panel.level(1, "no answer");
  panel.numbers("thinking steps k");
  return svg;
};

const render = ({ model, el }) => {
  const controls = [
    choice(model, { trait: "rule", label: "rule", options: () => Object.entries(RULES) }),
    choice(model, { trait: "shown", label: "show", options: () => Object.entries(SHOWN) }),
    slider(model, { trait: "noise_variance", label: "label noise σ²", values: NOISES }),
    slider(model, { trait: "shift", label: "shift of the test", values: range(0, 1, 0.05), format: fixed(2) }),
    slider(model, { trait: "test_length", label: "test length m", values: wholeNumbers(25, 2500, 12) }),
    slider(model, { trait: "train_length", label: "training length n", values: wholeNumbers(10, 1000, 12) }),
    seedField(model, "another prompt"),
    legend({ first: "expected error", third: "residual", fourth: "step, squared", second: "error" }),
  ];
  return follow(model, el, controls, (width, tall) => {
    const state = compute(model);
    const words = sentence(state);
    return { picture: picture(width, tall, state, words), words };
  });
};

export default { render };
