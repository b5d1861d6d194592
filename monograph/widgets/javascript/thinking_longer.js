import { STEPS, compute } from "./two_trainings.js";
import { drag, element, follow, range, slider } from "./controls.js";
import { drawing, filling, node, Panel } from "./chart.js";
import { round } from "./numbers.js";

const DECADES = [-4, 1];
const LENGTHS = [10, 12, 15, 20, 25, 30, 40, 50, 60, 70, 80, 90, 100, 120, 140, 160, 180, 200, 225, 250, 300, 350, 400, 450, 500];
const TESTS = [100, 200, 500, 1000, 2000, 4000, 10000, 20000, null];
const TICK = 160; // milliseconds for one thinking step, while it thinks by itself

const share = (value) => {
  const percent = 100 * value;
  if (percent >= 1000) return `${round(percent)} %`;
  return percent < 0.01 ? "less than 0.01 %" : `${Number(percent.toPrecision(2))} %`;
};

const sentence = ({ n, m, k, depth, covered, skewed }) => {
  const test = m === null ? "" : ` on test prompts of ${m} examples`;
  const left = `${k} thinking step${k === 1 ? "" : "s"}${test}. Error left: ${share(covered[k])} (all directions), ${share(skewed[k])} (long tail, n = ${n}). `;
  if (depth === null) return `${left}Trained like this, it gets better ${m === null ? "for as long as it thinks" : `through all ${STEPS} steps`}.`;
  if (depth === 0) return `${left}No answer would be better than any: it is overthinking from the first step on.`;
  if (depth > STEPS) return `${left}Its best answer comes at step ${depth}.`;
  if (k < depth) return `${left}Its best answer is still to come, at step ${depth}.`;
  return k === depth ? `${left}This is its best answer: from here on, thinking makes it worse.`
    : `${left}Its best answer was at step ${depth}: it is overthinking.`;
};

// Up to the first value that leaves the picture.
const visible = (values) => {
  const end = values.findIndex((value) => value < 10 ** DECADES[0] || value > 10 ** DECADES[1]);
  return end < 0 ? values : values.slice(0, end + 1);
};

const words = (svg, x, y, lines, attributes) =>
  svg.append(...lines.map((line, i) => node("text", { x, y: y + 15 * i, ...attributes }, line)));

const drawErrors = (svg, frame, { n, m, k, depth, covered, skewed }, narrow) => {
  const percent = (exponent) => `${Number((10 ** (exponent + 2)).toPrecision(1))} %`;
  const panel = new Panel(svg, { ...frame, domain: [0, STEPS], decades: DECADES, format: percent, label: m === null ? "error left after thinking" : `error left after thinking, m = ${m}` });
  panel.add("line", { x1: frame.left, x2: frame.right, y1: panel.y(1), y2: panel.y(1), class: "tts-level" });
  const x = panel.x(k);
  panel.add("line", { x1: x, x2: x, y1: frame.top, y2: frame.bottom, class: "tts-now" });
  const [first, second] = [visible(covered), visible(skewed)];
  panel.curve(first, "tts-first");
  panel.curve(second, "tts-second");
  const alike = narrow ? ["trained", "on all", "directions"] : ["trained on all", "directions alike"];
  words(svg, frame.left + 7, frame.bottom + 3 - 15 * alike.length, alike, { class: "tts-first-label" });
  const last = second.length - 1;
  const [endX, endY] = [panel.x(last), panel.y(second[last])];
  const lowest = Math.max(...second.slice(-12).map((error) => panel.y(error)));
  const place = endX < frame.right - 90 && endY > frame.bottom - 60 ? [endX + 10, frame.bottom - 27, "start"]
    : lowest > frame.bottom - 60 ? [frame.right - 2, endY - 42, "end"] : endX < frame.left + 140 ? [endX + 12, endY + 16, "start"] : [endX - 2, lowest + 24, "end"];
  words(svg, place[0], place[1], ["trained on a", `long tail, n = ${n}`], { class: "tts-second-label", "text-anchor": place[2] });
  for (const [errors, name] of [[covered, "tts-first"], [skewed, "tts-second"]]) {
    if (errors[k] >= 10 ** DECADES[0] && errors[k] <= 10 ** DECADES[1]) panel.add("circle", { cx: x, cy: panel.y(errors[k]), r: 7, class: `tts-point ${name}` });
  }
  if (depth !== null && depth <= STEPS && depth !== k) panel.mark(depth, skewed[depth], `best: ${depth}`);
  panel.numbers("thinking steps k");
  svg.append(node("rect", { x: frame.left - 8, y: frame.top, width: frame.right - frame.left + 16, height: frame.bottom - frame.top, class: "tts-steps" }));
};

const drawAnswers = (svg, { left, right, top, bottom }, { m, answers }) => {
  const [low, high] = [-1, 3];
  const y = (value) => bottom - ((Math.max(low, Math.min(high, value)) - low) / (high - low)) * (bottom - top);
  svg.append(node("text", { x: left - 62, y: top - 8, class: "tts-title" }, `its 20 answers${m === null ? "" : ", mean"} (long tail)`));
  for (const [value, text] of [[0, "no answer"], [1, "right"]]) {
    svg.append(node("line", { x1: left, x2: right, y1: y(value), y2: y(value), class: value ? "tts-level" : "tts-grid" }));
    words(svg, left - 6, y(value) + 4, [text], { "text-anchor": "end" });
  }
  answers.forEach((answer, i) => {
    const x = left + ((i + 0.5) / answers.length) * (right - left);
    svg.append(node("line", { x1: x, x2: x, y1: y(1), y2: y(answer), class: "tts-stem tts-second" }));
    const [tip, base] = answer > high ? [top - 2, top + 6] : [bottom + 2, bottom - 6];
    svg.append(answer >= low && answer <= high
      ? node("circle", { cx: x, cy: y(answer), r: 4, class: "tts-dot tts-second" })
      : node("path", { d: `M${x - 4} ${base}L${x} ${tip}L${x + 4} ${base}Z`, class: "tts-dot tts-second" }));
  });
  words(svg, left, bottom + 18, ["seen most"]);
  words(svg, right, bottom + 18, ["seen least"], { "text-anchor": "end" });
};

// A button that lets it think, one step after the other, and stops it.
const thinker = (model) => {
  const button = element("button", { type: "button" });
  let timer;
  const show = () => { button.textContent = timer ? "Stop" : "Let it think"; };
  const stop = () => { clearInterval(timer); timer = undefined; show(); };
  const next = (step) => { model.set("steps", step); model.save_changes(); };
  const think = () => (model.get("steps") < STEPS && button.isConnected ? next(model.get("steps") + 1) : stop());
  button.addEventListener("click", () => {
    if (timer) return stop();
    next(0);
    timer = setInterval(think, TICK);
    show();
  });
  show();
  return { button: element("div", { class: "tts-buttons tts-think" }, button), stop };
};

const render = ({ model, el }) => {
  let frame;
  const draw = (width, tall) => {
    const state = compute(model);
    const beside = width >= 600;
    const split = beside ? 0.62 * width : width;
    const text = sentence(state);
    const { height, panels } = beside ? filling(tall, 330, [26, 286]) : filling(tall, 560, [26, 270], [356, 530]);
    const picture = drawing(width, height, text);
    frame = { left: 52, right: split - 8, ...panels[0] };
    drawErrors(picture, frame, state, !beside);
    const second = beside ? { left: split + 82, right: width - 4 } : { left: 68, right: width - 8 };
    drawAnswers(picture, { ...second, ...panels[panels.length - 1] }, state);
    return { picture, words: text };
  };
  const { button, stop } = thinker(model);
  drag(el, ".tts-steps", (x) => {
    const step = Math.round(((x - frame.left) / (frame.right - frame.left)) * STEPS);
    model.set("steps", Math.max(0, Math.min(STEPS, step)));
    model.save_changes();
  }, stop);
  const controls = [
    slider(model, { trait: "train_length", label: "training length n", values: LENGTHS }),
    slider(model, { trait: "test_length", label: "test length m", values: TESTS, format: (m) => (m === null ? "∞" : String(m)) }),
    slider(model, { trait: "steps", label: "thinking steps k", values: range(0, STEPS) }),
    button,
  ];
  const quit = follow(model, el, controls, draw);
  return () => { stop(); quit(); };
};

export default { render };
