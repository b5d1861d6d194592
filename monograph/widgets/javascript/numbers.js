// Numbers as the widgets write them.

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

const superscript = (exponent) => {
  const digits = [...String(Math.abs(exponent))].map((digit) => SUPERSCRIPTS[digit]).join("");
  return `${exponent < 0 ? "⁻" : ""}${digits}`;
};

// 0.01, 1, 1000; beyond them 10⁻⁶.
/** @type {(exponent: number) => string} */
export const powerOfTen = (exponent) => {
  if (exponent <= -4 || exponent >= 5) return `10${superscript(exponent)}`;
  return exponent < 0 ? (10 ** exponent).toFixed(-exponent) : String(10 ** exponent);
};

const FLOOR = -12;

// With two digits 0.0023, 0.40, 17, and from 100 on whole; beyond them 3.5·10⁻⁶. As a bound, as in
// `monograph.page`, where rounding decides the digits of what is compared with 1.
/** @type {(value: number) => string} */
export const round = (value) => {
  if (!Number.isFinite(value)) return "∞";
  if (value > 0 && value < 10 ** FLOOR) return `below ${powerOfTen(FLOOR)}`;
  if (value >= 99.5 && value < 1e4) return value.toFixed(0);
  if (value === 0 || (value >= 1e-3 && value < 99.5)) return value.toPrecision(2);
  const [digits, exponent] = value.toExponential(1).split("e");
  return `${digits}·10${superscript(Number(exponent))}`;
};

// With so many digits after the point, and a minus sign that is one.
/** @type {(digits: number) => (value: number) => string} */
export const fixed = (digits) => (value) => value.toFixed(digits).replace("-", "−");

// "1 step", "2 steps".
/** @type {(k: number) => string} */
export const stepsInWords = (k) => `${k} step${k === 1 ? "" : "s"}`;
