import { directErrorBySkill, directErrorBound, hardness, powerLaw, preconditioner } from "./theory.js";
import { follow, range, slider, wholeNumbers } from "./controls.js";
import { drawing, filling, Panel } from "./chart.js";
import { fixed, round } from "./numbers.js";
import { layerDraws } from "./layer_draws.js";
import { overlay, simulate } from "./simulate.js";

const INFINITY = "∞";

const compute = (model) => {
  const strengths = powerLaw(model.get("dim"), model.get("exponent"));
  const [n, m] = [model.get("train_length"), model.get("test_length")];
  const errors = directErrorBySkill(preconditioner(strengths, n), strengths, m);
  const total = errors.reduce((sum, error) => sum + error, 0);
  return { strengths, errors, total, bound: directErrorBound(strengths, n, m) };
};

const draws = (model) => {
  const { strengths, total } = compute(model);
  return layerDraws({
    P: preconditioner(strengths, model.get("train_length")), test: strengths, m: model.get("test_length"), steps: 1,
    bySkill: true, place: 0, name: "Mean error e₁/d", expected: total / strengths.length,
  });
};

const draw = (width, tall, model, { strengths, errors, total }) => {
  const dim = strengths.length;
  const { height, panels } = filling(tall, 380, [26, 106], [146, 346]);
  const svg = drawing(width, height, `Error of one step along each of ${dim} skills: from ${round(errors[0])} ` +
    `along the strongest to ${round(errors[dim - 1])} along the weakest; their mean is ${round(total / dim)}.`);
  const frame = { left: 46, right: width - 8, domain: [0.5, dim + 0.5] };
  const upper = new Panel(svg, { ...frame, ...panels[0], decades: [-4, 0, 2], label: "strength of each skill, λᵢ" });
  upper.stems(strengths, "tts-first");
  const lower = new Panel(svg, { ...frame, ...panels[1], decades: [-5, 2], label: "error left after one step, by skill" });
  lower.stems(errors, "tts-second");
  lower.level(1, "no answer");
  const below = total / dim < 1; // there, or at the other end, its name hides neither a point nor another name
  lower.level(total / dim, "mean, e₁/d", { name: "tts-mean", at: below ? "end" : "start", below });
  overlay(lower, model, { x: 1, from: 1 });
  lower.numbers("skill i, strongest first");
  return svg;
};

const sentence = ({ strengths, errors, total, bound }) => {
  const dim = strengths.length;
  return `Mean error e₁/d = ${round(total / dim)}. Strongest skill: ${round(errors[0])}; weakest: ` +
    `${round(errors[dim - 1])}. Hardness: ${round(hardness(strengths))}. Upper bound on e₁/d: ${round(bound / dim)}.`;
};

const render = ({ model, el }) => {
  const lengths = wholeNumbers(1, 1000, 10);
  const controls = [
    slider(model, { trait: "exponent", label: "tail exponent α", values: range(0, 2, 0.05), format: fixed(2) }),
    slider(model, { trait: "train_length", label: "training length n", values: lengths }),
    slider(model, { trait: "test_length", label: "test length m", values: [...lengths, null], format: (v) => (v === null ? INFINITY : String(v)) }),
    slider(model, { trait: "dim", label: "skills d", values: range(2, 50) }),
    simulate(model, { draws }),
  ];
  return follow(model, el, controls, (width, tall) => {
    const state = compute(model);
    return { picture: draw(width, tall, model, state), words: sentence(state) };
  });
};

export default { render };
