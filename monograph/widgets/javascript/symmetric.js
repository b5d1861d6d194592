// Symmetric matrices, row by row.

// Eigenvalues of a symmetric matrix, and eigenvectors in the columns of `vectors`, by Jacobi's rotations.
/** @type {(matrix: number[][]) => { values: number[], vectors: number[][] }} */
export const eigen = (matrix) => {
  const dim = matrix.length;
  const A = matrix.map((row) => Float64Array.from(row));
  const U = matrix.map((_, i) => Float64Array.from({ length: dim }, (_, j) => (i === j ? 1 : 0)));
  const turn = (rows, i, p, q, c, s) => {
    const [x, y] = [rows[i][p], rows[i][q]];
    rows[i][p] = c * x - s * y;
    rows[i][q] = s * x + c * y;
  };
  for (let sweep = 0; sweep < 30; sweep++) {
    let [off, on] = [0, 0];
    for (let p = 0; p < dim; p++) for (let q = 0; q < dim; q++) {
      if (p === q) on += A[p][q] ** 2;
      else off += A[p][q] ** 2;
    }
    if (off <= 1e-32 * on) break;
    for (let p = 0; p < dim; p++) for (let q = p + 1; q < dim; q++) {
      if (A[p][q] === 0) continue;
      const ratio = (A[q][q] - A[p][p]) / (2 * A[p][q]);
      const tangent = (ratio < 0 ? -1 : 1) / (Math.abs(ratio) + Math.hypot(ratio, 1));
      const c = 1 / Math.hypot(tangent, 1);
      const s = tangent * c;
      for (let i = 0; i < dim; i++) turn(A, i, p, q, c, s);
      for (let i = 0; i < dim; i++) {
        const [x, y] = [A[p][i], A[q][i]];
        A[p][i] = c * x - s * y;
        A[q][i] = s * x + c * y;
      }
      for (let i = 0; i < dim; i++) turn(U, i, p, q, c, s);
    }
  }
  return { values: A.map((row, i) => row[i]), vectors: U.map((row) => Array.from(row)) };
};
