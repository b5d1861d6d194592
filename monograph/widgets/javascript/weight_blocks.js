import { meanError } from "./attention.js";
import { element, follow, legend } from "./controls.js";
import { drawing, filling, Panel } from "./chart.js";
import { round } from "./numbers.js";

const ROWS = ["x", "y", "w", "flag"];

const table = (model, trait) => {
  const inputs = [];
  const cell = (i, j) => {
    const input = element("input", {
      type: "number", step: "0.1", "aria-label": `${trait}, row ${ROWS[i]}, column ${ROWS[j]}`, "data-lm-suppress-shortcuts": "true",
    });
    input.addEventListener("input", () => {
      if (!Number.isFinite(input.valueAsNumber)) return;
      const values = [...model.get(trait)];
      values[4 * i + j] = input.valueAsNumber;
      model.set(trait, values);
      model.save_changes();
    });
    inputs.push(input);
    return element("td", {}, input);
  };
  const head = element("tr", {}, element("td"), ...ROWS.map((name) => element("th", { scope: "col" }, name)));
  const rows = ROWS.map((name, i) => element("tr", {}, element("th", { scope: "row" }, name), ...ROWS.map((_, j) => cell(i, j))));
  const show = () => inputs.forEach((input, index) => {
    const value = model.get(trait)[index];
    if (input.valueAsNumber !== value) input.value = Number(value.toFixed(3));
    input.classList.toggle("tts-zero", value === 0);
  });
  model.on(`change:${trait}`, show);
  show();
  return element("table", { class: "tts-matrix" }, element("caption", {}, trait), element("thead", {}, head), element("tbody", {}, ...rows));
};

const button = (label, act) => {
  const made = element("button", { type: "button" }, label);
  made.addEventListener("click", act);
  return made;
};

const STEPS = 20;

const draw = (model, width, tall) => {
  const error = (V, W) => meanError(V, W, model.get("examples"), model.get("weights"), STEPS);
  const closed = error(model.get("closed_V"), model.get("closed_W"));
  const errors = error(model.get("V"), model.get("W"));
  const [first, last] = [errors[1], errors[STEPS]];
  const words = `Mean squared error: ${round(first)} after one step, ${round(last)} after ${STEPS} steps; ` +
    `closed form: ${round(closed[1])} and ${round(closed[STEPS])}.`;
  const { height, panels } = filling(tall, 300, [26, 262]);
  const picture = drawing(width, height, words);
  const panel = new Panel(picture, {
    left: 46, right: width - 8, ...panels[0], domain: [0, STEPS], decades: [-10, 4, 2], label: "mean squared error",
  });
  panel.curve(errors, "tts-second");
  panel.curve(closed, "tts-first");
  panel.level(1, "no answer");
  panel.numbers("thinking steps k");
  return { picture, words };
};

const render = ({ model, el }) => {
  const set = (V, W) => {
    model.set("V", [...V]);
    model.set("W", [...W]);
    model.save_changes();
  };
  const noise = () => Array.from({ length: 16 }, () => Math.round(20 * (Math.random() - 0.5)) / 100);
  const controls = [
    table(model, "V"),
    table(model, "W"),
    element("div", { class: "tts-buttons" },
      button("closed form", () => set(model.get("closed_V"), model.get("closed_W"))),
      button("small random", () => set(noise(), noise())),
      button("all zero", () => set(new Array(16).fill(0), new Array(16).fill(0)))),
    legend({ first: "closed form", second: "your layer" }),
  ];
  return follow(model, el, controls, (width, tall) => draw(model, width, tall));
};

export default { render };
