import { attentionOf, gptChain, linearErrors, product, squaredGap, STEPS } from "./gpt_chains.js";
import { unpacked } from "./gpt.js";
import { choice, drag, element, follow, key, keys, legend, range, slider } from "./controls.js";
import { drawing, node, Panel } from "./chart.js";
import { fixed, round, stepsInWords } from "./numbers.js";

const DECADES = [-7, 1, 2];
const WIDE = 560; // from here on the errors stand beside what is attended to
const EXAMPLES = 20;
const DARK = 0.5; // attention from here on has the full color
const NAMED = 3; // examples that are named, with their shares

// The rows of the attention's picture, from the top: the heads at this step, or the steps of one head or of their mean.
const rowsOf = (chain, k, { layer, head }) => {
  if (head === "each") return chain[k].attention[layer].map((scores, i) => ({ scores, name: `head ${i + 1}` }));
  const rows = attentionOf(chain, layer, head === "mean" ? head : Number(head) - 1);
  return rows.map((scores, step) => ({ scores, name: step % 10 ? "" : `k = ${step}`, now: step === k }));
};

// Examples and weight of a prompt, as many skills of them as are read.
const readPrompt = (text, dim) => {
  const numbers = text.split(" ").map(Number);
  const rows = Array.from({ length: EXAMPLES + 1 }, (_, i) => numbers.slice((i * numbers.length) / (EXAMPLES + 1)).slice(0, dim));
  return { x: rows.slice(0, EXAMPLES), w: rows[EXAMPLES] };
};

const compute = (model, { gpt, strengths }, remembered) => {
  const [name, prompt, k, chosen, change, head] = ["gpt", "prompt", "steps", "example", "change", "head"].map((trait) => model.get(trait));
  const { dim, layers } = gpt.config;
  const { x, w } = readPrompt(model.get("prompts")[prompt - 1], dim);
  const labels = x.map((one) => product(one, w));
  const changed = labels.map((label, i) => label + (i === chosen - 1 ? change : 0));
  const know = (y) => {
    const asked = JSON.stringify([name, prompt, y]);
    if (!remembered.has(asked)) {
      if (remembered.size > 20) remembered.clear();
      const chain = gptChain(gpt, x, y);
      remembered.set(asked, { chain, errors: chain.map((step) => squaredGap(step.w, w)), linear: linearErrors(x, y, w, strengths) });
    }
    return remembered.get(asked);
  };
  const { chain, errors, linear } = know(changed);
  const residuals = changed.map((label, i) => Math.abs(label - product(x[i], chain[k].w)));
  const shown = { layer: Math.min(model.get("layer"), layers) - 1, head };
  return { k, chosen, change, x, errors, linear, before: know(labels).errors, residuals, layers, ...shown, rows: rowsOf(chain, k, shown) };
};

const most = (values) => values.indexOf(Math.max(...values)) + 1;
const percent = (share) => `${round(100 * share)} %`;

// Where the heads look, or where one of them or all together do, with the shares of what they see most of.
const looks = ({ k, head, layers, layer, rows }) => {
  const where = layers > 1 ? ` of layer ${layer + 1}` : "";
  if (head === "each") return `the heads${where} look most at the examples ${rows.map(({ scores }) => most(scores.slice(0, -1))).join(", ")}`;
  const { scores } = rows[k];
  const order = [...scores.slice(0, -1).keys()].toSorted((i, j) => scores[j] - scores[i]).slice(0, NAMED);
  const shares = order.map((i) => `${i + 1} (${percent(scores[i])})`).join(", ");
  const who = head === "mean" ? `the heads${where} together look` : `head ${head}${where} looks`;
  return `${who} most at the examples ${shares}, and at the answer itself with ${percent(scores.at(-1))}`;
};

const sentence = (state) => {
  const { k, chosen, change, errors, linear, before, residuals } = state;
  const edit = change === 0 ? "" : ` The label of example ${chosen} is changed by ${fixed(1)(change)}: without that, the error would be ${round(before[k])}.`;
  return `After ${stepsInWords(k)} the error / d is ${round(errors[k])}; the linear layer leaves ${round(linear[k])}.${edit} ` +
    `Reading this answer, ${looks(state)}; it misses most in example ${most(residuals)}.`;
};

const drawErrors = (svg, frame, { k, change, errors, linear, before }) => {
  const panel = new Panel(svg, { ...frame, domain: [0, STEPS], decades: DECADES, label: "error / d" });
  panel.add("line", { x1: panel.x(k), x2: panel.x(k), y1: panel.top, y2: panel.bottom, class: "tts-now" });
  panel.level(1, "no answer");
  panel.curve(linear, "tts-first");
  if (change !== 0) panel.curve(before, "tts-third");
  panel.curve(errors, "tts-second");
  panel.numbers("thinking steps k");
  const { left, right, top, bottom } = frame;
  svg.append(node("rect", { x: left, y: top, width: right - left, height: bottom - top, class: "tts-steps" }));
};

const titleOf = ({ head, layers, layer }) => {
  const where = layers > 1 ? `, layer ${layer + 1}` : "";
  return head === "each" ? `attention to the examples${where}` : `attention step by step${where}, ${head === "mean" ? "mean of heads" : `head ${head}`}`;
};

// The height of a row: steps share the room of the heads.
const highOf = ({ top, bottom }, heads, rows) => (Math.min(34, (bottom - top) / 8) * heads) / rows;

// A row of cells for each head or step, a column for each example and one for the weight itself; below, what is missed.
const drawAttention = (svg, { left, right, top, bottom, high }, state) => {
  const { rows, residuals, chosen } = state;
  const columns = residuals.length + 1;
  const cell = (right - left) / columns;
  svg.append(node("text", { x: left - 44, y: top - 8, class: "tts-title" }, titleOf(state)));
  rows.forEach(({ scores, name, now }, row) => {
    const y = top + row * high;
    svg.append(node("text", { x: left - 6, y: y + high / 2 + 4, "text-anchor": "end" }, name));
    scores.forEach((score, i) => {
      svg.append(node("rect", { x: left + i * cell, y, width: cell, height: high, "fill-opacity": Math.min(1, score / DARK).toFixed(3), class: "tts-attention" }));
    });
    if (now) svg.append(node("rect", { x: left - 3, y: y - 1, width: right - left + 6, height: high + 2, class: "tts-looked" }));
  });
  const end = top + rows.length * high;
  svg.append(node("rect", { x: left, y: top, width: right - left, height: end - top, class: "tts-outline" }));
  svg.append(node("text", { x: right, y: end + 14, "text-anchor": "end" }, "itself"));
  svg.append(node("text", { x: left - 44, y: end + 44, class: "tts-title" }, "how far off its label is"));
  const [base, room] = [bottom - 20, bottom - 20 - (end + 54)];
  const largest = Math.max(1, ...residuals);
  residuals.forEach((residual, i) => {
    const height = (residual / largest) * room;
    svg.append(node("rect", { x: left + i * cell + 1, y: base - height, width: cell - 2, height, class: "tts-residual" }));
  });
  svg.append(node("line", { x1: left, x2: right, y1: base, y2: base, class: "tts-level" }));
  svg.append(node("text", { x: left - 6, y: base - room + 8, "text-anchor": "end" }, round(largest)));
  svg.append(node("text", { x: left, y: base + 16 }, "example 1"));
  svg.append(node("text", { x: right - cell, y: base + 16, "text-anchor": "end" }, String(residuals.length)));
  for (const [from, to] of [[top - 3, end + 3], [base - room - 3, base + 3]]) {
    svg.append(node("rect", { x: left + (chosen - 1) * cell, y: from, width: cell, height: to - from, class: "tts-looked" }));
  }
  svg.append(node("rect", { x: left, y: top, width: right - left - cell, height: base - top, class: "tts-column tts-steps" }));
};

const render = ({ model, el }) => {
  // One is unpacked when it is asked for.
  const ready = {};
  const chosen = () => {
    const name = model.get("gpt");
    const { sizes, strengths, weights, ...config } = model.get("shapes")[name];
    ready[name] ??= { strengths, gpt: { config, tensors: unpacked(model.get(weights), sizes) } };
    return ready[name];
  };
  const remembered = new Map();
  let frames = [];
  const draw = (width, tall) => {
    const mind = chosen();
    const state = compute(model, mind, remembered);
    const words = sentence(state);
    const beside = width >= WIDE;
    const bottom = beside ? Math.max(290, tall - 40) : 260;
    const height = beside ? bottom + 40 : 620;
    const picture = drawing(width, height, words);
    const half = beside ? 0.5 * width : width;
    const first = { left: 46, right: half - 8, top: 26, bottom };
    const second = beside ? { left: half + 62, right: width - 6, top: 26, bottom: bottom + 20 } : { left: 52, right: width - 6, top: 340, bottom: 610 };
    const high = highOf(second, mind.gpt.config.heads, state.rows.length);
    drawErrors(picture, first, state);
    drawAttention(picture, { ...second, high }, state);
    frames = [first, { ...second, high, columns: state.x.length, stepwise: state.head !== "each" }];
    return { picture, words };
  };
  // A pointer sets k over the errors, and chooses an example below its attention; over that of all steps, both.
  drag(el, ".tts-steps", (px, py) => {
    const [errors, examples] = frames;
    if (px <= errors.right + 20 && py <= errors.bottom + 20) {
      model.set("steps", Math.max(0, Math.min(STEPS, Math.round(((px - errors.left) / (errors.right - errors.left)) * STEPS))));
    } else {
      const cell = (examples.right - examples.left) / (examples.columns + 1);
      model.set("example", Math.max(1, Math.min(examples.columns, 1 + Math.floor((px - examples.left) / cell))));
      const step = Math.floor((py - examples.top) / examples.high);
      if (examples.stepwise && step >= 0 && step <= STEPS) model.set("steps", step);
    }
    model.save_changes();
  });
  const button = element("button", { type: "button" }, "One thinking step");
  button.addEventListener("click", () => {
    model.set("steps", (model.get("steps") + 1) % (STEPS + 1));
    model.save_changes();
  });
  const layers = () => Array.from({ length: chosen().gpt.config.layers }, (_, i) => [i + 1, String(i + 1)]);
  const heads = () => [["each", "each, at this step"], ["mean", "mean of all, step by step"],
    ...Array.from({ length: chosen().gpt.config.heads }, (_, i) => [String(i + 1), `head ${i + 1}, step by step`])];
  const cell = key(10, 10, node("rect", { width: 10, height: 10, class: "tts-attention" }));
  const controls = [
    choice(model, { trait: "gpt", label: "GPT", options: () => Object.keys(model.get("shapes")).map((name) => [name, name]) }),
    slider(model, { trait: "prompt", label: "prompt", values: range(1, model.get("prompts").length) }),
    slider(model, { trait: "steps", label: "thinking steps k", values: range(0, STEPS) }),
    choice(model, { trait: "layer", label: "attention of layer", options: layers }),
    choice(model, { trait: "head", label: "its heads", options: heads }),
    slider(model, { trait: "example", label: "example", values: range(1, EXAMPLES) }),
    slider(model, { trait: "change", label: "added to its label", values: range(-4, 4, 0.2), format: fixed(1) }),
    element("div", { class: "tts-buttons tts-think" }, button),
    legend({ second: "the GPT", first: "linear layer, closed form", third: "the GPT without the change" }),
    keys([[cell, `${percent(DARK)} of the attention, or more`]]),
  ];
  return follow(model, el, controls, draw);
};

export default { render };
