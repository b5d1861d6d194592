// Formulas of ttsbook for features with tails: fourth moments K and what is learned from them, along the skills.

// For features whose coordinates have this kurtosis, and whose examples have this stretch.
/** @type {(strengths: number[], kurtosis: number, stretch: number) => number[]} */
export const fourthMoments = (strengths, kurtosis, stretch) => {
  const trace = strengths.reduce((total, s) => total + s, 0);
  return strengths.map((s) => stretch * s * (2 * s + trace + (kurtosis - 3) * s));
};

// The preconditioner Λ B⁻¹.
/** @type {(strengths: number[], promptLength: number, K: number[]) => number[]} */
export const tailsPreconditioner = (strengths, promptLength, K) =>
  strengths.map((s, i) => 1 / (s + (K[i] / s - s) / promptLength));

// Training length beyond which chains diverge on endless prompts; infinite if none lets them.
/** @type {(strengths: number[], testStrengths: number[], K: number[]) => number} */
export const tailsCriticalLength = (strengths, testStrengths, K) => {
  const largest = Math.max(...strengths.map((s, i) => (testStrengths[i] - 2 * s) / (2 * (K[i] / s - s))));
  return largest > 1e-10 ? 1 / largest : Infinity;
};
