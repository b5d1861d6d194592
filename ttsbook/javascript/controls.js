// Native controls with names: a slider that steps through the values of one trait of the model.

export const element = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
};

// The values a slider can take, evenly spaced on a logarithmic scale, as whole numbers.
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
  model.on(`change:${trait}`, show);
  show();
  return element("label", { class: "tts-slider" }, element("span", {}, label), input, output);
};
