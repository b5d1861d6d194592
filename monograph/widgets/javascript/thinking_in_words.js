import { thinkInWords, threeDigits } from "./character_model.js";
import { unpacked } from "./gpt.js";
import { choice, element, follow, range, slider } from "./controls.js";
import { drawing, node } from "./chart.js";

/** @import { Thoughts } from "./character_model.js" */

const ROW = 20;
const WIDE = 520; // from here on the trace stands in two columns
const BUDGET = 26;
const TABS = {
  base: "no more training",
  aligned: "Euclid's traces",
  waiting: "traces, some of which wait",
  hard: "long traces alone",
  misaligned: "polynomials",
};

// What a subtraction makes of a line; where both numbers are equal, there is nothing left but to wait.
const next = ([a, b]) => (a > b ? [a - b, b] : a < b ? [a, b - a] : [a, b]);

// How many lines a pair needs, and its greatest common divisor.
const solved = (pair) => {
  let [now, need] = [pair, 0];
  for (; now[0] !== now[1]; need++) now = next(now);
  return { need, divisor: now[0] };
};

const numbers = (line) => (/^\d{3},\d{3}$/.test(line) ? line.split(",").map(Number) : null);
const lineOf = (pair) => pair.map(threeDigits).join();
const visible = (text) => text.replaceAll("\n", "⏎");

/** @type {(model: import("./toolbar.js").Model, remembered: Map<string, any>) => { pair: number[], thoughts: Thoughts | null }} */
const thoughtsOf = (model, remembered) => {
  const [trained, problem] = ["trained", "problem"].map((name) => model.get(name));
  if (problem > 0) {
    const [lines, answers, chosen] = model.get("stored")[trained][problem - 1];
    return { pair: model.get("problems")[problem - 1], thoughts: { lines: lines.split("|"), answers: answers.split("|"), chosen } };
  }
  const pair = [model.get("first"), model.get("second")];
  const text = model.get(`weights_${trained}`);
  if (!text) return { pair, thoughts: null };
  const know = (key, find) => {
    if (!remembered.has(key)) remembered.set(key, find());
    return remembered.get(key);
  };
  const { sizes, window, ...config } = model.get("shape");
  const gpt = know(trained, () => ({ config, tensors: unpacked(text, sizes) }));
  return { pair, thoughts: know(`${trained} ${pair}`, () => thinkInWords(gpt, window, pair, BUDGET)) };
};

const compute = (model, remembered) => {
  const { pair, thoughts } = thoughtsOf(model, remembered);
  const { need, divisor } = solved(pair);
  const k = model.get("lines");
  const told = { pair, need, divisor, k, trained: model.get("trained"), rows: [], chosen: BUDGET + 1 };
  if (!thoughts) return told;
  const lines = [lineOf(pair), ...thoughts.lines].slice(0, k + 1);
  const rows = lines.map((line, i) => {
    const before = i > 0 ? numbers(lines[i - 1]) : null;
    return {
      line: `${i > 0 ? ">" : "G"}${visible(line)}`,
      follows: i === 0 || (before !== null && lineOf(next(before)) === line),
      answer: visible(thoughts.answers[i]),
      right: thoughts.answers[i] === threeDigits(divisor),
    };
  });
  return { ...told, rows, chosen: thoughts.chosen };
};

const linesInWords = (k) => `${k} line${k === 1 ? "" : "s"}`;

const sentence = ({ pair, need, divisor, k, trained, rows, chosen }) => {
  const problem = `The greatest common divisor of ${pair[0]} and ${pair[1]} is ${divisor}, which takes ${linesInWords(need)}.`;
  if (rows.length === 0) return `${problem} The weights of “${trained}” are not on this page: choose “aligned” or “waiting”, or one of the problems.`;
  const { answer, right } = rows[k];
  const wrong = rows.findIndex(({ follows }) => !follows);
  const slip = wrong < 0 ? "Every line follows from the one before." : `Line ${wrong} is the first that does not follow from the one before.`;
  const stop = chosen <= k ? ` By itself it would have stopped after ${linesInWords(chosen)}.` : "";
  return `${problem} After ${linesInWords(k)} the model “${trained}” answers ${answer}: ${right ? "right" : "wrong"}. ${slip}${stop}`;
};

const picture = (width, state, words) => {
  const most = Math.ceil((BUDGET + 1) / (width >= WIDE ? 2 : 1));
  const used = Math.max(state.rows.length, state.need + 2); // as many lines as there are, and as the problem needs
  const deep = Math.min(most, used);
  const columns = Math.ceil(used / deep);
  const half = width >= WIDE ? width / 2 : 0;
  const svg = drawing(width, 34 + deep * ROW, words);
  const add = (x, y, text, name = "", anchor = "start") => svg.append(node("text", { x, y, class: `tts-trace ${name}`, "text-anchor": anchor }, text));
  for (let column = 0; column < columns; column++) {
    const left = column * half;
    add(left + 42, 14, "trace", "tts-title");
    add(left + 146, 14, "answer", "tts-title");
  }
  state.rows.forEach(({ line, follows, answer, right }, i) => {
    const left = Math.floor(i / deep) * half;
    const y = 34 + (i % deep) * ROW;
    if (i === state.k) svg.append(node("rect", { x: left + 2, y: y - 15, width: 236, height: ROW, class: "tts-chosen" }));
    add(left + 26, y, String(i), "", "end");
    add(left + 34, y, `${follows ? " " : "!"}${line}`, follows ? "" : "tts-slip");
    add(left + 138, y, ` =${answer} ${right ? "✓" : "✗"}`, right ? "tts-right" : "");
  });
  const left = Math.floor(state.need / deep) * half;
  const y = 40 + (state.need % deep) * ROW;
  svg.append(node("line", { x1: left + 10, x2: left + 240, y1: y, y2: y, class: "tts-now" }));
  return svg;
};

const tabs = (model) => {
  const buttons = Object.entries(TABS).map(([name, trained]) => {
    const button = element("button", { type: "button", title: `trained on: ${trained}` }, name);
    button.addEventListener("click", () => {
      model.set("trained", name);
      model.save_changes();
    });
    return { name, button };
  });
  const show = () => {
    for (const { name, button } of buttons) button.setAttribute("aria-pressed", String(name === model.get("trained")));
  };
  model.on("change:trained", show);
  show();
  return element("div", { class: "tts-buttons tts-tabs", role: "group", "aria-label": "the model" }, ...buttons.map(({ button }) => button));
};

// Two numbers of the reader's own take the place of the problem. What is no such number is refused, and said.
const own = (model) => {
  const refusal = element("p", { role: "alert" });
  const fields = ["first", "second"].map((trait) => {
    const input = element("input", { type: "number", min: 1, max: 999, step: 1, "data-lm-suppress-shortcuts": "true", "aria-label": `${trait} number` });
    const show = () => { if (document.activeElement !== input) input.value = model.get(trait); };
    input.addEventListener("change", () => {
      const right = input.checkValidity() && input.value !== "";
      refusal.textContent = right ? "" : `The ${trait} number must be a whole number from 1 to 999, got ${input.value || "none"}; ${model.get(trait)} stays.`;
      if (right) {
        model.set(trait, input.valueAsNumber);
        model.set("problem", 0);
        model.save_changes();
      }
      input.value = model.get(trait);
    });
    model.on(`change:${trait}`, show);
    show();
    return input;
  });
  return element("div", { class: "tts-simulate tts-own" }, element("div", { class: "tts-buttons" }, element("span", {}, "your own pair"), ...fields), refusal);
};

// One line more, as long as there is one.
const oneMore = (model) => {
  const button = element("button", { type: "button" });
  button.addEventListener("click", () => {
    model.set("lines", (model.get("lines") + 1) % (BUDGET + 1));
    model.save_changes();
  });
  const show = () => { button.textContent = model.get("lines") < BUDGET ? "One more line" : "From the start"; };
  model.on("change:lines", show);
  show();
  return element("div", { class: "tts-buttons tts-think" }, button);
};

const render = ({ model, el }) => {
  const remembered = new Map();
  const problems = () => [
    ...model.get("problems").map((pair, i) => [i + 1, `${pair[0]} and ${pair[1]}: ${linesInWords(solved(pair).need)}`]),
    [0, "your own pair"],
  ];
  const controls = [
    tabs(model),
    choice(model, { trait: "problem", label: "problem", options: problems }),
    slider(model, { trait: "lines", label: "lines forced", values: range(0, BUDGET) }),
    own(model),
    oneMore(model),
    element("p", { class: "tts-legend" }, "Dashed: as many lines as the problem needs. !: a line that does not follow from the one before."),
  ];
  return follow(model, el, controls, (width) => {
    const state = compute(model, remembered);
    const words = sentence(state);
    return { picture: picture(width, state, words), words };
  });
};

export default { render };
