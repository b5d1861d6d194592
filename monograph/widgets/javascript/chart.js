// A small SVG chart. Colors come from the page: currentColor and the --tts variables.

import { powerOfTen } from "./numbers.js";

const NAMESPACE = "http://www.w3.org/2000/svg";

/** @type {(tag: string, attributes: Record<string, string | number>, text?: string) => SVGElement} */
export const node = (tag, attributes, text = "") => {
  const created = document.createElementNS(NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes)) created.setAttribute(name, String(value));
  created.textContent = text;
  return created;
};

/** @type {(width: number, height: number, description: string) => SVGElement} */
export const drawing = (width, height, description) => {
  const svg = node("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": description });
  svg.classList.add("tts-chart");
  return svg;
};

// The heights of panels, each [top, bottom], and of the picture around them, for a place that may be
// taller: panels grow by one factor, what is between them stays as it is.
/**
 * @param {number} tall
 * @param {number} height
 * @param {number[][]} panels
 */
export const filling = (tall, height, ...panels) => {
  const high = panels.reduce((sum, [top, bottom]) => sum + bottom - top, 0);
  const growth = Math.max(0, tall - height) / high;
  let moved = 0;
  const grown = panels.map(([top, bottom]) => {
    const start = top + moved;
    moved += growth * (bottom - top);
    return { top: start, bottom: bottom + moved };
  });
  return { height: height + moved, panels: grown };
};

// Whole numbers from first to last, at most eleven or so: 1, 2, 5, 10, ... apart.
const wholeTicks = (first, last) => {
  const step = [1, 2, 5, 10, 20, 50].find((candidate) => (last - first) / candidate <= 11) ?? last - first;
  const ticks = [];
  for (let tick = Math.ceil(first / step) * step; tick <= last; tick += step) ticks.push(tick);
  return ticks;
};

// One pair of axes: x whole numbers between two values, y logarithmic between two powers of ten.
export class Panel {
  /**
   * @param {SVGElement} svg
   * @param {object} frame
   * @param {number} frame.left
   * @param {number} frame.right
   * @param {number} frame.top
   * @param {number} frame.bottom
   * @param {number[]} frame.domain
   * @param {number[]} frame.decades
   * @param {string} frame.label
   * @param {(exponent: number) => string} [frame.format]
   */
  constructor(svg, { left, right, top, bottom, domain, decades, label, format = powerOfTen }) {
    this.svg = svg;
    this.left = left;
    this.right = right;
    this.top = top;
    this.bottom = bottom;
    this.domain = domain;
    this.decades = decades;
    for (let exponent = decades[0]; exponent <= decades[1]; exponent += decades[2] ?? 1) {
      const y = this.y(10 ** exponent);
      this.add("line", { x1: left, x2: right, y1: y, y2: y, class: "tts-grid" });
      this.add("text", { x: left - 6, y: y + 4, "text-anchor": "end" }, format(exponent));
    }
    this.add("text", { x: left, y: top - 8, class: "tts-title" }, label);
  }

  /**
   * @param {string} tag
   * @param {Record<string, string | number>} attributes
   * @param {string} [text]
   */
  add(tag, attributes, text) {
    this.svg.append(node(tag, attributes, text));
  }

  /** @type {(value: number) => number} */
  x(value) {
    const [first, last] = this.domain;
    return this.left + ((value - first) / (last - first)) * (this.right - this.left);
  }

  /** @type {(value: number) => number} */
  y(value) {
    return Math.min(this.bottom, Math.max(this.top, this.height(value)));
  }

  // Where a value lies, inside the panel or beyond it.
  /** @type {(value: number) => number} */
  height(value) {
    const [low, high] = this.decades;
    const share = (Math.log10(Math.max(value, 1e-300)) - low) / (high - low);
    return this.bottom - share * (this.bottom - this.top);
  }

  // One stem for each value, at x = 1, 2, ...
  /** @type {(values: number[], name: string) => void} */
  stems(values, name) {
    const radius = Math.min(4.5, (this.right - this.left) / values.length / 2.6);
    values.forEach((value, index) => {
      const [x, y] = [this.x(index + 1), this.y(value)];
      this.add("line", { x1: x, x2: x, y1: this.bottom, y2: y, class: `tts-stem ${name}` });
      this.add("circle", { cx: x, cy: y, r: radius, class: `tts-dot ${name}` });
    });
  }

  // A curve through the values at x = 0, 1, ..., up to the first that is not finite.
  /** @type {(values: number[], name: string) => void} */
  curve(values, name) {
    const end = values.findIndex((value) => !Number.isFinite(value));
    const shown = end < 0 ? values : values.slice(0, end);
    /** @type {[x: number, y: number][]} */
    const points = shown.map((value, index) => [this.x(index), this.height(value)]);
    const inside = ([, y]) => y >= this.top && y <= this.bottom;
    // The part of a segment, both its ends within the panel, or null.
    const clipped = ([x, y], [x2, y2]) => {
      const cut = (limit) => [x + ((limit - y) / (y2 - y)) * (x2 - x), limit];
      if (Math.max(y, y2) < this.top || Math.min(y, y2) > this.bottom) return null;
      const keep = (point) => (inside(point) ? point : cut(point[1] < this.top ? this.top : this.bottom));
      return [keep([x, y]), keep([x2, y2])];
    };
    let path = "";
    points.slice(1).forEach((point, index) => {
      const part = clipped(points[index], point);
      if (part) path += `${path && inside(points[index]) ? "" : `M${part[0]}`}L${part[1]}`;
    });
    this.add("path", { d: path, class: `tts-curve ${name}` });
    for (const [cx, cy] of points.filter(inside)) this.add("circle", { cx, cy, r: 3, class: `tts-dot ${name}` });
  }

  // The area between two curves over x = 0, 1, ..., up to the first value that is not finite.
  /** @type {(low: number[], high: number[], name: string) => void} */
  band(low, high, name) {
    const end = high.findIndex((value) => !Number.isFinite(value));
    const points = (values) => (end < 0 ? values : values.slice(0, end)).map((value, index) => `${this.x(index)},${this.y(value)}`);
    this.add("polygon", { points: [...points(low), ...points(high).reverse()].join(" "), class: `tts-band ${name}` });
  }

  // Simulated values from x on, one apart: a ring around each, and a bar over its interval where that is
  // longer. What has left the panel is not shown; null stands for infinity.
  /**
   * @param {number} x
   * @param {(number | null)[]} values
   * @param {(number | null)[]} low
   * @param {(number | null)[]} high
   */
  measured(x, values, low, high) {
    const [bottom, top] = this.decades;
    values.forEach((value, index) => {
      if (value === null || value < 10 ** bottom || value > 10 ** top) return;
      const cx = this.x(x + index);
      const ends = [low[index] ?? 0, high[index] ?? Infinity].map((end) => this.y(end));
      const bar = `M${cx},${ends[0]}V${ends[1]}${ends.map((y) => `M${cx - 4},${y}h8`).join("")}`;
      if (ends[0] - ends[1] > 10) this.add("path", { d: bar, class: "tts-found" });
      this.add("circle", { cx, cy: this.y(value), r: 5, class: "tts-found" });
    });
  }

  // A ring around one point, with its label below it, or above where there is no room.
  /** @type {(x: number, value: number, label: string) => void} */
  mark(x, value, label) {
    const [cx, cy] = [this.x(x), this.y(value)];
    this.add("circle", { cx, cy, r: 7, class: "tts-mark" });
    const late = cx > (this.left + this.right) / 2;
    this.add("text", { x: cx + (late ? 6 : -6), y: cy + 26 < this.bottom ? cy + 24 : cy - 14, "text-anchor": late ? "end" : "start" }, label);
  }

  // A horizontal line with its label at the "start" or the "end", above it or below.
  /**
   * @param {number} value
   * @param {string} label
   * @param {{ name?: string, at?: "start" | "end", below?: boolean }} [look]
   */
  level(value, label, { name = "tts-level", at = "end", below = false } = {}) {
    const y = this.y(value);
    this.add("line", { x1: this.left, x2: this.right, y1: y, y2: y, class: name });
    const x = at === "end" ? this.right : this.left + 2;
    this.add("text", { x, y: below ? y + 14 : y - 5, "text-anchor": at, class: `${name}-label` }, label);
  }

  /** @type {(label: string) => void} */
  numbers(label) {
    for (const tick of wholeTicks(...this.domain)) {
      this.add("text", { x: this.x(tick), y: this.bottom + 16, "text-anchor": "middle" }, String(tick));
    }
    this.add("text", { x: (this.left + this.right) / 2, y: this.bottom + 32, "text-anchor": "middle" }, label);
  }
}
