import { powerLaw } from "./theory.js";
import { fourthMoments, tailsCriticalLength, tailsPreconditioner } from "./fourth_moments.js";
import { drawing, filling, node, Panel } from "./chart.js";
import { choice, follow, legend, range, slider, wholeNumbers } from "./controls.js";
import { KINDS } from "./features.js";
import { shareInterval } from "./intervals.js";
import { fixed, round } from "./numbers.js";
import { leaves } from "./sampling.js";
import { present, simulate } from "./simulate.js";

const DIM = 20;
const TAIL = 0.8;
const PROMPTS = 2000;

const scaled = (exponent) => {
  const strengths = powerLaw(DIM, exponent);
  const trace = strengths.reduce((total, value) => total + value, 0);
  return strengths.map((value) => (value * DIM) / trace);
};

const compute = (model) => {
  const [train, test, n, m, shift] = ["train_kind", "test_kind", "train_length", "test_length", "shift"].map((name) => model.get(name));
  const [trained, tested] = [scaled(TAIL), scaled(TAIL * (1 - shift))];
  const K = fourthMoments(trained, KINDS[train].kurtosis, KINDS[train].stretch(DIM));
  const P = tailsPreconditioner(trained, n, K);
  const strides = P.map((p, i) => p * tested[i]);
  return {
    train, test, n, m, tested, P, strides, longest: Math.max(...strides),
    gaussian: tailsPreconditioner(trained, n, fourthMoments(trained, 3, 1)), critical: tailsCriticalLength(trained, tested, K),
  };
};

// Chains that diverge on prompts of m examples, one prompt at a time.
const draws = (model) => {
  const { test, m, tested, P } = compute(model);
  const scales = tested.map((s) => Math.sqrt(s / m));
  const roots = P.map(Math.sqrt);
  const [example, S, work] = [new Float64Array(DIM), new Float64Array(DIM * DIM), new Float64Array(DIM * DIM)];
  let [done, gone] = [0, 0];
  return {
    total: PROMPTS,
    draw: (random) => {
      S.fill(0);
      for (let row = 0; row < m; row++) {
        KINDS[test].draw(random, example);
        for (let i = 0; i < DIM; i++) {
          example[i] *= scales[i];
          for (let j = 0; j <= i; j++) S[i * DIM + j] += example[i] * example[j];
        }
      }
      if (leaves(roots, (i, j) => S[i * DIM + j], work)) gone++;
      done++;
    },
    found: () => {
      const [low, high] = shareInterval(gone, done);
      return {
        share: gone / done, interval: [low, high], gone, prompts: `prompts of ${m} examples`,
        words: `${percent(gone / done)} of the chains leave all bounds, 99 % interval ${percent(low)} to ${percent(high)}.`,
      };
    },
  };
};

const percent = (share) => `${(100 * share).toFixed(1)} %`;

const sentence = ({ train, test, n, m, longest, strides, critical }) => {
  const where = `Trained on ${train}, n = ${n}; tested on ${test}, m = ${m ?? "∞"}. `;
  const never = critical === Infinity ? "Critical n: none. " : `Critical n: ${round(critical)}. `;
  const stride = `On endless prompts the longest stride is ${round(longest)}, of skill ${strides.indexOf(longest) + 1}: `;
  const verdict = longest > 2 ? "every chain leaves all bounds." : "no chain leaves its bounds.";
  return where + never + stride + verdict + (m === null ? " There, the tails of the test do not count." : "");
};

// The share of the chains that diverge, where it is known: on endless prompts, or as far as it is drawn.
const drawShare = (svg, { left, right, top }, { m, longest }, found) => {
  const x = (share) => left + share * (right - left);
  const y = top + 12;
  svg.append(node("text", { x: left, y: top - 8, class: "tts-title" }, `share of chains that diverge, m = ${m ?? "∞"}`));
  svg.append(node("line", { x1: left, x2: right, y1: y, y2: y, class: "tts-grid" }));
  for (const tick of [0, 0.25, 0.5, 0.75, 1]) {
    svg.append(node("line", { x1: x(tick), x2: x(tick), y1: y - 4, y2: y + 4, class: "tts-grid" }));
    svg.append(node("text", { x: x(tick), y: y + 24, "text-anchor": "middle" }, `${100 * tick} %`));
  }
  if (m === null) svg.append(node("circle", { cx: x(longest > 2 ? 1 : 0), cy: y, r: 5, class: "tts-dot tts-second" }));
  if (m === null) return;
  if (!found?.interval) {
    svg.append(node("text", { x: x(0.5), y: y + 4, "text-anchor": "middle" }, "not known before it is simulated"));
    return;
  }
  const ends = found.interval.map(x);
  svg.append(node("path", { d: `M${ends[0]},${y}H${ends[1]}${ends.map((end) => `M${end},${y - 4}v8`).join("")}`, class: "tts-found" }));
  svg.append(node("circle", { cx: x(found.share), cy: y, r: 5, class: "tts-found" }));
};

const draw = (width, tall, model, state, words) => {
  const { height, panels } = filling(tall, 480, [26, 166], [226, 366]);
  const svg = drawing(width, height, words);
  const frame = { left: 46, right: width - 10, domain: [0.5, DIM + 0.5] };
  const upper = new Panel(svg, { ...frame, ...panels[0], decades: [-2, 1], label: "what the layer learned, P along each skill" });
  upper.stems(state.P, "tts-second");
  state.gaussian.forEach((value, i) => {
    const [cx, cy] = [upper.x(i + 1), upper.y(value)];
    upper.add("path", { d: `M${cx - 6},${cy}h12`, class: "tts-found" });
  });
  const lower = new Panel(svg, { ...frame, ...panels[1], decades: [-2, 1], label: "strides on endless prompts" });
  lower.stems(state.strides, "tts-first");
  lower.level(2, "diverges above 2");
  lower.numbers("skill i, strongest in training first");
  drawShare(svg, { left: 46, right: width - 24, top: panels[1].bottom + 66 }, state, present(model));
  return svg;
};

const render = ({ model, el }) => {
  const kinds = () => Object.keys(KINDS).map((name) => [name, name]);
  model.set("simulating", false); // a matter of the page: no kernel draws here
  const button = simulate(model, { draws, always: true, note: " Ring and bar: share and interval." });
  const show = () => (button.hidden = model.get("test_length") === null);
  model.on("change:test_length", show);
  show();
  const controls = [
    choice(model, { trait: "train_kind", label: "trained on", options: kinds }),
    choice(model, { trait: "test_kind", label: "tested on", options: kinds }),
    slider(model, { trait: "train_length", label: "training length n", values: wholeNumbers(10, 2000, 12) }),
    slider(model, { trait: "test_length", label: "test length m", values: [...wholeNumbers(5, 1000, 12), null], format: (m) => String(m ?? "∞") }),
    slider(model, { trait: "shift", label: "shift of the test", values: range(0, 1, 0.05), format: fixed(2) }),
    legend({ second: "P = ΛB⁻¹; dash: of Gaussian features", first: "stride" }),
    button,
  ];
  return follow(model, el, controls, (width, tall) => {
    const state = compute(model);
    const words = sentence(state);
    return { picture: draw(width, tall, model, state, words), words };
  });
};

export default { render };
