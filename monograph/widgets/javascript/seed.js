// A seed that can be set, and a button that takes the next one.

import { element } from "./element.js";

/** @import { Model } from "./toolbar.js" */

/** @type {(model: Model) => HTMLInputElement} */
export const seedInput = (model) => {
  const input = element("input", { type: "number", min: 0, max: 2 ** 32 - 1, step: 1, "data-lm-suppress-shortcuts": "true" });
  const show = () => { if (document.activeElement !== input) input.value = model.get("seed"); };
  input.addEventListener("change", () => {
    if (input.checkValidity() && input.value !== "") {
      model.set("seed", input.valueAsNumber);
      model.save_changes();
    }
    input.value = model.get("seed");
  });
  model.on("change:seed", show);
  show();
  return input;
};

/** @type {(model: Model, text: string) => HTMLElement} */
export const seedField = (model, text) => {
  const next = element("button", { type: "button" }, text);
  next.addEventListener("click", () => {
    model.set("seed", (model.get("seed") + 1) % 2 ** 32);
    model.save_changes();
  });
  return element("div", { class: "tts-simulate" },
    element("div", { class: "tts-buttons" }, next, element("label", {}, "seed ", seedInput(model))));
};
