// What all widgets share: presets with a question each, reset, a guided tour of some and, on the site, a way to the
// page that shows the widget alone. What the controls set is kept as a part of an address in `data-state`.

import { element } from "./element.js";
import { tour } from "./tour.js";

/**
 * The part of anywidget's model that widgets use; `send` is there if a kernel is.
 * @typedef {object} Model
 * @property {(trait: string) => any} get
 * @property {(trait: string, value: unknown) => void} set
 * @property {(event: string, act: () => void) => void} on
 * @property {() => void} save_changes
 * @property {(content: object) => void} [send]
 */

const written = (value) => String(value ?? "none");

/** @type {(model: Model, el: HTMLElement) => HTMLElement[]} */
export const toolbar = (model, el) => {
  const { settings = {}, presets = [] } = model.get("frame") ?? {};
  const names = Object.keys(settings);
  const start = Object.fromEntries(names.map((name) => [name, settings[name].start]));
  const moved = (state) => names.filter((name) => written(model.get(name)) !== written({ ...start, ...state }[name]));
  const bar = element("div", { class: "tts-buttons tts-bar" });
  const question = element("p", { class: "tts-question", role: "status" });
  const select = element("select", { "data-lm-suppress-shortcuts": "true" });
  select.append(element("option", {}, "choose …"), ...presets.map(({ name }) => element("option", {}, name)));

  const ask = () => {
    const preset = presets[select.selectedIndex - 1];
    question.replaceChildren();
    if (preset) question.append(element("strong", {}, `Guess first: ${preset.question}`), ` ${preset.look}`);
  };
  const apply = (state) => {
    for (const name of moved(state)) model.set(name, { ...start, ...state }[name]);
    model.save_changes();
    ask();
  };
  select.addEventListener("change", () => apply(presets[select.selectedIndex - 1]?.state));
  const reset = element("button", { type: "button" }, "Reset");
  reset.addEventListener("click", () => {
    select.selectedIndex = 0;
    apply({});
  });
  if (presets.length > 0) bar.append(element("label", {}, "Preset ", select));
  if (names.length > 0) bar.append(reset);
  const [begin, ...stops] = tour(model, el, apply);
  if (begin) bar.append(begin);

  const page = el.closest("[data-stand]")?.getAttribute("data-stand");
  const full = element("a", {}, "Full screen");
  if (page) bar.append(full);
  const note = () => {
    const state = new URLSearchParams(moved({}).map((name) => [name, written(model.get(name))]));
    el.dataset.state = state.toString().replaceAll("%2C", ",");
    full.href = `${page}#${el.dataset.state}`;
  };
  model.on("change", note);
  note();
  select.selectedIndex = 1 + presets.findIndex(({ state }) => moved(state).length === 0);
  ask();
  return [bar, question, ...stops];
};
