import { gptChain, product, squaredGap } from "./gpt_chains.js";
import { unpacked } from "./gpt.js";
import { quantile } from "./intervals.js";
import { precise } from "./layer_draws.js";
import { Medians } from "./medians.js";
import { Means } from "./sampling.js";
import { choice, element, follow, legend, range, slider } from "./controls.js";
import { drawing, filling, Panel } from "./chart.js";
import { round, stepsInWords } from "./numbers.js";
import { hasKernel, overlay, simulate } from "./simulate.js";

const LOOKS = 31; // points of the mean come first, then those of the median
const EXAMPLES = 20;
const PROMPTS_READ = 512; // a kernel reads more in the time

const shownOf = (model) => {
  const { name, ...curves } = model.get("curves")[model.get("shown")];
  const [mean, median, reference] = ["mean", "median", "reference"].map((part) => curves[part].split(" ").map(Number));
  return { name, mean, median, reference };
};

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

// Fresh prompts of independent examples, and the chains of the shipped model on them.
const draws = (model) => {
  const { sizes, weights, ...config } = model.get("shipped")[model.get("shown")];
  const gpt = { config, tensors: unpacked(model.get(weights), sizes) };
  const [means, medians, width] = [new Means(LOOKS), new Medians(LOOKS), quantile(LOOKS)];
  let worse = 0;
  return {
    total: PROMPTS_READ,
    draw: (random) => {
      const normal = () => Array.from({ length: config.dim }, () => random.normal());
      const x = Array.from({ length: EXAMPLES }, normal);
      const w = normal();
      const chain = gptChain(gpt, x, x.map((one) => product(one, w)));
      const errors = Float64Array.from(chain, (step) => squaredGap(step.w, w));
      means.add(errors);
      medians.add(errors);
      if (!(errors[LOOKS - 1] <= errors[0])) worse++;
    },
    found: () => {
      const [mean, median] = [means, medians].map((one) => one.intervals(width));
      const joined = Object.fromEntries(Object.keys(mean).map((name) => [name, [...mean[name], ...median[name]]]));
      const k = model.get("steps");
      return {
        ...joined, worse, prompts: `prompts of ${EXAMPLES} examples`,
        words: `Shipped model, mean error / d after ${stepsInWords(k)}: ${precise(mean.points[k])}, ` +
          `99 % interval ${precise(mean.low[k])} to ${precise(mean.high[k])}. ` +
          `${worse} chain${worse === 1 ? " ends" : "s end"} worse than no answer.`,
      };
    },
  };
};

const render = ({ model, el }) => {
  const shipped = model.get("shipped");
  const button = simulate(model, { draws, names: ["shown"] });
  const names = Object.keys(shipped).map((shown) => `“${model.get("curves")[shown].name}”`);
  const instead = element("p", { class: "tts-simulate" }, `The page can simulate ${names.join(" and ")}, as their models are shipped.`);
  const offer = () => {
    button.hidden = !(model.get("shown") in shipped) && !hasKernel(model); // a kernel says what it lacks
    instead.hidden = !button.hidden;
  };
  model.on("change:shown", offer);
  offer();
  const controls = [
    choice(model, { trait: "shown", label: "training", options: () => model.get("curves").map(({ name }, i) => [i, name]) }),
    slider(model, { trait: "steps", label: "thinking steps k", values: range(0, 30) }),
    legend({ first: "LSA theory, a reference", second: "GPT, mean", third: "GPT, median" }),
    button,
    instead,
  ];
  return follow(model, el, controls, (width, tall) => {
    const words = sentence(model);
    return { picture: draw(width, tall, model, words), words };
  });
};

export default { render };
