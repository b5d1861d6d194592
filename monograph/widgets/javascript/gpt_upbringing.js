// How a GPT is brought up: the prompts it is shown, the weights it is asked from, and the update that follows. The loss
// is that of ttsbook.training.gpt_recipes.Distances, the update PyTorch's AdamW with the chapter's schedule.

import { chains, partsOf, sizesOf, slopesOf } from "./gpt_gradient.js";

/** @import { Examples, Shape } from "./gpt_gradient.js" */
/** @import { Random } from "./random.js" */

const [RATE, WARM_UP, CLIP] = [3e-3, 100, 1];
const DECADES = 2; // orders of magnitude that the distances of starts span

// From how many starts a prompt is asked, and which share of them is zero; and whether its examples are skewed.
export const UPBRINGINGS = {
  distances: { starts: 4, zeros: 1 / 8, skewed: false },
  "zero only": { starts: 1, zeros: 1, skewed: false },
  "skewed data": { starts: 4, zeros: 1 / 8, skewed: true },
};

/** @type {(random: Random, size: number) => Float64Array} */
const normals = (random, size) => Float64Array.from({ length: size }, () => random.normal());

// Prompts whose examples have the variances `strengths`, and labels ⟨w, x⟩ without noise.
/** @type {(random: Random, count: number, length: number, dim: number) => { x: Float64Array, w: Float64Array }} */
export const drawGPTPrompts = (random, count, length, dim) => ({ x: normals(random, count * length * dim), w: normals(random, count * dim) });

/** @type {(drawn: { x: Float64Array, w: Float64Array }, strengths: number[], length: number) => Examples} */
export const examplesOf = (drawn, strengths, length) => {
  const [dim, scales] = [strengths.length, strengths.map(Math.sqrt)];
  const x = drawn.x.map((value, i) => value * scales[i % dim]);
  const y = Float64Array.from({ length: x.length / dim }, (_, i) => {
    const weight = Math.floor(i / length) * dim;
    return scales.reduce((sum, _scale, j) => sum + x[i * dim + j] * drawn.w[weight + j], 0);
  });
  return { x, y, length };
};

// Starts at every distance from the weights, of which some are zero instead.
/** @type {(random: Random, w: Float64Array, dim: number, recipe: { starts: number, zeros: number }) => Float64Array} */
export const drawStarts = (random, w, dim, { starts, zeros }) => {
  const found = new Float64Array(w.length * starts);
  for (let row = 0; row < found.length / dim; row++) {
    const scale = random.uniform() < zeros ? NaN : 10 ** (-DECADES * random.uniform());
    for (let i = 0; i < dim; i++) {
      const near = w[Math.floor(row / starts) * dim + i] + scale * random.normal();
      found[row * dim + i] = Number.isNaN(scale) ? 0 : near;
    }
  }
  return found;
};

// A GPT as it is born: the initial weights of the package, by the draws of a seed.
/** @type {(random: Random, shape: Shape) => any} */
export const newbornGPT = (random, shape) => {
  const size = sizesOf(shape).reduce((sum, [, one]) => sum + one, 0);
  const [all, mean, square, slope] = Array.from({ length: 4 }, () => new Float64Array(size));
  const parts = partsOf(shape, all);
  for (const [name, part] of Object.entries(parts)) {
    if (name.startsWith("read_out") || name.endsWith("bias")) continue;
    if (name.includes("norm")) {
      part.fill(1);
      continue;
    }
    const inputs = name.startsWith("read_in") ? shape.dim : part.length / parts[name.replace("weight", "bias")].length;
    const scale = 1 / Math.sqrt(inputs * (/merge|narrow/.test(name) ? 2 : 1)); // these write into the stream
    for (let i = 0; i < part.length; i++) part[i] = scale * random.normal();
  }
  return { shape, all, parts, mean, square, slope, slopes: partsOf(shape, slope), loss: NaN };
};

// The step size of an update, relative to the largest: it rises, then falls along half a cosine.
const factor = (done, updates) => (Math.min(1, (done + 1) / WARM_UP) * (1 + Math.cos((Math.PI * done) / updates))) / 2;

// Take one update after `done` of so many.
/** @type {(pupil: any, batch: { examples: Examples, starts: Float64Array, targets: Float64Array }, done: number, updates: number) => void} */
export const updateGPT = (pupil, batch, done, updates) => {
  pupil.loss = slopesOf(pupil.shape, pupil.parts, pupil.slopes, batch);
  const { all, mean, square, slope } = pupil;
  let norm = 0;
  for (let i = 0; i < slope.length; i++) norm += slope[i] ** 2;
  const clip = Math.min(1, CLIP / (Math.sqrt(norm) + 1e-6));
  const rate = RATE * factor(done, updates);
  const [first, second] = [1 - 0.9 ** (done + 1), 1 - 0.999 ** (done + 1)];
  for (let i = 0; i < all.length; i++) {
    const asked = clip * slope[i];
    mean[i] += 0.1 * (asked - mean[i]);
    square[i] += 0.001 * (asked ** 2 - square[i]);
    all[i] -= (rate * mean[i]) / first / (Math.sqrt(square[i] / second) + 1e-8);
  }
};

const middle = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

// Median error / d over test prompts after each step.
/** @type {(pupil: any, examples: Examples, w: Float64Array, steps: number) => number[]} */
export const staircase = ({ shape, parts }, examples, w, steps) =>
  chains(shape, parts, examples, steps).map((answer) => {
    const errors = Array.from({ length: w.length / shape.dim }, (_, prompt) => {
      let gap = 0;
      for (let i = prompt * shape.dim; i < (prompt + 1) * shape.dim; i++) gap += (answer[i] - w[i]) ** 2 / shape.dim;
      return Number.isFinite(gap) ? gap : Infinity;
    });
    return middle(errors);
  });
