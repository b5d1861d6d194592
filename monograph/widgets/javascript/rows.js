// Formulas of ttsbook.data.rows and ttsbook.theory for any matrices, which are lists of rows: each function here bears
// the name of the Python function it mirrors. Complex numbers are pairs of a real and an imaginary part.

/** @typedef {number[][]} Matrix */
/** @typedef {[re: number, im: number]} Complex */
/** @typedef {{ cov: Matrix, fourthMoments: Matrix, stretch: number }} Moments */

const total = (values) => values.reduce((sum, value) => sum + value, 0);
const identity = (dim) => Array.from({ length: dim }, (_, i) => Array.from({ length: dim }, (_, j) => Number(i === j)));
const trace = (A) => total(A.map((row, i) => row[i]));

/** @type {(A: Matrix, B: Matrix) => Matrix} */
const product = (A, B) => A.map((row) => B[0].map((_, j) => total(row.map((value, k) => value * B[k][j]))));

// A⁻¹ B, by elimination with pivots.
/** @type {(A: Matrix, B: Matrix) => Matrix} */
const solve = (A, B) => {
  const rows = A.map((row, i) => [...row, ...B[i]]);
  rows.forEach((_, i) => {
    const pivot = rows.reduce((best, row, k) => (k >= i && Math.abs(row[i]) > Math.abs(rows[best][i]) ? k : best), i);
    [rows[i], rows[pivot]] = [rows[pivot], rows[i]];
    for (let k = 0; k < rows.length; k++) {
      const factor = rows[k][i] / rows[i][i];
      if (k !== i && factor) for (let j = i; j < rows[k].length; j++) rows[k][j] -= factor * rows[i][j];
    }
  });
  return rows.map((row, i) => row.slice(A.length).map((value) => value / row[i]));
};

/** @type {(a: Complex, b: Complex) => Complex} */
const times = ([a, b], [c, d]) => [a * c - b * d, a * d + b * c];
/** @type {(a: Complex) => Complex} */
const conjugate = ([a, b]) => [a, -b];
/** @type {(a: Complex, b: Complex) => Complex} */
const plus = ([a, b], [c, d]) => [a + c, b + d];
/** @type {(a: Complex) => Complex} */
const squareRoot = ([a, b]) => {
  const size = Math.hypot(a, b);
  return [Math.sqrt(Math.max(0, (size + a) / 2)), Math.sign(b || 1) * Math.sqrt(Math.max(0, (size - a) / 2))];
};

// A matrix similar to A that is zero below its first subdiagonal, by elimination.
const hessenberg = (A) => {
  const H = A.map((row) => row.slice());
  for (let m = 1; m < H.length - 1; m++) {
    let pivot = m;
    for (let i = m; i < H.length; i++) if (Math.abs(H[i][m - 1]) > Math.abs(H[pivot][m - 1])) pivot = i;
    [H[m], H[pivot]] = [H[pivot], H[m]];
    for (const row of H) [row[m], row[pivot]] = [row[pivot], row[m]];
    if (H[m][m - 1] === 0) continue;
    for (let i = m + 1; i < H.length; i++) {
      const factor = H[i][m - 1] / H[m][m - 1];
      for (let j = 0; j < H.length; j++) H[i][j] -= factor * H[m][j];
      for (const row of H) row[m] += factor * row[i];
    }
  }
  return H;
};

// The eigenvalue of the last 2 × 2 block that is nearer to the last entry.
/** @type {(H: Complex[][], last: number) => Complex} */
const shiftOf = (H, last) => {
  const [a, b, c, d] = [H[last - 1][last - 1], H[last - 1][last], H[last][last - 1], H[last][last]];
  const half = /** @type {Complex} */ ([(a[0] - d[0]) / 2, (a[1] - d[1]) / 2]);
  const root = squareRoot(plus(times(half, half), times(b, c)));
  const near = half[0] * root[0] + half[1] * root[1] > 0 ? -1 : 1;
  return [d[0] + half[0] + near * root[0], d[1] + half[1] + near * root[1]];
};

// One step of the QR iteration on the rows and columns up to `last`, by rotations.
/** @type {(H: Complex[][], last: number, shift: Complex) => void} */
const rotate = (H, last, shift) => {
  const add = (sign) => {
    for (let i = 0; i <= last; i++) H[i][i] = [H[i][i][0] + sign * shift[0], H[i][i][1] + sign * shift[1]];
  };
  add(-1);
  const turns = [];
  for (let k = 0; k < last; k++) {
    const size = Math.hypot(...H[k][k], ...H[k + 1][k]) || 1;
    const c = /** @type {Complex} */ (H[k][k].map((value) => value / size));
    const s = /** @type {Complex} */ (H[k + 1][k].map((value) => value / size));
    if (c[0] === 0 && c[1] === 0 && s[0] === 0 && s[1] === 0) c[0] = 1;
    turns.push([c, s]);
    for (let j = k; j <= last; j++) {
      const [one, two] = [H[k][j], H[k + 1][j]];
      H[k][j] = plus(times(conjugate(c), one), times(conjugate(s), two));
      H[k + 1][j] = plus(times([-s[0], -s[1]], one), times(c, two));
    }
  }
  turns.forEach(([c, s], k) => {
    for (let i = 0; i <= Math.min(k + 2, last); i++) {
      const [one, two] = [H[i][k], H[i][k + 1]];
      H[i][k] = plus(times(c, one), times(s, two));
      H[i][k + 1] = plus(times([-s[0], s[1]], one), times(conjugate(c), two));
    }
  });
  add(1);
};

/** @type {(A: Matrix) => Complex[]} */
export const eigvals = (A) => {
  const H = hessenberg(A).map((row) => row.map((value) => /** @type {Complex} */ ([value, 0])));
  const found = [];
  for (let last = H.length - 1, rounds = 0; last >= 0; rounds++) {
    const scale = last ? Math.hypot(...H[last][last]) + Math.hypot(...H[last - 1][last - 1]) : 1;
    if (!last || Math.hypot(...H[last][last - 1]) <= 1e-15 * scale || rounds > 500) {
      found.push(H[last][last]);
      [last, rounds] = [last - 1, 0];
    } else rotate(H, last, rounds % 11 === 10 ? H[last][last - 1] : shiftOf(H, last));
  }
  const near = 1e-9 * Math.max(...found.map(([re, im]) => Math.hypot(re, im))); // conjugates, but for rounding
  return found.sort((a, b) => (Math.abs(a[0] - b[0]) > near ? a[0] - b[0] : a[1] - b[1]));
};

/** @type {(rows: Matrix) => Moments} */
export const poolMoments = (rows) => {
  const dim = rows[0].length;
  const mean = (weights) => identity(dim).map((_, i) => identity(dim).map((_, j) =>
    total(rows.map((row, r) => weights[r] * row[i] * row[j])) / rows.length));
  const cov = mean(rows.map(() => 1));
  const fourthMoments = mean(rows.map((row) => total(row.map((value) => value ** 2))));
  const square = total(cov.flat().map((value) => value ** 2));
  return { cov, fourthMoments, stretch: trace(fourthMoments) / (2 * square + trace(cov) ** 2) };
};

// What a layer learns from prompts of n rows, Λ B⁻¹.
/** @type {(cov: Matrix, fourthMoments: Matrix, n: number) => Matrix} */
export const rowsPreconditioner = (cov, fourthMoments, n) => {
  const square = product(cov, cov);
  const B = square.map((row, i) => row.map((value, j) => (1 - 1 / n) * value + fourthMoments[i][j] / n));
  const inverse = solve(B, cov); // B⁻¹ Λ, whose transpose it is
  return inverse[0].map((_, i) => inverse.map((row) => row[i]));
};

// Strides on endless prompts, or on a prompt with this matrix in the place of Σ.
/** @type {(P: Matrix, testCov: Matrix) => Complex[]} */
export const rowsStrides = (P, testCov) => eigvals(product(P, testCov));

// How far the farthest stride is from 1: above 1 the chain diverges.
/** @type {(strides: Complex[]) => number} */
export const radius = (strides) => Math.max(...strides.map(([re, im]) => Math.hypot(1 - re, im)));
