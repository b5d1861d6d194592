// Kinds of standard features, as in ttsbook.data.features: their kurtosis, their stretch in d dimensions, and how an
// example of them is drawn.

/** @import { Random } from "./random.js" */

/**
 * @typedef {object} Kind
 * @property {number} kurtosis
 * @property {(dim: number) => number} stretch
 * @property {(random: Random, example: Float64Array) => void} draw
 */

const each = (draw) => (random, example) => {
  for (let i = 0; i < example.length; i++) example[i] = draw(random);
};

// Normal numbers times one factor, which may depend on them.
const scaledBy = (factor) => (random, example) => {
  let square = 0;
  for (let i = 0; i < example.length; i++) {
    example[i] = random.normal();
    square += example[i] ** 2;
  }
  const scale = factor(random, square, example.length);
  for (let i = 0; i < example.length; i++) example[i] *= scale;
};

const one = () => 1;
const sign = (random) => (random.uniform() < 0.5 ? -1 : 1);
const SHARE = 0.1; // of the coordinates that are not zero, or of the examples that are large
const LARGE = 5.5; // variance of the large examples
const REST = (1 - SHARE * LARGE) / (1 - SHARE);

/** @type {Record<string, Kind>} */
export const KINDS = {
  Gaussian: { kurtosis: 3, stretch: one, draw: each((random) => random.normal()) },
  uniform: { kurtosis: 1.8, stretch: one, draw: each((random) => Math.sqrt(3) * (2 * random.uniform() - 1)) },
  signs: { kurtosis: 1, stretch: one, draw: each(sign) },
  "three points": { kurtosis: 9, stretch: one, draw: each((random) => (random.uniform() < 1 / 9 ? 3 * sign(random) : 0)) },
  sparse: { kurtosis: 3 / SHARE, stretch: one, draw: each((random) => (random.uniform() < SHARE ? random.normal() / Math.sqrt(SHARE) : 0)) },
  sphere: { kurtosis: 3, stretch: (dim) => dim / (dim + 2), draw: scaledBy((_, square, dim) => Math.sqrt(dim / square)) },
  "two scales": {
    kurtosis: 3, stretch: () => SHARE * LARGE ** 2 + (1 - SHARE) * REST ** 2,
    draw: scaledBy((random) => Math.sqrt(random.uniform() < SHARE ? LARGE : REST)),
  },
};
