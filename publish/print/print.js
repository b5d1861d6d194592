// Prepares the joined document for the printer: what is too wide becomes smaller, what is
// short stays in one piece.
async () => {
  await document.fonts.ready;
  const width = /** @type {HTMLElement} */ (document.querySelector("main")).clientWidth;

  // One thing with words for it, instead of dozens without.
  for (const formula of document.querySelectorAll("math")) {
    const tex = formula.closest("[data-tex]")?.getAttribute("data-tex") ?? "";
    formula.setAttribute("role", "img");
    formula.setAttribute("aria-label", tex.replace(/\s+/g, " "));
  }
  /** @type {[formula: HTMLElement, size: number][]} */
  const smaller = [];
  /** @type {NodeListOf<HTMLElement>} */
  const formulas = document.querySelectorAll(".math");
  for (const formula of formulas) {
    const place = formula.closest("div, p, li, dd, dt, td, th, figcaption, summary, h2, h3, h4, h5");
    const drawn = formula.querySelector("math")?.getBoundingClientRect().width ?? 0;
    if (place && drawn > place.clientWidth + 1) smaller.push([formula, (99 * place.clientWidth) / drawn]);
  }
  for (const [formula, size] of smaller) formula.style.fontSize = `${Math.max(45, Math.floor(size))}%`;
  for (const table of document.querySelectorAll("table")) {
    const place = table.parentElement ?? document.body;
    for (let size = 95; size >= 55 && table.scrollWidth > place.clientWidth + 1; size -= 5) {
      table.style.fontSize = `${size * 0.86}%`;
    }
  }
  // A quarter of a page at most is kept whole: more would leave holes.
  const short = "div.cell_input, .output, .admonition, .proof, .exercise, dl.py > dt, li, table";
  const elements = [...document.querySelectorAll(short)];
  const heights = elements.map((element) => element.getBoundingClientRect().height);
  for (const [i, element] of elements.entries()) element.classList.toggle("whole", heights[i] < 260);
  return width;
}
