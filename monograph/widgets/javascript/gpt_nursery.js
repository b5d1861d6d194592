// A GPT and its twin, equal at birth, that see the same prompts: what they learn, and portraits of them as they grow.

import { drawGPTPrompts, drawStarts, examplesOf, newbornGPT, staircase, UPBRINGINGS, updateGPT } from "./gpt_upbringing.js";
import { Random } from "./random.js";
import { powerLaw, preconditioner } from "./theory.js";

/** @typedef {{ first: string, second: string, size: string, dim: number, exponent: number, train_length: number, test_length: number, updates: number, seed: number }} Settings */

export const MOST_STEPS = 30;
export const BETWEEN = 25; // updates from a portrait to the next
const TESTS = 65; // prompts that both think about
const SIZES = {
  small: { width: 32, heads: 2, batch: 32 },
  large: { width: 64, heads: 4, batch: 64 },
};

const even = (dim) => new Array(dim).fill(1);
const skewed = (dim, exponent) => {
  const raw = powerLaw(dim, exponent);
  const total = raw.reduce((sum, value) => sum + value, 0);
  return raw.map((value) => (value * dim) / total);
};

/** @type {(settings: Settings) => any} */
export const newSchool = (settings) => {
  const { batch, ...size } = SIZES[settings.size];
  const shape = { ...size, dim: settings.dim, normed: false };
  const random = new Random(settings.seed);
  const born = newbornGPT(random, shape);
  const tested = new Random(settings.seed + 2 ** 32); // other prompts than those of training
  const tests = drawGPTPrompts(tested, TESTS, settings.test_length, shape.dim);
  const pupils = [settings.first, settings.second].filter((name) => name !== "none").map((name, i) => ({
    recipe: UPBRINGINGS[name],
    strengths: UPBRINGINGS[name].skewed ? skewed(shape.dim, settings.exponent) : even(shape.dim),
    model: i ? newbornGPT(new Random(settings.seed), shape) : born,
    losses: [],
  }));
  return { settings, shape, batch, random, pupils, tests, examples: examplesOf(tests, even(shape.dim), settings.test_length), done: 0 };
};

// One update of both.
export const learn = (school) => {
  const { shape, settings, random } = school;
  const drawn = drawGPTPrompts(random, school.batch, settings.train_length, shape.dim);
  for (const { recipe, strengths, model, losses } of school.pupils) {
    const starts = drawStarts(random, drawn.w, shape.dim, recipe);
    const batch = { examples: examplesOf(drawn, strengths, settings.train_length), starts, targets: drawn.w };
    updateGPT(model, batch, school.done, settings.updates);
    losses.push(model.loss);
  }
  school.done += 1;
};

/** @type {(school: any) => boolean} */
export const isPortraitDue = ({ done, settings }) => done % BETWEEN === 0 || done === settings.updates;

// How many updates are done, and of both the mean loss since the last portrait and the errors after each step.
/** @typedef {{ done: number, pupils: { loss: number, errors: number[] }[] }} Portrait */
/** @type {(school: any) => Portrait} */
export const portrait = ({ done, pupils, examples, tests }) => ({
  done,
  pupils: pupils.map(({ model, losses }) => {
    const recent = losses.splice(0);
    const loss = recent.reduce((sum, one) => sum + one, 0) / recent.length;
    return { loss, errors: staircase(model, examples, tests.w, MOST_STEPS) };
  }),
});

// Errors of the linear layer that the first one's data teach, on the same test prompts: w + Γ⁻¹ S (w' − w).
/** @type {(school: any) => number[]} */
export const linearStaircase = ({ settings, shape: { dim }, pupils: [{ strengths }], examples, tests }) => {
  const P = preconditioner(strengths, settings.train_length);
  const chains = Array.from({ length: TESTS }, (_, prompt) => {
    const w = tests.w.subarray(prompt * dim, (prompt + 1) * dim);
    const rows = Array.from({ length: examples.length }, (_one, i) => {
      const at = (prompt * examples.length + i) * dim;
      return examples.x.subarray(at, at + dim);
    });
    let gap = Array.from(w);
    return Array.from({ length: MOST_STEPS + 1 }, (_one, k) => {
      if (k) {
        const seen = rows.map((x) => x.reduce((sum, value, j) => sum + value * gap[j], 0) / rows.length);
        gap = gap.map((entry, j) => entry - P[j] * rows.reduce((sum, x, i) => sum + x[j] * seen[i], 0));
      }
      return gap.reduce((sum, entry) => sum + entry * entry, 0) / dim;
    });
  });
  return Array.from({ length: MOST_STEPS + 1 }, (_, k) => chains.map((errors) => errors[k]).toSorted((a, b) => a - b)[TESTS >> 1]);
};
