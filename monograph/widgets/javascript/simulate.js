// A button by which a live kernel runs the package on fresh prompts, and what it has found.

import { element } from "./controls.js";

/** @import { Panel } from "./chart.js" */
/** @import { Model } from "./toolbar.js" */

const PATIENCE = 15000; // milliseconds until a kernel that was asked is taken to be gone

// A model that has no kernel behind it has no `send`: see host.js.
const hasKernel = (model) => typeof model.send === "function";

// What was simulated at the settings that the model has now. Points of other settings are never shown.
const present = (model) => {
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

const without = () => {
  const how = document.querySelector(".dropdown-launch-buttons")
    ? ["use the launch button at the top of the page."] : ["run ", element("code", {}, "make lab"), "."];
  return element("p", { class: "tts-simulate" }, "To simulate this on fresh prompts, get a kernel: ", ...how);
};

const RINGS = " Rings: simulated; bars: their 99 % intervals at once, where they are longer.";

// The button, a seed, the progress, and the sentence that says what was found.
/** @type {(model: Model, note?: string) => HTMLElement} */
export const simulate = (model, note = RINGS) => {
  if (!hasKernel(model)) return without();
  const button = element("button", { type: "button" });
  const seed = element("input", { type: "number", min: 0, step: 1, "data-lm-suppress-shortcuts": "true" });
  const bar = element("progress", { max: 1, "aria-label": "share of the prompts simulated" });
  const status = element("p", { role: "status" });
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
    return running ? "Asking the kernel …" : "";
  };
  const show = () => {
    const [running, found] = [model.get("simulating"), present(model)];
    button.textContent = running ? "stop" : found ? "another draw" : "simulate";
    if (document.activeElement !== seed) seed.value = model.get("seed");
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
    wait(!running);
    model.set("simulating", !running);
    model.save_changes();
  });
  seed.addEventListener("change", () => {
    if (seed.checkValidity() && seed.value !== "") {
      model.set("seed", seed.valueAsNumber);
      model.save_changes();
    }
    seed.value = model.get("seed");
  });
  model.on("change:found", () => wait(false));
  model.on("change", show);
  show();
  return element("div", { class: "tts-simulate" },
    element("div", { class: "tts-buttons" }, button, element("label", {}, "seed ", seed), bar), status);
};
