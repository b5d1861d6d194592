import { hire } from "./hired.js";
import { BETWEEN, MOST_STEPS } from "./gpt_nursery.js";
import { liveRun } from "./live_run.js";
import { choice, drag, element, follow, key, legend, keys, range, slider } from "./controls.js";
import { drawing, node, Panel } from "./chart.js";
import { round, stepsInWords } from "./numbers.js";

/** @import { Report } from "./hired.js" */

const SHAPES = ["first", "second", "size", "dim", "exponent", "train_length", "test_length", "updates", "seed"];
const RECIPES = ["distances", "zero only", "skewed data"];
const ERROR_DECADES = [-6, 3];
const LOSS_DECADES = [-2, 1];
const WIDE = 560; // from here on the loss stands beside the errors
const GHOSTS = 20; // earlier errors that stay in sight, at most
const STYLES = ["tts-second", "tts-third"];

// A line through some points, without dots.
const trace = (panel, points, name) => {
  const path = points.map(([x, value], i) => `${i ? "L" : "M"}${panel.x(x)},${panel.y(value)}`).join("");
  panel.add("path", { d: path, class: `tts-curve ${name}` });
};

const drawLoss = (svg, frame, { portraits, updates, names }) => {
  const panel = new Panel(svg, { ...frame, domain: [0, updates], decades: LOSS_DECADES, label: "loss in training" });
  const now = portraits.at(-1);
  for (const i of names.keys()) {
    trace(panel, portraits.map(({ done, pupils }) => [done, pupils[i].loss]), STYLES[i]);
    if (now) panel.add("circle", { cx: panel.x(now.done), cy: panel.y(now.pupils[i].loss), r: 3, class: `tts-dot ${STYLES[i]}` });
  }
  for (const tick of [0, updates / 2, updates]) {
    panel.add("text", { x: panel.x(tick), y: panel.bottom + 16, "text-anchor": tick === updates ? "end" : "middle" }, String(Math.round(tick)));
  }
  panel.add("text", { x: (panel.left + panel.right) / 2, y: panel.bottom + 32, "text-anchor": "middle" }, "updates");
};

const drawErrors = (svg, frame, { portraits, k, names }) => {
  const panel = new Panel(svg, { ...frame, domain: [0, MOST_STEPS], decades: ERROR_DECADES, label: "error / d, median" });
  panel.level(1, "no answer");
  panel.add("line", { x1: panel.x(k), x2: panel.x(k), y1: panel.top, y2: panel.bottom, class: "tts-now" });
  const every = Math.ceil(portraits.length / GHOSTS);
  const earlier = portraits.slice(0, -1).filter((_, i) => i % every === 0);
  for (const { pupils } of earlier) {
    for (const i of names.keys()) trace(panel, pupils[i].errors.map((error, step) => [step, error]), `tts-ghost ${STYLES[i]}`);
  }
  const now = portraits.at(-1);
  if (now) {
    panel.curve(now.linear, "tts-first");
    for (const i of names.keys()) panel.curve(now.pupils[i].errors, STYLES[i]);
  }
  panel.numbers("thinking steps k");
  const { left, right, top, bottom } = frame;
  svg.append(node("rect", { x: left, y: top, width: right - left, height: bottom - top, class: "tts-steps" }));
};

const sentence = ({ portraits, k, names, updates, running }) => {
  const now = portraits.at(-1);
  const done = now?.done ?? 0;
  if (running) return `Training: ${done} of ${updates} updates.`;
  if (!now) return `${names.length > 1 ? "A newborn GPT and its twin know" : "A newborn GPT knows"} nothing. Train, and see who learns to think.`;
  const told = names.map((name, i) => {
    const { errors } = now.pupils[i];
    const best = errors.indexOf(Math.min(...errors));
    return `${name} ${round(errors[k])} (its least is ${round(errors[best])}, after ${stepsInWords(best)})`;
  });
  return `${done} updates. Median error / d after ${stepsInWords(k)}: ${told.join("; ")}; the linear layer of the same data ${round(now.linear[k])}.`;
};

const button = (label, act) => {
  const made = element("button", { type: "button" }, label);
  made.addEventListener("click", act);
  return made;
};

const render = ({ model, el }) => {
  /** @type {Report[]} */
  let portraits = [];
  /** @type {ReturnType<typeof hire> | null} */
  let school = null;
  let known = "";
  let frame = { left: 0, right: 0 };
  /** @type {() => any} */
  const settings = () => Object.fromEntries(SHAPES.map((name) => [name, model.get(name)]));
  const redraw = () => model.set("moment", {}); // no trait, but a change, after which the picture is drawn anew
  const done = () => portraits.at(-1)?.done ?? 0;
  const tell = () => {
    main.textContent = run.runs() ? "Stop" : !done() ? "Train" : done() < model.get("updates") ? "Go on" : "Train another";
    el.querySelector(".tts-status")?.setAttribute("aria-busy", String(run.runs())); // said when it is complete
  };
  const begin = () => {
    school?.dismiss();
    school = null;
    portraits = [];
    known = JSON.stringify(settings());
  };
  let drawn = 0;
  let once = false; // whether it rests at the next portrait
  const run = liveRun(el, {
    work: () => {
      const report = school?.next();
      if (report) portraits.push(report);
      return done() < model.get("updates") && !(report && once);
    },
    show: () => {
      if (drawn !== portraits.length || drawn === 0) redraw();
      drawn = portraits.length;
    },
    ended: () => {
      if (!el.isConnected) begin();
      if (done() === model.get("updates")) school?.dismiss();
      redraw();
    },
  });
  const start = (resting) => {
    once = resting;
    school ??= hire(model.get("_esm"), settings());
    run.start();
    tell();
  };
  const main = button("Train", () => {
    if (run.runs()) return run.stop();
    if (done() === model.get("updates")) {
      model.set("seed", model.get("seed") + 1);
      model.save_changes();
      begin();
    }
    start(false);
  });
  const buttons = element("div", { class: "tts-buttons tts-think tts-training" }, main,
    button(`${BETWEEN} updates`, () => { // one alone changes less than can be seen
      run.stop();
      if (done() < model.get("updates")) start(true);
    }),
    button("Start again", () => {
      run.stop();
      begin();
      redraw();
    }));
  const draw = (width, tall) => {
    if (known !== JSON.stringify(settings())) {
      run.stop();
      begin();
    }
    const names = [model.get("first"), model.get("second")].filter((name) => name !== "none");
    const state = { portraits, names, k: model.get("steps"), updates: model.get("updates"), running: run.runs() };
    const words = sentence(state);
    const beside = width >= WIDE;
    const bottom = beside ? Math.max(300, tall - 40) : 260;
    const height = beside ? bottom + 40 : 480;
    const picture = drawing(width, height, words);
    const place = { left: 52, right: beside ? 0.62 * width : width - 8, top: 26, bottom };
    drawErrors(picture, place, state);
    frame = place;
    drawLoss(picture, beside ? { left: 0.62 * width + 58, right: width - 8, top: 26, bottom } : { left: 52, right: width - 8, top: 340, bottom: 440 }, state);
    tell();
    return { picture, words };
  };
  drag(el, ".tts-steps", (x) => {
    const { left, right } = frame;
    model.set("steps", Math.max(0, Math.min(MOST_STEPS, Math.round(((x - left) / (right - left)) * MOST_STEPS))));
    model.save_changes();
  });
  const offered = (names) => () => names.map((name) => [name, name]);
  const ghost = key(34, 10, node("path", { d: "M0,5H34", class: "tts-curve tts-ghost tts-second" }));
  const controls = [
    choice(model, { trait: "first", label: "its training", options: offered(RECIPES) }),
    choice(model, { trait: "second", label: "its twin's", options: offered([...RECIPES, "none"]) }),
    slider(model, { trait: "steps", label: "thinking steps k", values: range(0, MOST_STEPS) }),
    slider(model, { trait: "train_length", label: "training length n", values: [6, 8, 10, 12, 16, 20, 24, 30, 40] }),
    slider(model, { trait: "test_length", label: "test length m", values: [6, 8, 10, 12, 16, 20, 24, 30, 40, 60, 100] }),
    slider(model, { trait: "exponent", label: "tail of skewed data", values: range(0, 3, 0.25) }),
    choice(model, { trait: "size", label: "size", options: () => [["small", "small, width 32"], ["large", "large, width 64"]] }),
    slider(model, { trait: "dim", label: "skills d", values: range(2, 8) }),
    slider(model, { trait: "updates", label: "updates", values: [200, 500, 1000, 1500, 2000] }),
    slider(model, { trait: "seed", label: "seed", values: range(0, 30) }),
    buttons,
    legend({ second: "the GPT", third: "its twin", first: "linear layer of its data" }),
    keys([[ghost, "earlier in training"]]),
  ];
  const quit = follow(model, el, controls, draw);
  tell();
  return () => {
    run.stop();
    school?.dismiss();
    quit();
  };
};

export default { render };
