// Formulas of ttsbook.theory.selection for three tasks and a target with skills along the axes, at m = ∞: each
// function here bears the name of the Python one it mirrors, and takes strengths for covariances.

import { gamma } from "./theory.js";

/** @typedef {{ weights: number[], error: number }} Chosen */

const dot = (a, b) => a.reduce((total, value, i) => total + value * b[i], 0);
const minus = (a, b) => a.map((value, i) => value - b[i]);
const clip = (value) => Math.min(1, Math.max(0, value));

// theory.preconditioner of a mixture of any number of tasks; zero for a skill that none of them uses.
/** @type {(tasks: number[][], lengths: number[], weights: number[]) => number[]} */
export const mixturePreconditioner = (tasks, lengths, weights) => {
  const gammas = tasks.map((strengths, l) => gamma(strengths, lengths[l]));
  return tasks[0].map((_, i) => {
    const votes = weights.map((weight, l) => weight * tasks[l][i]);
    const second = votes.reduce((total, vote, l) => total + vote * gammas[l][i], 0);
    return second > 0 ? votes.reduce((total, vote) => total + vote, 0) / second : 0;
  });
};

// The error after some steps as a function of the weights.
/** @type {(tasks: number[][], lengths: number[], target: number[], steps: number) => (weights: number[]) => number} */
export const mixtureError = (tasks, lengths, target, steps) => {
  const gammas = tasks.map((strengths, l) => gamma(strengths, lengths[l]));
  return (weights) => {
    let error = 0;
    for (let i = 0; i < target.length; i++) {
      let [first, second] = [0, 0];
      for (let l = 0; l < tasks.length; l++) {
        first += weights[l] * tasks[l][i];
        second += weights[l] * tasks[l][i] * gammas[l][i];
      }
      error += (1 - (first / second) * target[i]) ** (2 * steps);
    }
    return error;
  };
};

// The point of least norm in a triangle: inside it, or on one of its sides.
/** @type {(tasks: number[][], target: number[]) => Chosen} */
export const quadraticProgram = (tasks, target) => {
  const columns = tasks.map((strengths) => strengths.map((value, i) => 1 - value / target[i]));
  const value = (weights) => {
    const mean = target.map((_, i) => dot(weights, columns.map((column) => column[i])));
    return dot(mean, mean);
  };
  const candidates = [[0, 1], [0, 2], [1, 2]].map(([a, b]) => {
    const side = minus(columns[a], columns[b]);
    const share = dot(side, side) > 0 ? clip(dot(columns[a], side) / dot(side, side)) : 0;
    return [0, 1, 2].map((l) => (l === a ? 1 - share : l === b ? share : 0));
  });
  const [u, v, w] = [minus(columns[0], columns[2]), minus(columns[1], columns[2]), columns[2]];
  const determinant = dot(u, u) * dot(v, v) - dot(u, v) ** 2;
  const first = (dot(u, v) * dot(v, w) - dot(v, v) * dot(u, w)) / determinant;
  const second = (dot(u, v) * dot(u, w) - dot(u, u) * dot(v, w)) / determinant;
  if (first >= 0 && second >= 0 && first + second <= 1) candidates.push([first, second, 1 - first - second]);
  const weights = candidates.reduce((best, one) => (value(one) < value(best) ? one : best));
  return { weights, error: value(weights) };
};

const MOVES = [[1, -1, 0], [-1, 1, 0], [1, 0, -1], [-1, 0, 1], [0, 1, -1], [0, -1, 1]];
const neighbors = (weights, step) =>
  MOVES.map((move) => weights.map((weight, l) => weight + step * move[l])).filter((one) => Math.min(...one) > -1e-12)
    .map((one) => one.map(clip));

// The grid of mixtures whose weights are multiples of 1/parts.
/** @type {(parts: number) => number[][]} */
export const grid = (parts) => {
  const points = [];
  for (let i = 0; i <= parts; i++) {
    for (let j = 0; j <= parts - i; j++) points.push([i / parts, j / parts, (parts - i - j) / parts]);
  }
  return points;
};

// Key of a point of the grid.
/** @type {(weights: number[], parts: number) => number} */
export const gridKey = (weights, parts) => Math.round(weights[0] * parts) * 1000 + Math.round(weights[1] * parts);

// The least error: from each valley of a grid downhill, with steps that shrink. The errors on the grid may be given.
/**
 * @param {number[][]} tasks
 * @param {number[]} lengths
 * @param {number[]} target
 * @param {number} steps
 * @param {{ parts?: number, onGrid?: Map<number, number> | null }} [options]
 * @returns {Chosen}
 */
export const optimalMixture = (tasks, lengths, target, steps, { parts = 32, onGrid = null } = {}) => {
  const error = mixtureError(tasks, lengths, target, steps);
  const points = grid(parts);
  const errors = onGrid ?? new Map(points.map((one) => [gridKey(one, parts), error(one)]));
  const at = (one) => errors.get(gridKey(one, parts)) ?? Infinity;
  const valleys = points.filter((one) => neighbors(one, 1 / parts).every((other) => at(one) <= at(other)));
  const ends = valleys.map((start) => {
    let [best, least] = [start, error(start)];
    for (let step = 0.5 / parts; step > 1e-8;) {
      const around = neighbors(best, step).map((one) => [one, error(one)]);
      const [lower, lowest] = around.reduce((one, other) => (other[1] < one[1] ? other : one), [best, least]);
      if (lowest < least) [best, least] = [lower, lowest];
      else step /= 2;
    }
    return { weights: best, error: least };
  });
  return ends.reduce((one, other) => (other.error < one.error ? other : one));
};
