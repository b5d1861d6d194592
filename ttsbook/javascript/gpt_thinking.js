import { choice, element, follow, range, round, slider } from "./controls.js";
import { drawing, Panel } from "./chart.js";

const PATIENCE = 5000; // milliseconds until a press is taken to have reached no kernel

const shownOf = (model) => model.get("curves")[model.get("shown")];

const draw = (width, model, words) => {
  const [steps, { name, mean, median, reference }] = [model.get("steps"), shownOf(model)];
  const svg = drawing(width, 340, words);
  const panel = new Panel(svg, {
    left: 46, right: width - 8, top: 26, bottom: 296, domain: [0, 30], decades: [-6, 3], label: `error / d: ${name}`,
  });
  panel.level(1, "no answer");
  panel.curve(reference.slice(0, steps + 1), "tts-first");
  panel.curve(mean.slice(0, steps + 1), "tts-second");
  panel.curve(median.slice(0, steps + 1), "tts-third");
  const live = model.get("live");
  if (live.length > 0) panel.curve(live.slice(0, steps + 1), "tts-live");
  panel.numbers("thinking steps k");
  return svg;
};

const sentence = (model) => {
  const [steps, { name, mean, median, reference }, live] = [model.get("steps"), shownOf(model), model.get("live")];
  const one = live.length > 0 ? ` Your last prompt, with the shipped model: ${round(live[steps])}.` : "";
  return `GPT, ${name}, after ${steps} steps: mean error ${round(mean[steps])}, median ${round(median[steps])}. ` +
    `Reference, linear attention: median ${round(reference[steps])}.${one}`;
};

// A press asks the kernel for a new prompt. Where none answers, say how to get one.
const ask = (model) => {
  const button = element("button", { type: "button" }, "think about a new prompt");
  const answer = element("span", { role: "status" });
  let timer;
  button.addEventListener("click", () => {
    answer.textContent = "asking the kernel …";
    clearTimeout(timer);
    timer = setTimeout(() => {
      answer.textContent = "No kernel answers on this page. Open the chapter in JupyterLab (make lab) or on Binder.";
    }, PATIENCE);
    model.set("draws", model.get("draws") + 1);
    model.save_changes();
  });
  model.on("change:live", () => {
    clearTimeout(timer);
    answer.textContent = "";
  });
  return element("div", { class: "tts-buttons" }, button, answer);
};

const render = ({ model, el }) => {
  const controls = [
    choice(model, { trait: "shown", label: "training", options: () => model.get("curves").map(({ name }, i) => [i, name]) }),
    slider(model, { trait: "steps", label: "thinking steps k", values: range(0, 30) }),
    ask(model),
    element("p", { class: "tts-legend" },
      element("span", { class: "tts-key tts-second" }), "GPT, mean ",
      element("span", { class: "tts-key tts-third" }), "GPT, median ",
      element("span", { class: "tts-key tts-first" }), "LSA theory, a reference ",
      element("span", { class: "tts-key tts-live" }), "your prompt"),
  ];
  return follow(model, el, controls, (width) => {
    const words = sentence(model);
    return { picture: draw(width, model, words), words };
  });
};

export default { render };
