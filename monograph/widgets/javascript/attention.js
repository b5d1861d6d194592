// The layer of ttsbook.models.attention on one unknown, d = 1, run on its own answers as ttsbook.thinking.cot.think does
// with literal=True: whole tokens are appended, and the scaling stays at the number of examples.
// V and W are 4 x 4, row by row; tokens are (x, y, w, flag).

const multiply = (matrix, vector) =>
  [0, 4, 8, 12].map((row) => vector.reduce((total, entry, i) => total + matrix[row + i] * entry, 0));

const addToken = (gram, token) => {
  for (let i = 0; i < 4; i++) for (let j = 0; j < 4; j++) gram[4 * i + j] += token[i] * token[j];
};

// Answers w_0, ..., w_steps to the prompt with examples x and the hidden weight w.
/** @type {(V: number[], W: number[], x: number[], w: number, steps: number) => number[]} */
export const think = (V, W, x, w, steps) => {
  const gram = new Array(16).fill(0); // sum of token tokenᵀ: all that attention without softmax sees
  for (const example of x) addToken(gram, [example, w * example, 0, 0]);
  let token = [0, 0, 0, 1];
  const answers = [0];
  for (let k = 0; k < steps; k++) {
    addToken(gram, token);
    const attended = multiply(V, multiply(gram, multiply(W, token)));
    token = token.map((entry, i) => entry + attended[i] / x.length);
    answers.push(token[2]);
  }
  return answers;
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
