// A reader's own table, as ttsbook.data.rows reads it: functions bear the names of those that they mirror. What will
// not do is an Error whose message names the column.

/** @typedef {{ columns: string[], domains: Record<string, number[][]> }} Domains */

const MISSING = new Set(["", "?", "na", "n/a", "nan", "null", "none"]);
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

// Values of a line; quotes may hold a comma.
/** @type {(line: string) => string[]} */
const valuesOf = (line) => {
  const values = [""];
  let quoted = false;
  for (const sign of line) {
    if (sign === '"') quoted = !quoted;
    else if (sign === "," && !quoted) values.push("");
    else values[values.length - 1] += sign;
  }
  return values.map((value) => value.trim());
};

/** @type {(name: string, line: number, text: string) => number} */
const numberOf = (name, line, text) => {
  if (MISSING.has(text.toLowerCase())) {
    throw new Error(`column '${name}' must have a value in every row, but line ${line} has none: leave out the row or the column`);
  }
  if (!NUMBER.test(text)) {
    const hint = text.includes(";") ? "the delimiter may be ';'" : "leave the column out, or write its values as numbers";
    throw new Error(`column '${name}' must hold numbers, got '${text}' in line ${line}: ${hint}`);
  }
  return Number(text);
};

/** @type {(text: string, column: string) => Domains} */
export const readDomains = (text, column) => {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/).map((line, index) => ({ line: index + 1, values: valuesOf(line) }))
    .filter(({ values }) => values.some(Boolean));
  if (!lines.length) throw new Error("source must hold rows, got none");
  const columns = lines[0].values;
  const rows = lines.slice(1);
  if (rows.length < 2) throw new Error(`source must hold at least two rows of values, got ${rows.length}`);
  const twice = columns.find((name, index) => columns.indexOf(name) < index);
  if (twice !== undefined) throw new Error(`columns must have different names, but '${twice}' is there twice`);
  for (const { line, values } of rows) {
    if (values.length !== columns.length) {
      throw new Error(`line ${line} must have ${columns.length} values, as there are columns, got ${values.length}`);
    }
  }
  const place = columns.indexOf(column);
  if (place < 0) throw new Error(`column must name columns, one of ${columns.join(", ")}, got '${column}'`);
  const kept = columns.map((_, index) => index).filter((index) => index !== place);
  if (!kept.length) throw new Error("source must have a column of numbers, but all are left out");
  const table = rows.map(() => /** @type {number[]} */ ([]));
  for (const index of kept) {
    for (const [row, { line, values }] of rows.entries()) table[row].push(numberOf(columns[index], line, values[index]));
    const all = table.map((row) => row[row.length - 1]);
    if (all.every((value) => value === all[0])) {
      throw new Error(`column '${columns[index]}' must vary, but is ${all[0]} in every row: leave it out`);
    }
  }
  /** @type {Record<string, number[][]>} */
  const domains = {};
  for (const [row, { line, values }] of rows.entries()) {
    if (MISSING.has(values[place].toLowerCase())) {
      throw new Error(`column '${column}' must name a domain in every row, but line ${line} has none`);
    }
    domains[values[place]] ??= [];
    domains[values[place]].push(table[row]);
  }
  return { columns: kept.map((index) => columns[index]), domains };
};

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

// Both pools on one scale, each centered on its own mean, with the trace d.
/** @type {(train: number[][], test: number[][], columns: string[]) => [train: number[][], test: number[][]]} */
export const standardize = (train, test, columns) => {
  const pools = [train, test].map((pool) => {
    const means = columns.map((_, i) => mean(pool.map((row) => row[i])));
    return pool.map((row) => row.map((value, i) => value - means[i]));
  });
  columns.forEach((name, i) => {
    const values = train.map((row) => row[i]);
    const [least, most] = [Math.min(...values), Math.max(...values)];
    if (most - least <= 1e-10 * Math.max(Math.abs(least), Math.abs(most))) {
      throw new Error(`column '${name}' must vary in the training rows, but is ${values[0]} in all: leave it out`);
    }
  });
  const deviations = columns.map((_, i) => Math.sqrt(mean(pools.map((pool) => mean(pool.map((row) => row[i] ** 2))))));
  const [one, two] = pools.map((pool) => {
    const scaled = pool.map((row) => row.map((value, i) => value / deviations[i]));
    const size = Math.sqrt(mean(scaled.flat().map((value) => value ** 2)));
    return scaled.map((row) => row.map((value) => value / size));
  });
  return [one, two];
};
