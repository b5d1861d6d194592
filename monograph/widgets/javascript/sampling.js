// What a linear layer sees of Gaussian prompts, drawn without their examples, and chains that think about them.

/** @import { Random } from "./random.js" */

const ENDLESS = 1e12; // examples that stand for endless ones, as in monograph.widgets.layers

// The empirical covariance S_m = B B' of a prompt: B is Bartlett's factor of a Wishart matrix, lower triangular and
// of min(d, m) columns, with its rows scaled.
export class WishartPrompt {
  /**
   * @param {number[]} strengths of the test, by skill
   * @param {number | null} length null for endless prompts
   */
  constructor(strengths, length) {
    this.length = length ?? ENDLESS;
    this.dim = strengths.length;
    this.columns = Math.min(this.dim, this.length);
    this.scales = strengths.map((strength) => Math.sqrt(strength / this.length));
    this.factor = new Float64Array(this.dim * this.columns);
    this.seen = new Float64Array(this.columns);
  }

  // Normal numbers first: so their places in the stream do not depend on the length.
  /** @type {(random: Random) => void} */
  draw(random) {
    const { dim, columns, factor, scales } = this;
    for (let i = 1; i < dim; i++) {
      for (let j = 0; j < Math.min(i, columns); j++) factor[i * columns + j] = scales[i] * random.normal();
    }
    for (let i = 0; i < columns; i++) {
      factor[i * columns + i] = scales[i] * Math.sqrt(random.chiSquare(this.length - i));
    }
  }

  // S_m times a vector.
  /** @type {(vector: Float64Array, product: Float64Array) => void} */
  times(vector, product) {
    const { dim, columns, factor, seen } = this;
    seen.fill(0);
    for (let i = 0; i < dim; i++) {
      const last = Math.min(i, columns - 1);
      for (let j = 0; j <= last; j++) seen[j] += factor[i * columns + j] * vector[i];
    }
    for (let i = 0; i < dim; i++) {
      const last = Math.min(i, columns - 1);
      let total = 0;
      for (let j = 0; j <= last; j++) total += factor[i * columns + j] * seen[j];
      product[i] = total;
    }
  }

  // S_m, row by row.
  covariance() {
    const { dim, columns, factor } = this;
    return Array.from({ length: dim }, (_, i) => Array.from({ length: dim }, (_, j) => {
      let total = 0;
      for (let c = 0; c < columns; c++) total += factor[i * columns + c] * factor[j * columns + c];
      return total;
    }));
  }
}

// Whether the chain of the preconditioner with these roots diverges: its longest stride, the largest eigenvalue of
// M = P^½ S P^½, is above 2, that is, 2 - M has no Cholesky factor. `S(i, j)` is asked for j ≤ i.
/** @type {(roots: number[] | Float64Array, S: (i: number, j: number) => number, work: Float64Array) => boolean} */
export const leaves = (roots, S, work) => {
  const dim = roots.length;
  for (let i = 0; i < dim; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = (i === j ? 2 : 0) - roots[i] * S(i, j) * roots[j];
      for (let c = 0; c < j; c++) rest -= work[i * dim + c] * work[j * dim + c];
      if (i > j) work[i * dim + j] = rest / work[j * dim + j];
      else if (rest > 0) work[i * dim + i] = Math.sqrt(rest);
      else return true;
    }
  }
  return false;
};

// Chains of a layer with a diagonal preconditioner, each on a prompt and with a weight of its own. `think` writes the
// squared gap after each step into `errors`, over d; with `bySkill` that of the last step along each skill, behind
// their mean.
export class Chains {
  /** @param {{ P: number[], test: number[], m: number | null, steps: number, bySkill?: boolean }} layer */
  constructor({ P, test, m, steps, bySkill = false }) {
    this.P = P;
    this.roots = P.map(Math.sqrt);
    this.steps = steps;
    this.bySkill = bySkill;
    this.prompt = new WishartPrompt(test, m);
    this.gap = new Float64Array(P.length);
    this.product = new Float64Array(P.length);
    this.work = new Float64Array(P.length ** 2);
    this.errors = new Float64Array(bySkill ? 1 + P.length : 1 + steps);
  }

  /** @type {(random: Random) => void} */
  think(random) {
    const { P, gap, product, errors, prompt, steps, bySkill } = this;
    const dim = P.length;
    prompt.draw(random);
    for (let i = 0; i < dim; i++) gap[i] = -random.normal(); // from w_0 = 0 to w
    for (let k = 0; k <= steps; k++) {
      if (k > 0) {
        prompt.times(gap, product);
        for (let i = 0; i < dim; i++) gap[i] -= P[i] * product[i];
      }
      let total = 0;
      for (let i = 0; i < dim; i++) total += gap[i] * gap[i];
      errors[bySkill ? 0 : k] = total / dim;
    }
    if (bySkill) for (let i = 0; i < dim; i++) errors[1 + i] = gap[i] * gap[i];
  }

  // Whether the chain of the last prompt leaves all bounds, if it goes on.
  leaves() {
    const { factor, columns } = this.prompt;
    return leaves(this.roots, (i, j) => {
      let total = 0;
      for (let c = 0; c <= Math.min(j, columns - 1); c++) total += factor[i * columns + c] * factor[j * columns + c];
      return total;
    }, this.work);
  }
}

// Means of several numbers, with intervals that hold at once, as monograph.widgets.simulation has them.
export class Means {
  /** @param {number} looks */
  constructor(looks) {
    this.samples = 0;
    this.mean = new Float64Array(looks);
    this.spread = new Float64Array(looks);
  }

  /** @type {(values: Float64Array) => void} */
  add(values) {
    this.samples += 1;
    for (let look = 0; look < values.length; look++) {
      const gap = values[look] - this.mean[look];
      this.mean[look] += gap / this.samples;
      this.spread[look] += gap * (values[look] - this.mean[look]);
    }
  }

  // Points with the ends of their intervals, for `quantile` standard errors to each side.
  /** @type {(quantile: number) => { points: number[], low: number[], high: number[] }} */
  intervals(quantile) {
    const half = Array.from(this.spread, (spread) => quantile * Math.sqrt(spread / Math.max(1, this.samples - 1) / this.samples));
    const points = Array.from(this.mean, (mean) => (Number.isNaN(mean) ? Infinity : mean));
    const end = (sign, unknown) => points.map((mean, look) => (Number.isFinite(half[look]) ? Math.max(0, mean + sign * half[look]) : unknown));
    return { points, low: end(-1, 0), high: end(1, Infinity) };
  }
}
