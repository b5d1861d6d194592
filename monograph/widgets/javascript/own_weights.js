// Layers with a preconditioner P and a ratio R of their own, any matrices, as training leaves them: a step maps w_k to
// w_k + P S (w − R w_k). A matrix is a typed array, row by row.

import { WishartPrompt } from "./sampling.js";

/** @import { Random } from "./random.js" */
/** @typedef {{ P: Float64Array, R: Float64Array }} OwnLayer */

const SQUARINGS = 40;

/** @type {(A: Float64Array, B: Float64Array, dim: number) => Float64Array} */
const times = (A, B, dim) => {
  const product = new Float64Array(dim * dim);
  for (let i = 0; i < dim; i++) {
    for (let k = 0; k < dim; k++) {
      const factor = A[i * dim + k];
      for (let j = 0; j < dim; j++) product[i * dim + j] += factor * B[k * dim + j];
    }
  }
  return product;
};

// Error after each step, for endless prompts of these strengths, as ttsbook.theory.layer_error has it: M_k is what the
// answer makes of w, and the error that of M_k − 1.
/** @type {(layer: OwnLayer, strengths: number[], steps: number) => number[]} */
export const layerError = ({ P, R }, strengths, steps) => {
  const dim = strengths.length;
  const gain = P.map((entry, i) => entry * strengths[i % dim]);
  let M = new Float64Array(dim * dim);
  return Array.from({ length: steps + 1 }, (_, k) => {
    if (k) {
      const seen = times(R, M, dim).map((entry, i) => (i % (dim + 1) ? 0 : 1) - entry);
      const change = times(gain, seen, dim);
      M = M.map((entry, i) => entry + change[i]);
    }
    return M.reduce((sum, entry, i) => sum + (entry - (i % (dim + 1) ? 0 : 1)) ** 2, 0);
  });
};

// Whether the powers of T grow without bound. They do if a power's trace is above that of the identity, and they do not
// if a power's norm is below one; one of the two comes by squaring, unless the largest eigenvalue is one.
/** @type {(T: Float64Array, dim: number) => boolean} */
export const grows = (T, dim) => {
  let power = T;
  for (let squaring = 0; squaring < SQUARINGS; squaring++) {
    let [norm, trace] = [0, 0];
    for (let i = 0; i < power.length; i++) norm += power[i] ** 2;
    for (let i = 0; i < dim; i++) trace += power[i * (dim + 1)];
    if (norm < 1) return false;
    if (Math.abs(trace) > dim || !Number.isFinite(norm)) return true;
    power = times(power, power, dim);
  }
  return false;
};

// Chains of such a layer, each on a prompt and with a weight of its own. `think` writes the error after each step
// into `errors`, over d.
export class OwnChains {
  /** @param {OwnLayer & { test: number[], m: number | null, steps: number }} layer */
  constructor({ P, R, test, m, steps }) {
    this.P = P;
    this.R = R;
    this.steps = steps;
    this.prompt = new WishartPrompt(test, m);
    this.errors = new Float64Array(steps + 1);
    this.w = new Float64Array(test.length);
    this.answer = new Float64Array(test.length);
    this.gap = new Float64Array(test.length);
    this.seen = new Float64Array(test.length);
  }

  /** @type {(random: Random) => void} */
  think(random) {
    const { P, R, w, answer, gap, seen, prompt, steps, errors } = this;
    const dim = w.length;
    prompt.draw(random);
    for (let i = 0; i < dim; i++) w[i] = random.normal();
    answer.fill(0);
    for (let k = 0; k <= steps; k++) {
      if (k > 0) {
        for (let i = 0; i < dim; i++) {
          gap[i] = w[i];
          for (let j = 0; j < dim; j++) gap[i] -= R[i * dim + j] * answer[j];
        }
        prompt.times(gap, seen);
        for (let i = 0; i < dim; i++) for (let j = 0; j < dim; j++) answer[i] += P[i * dim + j] * seen[j];
      }
      let total = 0;
      for (let i = 0; i < dim; i++) total += (answer[i] - w[i]) ** 2;
      errors[k] = Number.isFinite(total) ? total / dim : Infinity;
    }
  }

  // Whether the chain of the last prompt leaves all bounds, if it goes on: its steps have the linear part 1 − P S R.
  leaves() {
    const dim = this.w.length;
    const covariance = Float64Array.from(this.prompt.covariance().flat());
    const T = times(times(this.P, covariance, dim), this.R, dim).map((entry, i) => (i % (dim + 1) ? 0 : 1) - entry);
    return grows(T, dim);
  }
}
