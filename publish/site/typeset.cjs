// Sets formulas: reads one of JSON a line from the standard input, and answers with MathML, or with what is wrong.
const { createInterface } = require("node:readline");
const temml = require("temml");

function answer({ tex, display }) {
  try {
    return { mathml: temml.renderToString(tex, { displayMode: display, throwOnError: true }) };
  } catch (error) {
    return { error: error.message };
  }
}

createInterface({ input: process.stdin }).on("line", (line) => console.log(JSON.stringify(answer(JSON.parse(line)))));
