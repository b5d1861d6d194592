// Maps of a perceptron and of a norm, over all rows of a batch at once, and what their gradients are. A matrix is a
// typed array, row by row; a linear map has a row of weights for each output, as in PyTorch.

import { BROAD, simdBlock, TALL } from "./simd_block.js";

// into += A B, of so many rows and columns, with so many products in each entry. `down` and `along` are how far apart
// the entries of a column and of a row are, so that a transposed matrix need not be copied by the caller.
/** @typedef {(into: Float64Array, rows: number, columns: number, inner: number, A: Float64Array, aDown: number, aAlong: number, B: Float64Array, bDown: number, bAlong: number) => void} Multiply */

// Twelve sums of products, over three rows of A that begin at a0, a1, a2 and four columns of B: each factor that is
// read serves several of them, and all find room in a processor.
const sums = new Float64Array(12);
const addUp = (A, a0, a1, a2, along, B, b0, b1, b2, b3, down, inner) => {
  let s00 = 0, s01 = 0, s02 = 0, s03 = 0, s10 = 0, s11 = 0, s12 = 0, s13 = 0, s20 = 0, s21 = 0, s22 = 0, s23 = 0;
  for (let k = 0; k < inner; k++) {
    const x = A[a0];
    const y = A[a1];
    const z = A[a2];
    let b = B[b0];
    s00 += x * b; s10 += y * b; s20 += z * b;
    b = B[b1];
    s01 += x * b; s11 += y * b; s21 += z * b;
    b = B[b2];
    s02 += x * b; s12 += y * b; s22 += z * b;
    b = B[b3];
    s03 += x * b; s13 += y * b; s23 += z * b;
    a0 += along; a1 += along; a2 += along;
    b0 += down; b1 += down; b2 += down; b3 += down;
  }
  sums[0] = s00; sums[1] = s01; sums[2] = s02; sums[3] = s03;
  sums[4] = s10; sums[5] = s11; sums[6] = s12; sums[7] = s13;
  sums[8] = s20; sums[9] = s21; sums[10] = s22; sums[11] = s23;
};

// In JavaScript. Rows and columns that a block would have beyond the last are taken for the last, and not kept.
/** @type {Multiply} */
export const multiplyPlainly = (into, rows, columns, inner, A, aDown, aAlong, B, bDown, bAlong) => {
  for (let i = 0; i < rows; i += 3) {
    const high = Math.min(2, rows - 1 - i);
    const a0 = i * aDown;
    const a1 = a0 + Math.min(1, high) * aDown;
    for (let j = 0; j < columns; j += 4) {
      const wide = Math.min(3, columns - 1 - j);
      const b0 = j * bAlong;
      const b1 = b0 + Math.min(1, wide) * bAlong;
      const b2 = b0 + Math.min(2, wide) * bAlong;
      addUp(A, a0, a1, a0 + high * aDown, aAlong, B, b0, b1, b2, b0 + wide * bAlong, bDown, inner);
      for (let row = 0, at = i * columns + j; row <= high; row++, at += columns) {
        for (let column = 0; column <= wide; column++) into[at + column] += sums[4 * row + column];
      }
    }
  }
};

// In WebAssembly: A as it lies, B row by row with no gaps and some columns to spare, and the product after them.
/** @type {(memory: WebAssembly.Memory, block: (...places: number[]) => void) => Multiply} */
const inBlocks = (memory, block) => {
  let room = new Float64Array(memory.buffer);
  return (into, rows, columns, inner, A, aDown, aAlong, B, bDown, bAlong) => {
    const [tall, broad] = [TALL * Math.ceil(rows / TALL), BROAD * Math.ceil(columns / BROAD)];
    const factor = A.length + TALL * aDown; // rows beyond the last are read, and not kept
    const product = factor + inner * broad;
    const missing = 8 * (product + tall * broad) - room.byteLength;
    if (missing > 0) {
      memory.grow(Math.ceil(missing / 2 ** 16));
      room = new Float64Array(memory.buffer);
    }
    room.set(A);
    if (bAlong === 1 && bDown === broad) room.set(B, factor);
    else {
      for (let j = 0; j < columns; j++) {
        const to = factor + j;
        for (let k = 0; k < inner; k++) room[to + k * broad] = B[j * bAlong + k * bDown];
      }
    }
    const [down, aStep, aNext] = [8 * broad, 8 * aDown, 8 * aAlong]; // in bytes
    for (let i = 0; i < rows; i += TALL) {
      for (let j = 0; j < columns; j += BROAD) {
        block(8 * (product + i * broad + j), down, i * aStep, aStep, aNext, 8 * (factor + j), down, inner);
      }
    }
    for (let i = 0, at = 0; i < rows; i++) {
      for (let from = product + i * broad, end = from + columns; from < end; from++) into[at++] += room[from];
    }
  };
};

/** @type {Multiply | null} */
let chosen = null;
/** @type {Multiply} */
export const multiply = (...matrices) => {
  if (!chosen) {
    const found = simdBlock();
    chosen = found ? inBlocks(found.memory, found.block) : multiplyPlainly;
  }
  chosen(...matrices);
};

// The rows of X through a linear map.
/** @type {(into: Float64Array, X: Float64Array, rows: number, weight: Float64Array, bias: Float64Array) => void} */
export const dense = (into, X, rows, weight, bias) => {
  const [inputs, outputs] = [X.length / rows, bias.length];
  for (let at = 0; at < into.length; at += outputs) into.set(bias, at);
  multiply(into, rows, outputs, inputs, X, inputs, 1, weight, 1, inputs);
};

// What a loss asks of the weights and the bias, given what it asks of the outputs; it is added to both.
/** @type {(byWeight: Float64Array, byBias: Float64Array, byOutput: Float64Array, X: Float64Array, rows: number) => void} */
export const askWeights = (byWeight, byBias, byOutput, X, rows) => {
  const [inputs, outputs] = [X.length / rows, byBias.length];
  multiply(byWeight, outputs, inputs, rows, byOutput, 1, outputs, X, inputs, 1);
  for (let i = 0, at = 0; i < rows; i++) for (let j = 0; j < outputs; j++) byBias[j] += byOutput[at++];
};

// What it asks of the inputs.
/** @type {(byInput: Float64Array, byOutput: Float64Array, rows: number, weight: Float64Array) => void} */
export const askInputs = (byInput, byOutput, rows, weight) => {
  const [inputs, outputs] = [byInput.length / rows, byOutput.length / rows];
  multiply(byInput.fill(0), rows, inputs, outputs, byOutput, outputs, 1, weight, inputs, 1);
};

// LayerNorm: `unit` keeps the rows with mean 0 and variance 1, `scale` by what they were multiplied.
/** @type {(into: Float64Array, unit: Float64Array, scale: Float64Array, X: Float64Array, weight: Float64Array, bias: Float64Array) => void} */
export const layerNorm = (into, unit, scale, X, weight, bias) => {
  const width = weight.length;
  for (let row = 0, at = 0; row < scale.length; row++, at += width) {
    let [mean, square] = [0, 0];
    for (let i = at; i < at + width; i++) mean += X[i] / width;
    for (let i = at; i < at + width; i++) square += (X[i] - mean) ** 2 / width;
    const by = 1 / Math.sqrt(square + 1e-5);
    scale[row] = by;
    for (let i = 0; i < width; i++) {
      unit[at + i] = (X[at + i] - mean) * by;
      into[at + i] = unit[at + i] * weight[i] + bias[i];
    }
  }
};

// What a loss asks of its weight, its bias and its input, added to each.
/** @type {(byWeight: Float64Array, byBias: Float64Array, byInput: Float64Array, byOutput: Float64Array, unit: Float64Array, scale: Float64Array, weight: Float64Array) => void} */
export const askNorm = (byWeight, byBias, byInput, byOutput, unit, scale, weight) => {
  const width = weight.length;
  for (let row = 0, at = 0; row < scale.length; row++, at += width) {
    let [mean, along] = [0, 0];
    for (let i = 0; i < width; i++) {
      const asked = byOutput[at + i];
      byWeight[i] += asked * unit[at + i];
      byBias[i] += asked;
      mean += (asked * weight[i]) / width;
      along += (asked * weight[i] * unit[at + i]) / width;
    }
    for (let i = 0; i < width; i++) byInput[at + i] += scale[row] * (byOutput[at + i] * weight[i] - mean - unit[at + i] * along);
  }
};

// GELU as GPT-2 has it, by a tanh, which is kept.
const [BEND, CUBE] = [Math.sqrt(2 / Math.PI), 0.044715];

/** @type {(into: Float64Array, bent: Float64Array, X: Float64Array) => void} */
export const gelu = (into, bent, X) => {
  for (let i = 0; i < X.length; i++) {
    const x = X[i];
    bent[i] = 1 - 2 / (1 + Math.exp(2 * BEND * x * (1 + CUBE * x * x))); // tanh, in half the time
    into[i] = 0.5 * x * (1 + bent[i]);
  }
};

// What a loss asks of the input of a GELU, in place of what it asks of its output.
/** @type {(asked: Float64Array, bent: Float64Array, X: Float64Array) => void} */
export const askGelu = (asked, bent, X) => {
  for (let i = 0; i < X.length; i++) {
    const x = X[i];
    asked[i] *= 0.5 * (1 + bent[i]) + 0.5 * x * (1 - bent[i] * bent[i]) * BEND * (1 + 3 * CUBE * x * x);
  }
};
