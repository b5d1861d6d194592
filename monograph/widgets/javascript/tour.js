// A guided tour: at each stop a part of the widget is pointed at, a guess is asked for and a move is waited for.

import { element } from "./element.js";

/**
 * @import { Model } from "./toolbar.js"
 * @typedef {object} Stop
 * @property {string} part
 * @property {string} text
 * @property {string} question
 * @property {string[]} guesses
 * @property {number} right
 * @property {string} do
 * @property {string | Record<string, [number, number] | null>} until
 * @property {string} found
 * @property {Record<string, unknown>} state
 */

const POINTED = "tts-pointed";

// The part of a widget with these words on it.
const partOf = (el, words) => {
  if (words === "picture") return el.querySelector(".tts-stage");
  const named = [...el.querySelectorAll(".tts-controls :is(label, button, caption)")];
  const found = named.find((one) => (one.querySelector("span") ?? one).textContent === words);
  return found?.closest("table") ?? found;
};

// Whether a trait, or an entry of one as in "W.2", is within bounds; without bounds, whether it is endless.
const fits = (model, path, bounds) => {
  const [name, index] = path.split(".");
  const value = index === undefined ? model.get(name) : model.get(name)[index];
  return bounds && value !== null ? value >= bounds[0] && value <= bounds[1] : bounds === value;
};

// The button that begins it, and where the stops are told. `restart(state)` sets all that the state does not name back.
/** @type {(model: Model, el: HTMLElement, restart: (state: Record<string, unknown>) => void) => HTMLElement[]} */
export const tour = (model, el, restart) => {
  const stops = /** @type {Stop[]} */ (model.get("frame")?.tour ?? []);
  if (stops.length === 0) return [];
  const text = element("p", { role: "status" });
  const buttons = element("div", { class: "tts-buttons" });
  const place = element("div", { class: "tts-tour", role: "group", "aria-label": "guided tour" }, text, buttons);
  let [shown, guess, waits] = [0, -1, false];

  const press = (label, act) => {
    const made = element("button", { type: "button" }, label);
    made.addEventListener("click", act);
    return made;
  };
  const go = (number) => {
    const state = { ...stops[number - 1]?.state, tour: number };
    if (number === 1) restart(state);
    for (const [name, value] of Object.entries(state)) model.set(name, value);
    model.save_changes();
    (number ? buttons.querySelector("button") : begin)?.focus();
  };
  const begin = press("Guided tour", () => go(1));
  const leave = () => press("Leave the tour", () => go(0));

  const arrived = ({ until }) => {
    if (typeof until === "string") return el.querySelector(".tts-status")?.textContent.includes(until) ?? false;
    return Object.entries(until).every(([path, bounds]) => fits(model, path, bounds));
  };
  const point = (part) => {
    el.querySelector(`.${POINTED}`)?.classList.remove(POINTED);
    if (part) partOf(el, part)?.classList.add(POINTED);
  };
  const tell = () => {
    const stop = stops[shown - 1];
    const focused = place.contains(document.activeElement);
    const verdict = guess === stop.right ? "You guessed right." : "It came out otherwise.";
    text.textContent = `${verdict} ${stop.found}`;
    buttons.replaceChildren(shown < stops.length ? press("Next", () => go(shown + 1)) : press("End the tour", () => go(0)));
    if (shown < stops.length) buttons.append(leave());
    if (focused) buttons.querySelector("button")?.focus();
    waits = false;
  };
  const wait = (stop, chosen) => {
    [guess, waits] = [chosen, true];
    text.textContent = `Your guess: ${stop.guesses[chosen]}. ${stop.do}`;
    buttons.replaceChildren(leave());
    const part = partOf(el, stop.part);
    const control = part?.matches("button") ? part : part?.querySelector("input, select");
    (control ?? buttons.querySelector("button"))?.focus();
    look();
  };
  const show = () => {
    if (model.get("tour") === shown) return;
    shown = model.get("tour");
    waits = false;
    place.hidden = shown === 0;
    begin.hidden = shown > 0;
    const stop = stops[shown - 1];
    point(stop?.part);
    if (!stop) return;
    text.replaceChildren(`Stop ${shown} of ${stops.length}. ${stop.text} `, element("strong", {}, stop.question));
    buttons.replaceChildren(...stop.guesses.map((words, i) => press(words, () => wait(stop, i))), leave());
  };
  const look = () => {
    if (waits && arrived(stops[shown - 1])) tell();
  };
  model.on("change", () => {
    show();
    setTimeout(look); // the widget has then said what it shows
  });
  place.hidden = true;
  setTimeout(show); // the parts to point at are then there
  return [begin, place];
};
