// Formulas of ttsbook.theory.fine_tuning for skills along the axes: eigenvalues stand for matrices.

import { gamma } from "./theory.js";

const SMALLEST = 1e-10; // of strengths over the largest, as in ttsbook

const added = (values) => values.reduce((total, value) => total + value, 0);

// What a skill has: its strength in the prompts, γ, and the mean square of what is seen of it; 0 where it is not shown.
const moments = (strengths, promptLength) => {
  const most = Math.max(...strengths);
  const gammas = gamma(strengths, promptLength);
  return strengths.map((s, i) => (s > SMALLEST * most ? { s, g: gammas[i], c: s * gammas[i] } : null));
};

// The κ of the book's double descent.
const resolution = (shown, count) => {
  if (count >= shown.length) return 0;
  let low = Math.log(Math.min(...shown.map(({ c }) => c))) - 60;
  let high = Math.log(added(shown.map(({ c }) => c)) / count);
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (added(shown.map(({ c }) => c / (c + Math.exp(middle)))) > count) low = middle;
    else high = middle;
  }
  return Math.exp(low);
};

const solved = (start, strengths, promptLength, rate, count) => {
  const all = moments(strengths, promptLength);
  const shown = all.filter((one) => one !== null);
  const kappa = resolution(shown, count);
  const left = all.map((one) => (one ? kappa / (one.c + kappa) : 1));
  const taught = all.map((one) => (one ? rate / one.g : 0));
  return { all, shown, kappa, left, taught, mean: taught.map((t, i) => t + (start[i] - t) * left[i]) };
};

/** @type {(start: number[], strengths: number[], promptLength: number, rate: number, count: number) => number[]} */
export const meanPreconditioner = (start, strengths, promptLength, rate, count) =>
  solved(start, strengths, promptLength, rate, count).mean;

/** @type {(start: number[], strengths: number[], promptLength: number, rate: number, count: number, test: number[], testLength: number | null) => number} */
export const fineTunedError = (start, strengths, promptLength, rate, count, test, testLength) => {
  const { all, shown, kappa, left, taught, mean } = solved(start, strengths, promptLength, rate, count);
  if (count === shown.length) return Infinity;
  const inverseM = testLength === null ? 0 : 1 / testLength;
  const trace = added(test);
  const noise = test.map((t) => inverseM * (t * t + trace * t));
  const freedom = added(shown.map(({ c }) => (c / (c + kappa)) ** 2));
  const spread = added(all.map((one, i) => (one ? ((test[i] ** 2 + noise[i]) * one.c) / (one.c + kappa) ** 2 : 0))) / (count - freedom);
  const bent = added(all.map((one, i) => (one ? (start[i] - taught[i]) ** 2 * left[i] ** 2 * one.c : 0)));
  const unseen = all.length - added(shown.map(({ s, g }) => s / g));
  return added(mean.map((p, i) => (1 - p * test[i]) ** 2 + p * p * noise[i])) + spread * (bent + rate ** 2 * unseen);
};

/** @type {(start: number[], strengths: number[], promptLength: number, rate: number, test: number[]) => number} */
export const criticalCount = (start, strengths, promptLength, rate, test) => {
  const all = moments(strengths, promptLength);
  const steps = all.map((one, i) => (one ? (rate * test[i]) / one.g : start[i] * test[i]));
  if (Math.max(...steps.map((step) => Math.abs(1 - step))) >= 1) return Infinity;
  const edge = (sign) => added(all.map((one, i) => (one
    ? (rate ** 2 * (1 - one.s / one.g) * test[i] ** 2) / one.c / (sign > 0 ? steps[i] : 2 - steps[i]) ** 2
    : 0)));
  return all.filter((one) => one !== null).length + Math.max(edge(1), edge(-1));
};
