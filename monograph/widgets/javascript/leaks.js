// Through which blocks a chain departs from the recursion on the weight: the sets of ttsbook.thinking.cot.LEAKS.

import { blockOf, layerOf, thoughts } from "./layer.js";

/** @import { Layer } from "./layer.js" */

const WORKING = ["V31", "W13", "W24"];
const READS = ["V13", "V14", "V33", "V34", "V43", "V44"];
const READS_TO_Y = ["V23", "V24"];
const WRITES_Y = ["V21", "V22"];
const ATTENDS = ["W33", "W34", "W43", "W44"];
const USES_Y = ["W12", "W22"];
const together = (...choices) => choices.reduce((sets, names) => sets.flatMap((set) => names.map((name) => [...set, name])), [[]]);

export const LEAKS = [
  ...["V11", "V12", "V32", "V41", "V42", "W14", "W23"].map((name) => [name]),
  ...together(READS, ATTENDS),
  ...together(WRITES_Y, [...READS, ...USES_Y]),
  ...together(READS_TO_Y, ATTENDS, USES_Y),
];

// A layer of which only these blocks are left.
/** @type {(layer: Layer, names: string[]) => Layer} */
export const only = (layer, names) =>
  layerOf(Math.sqrt(layer.V.length) / 2 - 1, Object.fromEntries(names.map((name) => [name, blockOf(layer, name)])));

// The set of blocks that alone, beside the three that work, moves the answers after so many steps most, and how far:
// the mean squared distance from the answers of the three. What has left all bounds counts as infinite.
/** @type {(layer: Layer, prompts: { gram: Float64Array, length: number, dim: number }[], steps: number) => { names: string[], moved: number }} */
export const largestLeak = (layer, prompts, steps) => {
  const ends = (names) => prompts.map(({ gram, length, dim }) => thoughts(only(layer, names), gram, length, new Float64Array(dim), steps)[steps]);
  const without = ends(WORKING);
  const distance = (names) => {
    const gaps = ends([...WORKING, ...names]).map((end, i) => end.reduce((sum, one, j) => sum + (one - without[i][j]) ** 2, 0));
    const total = gaps.reduce((sum, gap) => sum + gap, 0);
    return Number.isFinite(total) ? total / prompts.length : Infinity;
  };
  return LEAKS.map((names) => ({ names, moved: distance(names) })).reduce((most, one) => (one.moved > most.moved ? one : most));
};

/** @type {(layer: Layer) => Layer} */
export const withoutLeaks = (layer) => only(layer, WORKING);
