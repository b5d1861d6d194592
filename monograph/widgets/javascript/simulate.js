// A button that draws fresh prompts, in the page or in a kernel if there is one, and what was found.

import { element } from "./controls.js";
import { Random } from "./random.js";
import { seedInput } from "./seed.js";
import { inSlices } from "./slices.js";

/** @import { Panel } from "./chart.js" */
/** @import { Model } from "./toolbar.js" */

/**
 * What the page draws: one prompt at a time, up to `total` of them, and what is found so far.
 * @typedef {object} Draws
 * @property {number} total
 * @property {(random: Random) => void} draw
 * @property {() => { words: string, prompts: string } & Record<string, any>} found
 */

const PATIENCE = 15000; // milliseconds until a kernel that was asked is taken to be gone
const SHOWN = 400; // milliseconds between two pictures of what the page has found so far
const RINGS = " Rings: simulated; bars: their 99 % intervals at once, where they are longer.";

// A model that has no kernel behind it has no `send`: see host.js.
/** @type {(model: Model) => boolean} */
export const hasKernel = (model) => typeof model.send === "function";

// What was simulated at the settings that the model has now. Points of other settings are never shown.
/** @type {(model: Model) => any} */
export const present = (model) => {
  const found = model.get("found");
  const same = ([name, value]) => JSON.stringify(value) === JSON.stringify(model.get(name));
  return found?.settings && Object.entries(found.settings).every(same) ? found : null;
};

// Lay the points from one place of the list to another over a panel, the first of them at x.
/**
 * @param {Panel} panel
 * @param {Model} model
 * @param {{ x?: number, from?: number, to?: number }} [part]
 */
export const overlay = (panel, model, { x = 0, from = 0, to } = {}) => {
  const { points, low, high } = present(model) ?? {};
  const part = (values) => values.slice(from, to);
  if (points) panel.measured(x, part(points), part(low), part(high));
};

// Draw in the page, with the model's seed, until all is drawn, someone stops it, or nobody looks.
const begin = (model, el, prepare, names) => {
  const settings = Object.fromEntries([...names, "seed"].map((name) => [name, model.get(name)]));
  const [draws, random] = [prepare(model), new Random(model.get("seed"))];
  let [done, shown] = [0, performance.now()];
  const show = () => {
    const { words, prompts, ...rest } = draws.found();
    const drawn = `${done.toLocaleString("en-US")} of ${draws.total.toLocaleString("en-US")} ${prompts}`;
    model.set("found", { settings, done, total: draws.total, words: `${drawn}, seed ${settings.seed}. ${words}`, ...rest });
    shown = performance.now();
  };
  model.set("found", { settings, done, total: draws.total });
  const own = () => present(model)?.settings === settings;
  inSlices(() => {
    draws.draw(random);
    done++;
    if (performance.now() - shown > SHOWN) show();
    return done < draws.total;
  }, () => model.get("simulating") && own() && el.isConnected && !document.hidden, () => {
    if (own() && done > 0) show();
    if (own() || !present(model)) model.set("simulating", false);
  });
};

// The button, a seed, the progress, and the sentence that says what was found. Without a kernel the page draws, or
// `always`; points belong to the values of the traits `names`, by default of all controls.
/**
 * @param {Model} model
 * @param {{ draws: (model: Model) => Draws, names?: string[], note?: string, always?: boolean }} how
 * @returns {HTMLElement}
 */
export const simulate = (model, { draws, names, note = RINGS, always = false }) => {
  const here = always || !hasKernel(model);
  const button = element("button", { type: "button" });
  const bar = element("progress", { max: 1, "aria-label": "share of the prompts simulated" });
  const status = element("p", { role: "status" });
  const el = element("div", { class: "tts-simulate" },
    element("div", { class: "tts-buttons" }, button, element("label", {}, "seed ", seedInput(model)), bar), status);
  let timer, late;
  const wait = (pressed) => {
    clearTimeout(timer);
    late = false;
    if (pressed) timer = setTimeout(() => { late = true; show(); }, PATIENCE);
  };
  const sentence = (found, running) => {
    if (found?.error) return `The simulation failed. ${found.error}`;
    if (found?.words) return found.words + note;
    if (running && late) return "The kernel does not answer: it is busy, or it has stopped. Run the cell again.";
    return running && !here ? "Asking the kernel …" : "";
  };
  const show = () => {
    const [running, found] = [model.get("simulating"), present(model)];
    button.textContent = running ? "stop" : found ? "another draw" : "simulate";
    bar.hidden = !running;
    if (found?.done) bar.value = found.done / found.total;
    else bar.removeAttribute("value");
    status.setAttribute("aria-busy", running); // said when it is complete
    const words = sentence(found, running);
    if (status.textContent !== words) status.textContent = words;
  };
  button.addEventListener("click", () => {
    const running = model.get("simulating");
    if (!running && present(model)) model.set("seed", model.get("seed") + 1);
    if (!here) wait(!running);
    model.set("simulating", !running);
    model.save_changes();
    if (here && !running) begin(model, el, draws, names ?? controlled(model));
  });
  model.on("change:found", () => wait(false));
  model.on("change", show);
  show();
  return el;
};

const controlled = (model) => Object.keys(model.get("frame").settings).filter((name) => name !== "seed");
