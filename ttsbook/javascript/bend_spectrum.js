import { directErrorBound, directErrorBySkill, hardness, preconditioner, skillCosts } from "./theory.js";
import { drag, element, follow, range, round, slider, wholeNumbers } from "./controls.js";
import { drawing, node, Panel } from "./chart.js";
import { overlay, simulate } from "./simulate.js";

const DECADES = [-3, 2]; // of the strengths
const TOP = 26;
const BOTTOM = 166;
const HEIGHT = 440;
const LEFT = 46;
const RIGHT = 8;

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

const sentence = ({ strengths, mean, sharper, bound, cost }) =>
  `Hardness: ${round(hardness(strengths))}; mean cost of a skill: ${round(cost)} examples. Exact error e₁/d = ` +
  `${round(mean)}; sharper sum: ${round(sharper)}; bound: ${round(bound)}.`;

const draw = (width, model, state, words) => {
  const { strengths, errors, selected, mean, sharper, bound } = state;
  const svg = drawing(width, HEIGHT, words);
  const frame = { left: LEFT, right: width - RIGHT, domain: [0.5, strengths.length + 0.5] };
  const upper = new Panel(svg, { ...frame, top: TOP, bottom: BOTTOM, decades: DECADES, label: "strength of each skill, λᵢ: drag a stem" });
  upper.stems(strengths, "tts-first");
  upper.add("circle", { cx: upper.x(selected), cy: upper.y(strengths[selected - 1]), r: 8, class: "tts-chosen" });
  const lower = new Panel(svg, { ...frame, top: 206, bottom: 406, decades: [-3, 4], label: "error left after one step, by skill" });
  lower.stems(errors, "tts-second");
  lower.level(bound, "bound/d", { name: "tts-bound", at: "end" });
  lower.level(sharper, "sharper sum/d", { name: "tts-sharper", at: "start" });
  lower.level(mean, "exact, e₁/d", { name: "tts-mean", at: "end", below: true });
  overlay(lower, model, { x: 1, from: 1 });
  lower.numbers("skill i");
  svg.append(node("rect", { x: LEFT, y: 0, width: width - LEFT - RIGHT, height: BOTTOM + 14, class: "tts-grip" }));
  return svg;
};

const setStrength = (model, skill, strength) => {
  const strengths = [...model.get("strengths")];
  strengths[skill - 1] = Math.min(10 ** DECADES[1], Math.max(10 ** DECADES[0], digits(strength)));
  model.set("strengths", strengths);
  model.save_changes();
};

// The stem nearest to where the pointer was pressed follows it up and down.
const dragStem = (model, el) => {
  const select = (x) => {
    const [dim, width] = [model.get("strengths").length, el.querySelector(".tts-chart").viewBox.baseVal.width];
    const skill = Math.ceil(((x - LEFT) / (width - LEFT - RIGHT)) * dim);
    model.set("selected", Math.min(dim, Math.max(1, skill)));
  };
  const bend = (_, y) => {
    const share = (BOTTOM - y) / (BOTTOM - TOP);
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
    slider(model, { trait: "train_length", label: "training examples n", values: lengths }),
    slider(model, { trait: "test_length", label: "test examples m", values: [...lengths, null], format: (v) => (v === null ? "∞" : String(v)) }),
    element("div", { class: "tts-buttons", role: "group", "aria-label": "spectra to start from" }, ...presets),
    simulate(model),
  ];
  dragStem(model, el);
  return follow(model, el, controls, (width) => {
    const state = compute(model);
    const words = sentence(state);
    return { picture: draw(width, model, state, words), words };
  });
};

export default { render };
