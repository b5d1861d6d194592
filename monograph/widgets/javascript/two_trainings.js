import { bestDepth, cotErrorLimit, powerLaw, preconditioner } from "./theory.js";

const [DIM, TAIL, EVEN_LENGTH] = [20, 0.8, 10];

export const STEPS = 30;

const even = Array(DIM).fill(1);
const tail = () => {
  const raw = powerLaw(DIM, TAIL);
  const total = raw.reduce((sum, value) => sum + value, 0);
  return raw.map((value) => (value * DIM) / total);
};

// Errors over d by steps after both trainings, and for the long tail the best depth and, over the right ones,
// the mean answers after k steps.
export const compute = (model) => {
  const [n, k] = [model.get("train_length"), model.get("steps")];
  const P = preconditioner(tail(), n);
  const errors = (solver) => cotErrorLimit(solver, even, STEPS).map((error) => error / DIM);
  return {
    n, k, depth: bestDepth(P, even).steps,
    covered: errors(preconditioner(even, EVEN_LENGTH)), skewed: errors(P),
    answers: P.map((p) => 1 - (1 - p) ** k), // the mean of each answer over the right one
  };
};
