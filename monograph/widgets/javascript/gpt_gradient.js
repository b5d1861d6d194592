// A GPT of one layer of ttsbook.models.transformer, many prompts at a time: what it answers to weights, and how its
// loss changes with each of its parameters, written out. Each prompt's examples are read once; each weight token sees
// them and itself. So in the one layer examples give keys and values, and only weights ask.

import { askGelu, askInputs, askNorm, askWeights, dense, gelu, layerNorm } from "./dense.js";

/**
 * @typedef {{ dim: number, width: number, heads: number, normed: boolean }} Shape
 * @typedef {Record<string, Float64Array>} Parts
 * @typedef {{ x: Float64Array, y: Float64Array, length: number }} Examples of all prompts, `length` of them in each
 */

const LEAST = 1e-3; // below this squared distance of the start a smaller error counts no more

// Names and sizes of the parameters, in the order of the package.
/** @type {(shape: Shape) => [name: string, size: number][]} */
export const sizesOf = ({ dim, width, normed }) => {
  const norm = (name) => (normed ? [[`${name}.weight`, width], [`${name}.bias`, width]] : []);
  const map = (name, inputs, outputs) => [[`${name}.weight`, inputs * outputs], [`${name}.bias`, outputs]];
  return /** @type {[string, number][]} */ ([
    ...map("read_in", 2 * dim + 2, width), ...norm("blocks.0.attention_norm"), ...map("blocks.0.attention", width, 3 * width),
    ...map("blocks.0.merge", width, width), ...norm("blocks.0.perceptron_norm"), ...map("blocks.0.widen", width, 4 * width),
    ...map("blocks.0.narrow", 4 * width, width), ...norm("norm"), ...map("read_out", width, dim),
  ]);
};

// The parts by their names, as views of one array that holds all.
/** @type {(shape: Shape, all: Float64Array) => Parts} */
export const partsOf = (shape, all) => {
  let at = 0;
  return Object.fromEntries(sizesOf(shape).map(([name, size]) => {
    at += size;
    return [name, all.subarray(at - size, at)];
  }));
};

// Arrays that are kept from one call to the next, by name and size: an update makes no garbage.
const rooms = new Map();
const room = (name, size) => {
  const key = `${name} ${size}`;
  if (!rooms.has(key)) rooms.set(key, new Float64Array(size));
  return rooms.get(key);
};
const blank = (name, size) => room(name, size).fill(0);

// Through a norm, or as it is where the model has none.
const normalize = (parts, name, input, rows) => {
  const weight = parts[`${name}.weight`];
  if (!weight) return { output: input };
  const kept = { output: room(`${name} output`, input.length), unit: room(`${name} unit`, input.length), scale: room(`${name} scale`, rows) };
  layerNorm(kept.output, kept.unit, kept.scale, input, weight, parts[`${name}.bias`]);
  return kept;
};
// into += what is asked of the input of a norm
const askNormalized = (parts, slopes, name, into, asked, kept) => {
  const weight = parts[`${name}.weight`];
  if (weight) return askNorm(slopes[`${name}.weight`], slopes[`${name}.bias`], into, asked, kept.unit, kept.scale, weight);
  for (let i = 0; i < asked.length; i++) into[i] += asked[i];
};

const through = (parts, name, input, rows, label = name) => {
  const bias = parts[`${name}.bias`];
  const output = room(label, rows * bias.length);
  dense(output, input, rows, parts[`${name}.weight`], bias);
  return output;
};
const plus = (name, one, other) => {
  const sum = room(name, one.length);
  for (let i = 0; i < sum.length; i++) sum[i] = one[i] + other[i];
  return sum;
};

// Rows of the projection that make keys and values.
const halves = ({ width }, parts) => ({
  "pair.weight": parts["blocks.0.attention.weight"].subarray(width * width),
  "pair.bias": parts["blocks.0.attention.bias"].subarray(width),
});

// Keys and values of the examples, a row of both for each.
/** @type {(shape: Shape, parts: Parts, examples: Examples) => any} */
export const readExamples = (shape, parts, { x, y, length }) => {
  const { dim } = shape;
  const [rows, size] = [y.length, 2 * dim + 2];
  const tokens = blank("examples", rows * size);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < dim; j++) tokens[i * size + j] = x[i * dim + j];
    tokens[i * size + dim] = y[i];
  }
  const stream = through(parts, "read_in", tokens, rows, "stream of examples");
  const weight = parts["blocks.0.attention_norm.weight"];
  const named = { "examples.weight": weight, "examples.bias": parts["blocks.0.attention_norm.bias"] };
  const normed = normalize(named, "examples", stream, rows);
  return { rows, length, tokens, normed, pairs: through(halves(shape, parts), "pair", normed.output, rows) };
};

// Next weights for `starts`, as many on each prompt, and all that the gradient needs.
/** @type {(shape: Shape, parts: Parts, read: any, starts: Float64Array) => any} */
export const answers = (shape, parts, read, starts) => {
  const { dim } = shape;
  const [rows, size] = [starts.length / dim, 2 * dim + 2];
  const tokens = blank("weights", rows * size);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < dim; j++) tokens[i * size + dim + 1 + j] = starts[i * dim + j];
    tokens[i * size + size - 1] = 1;
  }
  const stream = through(parts, "read_in", tokens, rows);
  const asking = normalize(parts, "blocks.0.attention_norm", stream, rows);
  const own = through(parts, "blocks.0.attention", asking.output, rows);
  const { mixed, shares } = attend(shape, read, own, rows);
  const merged = plus("merged", stream, through(parts, "blocks.0.merge", mixed, rows));
  const thinking = normalize(parts, "blocks.0.perceptron_norm", merged, rows);
  const wide = through(parts, "blocks.0.widen", thinking.output, rows);
  const [bent, bulk] = [room("bent", wide.length), room("bulk", wide.length)];
  gelu(bulk, bent, wide);
  const last = plus("last", merged, through(parts, "blocks.0.narrow", bulk, rows));
  const saying = normalize(parts, "norm", last, rows);
  const next = plus("next", starts, through(parts, "read_out", saying.output, rows));
  return { rows, tokens, asking, own, mixed, shares, thinking, wide, bent, bulk, saying, next };
};

// Each head of each weight token looks at the examples of its prompt, and last at itself.
const attend = ({ width, heads }, { pairs, rows: examples, length }, own, rows) => {
  const [size, seen, each] = [width / heads, length + 1, (rows * length) / examples];
  const mixed = blank("mixed", rows * width);
  const shares = room("shares", rows * heads * seen);
  for (let row = 0; row < rows; row++) {
    const first = Math.floor(row / each) * length;
    for (let head = 0; head < heads; head++) {
      const [query, at] = [3 * width * row + head * size, (row * heads + head) * seen];
      let most = -Infinity;
      for (let j = 0; j < seen; j++) {
        const keys = j < length ? pairs : own;
        const key = j < length ? 2 * width * (first + j) + head * size : query + width;
        let score = 0;
        for (let i = 0; i < size; i++) score += own[query + i] * keys[key + i];
        shares[at + j] = score / Math.sqrt(size);
        most = Math.max(most, shares[at + j]);
      }
      let total = 0;
      for (let j = 0; j < seen; j++) {
        shares[at + j] = Math.exp(shares[at + j] - most);
        total += shares[at + j];
      }
      for (let j = 0; j < seen; j++) {
        const values = j < length ? pairs : own;
        const value = j < length ? 2 * width * (first + j) + width + head * size : query + 2 * width;
        shares[at + j] /= total;
        const share = shares[at + j];
        for (let i = 0; i < size; i++) mixed[row * width + head * size + i] += share * values[value + i];
      }
    }
  }
  return { mixed, shares };
};

// What is asked of queries, keys and values: of the weights' own, and of the examples'.
const askAttention = ({ width, heads }, { pairs, rows: examples, length }, { own, shares, rows }, byMixed) => {
  const [size, seen, each] = [width / heads, length + 1, (rows * length) / examples];
  const byOwn = blank("byOwn", own.length);
  const byPairs = blank("byPairs", pairs.length);
  const byShare = room("byShare", seen);
  for (let row = 0; row < rows; row++) {
    const first = Math.floor(row / each) * length;
    for (let head = 0; head < heads; head++) {
      const [query, at, out] = [3 * width * row + head * size, (row * heads + head) * seen, row * width + head * size];
      let mean = 0;
      for (let j = 0; j < seen; j++) {
        const values = j < length ? pairs : own;
        const into = j < length ? byPairs : byOwn;
        const value = j < length ? 2 * width * (first + j) + width + head * size : query + 2 * width;
        const share = shares[at + j];
        let asked = 0;
        for (let i = 0; i < size; i++) {
          asked += byMixed[out + i] * values[value + i];
          into[value + i] += share * byMixed[out + i];
        }
        byShare[j] = asked;
        mean += share * asked;
      }
      for (let j = 0; j < seen; j++) {
        const keys = j < length ? pairs : own;
        const into = j < length ? byPairs : byOwn;
        const key = j < length ? 2 * width * (first + j) + head * size : query + width;
        const byScore = (shares[at + j] * (byShare[j] - mean)) / Math.sqrt(size);
        for (let i = 0; i < size; i++) {
          byOwn[query + i] += byScore * keys[key + i];
          into[key + i] += byScore * own[query + i];
        }
      }
    }
  }
  return { byOwn, byPairs };
};

// Mean over prompts and starts of |w₁ − w|² / (|w₀ − w|² / d + τ), as gpt_recipes.Distances has it, and what it asks
// of the answers.
const relativeLoss = (dim, next, starts, targets) => {
  const [rows, each] = [next.length / dim, starts.length / targets.length];
  const asked = room("asked", next.length);
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    const target = Math.floor(row / each) * dim;
    let [gap, before] = [0, 0];
    for (let i = 0; i < dim; i++) {
      gap += (next[row * dim + i] - targets[target + i]) ** 2;
      before += (starts[row * dim + i] - targets[target + i]) ** 2 / dim;
    }
    const share = 1 / (rows * (before + LEAST));
    loss += gap * share;
    for (let i = 0; i < dim; i++) asked[row * dim + i] = 2 * share * (next[row * dim + i] - targets[target + i]);
  }
  return { loss, asked };
};

// The loss of a batch, and what it asks of each parameter, written into `slopes`.
/** @type {(shape: Shape, parts: Parts, slopes: Parts, batch: { examples: Examples, starts: Float64Array, targets: Float64Array }) => number} */
export const slopesOf = (shape, parts, slopes, { examples, starts, targets }) => {
  for (const part of Object.values(slopes)) part.fill(0);
  const read = readExamples(shape, parts, examples);
  const passed = answers(shape, parts, read, starts);
  const { rows } = passed;
  const { loss, asked } = relativeLoss(shape.dim, passed.next, starts, targets);
  const [byStream, byInner] = ["byStream", "byInner"].map((name) => room(name, rows * shape.width));
  const back = (name, input, byOutput, byInput) => {
    askWeights(slopes[`${name}.weight`], slopes[`${name}.bias`], byOutput, input, rows);
    askInputs(byInput, byOutput, rows, parts[`${name}.weight`]);
  };
  back("read_out", passed.saying.output, asked, byInner);
  askNormalized(parts, slopes, "norm", byStream.fill(0), byInner, passed.saying);
  const byWide = room("byWide", passed.wide.length);
  back("blocks.0.narrow", passed.bulk, byStream, byWide);
  askGelu(byWide, passed.bent, passed.wide);
  back("blocks.0.widen", passed.thinking.output, byWide, byInner);
  askNormalized(parts, slopes, "blocks.0.perceptron_norm", byStream, byInner, passed.thinking);
  const byMixed = room("byMixed", rows * shape.width);
  back("blocks.0.merge", passed.mixed, byStream, byMixed);
  const { byOwn, byPairs } = askAttention(shape, read, passed, byMixed);
  back("blocks.0.attention", passed.asking.output, byOwn, byInner);
  askNormalized(parts, slopes, "blocks.0.attention_norm", byStream, byInner, passed.asking);
  askWeights(slopes["read_in.weight"], slopes["read_in.bias"], byStream, passed.tokens, rows);
  // The same for the examples, of whose projection only keys and values were asked.
  const [pair, byPair] = [halves(shape, parts), halves(shape, slopes)];
  const [byNormed, byExamples] = ["byNormed", "byExamples"].map((name) => room(name, read.rows * shape.width));
  askWeights(byPair["pair.weight"], byPair["pair.bias"], byPairs, read.normed.output, read.rows);
  askInputs(byNormed, byPairs, read.rows, pair["pair.weight"]);
  askNormalized(parts, slopes, "blocks.0.attention_norm", byExamples.fill(0), byNormed, read.normed);
  askWeights(slopes["read_in.weight"], slopes["read_in.bias"], byExamples, read.tokens, read.rows);
  return loss;
};

// Answers w₀ = 0, w₁, ..., one array of all prompts for each step.
/** @type {(shape: Shape, parts: Parts, examples: Examples, steps: number) => Float64Array[]} */
export const chains = (shape, parts, examples, steps) => {
  const read = readExamples(shape, parts, examples);
  let w = new Float64Array((examples.y.length / examples.length) * shape.dim);
  return Array.from({ length: steps + 1 }, (_, k) => {
    if (k) w = answers(shape, parts, read, w).next.slice();
    return w;
  });
};
