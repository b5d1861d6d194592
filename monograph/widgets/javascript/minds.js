// Layers that think about one prompt with two skills, whose examples a reader moves.

import { strides } from "./noise.js";
import { chain } from "./stopping_rules.js";
import { eigen } from "./symmetric.js";

/** @typedef {[first: number, second: number]} Point */
/** @typedef {{ x: Point, label: number }} Example */
/** @typedef {{ S: number[][], moment: number[], count: number }} Prompt */

const FLAT = 1e-10; // of an eigenvalue over the largest

/** @type {(one: number[], other: number[]) => number} */
export const dot = (one, other) => one.reduce((total, value, i) => total + value * other[i], 0);

// What an iteration needs of the prompt: S = X Xᵀ/m and X y/m. A label is w·x times 1, times −1 if it is
// flipped; one of 0 says that the example has been dropped.
/** @type {(examples: Example[], w: Point) => Prompt} */
export const promptOf = (examples, w) => {
  const kept = examples.filter(({ label }) => label !== 0);
  const m = Math.max(1, kept.length);
  const mean = (value) => kept.reduce((total, one) => total + value(one), 0) / m;
  return {
    S: [0, 1].map((i) => [0, 1].map((j) => mean(({ x }) => x[i] * x[j]))),
    moment: [0, 1].map((i) => mean(({ x, label }) => x[i] * label * dot(x, w))),
    count: kept.length,
  };
};

// Directions of the loss, each with its curvature; of one that the prompt does not show, it is 0.
/** @type {(S: number[][]) => { curvature: number, direction: Point }[]} */
export const valley = (S) => {
  const { values, vectors } = eigen(S);
  const most = Math.max(...values);
  return values.map((value, i) => ({
    curvature: value > FLAT * most ? value : 0,
    direction: [vectors[0][i], vectors[1][i]],
  }));
};

// Where the loss is least: of several such places the one nearest to w.
/** @type {(prompt: Prompt, w: Point) => Point} */
export const leastLoss = ({ S, moment }, w) => {
  const gap = moment.map((value, i) => value - dot(S[i], w));
  return valley(S).reduce((place, { curvature, direction }) => {
    const far = curvature > 0 ? dot(direction, gap) / curvature : 0;
    return [place[0] + far * direction[0], place[1] + far * direction[1]];
  }, w);
};

// Answers of a layer with a diagonal P, from any start: the chain of what is added to it.
/** @type {(P: number[], prompt: Prompt, start: Point, steps: number) => { path: Point[], strides: number[] }} */
export const mind = (P, { S, moment }, start, steps) => {
  const missing = moment.map((value, i) => value - dot(S[i], start));
  const added = chain(P, S, missing, 1, steps);
  return { path: added.map(([first, second]) => [start[0] + first, start[1] + second]), strides: strides(P, S) };
};

// How far an answer is from the least loss, along directions that the prompt shows.
/** @type {(S: number[][], goal: Point, answer: Point) => number} */
export const distance = (S, goal, answer) =>
  Math.hypot(...valley(S).map(({ curvature, direction }) =>
    curvature > 0 ? dot(direction, [answer[0] - goal[0], answer[1] - goal[1]]) : 0));
