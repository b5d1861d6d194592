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

// A formula wider than the page scrolls inside itself, so the keyboard has to reach it.
// Its own width changes with the page, that of its content as fonts arrive.
addEventListener("load", async () => {
  await window.MathJax?.startup?.promise;
  const watch = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const formula = target.closest("mjx-container");
      formula.tabIndex = formula.scrollWidth > formula.clientWidth ? 0 : -1;
    }
  });
  for (const formula of document.querySelectorAll('mjx-container[display="true"]')) {
    watch.observe(formula);
    watch.observe(formula.firstElementChild);
  }
});

// Paper is white, and nothing on it unfolds.
addEventListener("beforeprint", () => {
  const { dataset } = document.documentElement;
  const { theme } = dataset;
  const folded = document.querySelectorAll("details:not([open])");
  dataset.theme = "light";
  for (const details of folded) details.open = true;
  const restore = () => {
    dataset.theme = theme;
    for (const details of folded) details.open = false;
  };
  addEventListener("afterprint", restore, { once: true });
});
