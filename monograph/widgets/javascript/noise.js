// Formulas of ttsbook.theory.noise for skills along the axes of P: an empirical covariance has its rows.

import { eigen } from "./symmetric.js";

const SMALLEST = 1e-10; // of eigenvalues over the largest, as in ttsbook

// The inverse of Γ with label noise in the training: theory.preconditioner of a noisy task.
/** @type {(strengths: number[], promptLength: number, noiseVariance: number) => number[]} */
export const noisyPreconditioner = (strengths, promptLength, noiseVariance) => {
  const trace = strengths.reduce((total, s) => total + s, 0);
  return strengths.map((s) => 1 / ((1 + 1 / promptLength) * s + (trace + noiseVariance) / promptLength));
};

// Strides of a prompt, their directions U, and what of them is seen.
const spectrum = (P, S) => {
  const roots = P.map(Math.sqrt);
  const { values, vectors } = eigen(S.map((row, i) => row.map((value, j) => roots[i] * value * roots[j])));
  const most = Math.max(...values);
  const seen = values.map((value) => value > SMALLEST * most);
  return { roots, vectors, seen, strides: values.map((value, i) => (seen[i] ? value : 0)) };
};

/** @type {(P: number[], S: number[][]) => number[]} */
export const strides = (P, S) => spectrum(P, S).strides.sort((one, other) => one - other);

const power = (stride, k) => (1 - stride) ** k;
const finite = (value) => (Number.isFinite(value) ? value : Infinity);

// Noise in the answers after each number of steps, for σ²/m = 1.
const noiseOf = (P, { vectors, seen, strides: mu }, steps) => {
  const own = mu.map((_, i) => P.reduce((total, p, a) => total + p * vectors[a][i] ** 2, 0));
  return steps.map((k) => mu.reduce((total, stride, i) => (
    seen[i] ? total + (own[i] * (1 - power(stride, k)) ** 2) / stride : total), 0));
};

/** @type {(P: number[], S: number[][], testLength: number, steps: number[], noiseVariance: number) => number[]} */
export const noisyError = (P, S, testLength, steps, noiseVariance) => {
  const found = spectrum(P, S);
  const { vectors, strides: mu } = found;
  const both = mu.map((_, i) => mu.map((_, j) => {
    let [A, inverse] = [0, 0];
    for (let a = 0; a < P.length; a++) {
      const product = vectors[a][i] * vectors[a][j];
      A += product * P[a];
      inverse += product / P[a];
    }
    return A * inverse;
  }));
  const noise = noiseOf(P, found, steps);
  return steps.map((k, look) => {
    const left = mu.map((stride) => power(stride, k));
    const bias = left.reduce((total, one, i) => total + one * left.reduce((sum, other, j) => sum + both[i][j] * other, 0), 0);
    return finite(bias + (noiseVariance / testLength) * noise[look]);
  });
};

// The mean of one answer for each of several prompts.
/** @type {(P: number[], portions: number[][][], testLength: number, steps: number[], noiseVariance: number) => number[]} */
export const voteError = (P, portions, testLength, steps, noiseVariance) => {
  const all = portions.map((S) => spectrum(P, S));
  const noises = all.map((found) => noiseOf(P, found, steps));
  const dim = P.length;
  return steps.map((k, look) => {
    let bias = 0;
    const left = all.map(({ strides: mu }) => mu.map((stride) => power(stride, k)));
    for (let a = 0; a < dim; a++) for (let b = 0; b < dim; b++) {
      let total = 0;
      all.forEach(({ roots, vectors }, v) => {
        let entry = 0;
        for (let i = 0; i < dim; i++) entry += vectors[a][i] * left[v][i] * vectors[b][i];
        total += (roots[a] * entry) / roots[b];
      });
      bias += (total / all.length) ** 2;
    }
    const noise = noises.reduce((total, one) => total + one[look], 0) / all.length ** 2;
    return finite(bias + (noiseVariance / testLength) * noise);
  });
};

/** @type {(S: number[][], testLength: number, noiseVariance: number) => number} */
export const bayesError = (S, testLength, noiseVariance) => {
  const { values } = eigen(S);
  const most = Math.max(...values);
  return values.reduce((total, s) => total + (s > SMALLEST * most ? noiseVariance / (testLength * s + noiseVariance) : 1), 0);
};
