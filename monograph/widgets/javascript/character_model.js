// The character transformer of monograph.experiments.words, as it writes a trace: one character after the other.

import { blocksOf, linear, normalized, project, through } from "./gpt.js";

/**
 * @import { GPT } from "./gpt.js"
 * @typedef {{ key: Float64Array, value: Float64Array }[][]} Seen
 * @typedef {{ seen: Seen, length: number, logits: Float64Array }} Text
 * @typedef {{ lines: string[], answers: string[], chosen: number }} Thoughts
 */

const CHARACTERS = "0123456789,>=\nGPSMA";
const ROTARY_BASE = 1000;
const LINE = 8;

// Turn the pairs (i, i + size/2) of each head by the angles of a place.
const turned = (vector, heads, place) => {
  const size = vector.length / heads;
  const half = size / 2;
  const result = new Float64Array(vector.length);
  for (let head = 0; head < heads; head++) {
    for (let i = 0; i < half; i++) {
      const angle = place * ROTARY_BASE ** (-i / half);
      const [cos, sin, at] = [Math.cos(angle), Math.sin(angle), head * size + i];
      result[at] = vector[at] * cos - vector[at + half] * sin;
      result[at + half] = vector[at] * sin + vector[at + half] * cos;
    }
  }
  return result;
};

// A text with one more character, and what the model expects next.
/** @type {(gpt: GPT, window: number, text: Text, character: string) => Text} */
export const appended = (gpt, window, { seen, length }, character) => {
  const { width, heads } = gpt.config;
  const code = CHARACTERS.indexOf(character);
  /** @type {Float64Array} */
  let h = gpt.tensors["read.weight"].slice(code * width, (code + 1) * width);
  const kept = blocksOf(gpt.config).map((block, layer) => {
    const { query, key, value } = project(gpt, block, h);
    const within = [...seen[layer], { key: turned(key, heads, length), value }].slice(-window);
    h = through(gpt, block, h, turned(query, heads, length), within).h;
    return within;
  });
  return { seen: kept, length: length + 1, logits: linear(gpt.tensors, "say", normalized(gpt.tensors, "last_norm", h)) };
};

/** @type {(gpt: GPT, window: number, text: string) => Text} */
export const readText = (gpt, window, text) => {
  /** @type {Text} */
  let read = { seen: blocksOf(gpt.config).map(() => []), length: 0, logits: new Float64Array() };
  for (const character of text) read = appended(gpt, window, read, character);
  return read;
};

/** @type {(text: Text) => string} */
const likeliest = ({ logits }) => CHARACTERS[logits.indexOf(Math.max(...logits))];

// So many of the likeliest characters, after one that is forced.
const forcedOn = (gpt, window, text, first, count) => {
  let now = appended(gpt, window, text, first);
  let said = "";
  for (let i = 0; i < count; i++) {
    said += likeliest(now);
    now = appended(gpt, window, now, said[i]);
  }
  return { said, now };
};

/** @type {(number: number) => string} */
export const threeDigits = (number) => String(number).padStart(3, "0");

// Lines that are forced, the answer demanded before the first and after each, and after how many lines the model would
// have stopped by itself: one more than were forced, if never.
/** @type {(gpt: GPT, window: number, pair: number[], budget: number) => Thoughts} */
export const thinkInWords = (gpt, window, pair, budget) => {
  let text = readText(gpt, window, `G${pair.map(threeDigits).join()}`);
  const answer = () => forcedOn(gpt, window, text, "=", 3).said;
  /** @type {Thoughts} */
  const thoughts = { lines: [], answers: [answer()], chosen: budget + 1 };
  for (let k = 1; k <= budget; k++) {
    const { said, now } = forcedOn(gpt, window, text, ">", LINE - 1);
    text = now;
    thoughts.lines.push(said);
    thoughts.answers.push(answer());
    if (thoughts.chosen > budget && likeliest(text) === "=") thoughts.chosen = k;
  }
  return thoughts;
};
