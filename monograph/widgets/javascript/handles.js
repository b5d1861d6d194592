// Handles in a picture that is drawn anew at each move: focusable, and quiet until a move ends.

import { node } from "./chart.js";

/** @typedef {{ name: string, label: string, at: number[], value: number[], text: string }} Handle */

/** @type {Record<string, [across: number, up: number]>} */
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

// A handle that can be held, around the marks that show it.
/** @type {(handle: Handle, ...marks: SVGElement[]) => SVGElement} */
export const handle = ({ name, label, at: [cx, cy], value, text }, ...marks) => {
  const group = node("g", {
    class: "tts-hold", "data-handle": name, "data-lm-suppress-shortcuts": "true",
    tabindex: 0, role: "slider", "aria-label": label, "aria-valuenow": value[0], "aria-valuetext": text,
  });
  group.append(...marks, node("circle", { cx, cy, r: 20, class: "tts-grip" }));
  return group;
};

const statusOf = (el) => el.querySelector(".tts-status");

// From here on nothing is said of what changes, until the move ends.
/** @type {(el: HTMLElement) => void} */
export const quiet = (el) => statusOf(el)?.setAttribute("aria-live", "off");

const speak = (el) => {
  const region = statusOf(el);
  if (region?.getAttribute("aria-live") !== "off") return;
  region.setAttribute("aria-live", "polite");
  requestAnimationFrame(() => region.replaceChildren(region.textContent ?? "")); // which is heard
};

// Keys of the handle that has the focus: arrows, and those named in `others`.
/**
 * @param {HTMLElement} el
 * @param {(name: string, across: number, up: number) => void} move
 * @param {Record<string, (name: string) => void>} others
 */
export const followKeys = (el, move, others) => {
  el.addEventListener("keydown", (event) => {
    const name = event.target instanceof Element && event.target.closest(".tts-hold")?.getAttribute("data-handle");
    if (!name || !(event.key in MOVES || event.key in others)) return;
    event.preventDefault();
    event.stopPropagation();
    quiet(el);
    if (event.key in MOVES) move(name, ...MOVES[event.key]);
    else others[event.key](name);
  });
  el.addEventListener("keyup", () => speak(el));
  el.addEventListener("gotpointercapture", () => quiet(el));
  el.addEventListener("lostpointercapture", () => speak(el));
};

// Give the focus to a handle.
/** @type {(el: HTMLElement, name: string) => void} */
export const focusOn = (el, name) =>
  /** @type {SVGElement | null} */ (el.querySelector(`[data-handle="${name}"]`))?.focus({ preventScroll: true });

// Give the focus back to the handle that has it once the picture has been drawn anew.
/** @type {(el: HTMLElement) => void} */
export const keepFocus = (el) => {
  // In a window that is not the active one, `:focus` matches nothing.
  const { activeElement } = /** @type {Document | ShadowRoot} */ (el.getRootNode());
  const name = el.contains(activeElement) && activeElement?.closest(".tts-hold")?.getAttribute("data-handle");
  if (name) queueMicrotask(() => focusOn(el, name));
};
