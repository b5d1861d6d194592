// Chains on one prompt with examples x and labels y of any kind: of a GPT, and of the linear layer in its closed form.

import { encoded, nextWeight } from "./gpt.js";
import { closedForm, gramMatrix, thoughts } from "./layer.js";
import { preconditioner } from "./theory.js";

export const STEPS = 30;

export const product = (x, w) => x.reduce((sum, one, i) => sum + one * w[i], 0);
export const squaredGap = (answer, w) => answer.reduce((sum, one, i) => sum + (one - w[i]) ** 2, 0) / w.length;

// Weights w_0, ..., w_30 and with which attention each is read.
export const gptChain = (gpt, x, y) => {
  const cache = encoded(gpt, x, y);
  const chain = [];
  for (let w = new Float64Array(gpt.config.dim); chain.length <= STEPS; ) {
    const { w: next, attention } = nextWeight(gpt, cache, w);
    chain.push({ w, attention });
    w = next;
  }
  return chain;
};

// The attention of a layer at each step of a chain, a row for each: of one of its heads, from 0, or the mean of all.
/** @type {(chain: { attention: number[][][] }[], layer: number, head: number | "mean") => number[][]} */
export const attentionOf = (chain, layer, head) =>
  chain.map(({ attention }) => {
    const heads = attention[layer];
    if (head !== "mean") return heads[head];
    return heads[0].map((_, i) => heads.reduce((sum, scores) => sum + scores[i], 0) / heads.length);
  });

// Errors of the linear layer that examples of these strengths teach. Of labels it reads their moment with the examples
// alone, so the Gram matrix may have it put in.
export const linearErrors = (x, y, w, strengths) => {
  const [length, dim] = [x.length, w.length];
  const C = new Float64Array(dim * dim);
  for (const one of x) for (let i = 0; i < dim; i++) for (let j = 0; j < dim; j++) C[i * dim + j] += one[i] * one[j];
  const gram = gramMatrix(C, w);
  const size = 2 * dim + 2;
  for (let i = 0; i < dim; i++) {
    gram[i * size + dim] = gram[dim * size + i] = x.reduce((sum, one, at) => sum + one[i] * y[at], 0);
  }
  const layer = closedForm(preconditioner(strengths, length), 1);
  return thoughts(layer, gram, length, w.map(() => 0), STEPS).map((answer) => squaredGap(answer, w));
};
