// Formulas of ttsbook.selection for three tasks and a target with skills along the axes, at m = ∞: each
// function here bears the name of the Python one it mirrors, and takes strengths for covariances.

import { cotErrorLimit, gamma } from "./theory.js";

const dot = (a, b) => a.reduce((total, value, i) => total + value * b[i], 0);
const minus = (a, b) => a.map((value, i) => value - b[i]);
const clip = (value) => Math.min(1, Math.max(0, value));

// The error of each number of steps as a function of the weights.
export const mixtureError = (tasks, lengths, target, steps) => {
  const gammas = tasks.map((strengths, l) => gamma(strengths, lengths[l]));
  return (weights) => {
    const P = target.map((_, i) => {
      const shares = tasks.map((strengths, l) => weights[l] * strengths[i]);
      return (shares[0] + shares[1] + shares[2]) / dot(shares, gammas.map((g) => g[i]));
    });
    return cotErrorLimit(P, target, steps)[steps];
  };
};

// The point of least norm in a triangle: inside it, or on one of its sides.
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
export const grid = (parts) => {
  const points = [];
  for (let i = 0; i <= parts; i++) {
    for (let j = 0; j <= parts - i; j++) points.push([i / parts, j / parts, (parts - i - j) / parts]);
  }
  return points;
};

// The least error: from each valley of a grid downhill, with steps that shrink.
export const optimalMixture = (tasks, lengths, target, steps) => {
  const error = mixtureError(tasks, lengths, target, steps);
  const parts = 32;
  const valleys = grid(parts).filter((one) => neighbors(one, 1 / parts).every((other) => error(one) <= error(other)));
  const ends = valleys.map((start) => {
    let [best, least] = [start, error(start)];
    for (let step = 0.5 / parts; step > 1e-8;) {
      const errors = neighbors(best, step).map((one) => [one, error(one)]);
      const [lower, lowest] = errors.reduce((one, other) => (other[1] < one[1] ? other : one), [best, least]);
      if (lowest < least) [best, least] = [lower, lowest];
      else step /= 2;
    }
    return { weights: best, error: least };
  });
  return ends.reduce((one, other) => (other.error < one.error ? other : one));
};
