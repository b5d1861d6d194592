// Rules of ttsbook.thinking for skills along the axes of P, on a prompt that is known by S and X y/m.

import { noisyError, strides } from "./noise.js";

const RISE = 1e-10; // of a first value, below which a rise is rounding
const SEEN = 1e-10; // strides over the largest

const applied = (S, w) => S.map((row) => row.reduce((total, value, j) => total + value * w[j], 0));
const inner = (one, other) => one.reduce((total, value, i) => total + value * other[i], 0);

// Factor with which the chain converges fastest.
/** @type {(P: number[], S: number[][]) => number} */
export const safe = (P, S) => {
  const found = strides(P, S);
  const most = found[found.length - 1];
  return 2 / (most + Math.min(...found.filter((stride) => stride > SEEN * most)));
};

// Answers after each step, from zero.
/** @type {(P: number[], S: number[][], moment: number[], factor: number, steps: number) => number[][]} */
export const chain = (P, S, moment, factor, steps) => {
  const answers = [P.map(() => 0)];
  for (let k = 0; k < steps; k++) {
    const w = answers[k];
    const product = applied(S, w);
    answers.push(w.map((value, i) => value + factor * P[i] * (moment[i] - product[i])));
  }
  return answers;
};

const beforeRise = (values, scale) => {
  const found = values.findIndex((value, k) => k + 1 < values.length && values[k + 1] - value > RISE * scale);
  return found < 0 ? values.length - 1 : found;
};

// The mean square of the residual after each step, less that of no answer.
/** @type {(S: number[][], moment: number[], answers: number[][]) => number[]} */
export const residualChange = (S, moment, answers) =>
  answers.map((w) => inner(w, applied(S, w)) - 2 * inner(w, moment));

/** @type {(P: number[], S: number[][], moment: number[], factor: number, steps: number) => number} */
export const residualRises = (P, S, moment, factor, steps) => {
  const changes = residualChange(S, moment, chain(P, S, moment, factor, steps));
  return beforeRise(changes, -Math.min(...changes));
};

// Lengths of the steps.
/** @type {(answers: number[][]) => number[]} */
export const stepLengths = (answers) =>
  answers.slice(1).map((w, k) => Math.hypot(...w.map((value, i) => value - answers[k][i])));

/** @type {(P: number[], S: number[][], moment: number[], factor: number, steps: number) => number} */
export const stepsGrow = (P, S, moment, factor, steps) => {
  const lengths = stepLengths(chain(P, S, moment, factor, steps));
  return 1 + beforeRise(lengths, lengths[0]);
};

/** @type {(P: number[], S: number[][], testLength: number, factor: number, steps: number, noiseVariance: number) => number} */
export const leastExpected = (P, S, testLength, factor, steps, noiseVariance) => {
  const looks = Array.from({ length: steps + 1 }, (_, k) => k);
  const errors = noisyError(P.map((p) => factor * p), S, testLength, looks, noiseVariance);
  return errors.indexOf(Math.min(...errors));
};
