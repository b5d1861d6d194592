// What most widgets draw in the page: fresh prompts, and the errors of a layer that thinks about them.

import { quantile } from "./intervals.js";
import { powerOfTen } from "./numbers.js";
import { Chains, Means } from "./sampling.js";

/** @import { Draws } from "./simulate.js" */

export const PROMPTS = 20000;

// With three digits, so that the ends of an interval differ.
/** @type {(value: number) => string} */
export const precise = (value) => {
  if (!Number.isFinite(value)) return "∞";
  if (value > 0 && value < 1e-12) return `below ${powerOfTen(-12)}`;
  if (value >= 999.5 && value < 99999.5) return value.toFixed(0);
  if (value === 0 || (value >= 1e-3 && value < 999.5)) return value.toPrecision(3);
  const [digits, exponent] = value.toExponential(2).split("e");
  return `${digits}·${powerOfTen(Number(exponent))}`;
};

/** @type {(m: number | null) => string} */
export const promptsOf = (m) => {
  if (m === null) return "prompts of 10¹² examples, for m = ∞";
  return `prompts of ${m} example${m === 1 ? "" : "s"}`;
};

/** @type {(count: number) => string} */
export const chainsOf = (count) => `${count.toLocaleString("en-US")} chain${count === 1 ? " leaves" : "s leave"} all bounds.`;

// Errors over d after each step, or with `bySkill` those of the last step: their mean, and along each skill. `place`
// is the one that is put in words, `name` what it is called, and `expected` what the curve has there.
/**
 * @param {{
 *   P: number[], test: number[], m: number | null, steps: number, bySkill?: boolean,
 *   place: number, name: string, expected: number,
 * }} layer
 * @returns {Draws}
 */
export const layerDraws = ({ place, name, expected, ...layer }) => {
  const chains = new Chains(layer);
  const looks = chains.errors.length;
  const [means, width] = [new Means(looks), quantile(looks)];
  let gone = 0;
  return {
    total: PROMPTS,
    draw: (random) => {
      chains.think(random);
      means.add(chains.errors);
      if (chains.leaves()) gone++;
    },
    found: () => {
      const { points, low, high } = means.intervals(width);
      const end = layer.steps > 1 ? ` ${chainsOf(gone)}` : "";
      return {
        points, low, high, gone, prompts: promptsOf(layer.m),
        words: `${name}: ${precise(points[place])}, 99 % interval ${precise(low[place])} to ${precise(high[place])}; ` +
          `the curve says ${precise(expected)}.${end}`,
      };
    },
  };
};
