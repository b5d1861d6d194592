import { preconditioner } from "./theory.js";
import { distance, leastLoss, mind, promptOf, valley } from "./minds.js";
import { drawAnswers, drawPrompt, drawStrides, exampleHandle, layOut, planeOf, startHandle, within } from "./minds_picture.js";
import { focusOn, followKeys, keepFocus, quiet } from "./handles.js";
import { drag, element, follow, key, keys, legend, range, slider, wholeNumbers } from "./controls.js";
import { drawing, node } from "./chart.js";
import { fixed, round, stepsInWords } from "./numbers.js";

/** @import { Point } from "./minds.js" */

const MINDS = { first: "even training", second: "skewed training" };
const NEAR = 22; // of a pointer to what it takes hold of
const PRESS = 0.1; // of a key

// Examples, each with its number, where it points, and its label: 1, −1 if it is flipped, 0 if it is dropped.
const examplesOf = (model) => {
  const [points, labels] = [model.get("examples"), model.get("labels")];
  return labels.map((label, i) => ({ x: /** @type {Point} */ (points.slice(2 * i, 2 * i + 2)), label }));
};

const compute = (model) => {
  const [w, start, n, k] = ["w", "start", "train_length", "steps"].map((name) => model.get(name));
  const examples = examplesOf(model);
  const prompt = promptOf(examples, w);
  const goal = leastLoss(prompt, w);
  const minds = [1, model.get("train_tail")].map((tail) => mind(preconditioner([1, tail], n), prompt, start, k));
  const left = minds.map(({ path }) => distance(prompt.S, goal, path[k]));
  const longest = minds.map((one) => Math.max(...one.strides));
  return { w, start, k, examples, selected: model.get("selected"), prompt, goal, minds, left, longest };
};

const verdict = (stride) => {
  if (stride > 2) return "oversteps so far that the mind diverges";
  return stride > 1 ? "oversteps, but comes nearer" : "falls short, but comes nearer";
};

const placeOf = ({ w, examples, prompt, goal }) => {
  const flipped = examples.some(({ label }) => label < 0);
  if (valley(prompt.S).some(({ curvature }) => curvature === 0)) return flipped ? "along a line that misses w" : "along a line through w";
  return flipped ? `at a distance of ${round(Math.hypot(goal[0] - w[0], goal[1] - w[1]))} from w` : "at w";
};

const sentence = (state) => {
  const { k, prompt: { count }, left, longest } = state;
  if (count === 0) return "Without an example there is nothing to learn, and both stay where they are.";
  const told = Object.values(MINDS).map((name, i) =>
    `After ${name}, ${stepsInWords(k)} end ${round(left[i])} away from there; the longest stride, ${fixed(2)(longest[i])}, ${verdict(longest[i])}.`);
  return `${count} example${count === 1 ? "" : "s"}. The loss is least ${placeOf(state)}. ${told.join(" ")}`;
};

// Number of the example that a handle moves; of the start, 0.
const numberOf = (name) => Number(name.match(/\d+$/)?.[0] ?? 0);

const put = (model, name, point) => {
  const number = numberOf(name);
  if (number === 0) model.set("start", point);
  else model.set("examples", examplesOf(model).flatMap(({ x }, i) => (i === number - 1 ? point : x)));
  model.save_changes();
};

const pointOf = (model, name) => examplesOf(model)[numberOf(name) - 1]?.x ?? model.get("start");

const select = (model, name) => {
  if (numberOf(name) === 0) return;
  model.set("selected", numberOf(name));
  model.save_changes();
};

// Labels of all examples, with another one for one of them; the last one that is left is not dropped.
const relabel = (model, number, change) => {
  const labels = model.get("labels").map((label, i) => (i === number - 1 ? change(label) : label));
  if (labels.every((label) => label === 0)) return;
  model.set("labels", labels);
  model.save_changes();
};
const flip = (label) => -label || 0;
const drop = (label) => (label === 0 ? 1 : 0);

// Buttons for the selected example, which say what they will do.
const buttons = (model) => {
  const act = (change) => () => relabel(model, model.get("selected"), change);
  const [first, second] = [flip, drop].map((change) => {
    const button = element("button", { type: "button" });
    button.addEventListener("click", act(change));
    return button;
  });
  const show = () => {
    const [number, labels] = [model.get("selected"), model.get("labels")];
    const label = labels[number - 1];
    first.textContent = `flip label ${number}${label < 0 ? " back" : ""}`;
    first.disabled = label === 0;
    second.textContent = label === 0 ? `put example ${number} back` : `drop example ${number}`;
    second.disabled = label !== 0 && labels.filter((one) => one !== 0).length === 1;
  };
  model.on("change", show);
  show();
  return element("div", { class: "tts-buttons" }, first, second);
};

// The nearest handle within reach is held where it was taken; elsewhere the plane's own comes to the pointer.
const dragHandles = (model, el, planes) => {
  let held;
  const names = () => ["start", ...examplesOf(model).map((_, i) => `example ${i + 1}`)];
  const press = (x, y) => {
    quiet(el);
    const { answers, prompt } = planes();
    const found = names().map((name) => {
      const plane = numberOf(name) === 0 ? answers : prompt;
      const [px, py] = plane.place(pointOf(model, name));
      return { name, plane, off: [px - x, py - y] };
    });
    const far = ({ off }) => Math.hypot(...off);
    const nearest = found.reduce((one, other) => (far(other) < far(one) ? other : one));
    const own = found[answers.holds(x, y) ? 0 : model.get("selected")];
    held = far(nearest) <= NEAR ? nearest : { ...own, off: [0, 0] };
    focusOn(el, held.name);
    select(model, held.name);
  };
  drag(el, ".tts-ground, .tts-grip", (x, y) => put(model, held.name, held.plane.point(x + held.off[0], y + held.off[1])), press);
};

const render = ({ model, el }) => {
  let planes;
  dragHandles(model, el, () => planes);
  const [flipped, dropped] = [flip, drop].map((change) => (name) => relabel(model, numberOf(name), change));
  followKeys(el, (name, across, up) => {
    put(model, name, pointOf(model, name).map((value, i) => within(value + PRESS * [across, up][i])));
  }, { Enter: flipped, " ": flipped, Delete: dropped, Backspace: dropped });
  el.addEventListener("focusin", ({ target }) => {
    const name = target instanceof Element && target.getAttribute("data-handle");
    if (name) select(model, name);
  });
  const fitKey = key(34, 10, node("path", { d: "M0,5H34", class: "tts-fit" }));
  const controls = [
    slider(model, { trait: "train_tail", label: "weak skill, skewed", values: range(0.05, 1, 0.05), format: fixed(2) }),
    slider(model, { trait: "train_length", label: "training length n", values: wholeNumbers(1, 1000, 8) }),
    slider(model, { trait: "steps", label: "thinking steps k", values: range(0, 30) }),
    buttons(model),
    legend(MINDS),
    keys([[fitKey, "answers that fit the selected example"]]),
    element("p", { class: "tts-hint" }, "Drag start and arrows, or focus them: arrow keys move, Enter flips a label, Delete drops an example."),
  ];
  return follow(model, el, controls, (width, tall) => {
    keepFocus(el);
    const state = compute(model);
    const words = sentence(state);
    const { height, ...frames } = layOut(width, tall);
    const picture = drawing(width, height, "start and examples, to be moved");
    picture.setAttribute("role", "group"); // the handles in it have names of their own
    planes = { answers: planeOf(frames.answers), prompt: planeOf(frames.prompt) };
    const still = node("g", { role: "img", "aria-label": words });
    still.append(
      drawAnswers(frames.answers, planes.answers, state),
      drawPrompt(frames.prompt, planes.prompt),
      drawStrides(frames.strides, state),
    );
    const held = state.examples.map((one, i) => exampleHandle(planes.prompt, one, i + 1, i + 1 === state.selected));
    picture.append(still, startHandle(planes.answers, state), ...held);
    return { picture, words };
  });
};

export default { render };
