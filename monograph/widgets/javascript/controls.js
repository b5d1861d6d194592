// Native controls with names: a slider that steps through the values of one trait of the model.

import { node } from "./chart.js";
import { element } from "./element.js";
import { toolbar } from "./toolbar.js";

export { element };

/** @import { Model } from "./toolbar.js" */

// Numbers from first to last, a step apart.
/** @type {(first: number, last: number, step?: number) => number[]} */
export const range = (first, last, step = 1) =>
  Array.from({ length: Math.round((last - first) / step) + 1 }, (_, i) => Number((first + i * step).toFixed(6)));

// The values a slider can take, evenly spaced on a logarithmic scale, as whole numbers.
/** @type {(least: number, most: number, perDecade: number) => number[]} */
export const wholeNumbers = (least, most, perDecade) => {
  const values = new Set();
  const last = Math.round(Math.log10(most / least) * perDecade);
  for (let i = 0; i <= last; i++) values.add(Math.round(least * 10 ** (i / perDecade)));
  return [...values];
};

const nearest = (values, value) => {
  const distance = (v) => (v === value ? -1 : v === null || value === null ? Infinity : Math.abs(v - value));
  return values.reduce((best, v, i) => (distance(v) < distance(values[best]) ? i : best), 0);
};

/**
 * @template Value
 * @param {Model} model
 * @param {{ trait: string, label: string, values: Value[], format?: (value: Value) => string }} options
 */
export const slider = (model, { trait, label, values, format = String }) => {
  const input = element("input", {
    type: "range", min: 0, max: values.length - 1, step: 1, "data-lm-suppress-shortcuts": "true",
  });
  const output = element("output");
  const show = () => {
    const value = model.get(trait);
    input.value = nearest(values, value);
    output.textContent = format(value);
    input.setAttribute("aria-valuetext", format(value));
  };
  input.addEventListener("input", () => {
    model.set(trait, values[Number(input.value)]);
    model.save_changes();
  });
  // A finger moves the slider where it is put down; one that then scrolls the page did not mean it.
  let before;
  input.addEventListener("pointerdown", () => (before = model.get(trait)));
  input.addEventListener("pointercancel", () => {
    model.set(trait, before);
    model.save_changes();
  });
  model.on(`change:${trait}`, show);
  show();
  return element("label", { class: "tts-slider" }, element("span", {}, label), input, output);
};

// A small picture of these marks, to stand in a line of keys.
/** @type {(width: number, height: number, ...marks: SVGElement[]) => SVGElement} */
export const key = (width, height, ...marks) => {
  const svg = node("svg", { viewBox: `0 0 ${width} ${height}`, width, height, class: "tts-key", "aria-hidden": "true" });
  svg.append(...marks);
  return svg;
};

// A line of keys, each with its text.
/** @type {(pairs: [picture: SVGElement, text: string][]) => HTMLElement} */
export const keys = (pairs) =>
  element("p", { class: "tts-legend" }, ...pairs.map(([picture, text]) => element("span", {}, picture, text)));

// What the curves stand for: a text for each name of a style, beside a piece of such a curve.
/** @type {(texts: Record<string, string>) => HTMLElement} */
export const legend = (texts) =>
  keys(Object.entries(texts).map(([name, text]) => [
    key(34, 10, node("path", { d: "M0,5H34", class: `tts-curve tts-${name}` }), node("circle", { cx: 17, cy: 5, r: 3, class: `tts-dot tts-${name}` })),
    text,
  ]));

// A list to choose from. `options()` gives pairs of value and text; where a change of the model leaves
// the chosen value without an option, the last one is taken.
/**
 * @param {Model} model
 * @param {{ trait: string, label: string, options: () => any[][] }} options
 */
export const choice = (model, { trait, label, options }) => {
  const select = element("select", { "data-lm-suppress-shortcuts": "true" });
  let offered = "";
  const show = () => {
    const pairs = options();
    if (JSON.stringify(pairs) !== offered) {
      offered = JSON.stringify(pairs);
      select.replaceChildren(...pairs.map(([, text]) => element("option", {}, text)));
    }
    const index = pairs.findIndex(([value]) => value === model.get(trait));
    select.selectedIndex = index < 0 ? pairs.length - 1 : index;
  };
  select.addEventListener("change", () => {
    model.set(trait, options()[select.selectedIndex][0]);
    model.save_changes();
  });
  model.on("change", show);
  show();
  return element("label", { class: "tts-choice" }, element("span", {}, label), select);
};

// Follow a pointer that was pressed on what the selector names. The picture is drawn anew at each move,
// so the pointer is captured by the widget, which stays. `move(x, y)` gets the place in the
// coordinates of the picture; `press`, if there is one, gets it once, before the first move. A finger that
// is put down on a grip drags it; beside one, it scrolls the page up and down, and drags sideways.
/**
 * @param {HTMLElement} el
 * @param {string} selector
 * @param {(x: number, y: number) => void} move
 * @param {(x: number, y: number) => void} [press]
 */
export const drag = (el, selector, move, press = () => {}) => {
  /** @type {PointerEvent | null} */
  let waiting = null; // a finger that was put down and has not moved
  const within = ({ target }, shapes) => target instanceof Element && target.closest(shapes) !== null;
  const at = (event, act) => {
    const chart = /** @type {SVGSVGElement | null} */ (el.querySelector(".tts-chart"));
    const toPicture = chart?.getScreenCTM()?.inverse();
    if (!toPicture) return; // it is not shown
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(toPicture);
    act(x, y);
  };
  const begin = (start, event) => {
    waiting = null;
    at(start, press);
    at(event, move);
  };
  const sideways = (one, other) => Math.abs(other.clientX - one.clientX) > Math.abs(other.clientY - one.clientY);
  // A browser asks pictures for their touch-action, but not shapes in them.
  el.addEventListener("touchstart", (event) => within(event, ".tts-grip") && event.preventDefault(), { passive: false });
  el.addEventListener("pointerdown", (event) => {
    if (!within(event, selector)) return;
    event.preventDefault();
    el.setPointerCapture(event.pointerId);
    if (event.pointerType === "touch") waiting = event; // drawn anew now, the grip would be gone before touchstart
    else begin(event, event);
  });
  el.addEventListener("pointermove", (event) => {
    if (!el.hasPointerCapture(event.pointerId)) return;
    if (!waiting) at(event, move);
    else if (within(waiting, ".tts-grip") || sideways(waiting, event)) begin(waiting, event);
  });
  el.addEventListener("pointerup", (event) => {
    if (waiting && el.hasPointerCapture(event.pointerId)) begin(waiting, waiting);
  });
};

// Lay out a widget, and draw it again whenever the model or the place changes, once for all changes that
// are made together. `draw(width, tall)` gives the picture and the sentence that says what is seen. Where
// the page has large type, the picture is drawn for less width, so that its type is large, too. `tall` is
// the least height that the page's style gives the place: a picture may grow to it.
/**
 * @param {Model} model
 * @param {HTMLElement} el
 * @param {HTMLElement[]} controls
 * @param {(width: number, tall: number) => { picture: SVGElement, words: string }} draw
 * @returns {() => void}
 */
export const follow = (model, el, controls, draw) => {
  const stage = element("div", { class: "tts-stage" });
  const status = element("p", { role: "status", class: "tts-status" });
  el.classList.add("tts-widget");
  el.append(...toolbar(model, el), element("div", { class: "tts-controls" }, ...controls), stage, status);
  let due = false;
  const update = () => {
    due = false;
    const type = Math.max(1, parseFloat(getComputedStyle(document.documentElement).fontSize) / 16);
    const wide = stage.clientWidth || 640;
    const width = Math.min(720, Math.max(300, wide / type));
    const tall = ((parseFloat(getComputedStyle(stage).minHeight) || 0) * width) / wide;
    const { picture, words } = draw(width, Math.min(tall, width));
    stage.replaceChildren(picture);
    status.textContent = words;
  };
  model.on("change", () => {
    if (!due) queueMicrotask(update);
    due = true;
  });
  const observer = new ResizeObserver(update);
  observer.observe(stage);
  update();
  return () => observer.disconnect();
};
