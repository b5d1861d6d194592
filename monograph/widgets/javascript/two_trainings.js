import { bestDepth, cotError, meanAnswers, powerLaw, preconditioner } from "./theory.js";

const [DIM, TAIL, EVEN_LENGTH] = [20, 0.8, 10];

export const STEPS = 30;

const even = Array(DIM).fill(1);
const tail = () => {
  const raw = powerLaw(DIM, TAIL);
  const total = raw.reduce((sum, value) => sum + value, 0);
  return raw.map((value) => (value * DIM) / total);
};

// The step with the least error, null if it is the last one that is looked at.
const lowest = (errors) => {
  const step = errors.indexOf(Math.min(...errors.filter(Number.isFinite)));
  return step < STEPS ? step : null;
};

// Errors over d by steps after both trainings, and for the long tail the best depth, null where there is none
// within STEPS or at all, and, over the right ones, the mean answers after k steps.
export const compute = (model) => {
  const [n, m, k] = ["train_length", "test_length", "steps"].map((name) => model.get(name));
  const P = preconditioner(tail(), n);
  const errors = (solver) => cotError(solver, even, m, STEPS).map((error) => error / DIM);
  const skewed = errors(P);
  return {
    n, m, k, depth: m === null ? bestDepth(P, even).steps : lowest(skewed),
    covered: errors(preconditioner(even, EVEN_LENGTH)), skewed,
    answers: meanAnswers(P, even, m, STEPS)[k],
  };
};
