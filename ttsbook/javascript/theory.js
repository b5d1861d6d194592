// Formulas of ttsbook.covariance and ttsbook.theory for skills along the axes: each function here
// bears the name of the Python function it mirrors, takes eigenvalues for matrices, and null for infinity.

const sum = (values) => values.reduce((total, value) => total + value, 0);

export const powerLaw = (dim, exponent) =>
  Array.from({ length: dim }, (_, index) => (index + 1) ** -exponent);

export const hardness = (strengths) => sum(strengths) / Math.min(...strengths);

const inverse = (length) => (length === null ? 0 : 1 / length);

export const gamma = (strengths, promptLength) => {
  const trace = sum(strengths);
  return strengths.map((s) => (1 + inverse(promptLength)) * s + trace * inverse(promptLength));
};

export const preconditioner = (strengths, promptLength) =>
  gamma(strengths, promptLength).map((g) => 1 / g);

export const directErrorBySkill = (P, testStrengths, testLength) => {
  const trace = sum(testStrengths);
  const inverseM = inverse(testLength);
  return testStrengths.map((s, i) => {
    const secondMoment = (1 + inverseM) * s * s + trace * inverseM * s;
    return 1 - 2 * P[i] * s + P[i] ** 2 * secondMoment;
  });
};

export const directError = (P, testStrengths, testLength) =>
  sum(directErrorBySkill(P, testStrengths, testLength));

export const directErrorBound = (strengths, trainLength, testLength) => {
  const h = 1 + hardness(strengths);
  return strengths.length * ((h * inverse(trainLength)) ** 2 + h * inverse(testLength));
};
