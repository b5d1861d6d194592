// The layer of ttsbook.models.attention on one unknown, d = 1, run on its own answers as ttsbook.thinking.cot.think does
// with literal=True. V and W are 4 x 4, row by row; tokens are (x, y, w, flag).

import { gramMatrix, thoughts } from "./layer.js";

// Answers w_0, ..., w_steps to the prompt with examples x and the hidden weight w.
/** @type {(V: number[], W: number[], x: number[], w: number, steps: number) => number[]} */
export const think = (V, W, x, w, steps) => {
  const layer = { V: Float64Array.from(V), W: Float64Array.from(W) };
  const square = x.reduce((sum, example) => sum + example * example, 0);
  return thoughts(layer, gramMatrix([square], [w]), x.length, [0], steps).map(([answer]) => answer);
};

// Mean squared error of each step over prompts; infinite once a chain has left the numbers.
/** @type {(V: number[], W: number[], xs: number[][], ws: number[], steps: number) => number[]} */
export const meanError = (V, W, xs, ws, steps) => {
  const errors = new Array(steps + 1).fill(0);
  xs.forEach((x, prompt) => {
    think(V, W, x, ws[prompt], steps).forEach((answer, k) => {
      errors[k] += (answer - ws[prompt]) ** 2 / xs.length;
    });
  });
  return errors.map((error) => (Number.isFinite(error) ? error : Infinity));
};
