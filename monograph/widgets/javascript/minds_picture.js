// What two minds look like: their answers over the loss of a prompt, its examples as arrows, and their strides.

import { dot, valley } from "./minds.js";
import { handle } from "./handles.js";
import { filling, node } from "./chart.js";
import { fixed } from "./numbers.js";

/** @import { Point } from "./minds.js" */

const STYLES = ["tts-first", "tts-second"];
const WIDE = 560; // from here on the prompt stands beside the answers
const REACH = 2; // of handles, both ways along both axes
const MARGIN = 1.2; // of the planes over that
const FAR = 20; // beyond all that is seen; what is drawn ends there, as dashes without end take their time
const LONGEST = 3; // stride that is shown in its place

// Where a handle can be.
/** @type {(value: number) => number} */
export const within = (value) => Math.max(-REACH, Math.min(REACH, Math.round(20 * value) / 20)) || 0;

// A plane with 0 in the middle: places of points, and points of places.
export const planeOf = ({ left, right, top, bottom }) => {
  const [x0, y0] = [(left + right) / 2, (top + bottom) / 2];
  const unit = Math.min(right - left, bottom - top) / (2 * MARGIN * REACH);
  return {
    unit,
    place: ([first, second]) => [x0 + first * unit, y0 - second * unit],
    /** @type {(x: number, y: number) => Point} */
    point: (x, y) => [within((x - x0) / unit), within((y0 - y) / unit)],
    holds: (x, y) => x >= left && x <= right && y >= top && y <= bottom,
  };
};

// What is drawn into it is cut off at the frame.
const framed = ({ left, right, top, bottom }, title) => {
  const [width, height] = [right - left, bottom - top];
  const inside = node("svg", { x: left, y: top, width, height, viewBox: `${left} ${top} ${width} ${height}` });
  const box = node("g", {});
  box.append(
    inside,
    node("rect", { x: left, y: top, width, height, class: "tts-frame tts-ground" }),
    node("text", { x: left, y: top - 8, class: "tts-title" }, title),
  );
  return { box, inside };
};

const drawLoss = (inside, { unit, place }, { prompt, goal }) => {
  const [cx, cy] = place(goal);
  const axes = valley(prompt.S);
  const tilt = (-Math.atan2(axes[0].direction[1], axes[0].direction[0]) * 180) / Math.PI;
  for (const level of [0.15, 0.4, 0.8, 1.3, 2, 3, 4.5]) {
    const [rx, ry] = axes.map(({ curvature }) => Math.min(1e5, (level * unit) / Math.sqrt(curvature)));
    inside.append(node("ellipse", { cx, cy, rx, ry, transform: `rotate(${tilt} ${cx} ${cy})`, class: "tts-contour" }));
  }
};

// Answers that fit one example: a line across its arrow.
const drawFit = (inside, { place }, { w, examples, selected }) => {
  const { x, label } = examples[selected - 1];
  const size = Math.sqrt(dot(x, x));
  if (label === 0 || size === 0) return;
  const [first, second] = x.map((one) => one / size);
  const foot = (label * dot(x, w)) / size;
  const end = (far) => place([foot * first - far * second, foot * second + far * first]);
  const [[x1, y1], [x2, y2]] = [end(-FAR), end(FAR)];
  inside.append(node("line", { x1, y1, x2, y2, class: "tts-fit" }));
};

// Up to where it leaves for good, and there no further than has to be drawn.
const seenOf = (path) => {
  const gone = path.findIndex((point) => Math.hypot(...point) > FAR);
  if (gone < 1) return path;
  const [from, to] = [path[gone - 1], path[gone]];
  const share = Math.min(1, (2 * FAR) / Math.hypot(to[0] - from[0], to[1] - from[1]));
  return [...path.slice(0, gone), from.map((one, i) => one + share * (to[i] - one))];
};

const drawPath = (inside, { place }, { path }, style) => {
  const points = seenOf(path).map(place);
  inside.append(node("polyline", { points: points.join(" "), class: `tts-curve ${style}` }));
  for (const [cx, cy] of points.slice(1)) inside.append(node("circle", { cx, cy, r: 3, class: `tts-dot ${style}` }));
};

export const drawAnswers = (frame, plane, state) => {
  const { box, inside } = framed(frame, "answers");
  drawLoss(inside, plane, state);
  drawFit(inside, plane, state);
  for (const [i, one] of state.minds.entries()) drawPath(inside, plane, one, STYLES[i]);
  const [x, y] = plane.place(state.w);
  inside.append(
    node("path", { d: `M${x - 6},${y}h12M${x},${y - 6}v12`, class: "tts-truth" }),
    node("text", { x: x + 9, y: y + 15 }, "w"),
  );
  return box;
};

// The plane that the arrows of the examples are in.
export const drawPrompt = (frame, { place }) => {
  const { box, inside } = framed(frame, "examples of the prompt");
  const { left, right, top, bottom } = frame;
  const [x, y] = place([0, 0]);
  inside.append(
    node("path", { d: `M${left},${y}H${right}M${x},${top}V${bottom}`, class: "tts-grid" }),
    node("text", { x: right - 5, y: y - 6, "text-anchor": "end" }, "skill 1"),
    node("text", { x: x + 6, y: top + 16 }, "skill 2"),
  );
  return box;
};

const describe = ([first, second]) => `${fixed(2)(first)} along skill 1, ${fixed(2)(second)} along skill 2`;

export const startHandle = (plane, { start }) => {
  const [cx, cy] = plane.place(start);
  return handle(
    { name: "start", label: "start of both minds", at: [cx, cy], value: start, text: describe(start) },
    node("text", { x: cx + 12, y: cy - 9 }, "start"),
    node("circle", { cx, cy, r: 8, class: "tts-handle" }),
  );
};

// An arrow from the middle, its head filled, or hollow if the label is flipped.
export const exampleHandle = (plane, { x, label }, number, selected) => {
  const [[x0, y0], [cx, cy]] = [plane.place([0, 0]), plane.place(x)];
  const before = cx < x0 === Math.abs(x[0]) < 1.3; // its number, which stays within the frame
  const turn = (Math.atan2(cy - y0, cx - x0) * 180) / Math.PI;
  const stands = label === 0 ? "dropped" : label < 0 ? "flipped" : "";
  const name = `example ${number}`;
  const text = `${describe(x)}${stands && (label === 0 ? ", dropped" : ", label flipped")}`;
  const marks = [
    node("line", { x1: x0, y1: y0, x2: cx, y2: cy, class: "tts-shaft" }),
    node("path", { d: "M7,0L-7,-6.5L-7,6.5Z", transform: `translate(${cx} ${cy}) rotate(${turn})`, class: "tts-head" }),
    node("text", { x: cx + (before ? -15 : 15), y: cy - 11, "text-anchor": before ? "end" : "start" }, `${number}${stands && ` ${stands}`}`),
  ];
  if (selected) marks.unshift(node("circle", { cx, cy, r: 13, class: "tts-chosen" }));
  const held = handle({ name, label: name, at: [cx, cy], value: x, text }, ...marks);
  if (stands) held.classList.add(`tts-${stands}`);
  return held;
};

// Where a stride is long enough, and where it is too long; one that is longer than all shown stands at the end.
export const drawStrides = ({ left, right, top, bottom }, { minds }) => {
  const box = node("g", {});
  const add = (tag, attributes, text = "") => box.append(node(tag, attributes, text));
  const x = (stride) => left + (Math.min(LONGEST, stride) / LONGEST) * (right - left);
  add("text", { x: left, y: top - 26, class: "tts-title" }, "strides μ of both minds");
  for (const [i, text] of ["falls short", "oversteps", "diverges"].entries()) {
    add("text", { x: x(i + 0.5), y: top - 8, "text-anchor": "middle" }, text);
  }
  for (const tick of [0, 1, 2]) {
    add("line", { x1: x(tick), x2: x(tick), y1: top - 4, y2: bottom - 16, class: tick === 2 ? "tts-level" : "tts-grid" });
    add("text", { x: x(tick), y: bottom, "text-anchor": "middle" }, String(tick));
  }
  const row = (bottom - 16 - top) / 2;
  minds.forEach(({ strides: found }, i) => {
    const y = top + (i + 0.5) * row;
    add("line", { x1: left, x2: right, y1: y, y2: y, class: `tts-curve ${STYLES[i]}` });
    for (const stride of found) {
      add("circle", { cx: x(stride), cy: y, r: 5.5, class: `tts-dot ${STYLES[i]}` });
      if (stride > LONGEST) add("path", { d: `M${right + 8},${y - 5}l7,5l-7,5`, class: "tts-chosen" });
    }
  });
  return box;
};

export const layOut = (width, tall) => {
  if (width < WIDE) {
    const side = Math.min(width - 8, 340);
    const [half, second] = [(width - side) / 2, 26 + side + 40];
    return {
      height: second + side + 120,
      answers: { left: half, right: half + side, top: 26, bottom: 26 + side },
      prompt: { left: half, right: half + side, top: second, bottom: second + side },
      strides: { left: half + 8, right: half + side - 22, top: second + side + 60, bottom: second + side + 114 },
    };
  }
  const { height, panels } = filling(tall, 470, [26, 460]);
  const [split, [{ top, bottom }]] = [0.56 * width, panels];
  return {
    height,
    answers: { left: 4, right: split - 10, top, bottom },
    prompt: { left: split + 10, right: width - 4, top, bottom: bottom - 124 },
    strides: { left: split + 18, right: width - 26, top: bottom - 62, bottom },
  };
};
