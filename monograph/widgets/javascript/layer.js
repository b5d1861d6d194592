// The layer of ttsbook.models.attention with all of V and W, run on its own answers as ttsbook.thinking.cot.think does
// with literal=True: whole tokens are appended, and the scaling stays at the number of examples. Its gradient is
// written out here. V and W are square, row by row; tokens are (x, y, w, flag), of 2d + 2 numbers. All that attention
// without softmax sees of its tokens is the sum of token tokenᵀ, their Gram matrix.

/** @typedef {{ V: Float64Array, W: Float64Array }} Layer */

// Of examples with the sum C of x xᵀ, d × d, and labels ⟨w, x⟩.
/** @type {(C: ArrayLike<number>, w: ArrayLike<number>) => Float64Array} */
export const gramMatrix = (C, w) => {
  const dim = w.length;
  const size = 2 * dim + 2;
  const gram = new Float64Array(size * size);
  for (let i = 0; i < dim; i++) {
    let moment = 0;
    for (let j = 0; j < dim; j++) {
      gram[i * size + j] = C[i * dim + j];
      moment += C[i * dim + j] * w[j];
    }
    gram[i * size + dim] = gram[dim * size + i] = moment;
    gram[dim * size + dim] += moment * w[i];
  }
  return gram;
};

// into += scale · matrix · vector
const addProduct = (into, matrix, vector, scale = 1) => {
  const size = into.length;
  for (let i = 0, at = 0; i < size; i++) {
    let total = 0;
    for (let j = 0; j < size; j++) total += matrix[at++] * vector[j];
    into[i] += scale * total;
  }
};

// into += scale · matrixᵀ · vector
const addTransposed = (into, matrix, vector, scale = 1) => {
  const size = into.length;
  for (let i = 0, at = 0; i < size; i++) {
    const factor = scale * vector[i];
    for (let j = 0; j < size; j++) into[j] += factor * matrix[at++];
  }
};

// into += scale · left rightᵀ
const addOuter = (into, left, right, scale = 1) => {
  const size = left.length;
  for (let i = 0, at = 0; i < size; i++) {
    const factor = scale * left[i];
    for (let j = 0; j < size; j++) into[at++] += factor * right[j];
  }
};

const setWeight = (token, w) => {
  token.fill(0);
  token.set(w, w.length + 1);
  token[token.length - 1] = 1;
};

// Room for one step on tokens of a size.
const room = (size) => {
  const [token, asked, heard, next] = Array.from({ length: 4 }, () => new Float64Array(size));
  return { seen: new Float64Array(size * size), token, asked, heard, next };
};

// One more token: it is added to the Gram matrix, asks W·token, and hears what V says of the answer.
const advance = ({ V, W }, { seen, token, asked, heard, next }, length) => {
  addOuter(seen, token, token);
  asked.fill(0);
  addProduct(asked, W, token);
  heard.fill(0);
  addProduct(heard, seen, asked);
  next.set(token);
  addProduct(next, V, heard, 1 / length);
};

// Answers w_0, ..., w_steps.
/** @type {(layer: Layer, gram: Float64Array, length: number, w0: ArrayLike<number>, steps: number) => Float64Array[]} */
export const thoughts = (layer, gram, length, w0, steps) => {
  const step = room(2 * w0.length + 2);
  step.seen.set(gram);
  setWeight(step.token, w0);
  const answers = [Float64Array.from(w0)];
  while (answers.length <= steps) {
    advance(layer, step, length);
    step.token.set(step.next);
    answers.push(step.token.slice(w0.length + 1, -1));
  }
  return answers;
};

// Mean loss of lessons, and its gradient by V and W. In a lesson the layer is given a weight, the start, on a prompt,
// thinks `depth` steps, and is asked for the target in each: the loss is half the mean squared distance of its tokens.
/**
 * @typedef {{ gram: Float64Array, length: number, start: ArrayLike<number>, target: ArrayLike<number>, depth: number }} Lesson
 * @type {(layer: Layer, lessons: Lesson[]) => { loss: number } & Layer}
 */
export const gradient = (layer, lessons) => {
  const size = Math.sqrt(layer.V.length);
  const [V, W, byGram] = Array.from({ length: 3 }, () => new Float64Array(size * size));
  const [wanted, byToken, byHeard, byAsked] = Array.from({ length: 4 }, () => new Float64Array(size));
  const steps = [];
  let loss = 0;
  for (const { gram, length, start, target, depth } of lessons) {
    const share = 1 / (lessons.length * depth);
    setWeight(wanted, target);
    for (let k = 0; k < depth; k++) {
      steps[k] ??= room(size);
      steps[k].seen.set(k ? steps[k - 1].seen : gram);
      if (k) steps[k].token.set(steps[k - 1].next);
      else setWeight(steps[k].token, start);
      advance(layer, steps[k], length);
      for (let i = 0; i < size; i++) loss += (share / 2) * (steps[k].next[i] - wanted[i]) ** 2;
    }
    // Backward: what the loss asks of a token, of what was heard, of what was asked, and of the Gram matrix.
    byToken.fill(0);
    byGram.fill(0);
    for (let k = depth - 1; k >= 0; k--) {
      const { seen, token, asked, heard, next } = steps[k];
      for (let i = 0; i < size; i++) byToken[i] += share * (next[i] - wanted[i]);
      addOuter(V, byToken, heard, 1 / length);
      byHeard.fill(0);
      addTransposed(byHeard, layer.V, byToken, 1 / length);
      byAsked.fill(0);
      addProduct(byAsked, seen, byHeard);
      addOuter(W, byAsked, token);
      if (k === 0) break;
      addOuter(byGram, byHeard, asked);
      addTransposed(byToken, layer.W, byAsked);
      addProduct(byToken, byGram, token);
      addTransposed(byToken, byGram, token);
    }
  }
  return { loss, V, W };
};

// First entry of each block of rows and columns, and where the last ends.
/** @type {(dim: number) => number[]} */
export const blockEdges = (dim) => [0, dim, dim + 1, 2 * dim + 1, 2 * dim + 2];

// Values of a block such as V31, row by row.
/** @type {(layer: Layer, name: string) => number[]} */
export const blockOf = (layer, name) => {
  const weights = layer[name[0]];
  const size = Math.sqrt(weights.length);
  const edges = blockEdges(size / 2 - 1);
  const [row, column] = [Number(name[1]), Number(name[2])];
  const values = [];
  for (let i = edges[row - 1]; i < edges[row]; i++) values.push(...weights.subarray(i * size + edges[column - 1], i * size + edges[column]));
  return values;
};

// A layer with these blocks, all others zero.
/** @type {(dim: number, blocks: Record<string, number[]>) => Layer} */
export const layerOf = (dim, blocks) => {
  const edges = blockEdges(dim);
  const size = edges[4];
  const layer = { V: new Float64Array(size * size), W: new Float64Array(size * size) };
  for (const [name, values] of Object.entries(blocks)) {
    const [row, column] = [edges[Number(name[1]) - 1], edges[Number(name[2]) - 1]];
    const width = edges[Number(name[2])] - column;
    for (const [i, value] of values.entries()) layer[name[0]][(row + Math.floor(i / width)) * size + column + (i % width)] = value;
  }
  return layer;
};

// The layer that takes the step w + P S (w' - r w) for the weight w' of the prompt, P diagonal.
/** @type {(P: number[], ratio: number) => Layer} */
export const closedForm = (P, ratio) => {
  const diagonal = (values) => values.flatMap((value, i) => values.map((_, j) => (i === j ? value : 0)));
  return layerOf(P.length, { V31: diagonal(P.map((p) => -p)), W13: diagonal(P.map(() => ratio)), W24: [-1] });
};
