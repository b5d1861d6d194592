import { choice, follow, legend, range, slider } from "./controls.js";
import { drawing, filling, Panel } from "./chart.js";
import { round, stepsInWords } from "./numbers.js";
import { overlay, simulate } from "./simulate.js";

const LOOKS = 31; // points of the mean come first, then those of the median

const shownOf = (model) => model.get("curves")[model.get("shown")];

const draw = (width, tall, model, words) => {
  const [steps, { name, mean, median, reference }] = [model.get("steps"), shownOf(model)];
  const { height, panels } = filling(tall, 340, [26, 296]);
  const svg = drawing(width, height, words);
  const panel = new Panel(svg, {
    left: 46, right: width - 8, ...panels[0], domain: [0, 30], decades: [-6, 3], label: `error / d: ${name}`,
  });
  panel.curve(reference.slice(0, steps + 1), "tts-first");
  panel.curve(mean.slice(0, steps + 1), "tts-second");
  panel.curve(median.slice(0, steps + 1), "tts-third");
  panel.level(1, "no answer");
  overlay(panel, model, { to: steps + 1 });
  overlay(panel, model, { from: LOOKS, to: LOOKS + steps + 1 });
  panel.numbers("thinking steps k");
  return svg;
};

const sentence = (model) => {
  const [steps, { name, mean, median, reference }] = [model.get("steps"), shownOf(model)];
  return `GPT, ${name}, after ${stepsInWords(steps)}: mean error ${round(mean[steps])}, median ${round(median[steps])}. ` +
    `Reference, linear attention: median ${round(reference[steps])}.`;
};

const render = ({ model, el }) => {
  const controls = [
    choice(model, { trait: "shown", label: "training", options: () => model.get("curves").map(({ name }, i) => [i, name]) }),
    slider(model, { trait: "steps", label: "thinking steps k", values: range(0, 30) }),
    legend({ first: "LSA theory, a reference", second: "GPT, mean", third: "GPT, median" }),
    simulate(model),
  ];
  return follow(model, el, controls, (width, tall) => {
    const words = sentence(model);
    return { picture: draw(width, tall, model, words), words };
  });
};

export default { render };
