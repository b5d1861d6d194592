import { blockEdges, blockOf, closedForm, gramMatrix, thoughts } from "./layer.js";
import { largestLeak, withoutLeaks } from "./leaks.js";
import { liveRun } from "./live_run.js";
import { BATCH, drawPrompt, lesson, newborn, update } from "./upbringing.js";
import { Random } from "./random.js";
import { powerLaw, preconditioner } from "./theory.js";
import { choice, drag, element, follow, key, keys, legend, range, slider } from "./controls.js";
import { drawing, node, Panel } from "./chart.js";
import { fixed, round } from "./numbers.js";

const STEPS = 20;
const TESTS = 100; // prompts that the layers think about
const FRAME = 4; // updates between two pictures
const DECADES = [-6, 2, 2];
const WIDE = 540; // from here on the three stand side by side
const FAINT = 0.03; // entries that are not drawn
const NAMED = 0.15; // root mean square from which a block bears its name
const UPBRINGINGS = ["first", "second", "third"];
const RECIPES = ["shift", "direct", "independent", "noisy", "unrolled", "teacher-forced"];
const SHAPES = ["dim", "exponent", "train_length", "updates", "seed", ...UPBRINGINGS];
const ROWS = ["x", "y", "w", "flag"];

// What recipes teach a layer that has V₃₁, W₁₃ and W₂₄ alone, for those that determine it; where all blocks are free,
// leaks may do better, as by erasing a start that says nothing. Shift teaches the perfect layer.
const taughtLayer = {
  shift: (P) => closedForm(P, 1),
  independent: (P) => closedForm(P, 0),
  noisy: (P) => closedForm(P, 0.8),
  "teacher-forced": (P) => closedForm(P.map(() => 0.3), 1),
};

const middle = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const beyond = (value) => (Number.isFinite(value) ? value : Infinity);

// Three layers that are equal at birth and see the same prompts, and what they are asked.
const found = (model) => {
  const [dim, exponent, length, updates, seed, ...recipes] = SHAPES.map((name) => model.get(name));
  const raw = powerLaw(dim, exponent);
  const trace = raw.reduce((sum, value) => sum + value, 0);
  const strengths = raw.map((value) => (value * dim) / trace);
  const random = new Random(seed);
  const born = newborn(random, dim);
  return { dim, strengths, length, updates, seed, recipes, random, done: 0, pupils: recipes.map(() => structuredClone(born)), leaks: [] };
};

const train = (school) => {
  const { random, strengths, length, pupils, recipes, updates } = school;
  const batch = Array.from({ length: BATCH }, () => drawPrompt(random, strengths, length));
  for (const [i, pupil] of pupils.entries()) update(pupil, batch.map((prompt) => lesson(recipes[i], prompt)), school.done, updates);
  school.done += 1;
};

// Median error / d over the test prompts after each step.
const errorsOf = (layer, tests) => {
  const chains = tests.map(({ gram, w, length }) =>
    thoughts(layer, gram, length, new Float64Array(w.length), STEPS).map((answer) =>
      beyond(answer.reduce((sum, one, i) => sum + (one - w[i]) ** 2, 0) / w.length)));
  return chains[0].map((_, k) => middle(chains.map((errors) => errors[k])));
};

const ratioOf = (layer, dim) => {
  const trace = blockOf(layer, "W13").reduce((sum, value, i) => sum + (i % (dim + 1) ? 0 : value), 0);
  return trace / dim / -blockOf(layer, "W24")[0];
};

// Where P is off, as a share of what it should be.
const missed = (layer, P) => {
  const [W24] = blockOf(layer, "W24");
  const off = blockOf(layer, "V31").reduce((sum, value, i) => {
    const right = i % (P.length + 1) ? 0 : P[i % P.length];
    return sum + (value * W24 - right) ** 2;
  }, 0);
  return Math.sqrt(off / P.reduce((sum, p) => sum + p * p, 0));
};

const subscript = (name) => name[0] + [...name.slice(1)].map((digit) => "₀₁₂₃₄"[Number(digit)]).join("");

// All entries of V or W, in frames of their blocks. A block lights up with its namesake in the formulas of the page.
const drawWeights = (svg, layer, name, dim, { x, y, side }) => {
  const size = 2 * dim + 2;
  const cell = side / size;
  const edges = blockEdges(dim);
  svg.append(node("text", { x, y: y - 4 }, name));
  layer[name].forEach((value, i) => {
    const strength = Math.min(1, Math.abs(value));
    if (!(strength >= FAINT)) return;
    const [left, top] = [x + (i % size) * cell, y + Math.floor(i / size) * cell];
    svg.append(node("rect", { x: left, y: top, width: cell, height: cell, "fill-opacity": strength.toFixed(2), class: value > 0 ? "tts-above" : "tts-below" }));
  });
  const labels = [];
  for (let i = 1; i <= 4; i++) {
    for (let j = 1; j <= 4; j++) {
      const block = `${name}${i}${j}`;
      const [left, top] = [x + edges[j - 1] * cell, y + edges[i - 1] * cell];
      const [width, height] = [(edges[j] - edges[j - 1]) * cell, (edges[i] - edges[i - 1]) * cell];
      const frame = node("rect", { x: left, y: top, width, height, class: "tts-block", "data-kin": block });
      frame.append(node("title", {}, `${subscript(block)}: ${ROWS[i - 1]} from ${ROWS[j - 1]}`));
      svg.append(frame);
      const values = blockOf(layer, block);
      if (!(Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length) >= NAMED)) continue;
      const inside = width > 26 && height > 16; // else the name stands to the left of its block
      labels.push(node("text", { x: inside ? left + width - 2 : left - 2, y: inside ? top + 12 : top + height / 2 + 4, "text-anchor": "end", "data-kin": block }, subscript(block)));
    }
  }
  svg.append(...labels);
};

// Where the title, the two matrices and the errors of each layer stand, beside each other or below.
const places = (width, tall) => {
  if (width >= WIDE) {
    const each = (width - 98) / 3;
    const side = (each - 8) / 2;
    const top = side + 74;
    const bottom = Math.max(top + 150, tall - 38);
    const lefts = [0, 1, 2].map((i) => 42 + i * (each + 24));
    return {
      height: bottom + 38,
      cards: lefts.map((x, i) => ({ title: [x, 14], matrices: { x, y: 46, side }, panel: { left: x, right: x + each, top, bottom }, scale: i === 0 })),
    };
  }
  const side = (0.5 * width - 14) / 2;
  const high = side + 78;
  return {
    height: 3 * high,
    cards: [0, 1, 2].map((i) => ({
      title: [2, i * high + 14], matrices: { x: 2, y: i * high + 46, side },
      panel: { left: 0.5 * width + 40, right: width - 8, top: i * high + 28, bottom: i * high + high - 36 }, scale: true,
    })),
  };
};

const drawCard = (svg, place, { school, i, k, curves, perfect, P }) => {
  const { pupils, recipes, dim, done } = school;
  const { layer } = pupils[i];
  const [x, y] = place.title;
  svg.append(node("text", { x, y, class: "tts-title" }, recipes[i]));
  const state = done ? `P off by ${round(100 * missed(layer, P))} %, r = ${fixed(2)(ratioOf(layer, dim))}` : "newborn";
  svg.append(node("text", { x, y: y + 15, class: "tts-state" }, state));
  const { matrices } = place;
  drawWeights(svg, layer, "V", dim, { ...matrices, y: matrices.y + 4 });
  drawWeights(svg, layer, "W", dim, { ...matrices, x: matrices.x + matrices.side + 8, y: matrices.y + 4 });
  const panel = new Panel(svg, {
    ...place.panel, domain: [0, STEPS], decades: DECADES, label: "error left, median", ...(place.scale ? {} : { format: () => "" }),
  });
  panel.add("line", { x1: panel.left, x2: panel.right, y1: panel.y(1), y2: panel.y(1), class: "tts-level" });
  panel.add("line", { x1: panel.x(k), x2: panel.x(k), y1: panel.top, y2: panel.bottom, class: "tts-now" });
  panel.curve(perfect, "tts-first");
  if (curves.theory) panel.curve(curves.theory, "tts-third");
  panel.curve(curves.errors, "tts-second");
  for (const tick of range(0, STEPS, 5)) panel.add("text", { x: panel.x(tick), y: panel.bottom + 16, "text-anchor": "middle" }, String(tick));
  panel.add("text", { x: (panel.left + panel.right) / 2, y: panel.bottom + 32, "text-anchor": "middle" }, "thinking steps k");
  const { left, right, top, bottom } = place.panel;
  svg.append(node("rect", { x: left, y: top, width: right - left, height: bottom - top, class: "tts-steps" }));
};

const percent = (error) => (error > 1e4 ? "all bounds left" : `${round(100 * error)} %`);

const sentence = ({ school, k, all, running }) => {
  const { done, updates, recipes, pupils, dim, leaks } = school;
  if (running) return `Training: ${done} of ${updates} updates.`;
  if (!done) return `Three newborn layers, equal to the last digit. Error left by all three: ${percent(all[0].errors[k])} after ${k} step${k === 1 ? "" : "s"}.`;
  const told = recipes.map((recipe, i) => `${recipe} ${percent(all[i].errors[k])} (r = ${fixed(2)(ratioOf(pupils[i].layer, dim))})`);
  const leaky = leaks.map((leak, i) => leak && `${recipes[i]} leaks through ${leak.names.map(subscript).join(" with ")}`).filter(Boolean);
  return `${done} update${done === 1 ? "" : "s"}. Median error left after ${k} step${k === 1 ? "" : "s"}: ${told.join(", ")}.` +
    (leaky.length ? ` Beyond its three blocks, ${leaky.join(", ")}.` : "");
};

// The leak of a layer, where it at least doubles what its three blocks alone would leave after all steps.
const leakOf = (layer, tests) => {
  const [whole, without] = [layer, withoutLeaks(layer)].map((one) => errorsOf(one, tests)[STEPS]);
  if (!(whole > 2 * without)) return null;
  const { names } = largestLeak(layer, tests.slice(0, 20).map((test) => ({ ...test, dim: test.w.length })), STEPS);
  return { names };
};

const button = (label, act) => {
  const made = element("button", { type: "button" }, label);
  made.addEventListener("click", act);
  return made;
};

const render = ({ model, el }) => {
  const brief = model.get("brief");
  let school, tests, curves, known = "", asked = "";
  const redraw = () => model.set("moment", {}); // no trait, but a change, after which the picture is drawn anew
  // The test prompts, and what the layers of theory make of them: drawn anew where something else is asked for.
  const theoryOf = (P) => {
    const length = model.get("test_length");
    const now = JSON.stringify([P, length, school.seed]);
    if (now !== asked) {
      const random = new Random(school.seed + 2 ** 32); // other prompts than those of training
      tests = Array.from({ length: TESTS }, () => drawPrompt(random, school.strengths, length)).map(({ C, w }) => ({ gram: gramMatrix(C, w), w, length }));
      curves = Object.fromEntries(Object.entries(taughtLayer).map(([name, make]) => [name, errorsOf(make(P), tests)]));
      asked = now;
    }
    return curves;
  };
  const tell = () => {
    main.textContent = run.runs() ? "Stop" : !school?.done ? "Train" : school.done < school.updates ? "Go on" : "Train another";
    el.querySelector(".tts-status")?.setAttribute("aria-busy", String(run.runs())); // said when it is complete
  };
  const begin = () => {
    school = found(model);
    known = JSON.stringify(SHAPES.map((name) => model.get(name)));
  };
  const judge = () => { school.leaks = school.pupils.map(({ layer }) => leakOf(layer, tests)); };
  const run = liveRun(el, {
    work: () => {
      for (let i = 0; i < FRAME && school.done < school.updates; i++) train(school);
      return school.done < school.updates;
    },
    show: redraw,
    ended: () => { judge(); redraw(); },
  });
  const main = button("Train", () => {
    if (run.runs()) return run.stop();
    if (school.done === school.updates) {
      model.set("seed", school.seed + 1);
      model.save_changes();
      begin();
    }
    run.start();
    tell();
    if (brief) el.querySelector(".tts-stage").scrollIntoView({ block: "nearest" }); // it may begin below the window
  });
  const buttons = element("div", { class: "tts-buttons tts-think tts-training" }, main,
    button("One update", () => {
      run.stop();
      if (school.done < school.updates) train(school);
      judge();
      redraw();
    }),
    button("Start again", () => {
      run.stop();
      begin();
      redraw();
    }));

  let frames = [];
  let stop = 0; // of the guided tour
  const draw = (width, tall) => {
    const starts = model.get("tour") === 1 && stop !== 1; // a tour begins with newborn layers
    stop = model.get("tour");
    if (starts || known !== JSON.stringify(SHAPES.map((name) => model.get(name)))) {
      run.stop();
      begin();
    }
    const k = model.get("steps");
    const P = preconditioner(school.strengths, school.length);
    const { shift: perfect, ...others } = theoryOf(P);
    const theory = school.done && !brief ? others : {}; // which before would give the answer away
    const all = school.recipes.map((recipe, i) => ({ errors: errorsOf(school.pupils[i].layer, tests), theory: theory[recipe] }));
    const words = sentence({ school, k, all, running: run.runs() });
    const { height, cards } = places(width, tall);
    const picture = drawing(width, height, words);
    frames = cards.map(({ panel }) => panel);
    for (const [i, place] of cards.entries()) drawCard(picture, place, { school, i, k, curves: all[i], perfect, P });
    tell();
    return { picture, words };
  };
  drag(el, ".tts-steps", (x, y) => {
    const gap = ({ left, right, top, bottom }) => Math.max(left - x, x - right, 0) + Math.max(top - y, y - bottom, 0);
    const { left, right } = frames.reduce((best, one) => (gap(one) < gap(best) ? one : best));
    model.set("steps", Math.max(0, Math.min(STEPS, Math.round(((x - left) / (right - left)) * STEPS))));
    model.save_changes();
  });
  const recipes = UPBRINGINGS.map((trait) => choice(model, { trait, label: `${trait} upbringing`, options: () => RECIPES.map((name) => [name, name]) }));
  const steps = slider(model, { trait: "steps", label: "thinking steps k", values: range(0, STEPS) });
  const rest = [
    slider(model, { trait: "train_length", label: "training length n", values: [2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100] }),
    slider(model, { trait: "test_length", label: "test length m", values: [10, 20, 50, 100, 200, 500, 1000, 10000] }),
    slider(model, { trait: "dim", label: "skills d", values: range(2, 6) }),
    slider(model, { trait: "exponent", label: "tail exponent", values: range(0, 1.5, 0.1), format: fixed(1) }),
    slider(model, { trait: "updates", label: "updates", values: [50, 100, 200, 300, 500, 1000, 2000] }),
    slider(model, { trait: "seed", label: "seed", values: range(0, 30) }),
  ];
  const cell = (name) => key(10, 10, node("rect", { width: 10, height: 10, class: name }));
  const lines = { second: "this layer", first: "the perfect layer" };
  const marks = [legend(brief ? lines : { ...lines, third: "in theory, without leaks" }),
    keys([[cell("tts-above"), "positive entry"], [cell("tts-below"), "negative entry"]])];
  const quit = follow(model, el, brief ? [steps, buttons] : [...recipes, steps, ...rest, buttons, ...marks], draw);
  if (brief) el.querySelector(".tts-stage").after(...marks); // so that the picture is in sight where one presses
  tell();
  return () => {
    run.stop();
    quit();
  };
};

export default { render };
