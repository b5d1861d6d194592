// A small SVG chart: axes, stems, a line. Colors come from the page (currentColor and --tts variables).

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const NAMESPACE = "http://www.w3.org/2000/svg";

export const powerOfTen = (exponent) => {
  if (exponent > -3 && exponent < 4) return String(10 ** exponent).slice(0, 6);
  const digits = [...String(Math.abs(exponent))].map((digit) => SUPERSCRIPTS[digit]).join("");
  return `10${exponent < 0 ? "⁻" : ""}${digits}`;
};

const node = (tag, attributes, text = "") => {
  const created = document.createElementNS(NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes)) created.setAttribute(name, value);
  created.textContent = text;
  return created;
};

// One panel of a chart: x is a skill's number, y logarithmic between two powers of ten.
export class Panel {
  constructor(svg, { left, right, top, bottom, count, decades, label }) {
    Object.assign(this, { svg, left, right, top, bottom, count, decades });
    for (let exponent = decades[0]; exponent <= decades[1]; exponent += decades[2] ?? 1) {
      const y = this.y(10 ** exponent);
      this.add("line", { x1: left, x2: right, y1: y, y2: y, class: "tts-grid" });
      this.add("text", { x: left - 6, y: y + 4, "text-anchor": "end" }, powerOfTen(exponent));
    }
    this.add("text", { x: left, y: top - 8, class: "tts-title" }, label);
  }

  add(tag, attributes, text) {
    this.svg.append(node(tag, attributes, text));
  }

  x(skill) {
    return this.left + ((skill - 0.5) / this.count) * (this.right - this.left);
  }

  y(value) {
    const [low, high] = this.decades;
    const share = (Math.log10(Math.max(value, 1e-300)) - low) / (high - low);
    return this.bottom - Math.min(1, Math.max(0, share)) * (this.bottom - this.top);
  }

  stems(values, name) {
    const radius = Math.min(4.5, (this.right - this.left) / this.count / 2.6);
    values.forEach((value, index) => {
      const [x, y] = [this.x(index + 1), this.y(value)];
      this.add("line", { x1: x, x2: x, y1: this.bottom, y2: y, class: `tts-stem ${name}` });
      this.add("circle", { cx: x, cy: y, r: radius, class: `tts-dot ${name}` });
    });
  }

  // A horizontal line with its label at the "start" or the "end".
  level(value, label, { name = "tts-level", at = "end" } = {}) {
    const y = this.y(value);
    this.add("line", { x1: this.left, x2: this.right, y1: y, y2: y, class: name });
    const x = at === "end" ? this.right : this.left + 2;
    this.add("text", { x, y: y - 5, "text-anchor": at, class: `${name}-label` }, label);
  }

  numbers() {
    const every = [1, 2, 5, 10, 20].find((step) => this.count / step <= 11);
    for (let skill = 1; skill <= this.count; skill++) {
      if (skill !== 1 && skill % every) continue;
      this.add("text", { x: this.x(skill), y: this.bottom + 16, "text-anchor": "middle" }, String(skill));
    }
  }
}

export const drawing = (width, height, description) => {
  const svg = node("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": description });
  svg.classList.add("tts-chart");
  return svg;
};
