import { preconditioner } from "./theory.js";
import { drag, follow, legend, range, slider } from "./controls.js";
import { drawing, node } from "./chart.js";
import { fixed, round, stepsInWords } from "./numbers.js";

const LIMIT = 2.2; // of both axes, around the answer in the middle
const tail = range(-2, 0, 0.05).map((exponent) => Number((10 ** exponent).toPrecision(3)));

// Points of an iteration whose distance from the answer shrinks by one factor for each skill.
const path = (start, factors, steps) => {
  const points = [start];
  for (let k = 0; k < steps; k++) points.push(points[k].map((gap, i) => gap * factors[i]));
  return points;
};

const compute = (model) => {
  const test = [1, model.get("test_tail")];
  const P = preconditioner([1, model.get("train_tail")], model.get("train_length"));
  const start = [model.get("start_strong"), model.get("start_weak")];
  const factors = P.map((p, i) => 1 - p * test[i]);
  const bestStep = 2 / (test[0] + test[1]);
  return {
    test, factors,
    thinking: path(start, factors, model.get("steps")),
    descent: path(start, test.map((s) => 1 - bestStep * s), model.get("steps")),
    newton: [start, [0, 0]],
  };
};

const length = (point) => Math.hypot(...point);

const sentence = ({ thinking, descent, factors }) => {
  const share = (points) => round(length(points.at(-1)) / Math.max(1e-12, length(points[0])));
  return `Distance left after ${stepsInWords(thinking.length - 1)}: ${share(thinking)} of the start's (thinking), ` +
    `${share(descent)} (gradient descent). One thinking step multiplies the gap along the strong skill by ` +
    `${fixed(2)(factors[0])}, along the weak skill by ${fixed(2)(factors[1])}.`;
};

const draw = (size, state, description) => {
  const svg = drawing(size, size, description);
  svg.style.maxWidth = `${size}px`;
  const middle = size / 2;
  const place = ([strong, weak]) => [middle + (strong / LIMIT) * middle, middle - (weak / LIMIT) * middle];
  for (const level of [0.2, 0.5, 0.9, 1.4, 2, 2.8, 4]) {
    const [rx, ry] = state.test.map((s) => ((level / LIMIT) * middle) / Math.sqrt(s));
    svg.append(node("ellipse", { cx: middle, cy: middle, rx, ry, class: "tts-contour" }));
  }
  const trace = (points, name) => {
    const shown = points.slice(0, points.findIndex((point) => length(point) > 1e4) >>> 0);
    svg.append(node("polyline", { points: shown.map((point) => place(point).join()).join(" "), class: `tts-curve ${name}` }));
    for (const point of shown.slice(1)) {
      const [cx, cy] = place(point);
      svg.append(node("circle", { cx, cy, r: 3, class: `tts-dot ${name}` }));
    }
  };
  trace(state.newton, "tts-third");
  trace(state.descent, "tts-first");
  trace(state.thinking, "tts-second");
  const [x, y] = place(state.thinking[0]);
  svg.append(node("circle", { cx: x, cy: y, r: 9, class: "tts-handle" }));
  svg.append(node("circle", { cx: x, cy: y, r: 22, class: "tts-grip" }));
  svg.append(node("text", { x: middle + 6, y: middle + 16 }, "answer"));
  svg.append(node("text", { x: size - 4, y: middle - 6, "text-anchor": "end" }, "strong skill"));
  svg.append(node("text", { x: middle + 6, y: 14 }, "weak skill"));
  return svg;
};

// The start follows a pointer that was pressed on the picture.
const dragStart = (model, el) => {
  const middle = () => el.querySelector(".tts-chart").viewBox.baseVal.width / 2;
  const gap = (value) => Math.max(-2, Math.min(2, Math.round(20 * LIMIT * (value / middle() - 1)) / 20));
  drag(el, ".tts-chart", (x, y) => {
    model.set("start_strong", gap(x));
    model.set("start_weak", -gap(y) || 0);
    model.save_changes();
  });
};

const render = ({ model, el }) => {
  const lengths = [1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000];
  const controls = [
    slider(model, { trait: "train_tail", label: "weak skill, training", values: tail, format: (v) => v.toPrecision(2) }),
    slider(model, { trait: "test_tail", label: "weak skill, test", values: tail, format: (v) => v.toPrecision(2) }),
    slider(model, { trait: "train_length", label: "training length n", values: lengths }),
    slider(model, { trait: "steps", label: "thinking steps k", values: range(0, 30) }),
    slider(model, { trait: "start_strong", label: "start, strong skill", values: range(-2, 2, 0.05), format: fixed(2) }),
    slider(model, { trait: "start_weak", label: "start, weak skill", values: range(-2, 2, 0.05), format: fixed(2) }),
    legend({ first: "gradient descent", second: "thinking", third: "Newton" }),
  ];
  dragStart(model, el);
  return follow(model, el, controls, (width) => {
    const state = compute(model);
    const words = sentence(state);
    return { picture: draw(Math.min(width, 440), state, words), words };
  });
};

export default { render };
