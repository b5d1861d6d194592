// Formulas of ttsbook.data.covariance and ttsbook.theory for skills along the axes: each function here
// bears the name of the Python function it mirrors, takes eigenvalues for matrices, and null for infinity.

const sum = (values) => values.reduce((total, value) => total + value, 0);

/** @type {(dim: number, exponent: number) => number[]} */
export const powerLaw = (dim, exponent) =>
  Array.from({ length: dim }, (_, index) => (index + 1) ** -exponent);

/** @type {(strengths: number[]) => number} */
export const hardness = (strengths) => sum(strengths) / Math.min(...strengths);

const inverse = (length) => (length === null ? 0 : 1 / length);

/** @type {(strengths: number[], promptLength: number | null) => number[]} */
export const gamma = (strengths, promptLength) => {
  const trace = sum(strengths);
  return strengths.map((s) => (1 + inverse(promptLength)) * s + trace * inverse(promptLength));
};

/** @type {(strengths: number[], promptLength: number | null) => number[]} */
export const preconditioner = (strengths, promptLength) =>
  gamma(strengths, promptLength).map((g) => 1 / g);

/** @type {(P: number[], testStrengths: number[], testLength: number | null) => number[]} */
export const directErrorBySkill = (P, testStrengths, testLength) => {
  const trace = sum(testStrengths);
  const inverseM = inverse(testLength);
  return testStrengths.map((s, i) => {
    return (1 - P[i] * s) ** 2 + P[i] ** 2 * inverseM * (s * s + trace * s);
  });
};

/** @type {(P: number[], testStrengths: number[], testLength: number | null) => number} */
export const directError = (P, testStrengths, testLength) =>
  sum(directErrorBySkill(P, testStrengths, testLength));

/** @type {(strengths: number[]) => number[]} */
export const skillCosts = (strengths) => {
  const trace = sum(strengths);
  return strengths.map((s) => 1 + trace / s);
};

/**
 * @param {number[]} strengths
 * @param {number | null} trainLength
 * @param {number | null} testLength
 */
export const directErrorBound = (strengths, trainLength, testLength, { sharp = false } = {}) => {
  const terms = skillCosts(strengths).map((h) => (h * inverse(trainLength)) ** 2 + h * inverse(testLength));
  return sharp ? sum(terms) : strengths.length * Math.max(...terms);
};

const steps0 = (steps) => Array.from({ length: steps + 1 }, (_, k) => k);

/** @type {(strengths: number[], trainLength: number, steps: number) => number[]} */
export const scalingLawBound = (strengths, trainLength, steps) => {
  const h = 1 + hardness(strengths);
  return steps0(steps).map((k) => strengths.length * (1 + trainLength / h) ** (-2 * k));
};

/** @type {(P: number[], testStrengths: number[], steps: number) => number[]} */
export const cotErrorLimit = (P, testStrengths, steps) =>
  steps0(steps).map((k) => sum(testStrengths.map((s, i) => (1 - P[i] * s) ** (2 * k))));

// The root of a function that rises from below zero at `low` to above zero at `high`, both positive.
const root = (rising, low, high) => {
  for (let i = 0; i < 200 && high / low > 1 + 1e-14; i++) {
    const middle = Math.sqrt(low) * Math.sqrt(high);
    if (rising(middle) < 0) low = middle;
    else high = middle;
  }
  return Math.sqrt(low) * Math.sqrt(high);
};

/**
 * @param {number[]} strengths
 * @param {number} relativeError
 * @param {number} steps
 */
export const trainLengthFor = (strengths, relativeError, steps, { bound = false } = {}) => {
  const trace = sum(strengths);
  const costs = strengths.map((s) => 1 + trace / s);
  const factor = relativeError ** (-1 / (2 * steps)) - 1;
  const [least, most] = [Math.min(...costs) * factor, Math.max(...costs) * factor];
  if (bound || most - least <= 1e-12 * most) return most;
  return root((n) => relativeError - sum(costs.map((h) => (1 + n / h) ** (-2 * steps))) / costs.length, least, most);
};

/** @type {(strengths: number[], testStrengths: number[]) => number} */
export const criticalTrainLength = (strengths, testStrengths) => {
  const trace = sum(strengths);
  const largest = Math.max(...strengths.map((l, i) => (testStrengths[i] - 2 * l) / (2 * (l + trace))));
  return largest > 1e-10 ? 1 / largest : Infinity;
};

// For endless test prompts; `steps` is null where the error falls forever.
/** @type {(P: number[], testStrengths: number[]) => { steps: number | null, diverges: boolean }} */
export const bestDepth = (P, testStrengths) => {
  const factors = testStrengths.map((s, i) => Math.abs(1 - P[i] * s));
  if (Math.max(...factors) < 1 + 1e-10) return { steps: null, diverges: false };
  const falls = (k) => sum(factors.map((f) => f ** (2 * k) * (f * f - 1))) < 0; // e_{k+1} < e_k, convex in k
  if (!falls(0)) return { steps: 0, diverges: true };
  let [low, high] = [0, 1];
  while (falls(high)) [low, high] = [high, 2 * high];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (falls(middle)) low = middle;
    else high = middle;
  }
  return { steps: high, diverges: true };
};

// Positive strides only: the error is convex in the inverse of the factor, and infinite if nothing moves.
/** @type {(P: number[], testStrengths: number[], steps: number) => number} */
export const bestScalingLimit = (P, testStrengths, steps) => {
  const strides = P.map((p, i) => p * testStrengths[i]);
  const largest = Math.max(...strides);
  if (largest === 0) return Infinity;
  const error = (inverse) => sum(strides.map((stride) => (1 - stride * inverse) ** (2 * steps)));
  let [low, high] = [0, (1 + strides.length ** (0.5 / steps)) / largest];
  for (let third = 0; third < 100; third++) {
    const [one, two] = [low + (high - low) / 3, high - (high - low) / 3];
    if (error(one) < error(two)) high = two;
    else low = one;
  }
  return 2 / (low + high);
};

/** @type {(P: number[], testStrengths: number[], testLength: number | null) => number[]} */
export const spectralEdges = (P, testStrengths, testLength) => {
  const s = testStrengths.map((strength, i) => P[i] * strength);
  const [least, most] = [Math.min(...s), Math.max(...s)];
  if (testLength === null) return [least, most];
  const slope = (t) => sum(s.map((one) => ((one * t) / (1 - one * t)) ** 2)) / testLength - 1;
  const edge = (t) => 1 / t + sum(s.map((one) => one / (1 - one * t))) / testLength;
  const high = edge(root(slope, 1e-9 / most, (1 - 1e-12) / most));
  if (s.length >= testLength) return [0, high];
  const reach = 2 / (1 - Math.sqrt(s.length / testLength));
  return [edge(root((t) => -slope(t), (1 + 1e-12) / least, reach / least)), high];
};

// Coefficients q (steps + 1) and mean responses phi (steps + 1, d) of the recursion of cotError.
const series = (s, testLength, steps) => {
  const [r, q, phi] = [[0], [1], [s.map(() => 1)]];
  for (let k = 0; k <= steps; k++) {
    if (k > 0) {
      r[k] = sum(s.map((one, i) => one * phi[k - 1][i])) / testLength;
      q[k] = 0;
      for (let j = 1; j <= k; j++) q[k] -= r[j] * q[k - j];
    }
    const next = phi[k].slice();
    for (let l = 0; l <= k; l++) for (let i = 0; i < s.length; i++) next[i] -= s[i] * q[k - l] * phi[l][i];
    phi.push(next);
  }
  return { q, phi };
};

// Mean answers of each step over prompts, each over the right one.
/** @type {(P: number[], testStrengths: number[], testLength: number | null, steps: number) => number[][]} */
export const meanAnswers = (P, testStrengths, testLength, steps) => {
  const s = testStrengths.map((strength, i) => P[i] * strength);
  if (testLength === null) return steps0(steps).map((k) => s.map((one) => 1 - (1 - one) ** k));
  return series(s, testLength, steps).phi.slice(0, steps + 1).map((left) => left.map((one) => 1 - one));
};

// T M T' for a symmetric M and the lower triangular T with entries q[a - b].
const sandwich = (q, M) => {
  const left = (rows) => rows.map((_, a) => rows[0].map((_, b) => {
    let total = 0;
    for (let c = 0; c <= a; c++) total += q[a - c] * rows[c][b];
    return total;
  }));
  const half = left(M);
  return left(half[0].map((_, b) => half.map((row) => row[b])));
};

// Mean error of each step on test prompts of finite length, in the limit of many skills and examples.
// Loops in place of maps: a picture needs dozens of these curves at once.
/** @type {(P: number[], testStrengths: number[], testLength: number | null, steps: number) => number[]} */
export const cotError = (P, testStrengths, testLength, steps) => {
  if (testLength === null) return cotErrorLimit(P, testStrengths, steps);
  const s = testStrengths.map((strength, i) => P[i] * strength);
  const { q, phi } = series(s, testLength, steps);
  const seen = []; // correlations of the residuals of steps k and l
  const errors = [];
  let N = [];
  for (let k = 0; k <= steps; k++) {
    const weighted = N.map((_, b) => s.map((_, i) => {
      let total = 0;
      for (let a = 0; a < k; a++) total += N[a][b] * phi[k - 1 - a][i];
      return total;
    }));
    const spread = s.map(() => 0);
    seen.push([]);
    for (let l = 0; l <= k; l++) {
      let total = 0;
      for (let i = 0; i < s.length; i++) {
        spread[i] = 0;
        for (let b = 0; b < l; b++) spread[i] += phi[l - 1 - b][i] * weighted[b][i];
        spread[i] *= s[i] / testLength;
        total += s[i] * ((phi[k][i] * phi[l][i]) / P[i] + spread[i]);
      }
      seen[k][l] = seen[l][k] = total;
    }
    errors.push(sum(s.map((_, i) => phi[k][i] ** 2 + P[i] * spread[i])));
    N = sandwich(q, seen);
  }
  return errors;
};
