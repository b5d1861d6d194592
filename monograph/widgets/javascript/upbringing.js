// How a layer is brought up: the prompts it is shown, the weight it is given on each, the answer it is asked for, and
// the update that follows. The recipes are those of ttsbook.training.recipes, the update is PyTorch's AdamW.

import { gramMatrix, gradient } from "./layer.js";
import { WishartPrompt } from "./sampling.js";

/** @import { Layer } from "./layer.js" */
/** @import { Random } from "./random.js" */

export const BATCH = 128;
const [NEWBORN, RATE, DECAY] = [0.05, 0.03, 0.01];
const [NOISE, DEPTH, TEACHER, LESSONS] = [0.5, 3, 0.3, 5]; // of noisy starts, of unrolled chains, of the teacher

// Sum of x xᵀ over so many Gaussian examples.
/** @type {(random: Random, strengths: number[], length: number) => Float64Array} */
export const drawSum = (random, strengths, length) => {
  const prompt = new WishartPrompt(strengths, length);
  prompt.draw(random);
  return Float64Array.from(prompt.covariance().flat(), (entry) => entry * length);
};

/** @type {(random: Random, dim: number) => Float64Array} */
export const drawNormal = (random, dim) => Float64Array.from({ length: dim }, () => random.normal());

// One step of gradient descent on a prompt from w.
const taught = (C, length, w, from) => from.map((entry, i) => {
  let descent = 0;
  for (let j = 0; j < w.length; j++) descent += C[i * w.length + j] * (w[j] - from[j]);
  return entry + (TEACHER * descent) / length;
});

// What each recipe makes of a prompt: C is its sum of x xᵀ, w its weight, `noise` a standard normal vector, and `luck`
// between 0 and 1.
const zero = (w) => w.map(() => 0);
const pose = {
  direct: ({ w }) => ({ start: zero(w), target: w }),
  independent: ({ w, noise }) => ({ start: noise, target: w }),
  noisy: ({ w, noise }) => ({ start: w.map((one, i) => one + NOISE * noise[i]), target: w }),
  unrolled: ({ w }) => ({ start: zero(w), target: w, depth: DEPTH }),
  "teacher-forced": ({ C, w, luck, length }) => {
    let start = zero(w);
    for (let step = Math.floor(LESSONS * luck); step > 0; step--) start = taught(C, length, w, start);
    return { start, target: taught(C, length, w, start) };
  },
  shift: ({ w, noise }) => {
    const shifted = w.map((one, i) => one + noise[i]);
    return { start: noise, target: shifted, labels: shifted };
  },
};

// The lesson of a recipe on a prompt.
export const lesson = (recipe, prompt) => {
  const { start, target, labels = prompt.w, depth = 1 } = pose[recipe](prompt);
  return { gram: gramMatrix(prompt.C, labels), length: prompt.length, start, target, depth };
};

/** @type {(random: Random, strengths: number[], length: number) => { C: Float64Array, w: Float64Array, noise: Float64Array, luck: number, length: number }} */
export const drawPrompt = (random, strengths, length) => ({
  C: drawSum(random, strengths, length),
  w: drawNormal(random, strengths.length),
  noise: drawNormal(random, strengths.length),
  luck: random.uniform(),
  length,
});

// A layer as it is born, and what an update remembers of those before it.
/** @type {(random: Random, dim: number) => { layer: Layer, mean: Layer, square: Layer, loss: number }} */
export const newborn = (random, dim) => {
  const weights = (draw) => Float64Array.from({ length: (2 * dim + 2) ** 2 }, draw);
  const both = (draw) => ({ V: weights(draw), W: weights(draw) });
  const none = () => 0;
  return { layer: both(() => NEWBORN * random.normal()), mean: both(none), square: both(none), loss: NaN };
};

// Take one update after `done` of so many; the step size falls along half a cosine.
export const update = (pupil, lessons, done, updates) => {
  const found = gradient(pupil.layer, lessons);
  pupil.loss = found.loss;
  const rate = (RATE * (1 + Math.cos((Math.PI * done) / updates))) / 2;
  const [first, second] = [1 - 0.9 ** (done + 1), 1 - 0.999 ** (done + 1)];
  for (const name of ["V", "W"]) {
    const [weights, slope, mean, square] = [pupil.layer, found, pupil.mean, pupil.square].map((one) => one[name]);
    for (let i = 0; i < weights.length; i++) {
      mean[i] += 0.1 * (slope[i] - mean[i]);
      square[i] += 0.001 * (slope[i] ** 2 - square[i]);
      weights[i] -= rate * (DECAY * weights[i] + mean[i] / first / (Math.sqrt(square[i] / second) + 1e-8));
    }
  }
};
