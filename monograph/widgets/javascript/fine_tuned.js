import { preconditioner } from "./theory.js";
import { criticalCount, fineTunedError, meanPreconditioner } from "./fine_tuning.js";
import { drawing, filling, Panel } from "./chart.js";
import { follow, legend, range, slider, wholeNumbers } from "./controls.js";
import { fixed, powerOfTen, round } from "./numbers.js";

const DIM = 400;
const NEW = 200;
const [BEFORE, AFTER] = [0.1, 1.1]; // strength of the new skills in pre-training and in the test
const COUNTS = range(20, 80).map((i) => Math.round(10 ** (i / 20)));
const INTERFERENCE = [0, 0.003, 0.01, 0.03, 0.1, 0.3, 1];

const halves = (first, rest) => Array.from({ length: DIM }, (_, i) => (i < NEW ? first : rest));

const compute = (model) => {
  const [count, n, r, rate] = ["count", "prompt_length", "interference", "rate"].map((name) => model.get(name));
  const start = preconditioner(halves(BEFORE, 1), n);
  const [shown, test] = [halves(AFTER, r), halves(AFTER, 1)];
  const errorOf = (B) => fineTunedError(start, shown, n, rate, B, test, n) / DIM;
  const strides = COUNTS.map((B) => {
    const mean = meanPreconditioner(start, shown, n, rate, B);
    return [mean[0] * test[0], mean[DIM - 1] * test[DIM - 1]];
  });
  const place = COUNTS.reduce((best, B, i) => (Math.abs(B - count) < Math.abs(COUNTS[best] - count) ? i : best), 0);
  const mean = meanPreconditioner(start, shown, n, rate, count);
  return {
    count, r, place, error: errorOf(count), before: errorOf(1), strides, curve: COUNTS.map(errorOf),
    now: [mean[0] * test[0], mean[DIM - 1] * test[DIM - 1]],
    critical: criticalCount(start, shown, n, rate, test),
  };
};

const sentence = ({ count, r, error, now, critical }) => {
  const peak = r === 0 ? NEW : DIM;
  const chain = critical === Infinity
    ? "A chain would not converge after any number of prompts."
    : `A chain converges after more than ${critical < 1e6 ? Math.round(critical) : round(critical)} prompts` +
      `${count > critical ? ": so does this one." : ": not yet here."}`;
  const left = Number.isFinite(error) ? `has an error of ${round(error)} d` : "has no finite error";
  return `After ${count} prompts the direct answer ${left}; the peak is at ${peak}. ` +
    `Mean strides: ${round(now[0])} for new skills, ${round(now[1])} for the others. ${chain}`;
};

const ticks = (panel, label) => {
  for (const exponent of [1, 2, 3, 4]) {
    panel.add("text", { x: panel.x(20 * (exponent - 1)), y: panel.bottom + 16, "text-anchor": exponent === 4 ? "end" : "middle" }, powerOfTen(exponent));
  }
  panel.add("text", { x: (panel.left + panel.right) / 2, y: panel.bottom + 32, "text-anchor": "middle" }, label);
};

const draw = (width, tall, state, words) => {
  const { height, panels } = filling(tall, 400, [26, 206], [246, 366]);
  const svg = drawing(width, height, words);
  const frame = { left: 46, right: width - 10, domain: [0, COUNTS.length - 1] };
  const upper = new Panel(svg, { ...frame, ...panels[0], decades: [-1, 4], label: "error / d of the direct answer" });
  upper.level(state.before, "before", { below: state.before > 1e3 });
  upper.curve(state.curve.map((error) => Math.min(error, 1e6)), "tts-second");
  upper.mark(state.place, state.error, `B = ${state.count}`);
  const lower = new Panel(svg, { ...frame, ...panels[1], decades: [-1, 1], label: "mean strides" });
  lower.curve(state.strides.map(([one]) => one), "tts-first");
  lower.curve(state.strides.map(([, other]) => other), "tts-third");
  lower.level(2, "above 2 a chain diverges", { below: true });
  ticks(lower, "prompts of fine-tuning B");
  return svg;
};

const render = ({ model, el }) => {
  const controls = [
    slider(model, { trait: "count", label: "prompts B", values: COUNTS }),
    slider(model, { trait: "prompt_length", label: "prompt length n", values: wholeNumbers(50, 5000, 10) }),
    slider(model, { trait: "interference", label: "interference r", values: INTERFERENCE }),
    slider(model, { trait: "rate", label: "rate of targets η", values: range(0.1, 1, 0.05), format: fixed(2) }),
    legend({ second: "error", first: "stride, new skills", third: "stride, others" }),
  ];
  return follow(model, el, controls, (width, tall) => {
    const state = compute(model);
    const words = sentence(state);
    return { picture: draw(width, tall, state, words), words };
  });
};

export default { render };
