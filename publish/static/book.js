// What every page needs beyond the theme.

// Readers who have not chosen a color mode get their system's. (The page itself says
// "light", for browsers that run no script.)
{
  const { dataset } = document.documentElement;
  if (!localStorage.getItem("mode")) {
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    dataset.mode = "auto";
    dataset.theme = dark ? "dark" : "light";
  }
}

// A formula wider than its place scrolls inside itself, so the keyboard has to reach it.
function fit() {
  const formulas = [...document.querySelectorAll("mjx-container")];
  const wide = formulas.map((formula) => {
    const inLine = !formula.hasAttribute("display");
    const place = (inLine && formula.closest("p, li, dd, td, th, div")) || formula;
    return /** @type {HTMLElement} */ (formula.firstElementChild).offsetWidth > place.clientWidth;
  });
  formulas.forEach((formula, i) => {
    formula.classList.toggle("wide", wide[i]);
    if (wide[i]) formula.setAttribute("tabindex", "0");
    else formula.removeAttribute("tabindex");
  });
}

addEventListener("load", async () => {
  await window.MathJax?.startup?.promise;
  await document.fonts.ready;
  // An article changes its size with the window and with everything that unfolds.
  new ResizeObserver(fit).observe(/** @type {Element} */ (document.querySelector("article, main")));
});

// Paper is white, and nothing on it unfolds.
addEventListener("beforeprint", () => {
  const { dataset } = document.documentElement;
  const { theme } = dataset;
  /** @type {NodeListOf<HTMLDetailsElement>} */
  const folded = document.querySelectorAll("details:not([open])");
  dataset.theme = "light";
  for (const details of folded) details.open = true;
  const restore = () => {
    dataset.theme = theme;
    for (const details of folded) details.open = false;
  };
  addEventListener("afterprint", restore, { once: true });
});
