import { gptChain, linearErrors, product, squaredGap, STEPS } from "./gpt_chains.js";
import { unpacked } from "./gpt.js";
import { drag, element, follow, legend, range, slider } from "./controls.js";
import { drawing, node, Panel } from "./chart.js";
import { fixed, round, stepsInWords } from "./numbers.js";

const DECADES = [-7, 1, 2];
const WIDE = 560; // from here on the errors stand beside what is attended to

const compute = (model, gpt, remembered) => {
  const [prompt, k, chosen, change] = ["prompt", "steps", "example", "change"].map((name) => model.get(name));
  const [x, w] = [model.get("x")[prompt - 1], model.get("w")[prompt - 1]];
  const labels = x.map((one) => product(one, w));
  const changed = labels.map((label, i) => label + (i === chosen - 1 ? change : 0));
  const know = (y) => {
    const key = JSON.stringify([prompt, y]);
    if (!remembered.has(key)) {
      if (remembered.size > 20) remembered.clear();
      const chain = gptChain(gpt, x, y);
      remembered.set(key, { chain, errors: chain.map((step) => squaredGap(step.w, w)), linear: linearErrors(x, y, w) });
    }
    return remembered.get(key);
  };
  const { chain, errors, linear } = know(changed);
  const residuals = changed.map((label, i) => Math.abs(label - product(x[i], chain[k].w)));
  return { k, chosen, change, x, errors, linear, before: know(labels).errors, residuals, attention: chain[k].attention.flat() };
};

const sentence = ({ k, chosen, change, errors, linear, before, attention, residuals }) => {
  const most = (values) => values.indexOf(Math.max(...values)) + 1;
  const looks = attention.map((scores) => most(scores.slice(0, -1)));
  const edit = change === 0 ? "" : ` The label of example ${chosen} is changed by ${fixed(1)(change)}: without that, the error would be ${round(before[k])}.`;
  return `After ${stepsInWords(k)} the error / d is ${round(errors[k])}; the linear layer leaves ${round(linear[k])}.${edit} ` +
    `Reading this answer, the heads look most at the examples ${looks.join(", ")}; it misses most in example ${most(residuals)}.`;
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

// A row of cells for each head, a column for each example and one for the weight itself; below, what is missed.
const drawAttention = (svg, { left, right, top, bottom }, { attention, residuals, chosen }) => {
  const columns = residuals.length + 1;
  const cell = (right - left) / columns;
  const high = Math.min(34, (bottom - top) / 8);
  svg.append(node("text", { x: left - 44, y: top - 8, class: "tts-title" }, "attention to the examples"));
  attention.forEach((scores, head) => {
    const y = top + head * high;
    svg.append(node("text", { x: left - 6, y: y + high / 2 + 4, "text-anchor": "end" }, `head ${head + 1}`));
    scores.forEach((score, i) => {
      svg.append(node("rect", { x: left + i * cell, y, width: cell, height: high, "fill-opacity": Math.min(1, 2 * score).toFixed(3), class: "tts-attention" }));
    });
  });
  const end = top + attention.length * high;
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
  const { sizes, ...config } = model.get("shape");
  const gpt = { config, tensors: unpacked(model.get("weights"), sizes) };
  const remembered = new Map();
  let frames = [];
  const draw = (width, tall) => {
    const state = compute(model, gpt, remembered);
    const words = sentence(state);
    const beside = width >= WIDE;
    const bottom = beside ? Math.max(290, tall - 40) : 260;
    const height = beside ? bottom + 40 : 620;
    const picture = drawing(width, height, words);
    const half = beside ? 0.5 * width : width;
    const first = { left: 46, right: half - 8, top: 26, bottom };
    const second = beside ? { left: half + 62, right: width - 6, top: 26, bottom: bottom + 20 } : { left: 52, right: width - 6, top: 340, bottom: 610 };
    drawErrors(picture, first, state);
    drawAttention(picture, second, state);
    frames = [first, { ...second, columns: state.x.length }];
    return { picture, words };
  };
  // A pointer sets k over the errors, and chooses an example below its attention.
  drag(el, ".tts-steps", (px, py) => {
    const [errors, examples] = frames;
    if (px <= errors.right + 20 && py <= errors.bottom + 20) {
      model.set("steps", Math.max(0, Math.min(STEPS, Math.round(((px - errors.left) / (errors.right - errors.left)) * STEPS))));
    } else {
      const cell = (examples.right - examples.left) / (examples.columns + 1);
      model.set("example", Math.max(1, Math.min(examples.columns, 1 + Math.floor((px - examples.left) / cell))));
    }
    model.save_changes();
  });
  const button = element("button", { type: "button" }, "One thinking step");
  button.addEventListener("click", () => {
    model.set("steps", (model.get("steps") + 1) % (STEPS + 1));
    model.save_changes();
  });
  const controls = [
    slider(model, { trait: "prompt", label: "prompt", values: range(1, model.get("x").length) }),
    slider(model, { trait: "steps", label: "thinking steps k", values: range(0, STEPS) }),
    slider(model, { trait: "example", label: "example", values: range(1, model.get("x")[0].length) }),
    slider(model, { trait: "change", label: "added to its label", values: range(-4, 4, 0.2), format: fixed(1) }),
    element("div", { class: "tts-buttons tts-think" }, button),
    legend({ second: "the GPT", first: "linear layer, closed form", third: "the GPT without the change" }),
  ];
  return follow(model, el, controls, draw);
};

export default { render };
