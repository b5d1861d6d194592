import { powerLaw, preconditioner } from "./theory.js";
import { choice, follow, legend } from "./controls.js";
import { drawing, filling, node, Panel } from "./chart.js";
import { fixed, round } from "./numbers.js";

const DIM = 5;
const TAIL = 1.5;
const REACH = { real: 2.2, imag: 1.2 }; // of the plane that is drawn
const STEPS = 40;
const MODELS = {
  softmax: "softmax, two heads",
  "one layer": "GPT, one layer",
  LayerNorm: "GPT, one layer, LayerNorm",
  "two layers": "GPT, two layers",
  "linear, two layers": "linear, two layers",
};

const trainingsOf = (model) => Object.keys(model.get("clouds"))
  .filter((key) => key.startsWith(`${model.get("architecture")}|`)).map((key) => key.split("|")[1]);

// What the linear layer has: 1 − μ for each skill, on endless isotropic prompts.
const linear = (spectrum, n) => {
  const strengths = powerLaw(DIM, spectrum === "skewed" ? TAIL : 0);
  const trace = strengths.reduce((total, value) => total + value, 0);
  return preconditioner(strengths.map((value) => (value * DIM) / trace), n).map((p) => 1 - p);
};

const compute = (model) => {
  const known = trainingsOf(model);
  const training = known.includes(model.get("training")) ? model.get("training") : known.at(-1);
  const cloud = model.get("clouds")[`${model.get("architecture")}|${training}`];
  const [spectrum, length] = training.split(", n = ");
  const prompts = Array.from({ length: cloud.real.length / DIM }, (_, i) => i * DIM);
  const some = (test) => prompts.filter((start) => cloud.real.slice(start, start + DIM).some((real, i) => test(real, cloud.imag[start + i]))).length;
  const whole = (values) => values.map((value) => value ?? Infinity);
  return {
    name: MODELS[model.get("architecture")], training, cloud, factors: linear(spectrum, Number(length)),
    prompts: prompts.length, lost: some((real, imag) => Math.hypot(real, imag) > 1),
    left: some((real) => real < -1), right: some((real) => real > 1),
    low: whole(cloud.low), middle: whole(cloud.middle), high: whole(cloud.high),
  };
};

const sentence = (state) => {
  const { name, training, prompts, lost, left, right, middle, factors } = state;
  return `${name}, ${training}: on ${lost} of ${prompts} prompts an eigenvalue is outside the circle, ` +
    `on ${left} left of −1 (overshoots), on ${right} right of 1 (pushes). ` +
    `Least factor of the linear layer: ${fixed(2)(Math.min(...factors))}. Error / d after ${STEPS} steps: ${round(middle[STEPS])}.`;
};

const drawPlane = (svg, { left, right, top, bottom }, { cloud, factors }) => {
  const scale = Math.min((right - left) / (2 * REACH.real), (bottom - top) / (2 * REACH.imag));
  const [middle, level] = [(left + right) / 2, (top + bottom) / 2];
  const held = (value, reach) => Math.max(-reach, Math.min(reach, value));
  const x = (value) => middle + scale * held(value, REACH.real);
  const y = (value) => level - scale * held(value, REACH.imag);
  const add = (tag, attributes, text) => svg.append(node(tag, attributes, text));
  add("text", { x: left, y: top - 8, class: "tts-title" }, "eigenvalues of a step at the answer");
  add("line", { x1: x(-REACH.real), x2: x(REACH.real), y1: level, y2: level, class: "tts-grid" });
  add("line", { x1: middle, x2: middle, y1: y(-REACH.imag), y2: y(REACH.imag), class: "tts-grid" });
  add("circle", { cx: middle, cy: level, r: scale, class: "tts-outline" });
  for (const tick of [-2, -1, 1, 2]) {
    add("text", { x: x(tick), y: y(-REACH.imag) + 12, "text-anchor": "middle" }, String(tick).replace("-", "−"));
  }
  cloud.real.forEach((real, i) => {
    const name = Math.hypot(real, cloud.imag[i]) > 1 ? "tts-second" : "tts-first";
    add("circle", { cx: x(real), cy: y(cloud.imag[i]), r: 3, class: `tts-dot ${name}` });
  });
  for (const factor of factors) add("path", { d: `M${x(factor)},${level - 12}v24`, class: "tts-found" });
};

const picture = (width, tall, state, words) => {
  const { height, panels } = filling(tall, 480, [26, 226], [284, 442]);
  const svg = drawing(width, height, words);
  drawPlane(svg, { left: 10, right: width - 10, ...panels[0] }, state);
  const panel = new Panel(svg, { left: 46, right: width - 10, ...panels[1], domain: [0, STEPS], decades: [-6, 2, 2], label: "error / d, median over prompts, all seeds" });
  panel.band(state.low, state.high, "tts-third");
  panel.curve(state.middle, "tts-third");
  panel.level(1, "no answer", { below: state.middle[STEPS] > 1 });
  panel.numbers("thinking steps k");
  return svg;
};

const render = ({ model, el }) => {
  const controls = [
    choice(model, { trait: "architecture", label: "model", options: () => Object.entries(MODELS) }),
    choice(model, { trait: "training", label: "training prompts", options: () => trainingsOf(model).map((name) => [name, name]) }),
    legend({ first: "gap shrinks", second: "gap grows", third: "error, all seeds" }),
  ];
  return follow(model, el, controls, (width, tall) => {
    const state = compute(model);
    const words = sentence(state);
    return { picture: picture(width, tall, state, words), words };
  });
};

export default { render };
