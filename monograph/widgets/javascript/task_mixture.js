import { powerLaw } from "./theory.js";
import { grid, gridKey, mixtureError, mixturePreconditioner, optimalMixture, quadraticProgram } from "./selection.js";
import { drag, follow, key, keys, range, slider, wholeNumbers } from "./controls.js";
import { drawing, node } from "./chart.js";
import { fixed, round, stepsInWords } from "./numbers.js";
import { layerDraws } from "./layer_draws.js";
import { simulate } from "./simulate.js";

const DIM = 20;
const PARTS = 32; // of the grid of cells along a side
const BANDS = 8;
const EVEN = [1 / 3, 1 / 3, 1 / 3];

const scaled = (exponent) => {
  const strengths = powerLaw(DIM, exponent);
  const trace = strengths.reduce((total, value) => total + value, 0);
  return strengths.map((value) => (value * DIM) / trace);
};

const pool = (model) => {
  const hard = scaled(model.get("hard_exponent"));
  const [easy, other] = [model.get("share_easy"), model.get("share_hard")];
  const share = Math.min(other, 1 - easy);
  return {
    tasks: [scaled(model.get("easy_exponent")), hard, [...hard].reverse()],
    target: scaled(model.get("target_exponent")), steps: model.get("steps"),
    lengths: [1, 1, 1].map(() => model.get("train_length")), yours: [easy, share, Math.max(0, 1 - easy - share)],
  };
};

const draws = (model) => {
  const { tasks, target, steps, lengths, yours } = pool(model);
  return layerDraws({
    P: mixturePreconditioner(tasks, lengths, yours), test: target, m: null, steps, place: steps,
    name: `Error / d after ${stepsInWords(steps)}`, expected: mixtureError(tasks, lengths, target, steps)(yours) / DIM,
  });
};

const compute = (model) => {
  const { tasks, target, steps, lengths, yours } = pool(model);
  const error = mixtureError(tasks, lengths, target, steps);
  const onGrid = new Map(grid(PARTS).map((weights) => [gridKey(weights, PARTS), error(weights)]));
  const best = optimalMixture(tasks, lengths, target, steps, { parts: PARTS, onGrid });
  const marks = {
    even: EVEN, paper: quadraticProgram(tasks, target).weights, least: best.weights,
    yours,
  };
  return { steps, error: (weights) => error(weights) / DIM, onGrid, marks };
};

const shares = (weights) => weights.map((weight) => weight.toFixed(2)).join(", ");

const sentence = ({ steps, error, marks }) =>
  `Error / d after ${stepsInWords(steps)}. Yours (${shares(marks.yours)}): ${round(error(marks.yours))}. ` +
  `Even: ${round(error(EVEN))}. Paper's (${shares(marks.paper)}): ${round(error(marks.paper))}. ` +
  `Least (${shares(marks.least)}): ${round(error(marks.least))}.`;

const MARGIN = 28;
const frame = (size) => {
  const side = size - 2 * MARGIN;
  return { side, height: (side * Math.sqrt(3)) / 2 };
};

// Corners: easy to the left, hard to the right, turned at the top.
/** @type {(size: number, weights: number[]) => [x: number, y: number]} */
const place = (size, [, hard, turned]) => {
  const { side, height } = frame(size);
  return [MARGIN + side * (hard + turned / 2), MARGIN + height * (1 - turned)];
};

// The part of a polygon whose value, the last number of a point, is on one side of a level.
/** @type {(points: number[][], level: number, side: 1 | -1) => number[][]} */
const cutAt = (points, level, side) => points.flatMap((point, i) => {
  const next = points[(i + 1) % points.length];
  const [here, there] = [point, next].map((one) => side * (one[2] - level));
  const between = point.map((value, axis) => value + (here / (here - there)) * (next[axis] - value));
  return [...(here >= 0 ? [point] : []), ...(here * there < 0 ? [between] : [])];
});

// Bands of the logarithm of the error, one path each; within a triangle of the grid it is taken to be linear.
const cells = (svg, size, onGrid, least) => {
  const low = Math.log(least);
  const high = Math.max(low + 0.01, Math.min(0, Math.log(Math.max(...onGrid.values()) / DIM))); // 0: no answer
  const corner = (easy, hard) => {
    const log = Math.log(onGrid.get(gridKey([easy / PARTS, hard / PARTS], PARTS)) / DIM);
    return [easy, hard, Math.max(0, Math.min(BANDS - 1e-6, ((BANDS - 1) * (log - low)) / (high - low)))];
  };
  const paths = Array.from({ length: BANDS }, () => "");
  /** @type {(corner: number[]) => string} */
  const point = ([easy, hard]) =>
    place(size, [0, hard / PARTS, (PARTS - easy - hard) / PARTS]).map((value) => value.toFixed(1)).join();
  const add = (...corners) => {
    const values = corners.map(([, , value]) => value);
    for (let band = Math.floor(Math.min(...values)); band <= Math.max(...values); band++) {
      const part = cutAt(cutAt(corners, band, 1), band + 1, -1);
      if (part.length > 2) paths[band] += `M${part.map(point).join("L")}Z`;
    }
  };
  for (let easy = 0; easy < PARTS; easy++) {
    for (let hard = 0; hard < PARTS - easy; hard++) {
      const [right, up] = [corner(easy + 1, hard), corner(easy, hard + 1)];
      add(corner(easy, hard), right, up);
      if (easy + hard < PARTS - 1) add(right, up, corner(easy + 1, hard + 1));
    }
  }
  paths.forEach((path, band) => {
    if (band > 0 && path) svg.append(node("path", { d: path, class: "tts-cell", "fill-opacity": (0.6 * band) / (BANDS - 1) }));
  });
};

// What marks a mixture at a place of the picture.
const MARKS = {
  yours: (cx, cy) => node("circle", { cx, cy, r: 9, class: "tts-handle" }),
  even: (cx, cy) => node("circle", { cx, cy, r: 5, class: "tts-spot" }),
  paper: (x, y) => node("rect", { x: x - 6, y: y - 6, width: 12, height: 12, class: "tts-spot tts-paper-mark" }),
  least: (x, y) => node("polygon", { points: `${x},${y - 9} ${x + 9},${y} ${x},${y + 9} ${x - 9},${y}`, class: "tts-spot tts-least-mark" }),
};
const MARK_TEXTS = { yours: "yours", even: "even", paper: "paper's", least: "least error; more color: larger error" };

const draw = (size, { error, onGrid, marks }, words) => {
  const { height } = frame(size);
  const svg = drawing(size, height + 2 * MARGIN, words);
  svg.style.maxWidth = `${size}px`;
  cells(svg, size, onGrid, error(marks.least));
  const outline = [[1, 0, 0], [0, 1, 0], [0, 0, 1]].map((one) => place(size, one).join()).join(" ");
  svg.append(node("polygon", { points: outline, class: "tts-outline" }));
  const bottom = MARGIN + height + 18;
  svg.append(node("text", { x: MARGIN - 20, y: bottom }, "easy"));
  svg.append(node("text", { x: size - MARGIN + 20, y: bottom, "text-anchor": "end" }, "hard"));
  svg.append(node("text", { x: size / 2, y: MARGIN - 12, "text-anchor": "middle" }, "hard, skills reversed"));
  for (const [name, mixture] of Object.entries(marks)) svg.append(MARKS[name](...place(size, mixture)));
  const [cx, cy] = place(size, marks.yours);
  svg.append(node("circle", { cx, cy, r: 22, class: "tts-grip" }));
  return svg;
};

// The mixture follows a pointer that was pressed on the triangle; beyond its sides it stays on them.
const dragPoint = (model, el) => {
  drag(el, ".tts-chart", (x, y) => {
    const { side, height } = frame(el.querySelector(".tts-chart").viewBox.baseVal.width);
    const turned = Math.min(1, Math.max(0, 1 - (y - MARGIN) / height));
    const hard = Math.min(1 - turned, Math.max(0, (x - MARGIN) / side - turned / 2));
    model.set("share_hard", Math.round(100 * hard) / 100);
    model.set("share_easy", Math.max(0, Math.round(100 * (1 - turned - hard)) / 100));
    model.save_changes();
  });
};

// The two shares add up to at most 1: the one that was not moved gives way.
const keepWithin = (model) => {
  for (const [moved, other] of [["share_easy", "share_hard"], ["share_hard", "share_easy"]]) {
    model.on(`change:${moved}`, () => {
      const room = Math.round(100 * (1 - model.get(moved))) / 100;
      if (model.get(other) > room) {
        model.set(other, room);
        model.save_changes();
      }
    });
  }
};

const render = ({ model, el }) => {
  const controls = [
    slider(model, { trait: "target_exponent", label: "target, exponent", values: range(0, 1.6, 0.05), format: fixed(2) }),
    slider(model, { trait: "steps", label: "thinking steps k", values: range(1, 20) }),
    slider(model, { trait: "easy_exponent", label: "easy, exponent", values: range(0, 1.6, 0.05), format: fixed(2) }),
    slider(model, { trait: "hard_exponent", label: "hard, exponent", values: range(0, 1.6, 0.05), format: fixed(2) }),
    slider(model, { trait: "train_length", label: "training length n", values: wholeNumbers(1, 1000, 10) }),
    slider(model, { trait: "share_easy", label: "share of easy", values: range(0, 1, 0.01), format: fixed(2) }),
    slider(model, { trait: "share_hard", label: "share of hard", values: range(0, 1, 0.01), format: fixed(2) }),
    keys(Object.entries(MARK_TEXTS).map(([name, text]) => [key(22, 22, MARKS[name](11, 11)), text])),
    simulate(model, { draws, note: "" }),
  ];
  keepWithin(model);
  dragPoint(model, el);
  return follow(model, el, controls, (width) => {
    const state = compute(model);
    const words = sentence(state);
    return { picture: draw(Math.min(width, 460), state, words), words };
  });
};

export default { render };
