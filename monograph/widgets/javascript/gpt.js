// A GPT of ttsbook.models.transformer that thinks, one prompt at a time, with a cache of keys and values: each example
// sees those up to itself, the newest weight sees all examples and itself.

/**
 * @typedef {{ dim: number, width: number, layers: number, heads: number }} Config
 * @typedef {Record<string, Float64Array>} Tensors
 * @typedef {{ config: Config, tensors: Tensors }} GPT
 * @typedef {{ query: Float64Array, key: Float64Array, value: Float64Array }} Token
 */

const half = (bits) => {
  const [sign, exponent, rest] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + rest / 1024) : (2 ** -14 * rest) / 1024);
};

// The tensors that a text of base64 holds in half precision, one after the other.
/** @type {(text: string, sizes: [name: string, size: number][]) => Tensors} */
export const unpacked = (text, sizes) => {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  let at = 0;
  return Object.fromEntries(sizes.map(([name, size]) => {
    const values = Float64Array.from({ length: size }, () => {
      at += 2;
      return half(bytes[at - 2] | (bytes[at - 1] << 8));
    });
    return [name, values];
  }));
};

// Rows from first on of a linear map.
/** @type {(tensors: Tensors, name: string, input: ArrayLike<number>, first?: number, last?: number) => Float64Array} */
export const linear = (tensors, name, input, first = 0, last = tensors[`${name}.bias`].length) => {
  const [weight, bias] = [tensors[`${name}.weight`], tensors[`${name}.bias`]];
  const output = bias.slice(first, last);
  for (let i = first, at = first * input.length; i < last; i++) {
    for (let j = 0; j < input.length; j++) output[i - first] += weight[at++] * input[j];
  }
  return output;
};

// LayerNorm, or nothing where a model has none.
/** @type {(tensors: Tensors, name: string, input: Float64Array) => Float64Array} */
export const normalized = (tensors, name, input) => {
  const [weight, bias] = [tensors[`${name}.weight`], tensors[`${name}.bias`]];
  if (!weight) return input;
  const mean = input.reduce((sum, one) => sum + one, 0) / input.length;
  const variance = input.reduce((sum, one) => sum + (one - mean) ** 2, 0) / input.length;
  return input.map((one, i) => ((one - mean) / Math.sqrt(variance + 1e-5)) * weight[i] + bias[i]);
};

const gelu = (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
const plus = (one, other) => one.map((value, i) => value + other[i]);

// Scores of each head over what is seen, which sum to 1, and the mixed values.
const attend = (query, seen, heads) => {
  const size = query.length / heads;
  const mixed = new Float64Array(query.length);
  const scores = Array.from({ length: heads }, (_, head) => {
    const raw = seen.map(({ key }) => {
      let product = 0;
      for (let i = head * size; i < (head + 1) * size; i++) product += query[i] * key[i];
      return product / Math.sqrt(size);
    });
    const most = Math.max(...raw);
    const shares = raw.map((score) => Math.exp(score - most));
    const total = shares.reduce((sum, share) => sum + share, 0);
    return shares.map((share, j) => {
      for (let i = head * size; i < (head + 1) * size; i++) mixed[i] += (share / total) * seen[j].value[i];
      return share / total;
    });
  });
  return { scores, mixed };
};

// What a token adds to the cache of a block, and asks of it.
/** @type {(gpt: GPT, block: string, h: Float64Array) => Token} */
export const project = ({ config, tensors }, block, h) => {
  const joined = linear(tensors, `${block}.attention`, normalized(tensors, `${block}.attention_norm`, h));
  const part = (i) => joined.subarray(i * config.width, (i + 1) * config.width);
  return { query: part(0), key: part(1), value: part(2) };
};

// A token through a block, with what it sees.
/** @type {(gpt: GPT, block: string, h: Float64Array, query: Float64Array, seen: { key: Float64Array, value: Float64Array }[]) => { h: Float64Array, scores: number[][] }} */
export const through = ({ config, tensors }, block, h, query, seen) => {
  const { scores, mixed } = attend(query, seen, config.heads);
  const merged = plus(h, linear(tensors, `${block}.merge`, mixed));
  const wide = linear(tensors, `${block}.widen`, normalized(tensors, `${block}.perceptron_norm`, merged)).map(gelu);
  return { h: plus(merged, linear(tensors, `${block}.narrow`, wide)), scores };
};

/** @type {(config: { layers: number }) => string[]} */
export const blocksOf = ({ layers }) => Array.from({ length: layers }, (_, layer) => `blocks.${layer}`);

// Keys and values of the examples (x, y) in each block.
/** @type {(gpt: GPT, x: number[][], y: number[]) => { key: Float64Array, value: Float64Array }[][]} */
export const encoded = (gpt, x, y) => {
  const { dim } = gpt.config;
  let stream = x.map((example, i) => linear(gpt.tensors, "read_in", [...example, y[i], ...new Array(dim + 1).fill(0)]));
  return blocksOf(gpt.config).map((block) => {
    const projected = stream.map((h) => project(gpt, block, h));
    stream = stream.map((h, i) => through(gpt, block, h, projected[i].query, projected.slice(0, i + 1)).h);
    return projected;
  });
};

// The next weight, and by layer and head how much attention each example got, and last the weight itself.
/** @type {(gpt: GPT, cache: { key: Float64Array, value: Float64Array }[][], w: ArrayLike<number>) => { w: Float64Array, attention: number[][][] }} */
export const nextWeight = (gpt, cache, w) => {
  const { dim } = gpt.config;
  let h = linear(gpt.tensors, "read_in", [...new Array(dim + 1).fill(0), ...Array.from(w), 1]);
  const attention = blocksOf(gpt.config).map((block, layer) => {
    const own = project(gpt, block, h);
    const passed = through(gpt, block, h, own.query, [...cache[layer], own]);
    h = passed.h;
    return passed.scores;
  });
  return { w: plus(linear(gpt.tensors, "read_out", normalized(gpt.tensors, "norm", h)), w), attention };
};
