import { directErrorBound, directErrorBySkill, hardness, preconditioner, skillCosts } from "./theory.js";
import { drag, element, follow, range, slider, wholeNumbers } from "./controls.js";
import { drawing, filling, node, Panel } from "./chart.js";
import { round } from "./numbers.js";
import { layerDraws } from "./layer_draws.js";
import { overlay, simulate } from "./simulate.js";

const DECADES = [-3, 2]; // of the strengths

const total = (values) => values.reduce((sum, value) => sum + value, 0);
const digits = (strength) => Number(strength.toPrecision(3));

const compute = (model) => {
  const strengths = model.get("strengths");
  const [n, m] = [model.get("train_length"), model.get("test_length")];
  const errors = directErrorBySkill(preconditioner(strengths, n), strengths, m);
  const dim = strengths.length;
  return {
    strengths, errors, selected: model.get("selected"), mean: total(errors) / dim,
    cost: total(skillCosts(strengths)) / dim,
    sharper: directErrorBound(strengths, n, m, { sharp: true }) / dim,
    bound: directErrorBound(strengths, n, m) / dim,
  };
};

const draws = (model) => {
  const { strengths, mean } = compute(model);
  return layerDraws({
    P: preconditioner(strengths, model.get("train_length")), test: strengths, m: model.get("test_length"), steps: 1,
    bySkill: true, place: 0, name: "Mean error e₁/d", expected: mean,
  });
};

const sentence = ({ strengths, mean, sharper, bound, cost }) =>
  `Hardness: ${round(hardness(strengths))}; mean cost of a skill: ${round(cost)} examples. Exact error e₁/d = ` +
  `${round(mean)}; sharper sum: ${round(sharper)}; bound: ${round(bound)}.`;

const draw = (width, tall, model, state, words) => {
  const { strengths, errors, selected, mean, sharper, bound } = state;
  const { height, panels } = filling(tall, 440, [26, 166], [206, 406]);
  const svg = drawing(width, height, words);
  const frame = { left: 46, right: width - 8, domain: [0.5, strengths.length + 0.5] };
  const upper = new Panel(svg, { ...frame, ...panels[0], decades: DECADES, label: "strength of each skill, λᵢ: drag a stem" });
  upper.stems(strengths, "tts-first");
  upper.add("circle", { cx: upper.x(selected), cy: upper.y(strengths[selected - 1]), r: 8, class: "tts-chosen" });
  const lower = new Panel(svg, { ...frame, ...panels[1], decades: [-3, 4], label: "error left after one step, by skill" });
  lower.stems(errors, "tts-second");
  lower.level(bound, "bound/d", { name: "tts-bound", at: "end" });
  lower.level(sharper, "sharper sum/d", { name: "tts-sharper", at: "start" });
  lower.level(mean, "exact, e₁/d", { name: "tts-mean", at: "end", below: true });
  overlay(lower, model, { x: 1, from: 1 });
  lower.numbers("skill i");
  svg.append(node("rect", { x: frame.left, y: 0, width: frame.right - frame.left, height: upper.bottom + 14, class: "tts-grip" }));
  return { svg, upper };
};

const setStrength = (model, skill, strength) => {
  const strengths = [...model.get("strengths")];
  strengths[skill - 1] = Math.min(10 ** DECADES[1], Math.max(10 ** DECADES[0], digits(strength)));
  model.set("strengths", strengths);
  model.save_changes();
};

// The stem nearest to where the pointer was pressed follows it up and down.
const dragStem = (model, el, panel) => {
  const select = (x) => {
    const [dim, { left, right }] = [model.get("strengths").length, panel()];
    const skill = Math.ceil(((x - left) / (right - left)) * dim);
    model.set("selected", Math.min(dim, Math.max(1, skill)));
  };
  const bend = (_, y) => {
    const { top, bottom } = panel();
    const share = (bottom - y) / (bottom - top);
    setStrength(model, model.get("selected"), 10 ** (DECADES[0] + share * (DECADES[1] - DECADES[0])));
  };
  drag(el, ".tts-grip", bend, select);
};

// The model as the slider for one strength sees it: its trait is the strength of the selected skill.
const strengthOfSelected = (model) => ({
  get: () => model.get("strengths")[model.get("selected") - 1],
  set: (_, value) => setStrength(model, model.get("selected"), value),
  save_changes: () => model.save_changes(),
  on: (_, show) => {
    model.on("change:strengths", show);
    model.on("change:selected", show);
  },
});

const render = ({ model, el }) => {
  const lengths = wholeNumbers(1, 10000, 10);
  const logarithmic = range(DECADES[0], DECADES[1], 0.05).map((exponent) => digits(10 ** exponent));
  const presets = model.get("presets").map(([name, strengths]) => {
    const button = element("button", { type: "button" }, name);
    button.addEventListener("click", () => {
      model.set("selected", Math.min(model.get("selected"), strengths.length));
      model.set("strengths", [...strengths]);
      model.save_changes();
    });
    return button;
  });
  const controls = [
    slider(model, { trait: "selected", label: "selected skill i", values: range(1, model.get("strengths").length) }),
    slider(strengthOfSelected(model), { trait: "strength", label: "its strength λᵢ", values: logarithmic, format: round }),
    slider(model, { trait: "train_length", label: "training length n", values: lengths }),
    slider(model, { trait: "test_length", label: "test length m", values: [...lengths, null], format: (v) => (v === null ? "∞" : String(v)) }),
    element("div", { class: "tts-buttons", role: "group", "aria-label": "spectra to start from" }, ...presets),
    simulate(model, { draws, names: ["strengths", "train_length", "test_length"] }),
  ];
  let shown;
  dragStem(model, el, () => shown);
  return follow(model, el, controls, (width, tall) => {
    const state = compute(model);
    const words = sentence(state);
    const { svg, upper } = draw(width, tall, model, state, words);
    shown = upper;
    return { picture: svg, words };
  });
};

export default { render };
