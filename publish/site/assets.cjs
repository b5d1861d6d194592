// Makes a style sheet small: reads { css, unused } as JSON, and writes CSS without rules of unused classes and ids.
const { readFileSync } = require("node:fs");
const { transform } = require("lightningcss");

const { css, unused } = JSON.parse(readFileSync(0, "utf8"));
const made = transform({ filename: "book.css", code: Buffer.from(css), minify: true, unusedSymbols: unused });
process.stdout.write(made.code);
