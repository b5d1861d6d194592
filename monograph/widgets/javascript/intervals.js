// Intervals of ttsbook.theory.intervals: for several means at once, and for a share.

// Share of a standard normal number above x, for x of at least 1: Laplace's continued fraction.
const normalTail = (x) => {
  let fraction = x;
  for (let level = 200; level > 0; level--) fraction = x + level / fraction;
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI) / fraction;
};

/** @type {(looks: number, confidence?: number) => number} */
export const quantile = (looks, confidence = 0.99) => {
  const share = (1 - confidence) / (2 * looks);
  let [low, high] = [1, 38];
  for (let halving = 0; halving < 60; halving++) {
    const middle = (low + high) / 2;
    if (normalTail(middle) > share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
};

/** @type {(count: number, samples: number, confidence?: number) => [low: number, high: number]} */
export const shareInterval = (count, samples, confidence = 0.99) => {
  const square = quantile(1, confidence) ** 2 / samples;
  const share = count / samples;
  const middle = share + square / 2;
  const half = Math.sqrt(square * (share * (1 - share) + square / 4));
  return [Math.max(0, (middle - half) / (1 + square)), Math.min(1, (middle + half) / (1 + square))];
};
