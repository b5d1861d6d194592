// Medians of several numbers, with intervals that hold at once, as monograph.widgets.simulation has them: read off the
// ordered values, whatever their distribution.
export class Medians {
  /** @param {number} looks */
  constructor(looks) {
    /** @type {number[][]} */
    this.seen = Array.from({ length: looks }, () => []);
  }

  /** @type {(values: Float64Array) => void} */
  add(values) {
    for (const [look, seen] of this.seen.entries()) seen.push(values[look]);
  }

  // Points with the ends of their intervals, for `quantile` standard errors to each side.
  /** @type {(quantile: number) => { points: number[], low: number[], high: number[] }} */
  intervals(quantile) {
    const samples = this.seen[0].length;
    const half = (quantile * Math.sqrt(samples)) / 2;
    const place = (sign) => Math.max(0, Math.min(samples - 1, Math.round(samples / 2 + sign * half)));
    const ordered = this.seen.map((seen) => Float64Array.from(seen).sort());
    return {
      points: ordered.map((all) => (all[(samples - 1) >> 1] + all[samples >> 1]) / 2),
      low: ordered.map((all) => all[place(-1)]),
      high: ordered.map((all) => all[place(1)]),
    };
  }
}
