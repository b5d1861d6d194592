// What every page needs beyond the theme.
{
  // Menus, dialogs and the buttons that copy code are the theme's; nobody uses one before the page is there. The page
  // says which of its scripts wait (publish/site/assets.py); that of the search has them already.
  const waiting = document.currentScript?.dataset.late?.split(" ") ?? [];
  addEventListener("load", () => {
    for (const name of [...waiting, "scripts/bootstrap.js", "scripts/pydata-sphinx-theme.js"]) {
      const src = `${document.documentElement.dataset.content_root}_static/${name}`;
      document.head.append(Object.assign(document.createElement("script"), { src, async: false }));
    }
  });

  // A formula wider than its place scrolls inside itself, so the keyboard has to reach it. Sections that are far from
  // the window are not laid out, and to ask for their sizes would do it.
  /** @param {Element} part */
  function fit(part) {
    /** @type {NodeListOf<HTMLElement>} */
    const all = part.querySelectorAll(".math");
    const formulas = [...all].filter((formula) => formula.checkVisibility({ contentVisibilityAuto: true }));
    const wide = formulas.map((formula) => {
      const inLine = formula.localName === "span";
      const place = (inLine && formula.closest("p, li, dd, td, th, div")) || formula;
      const drawn = formula.querySelector("math")?.getBoundingClientRect().width ?? 0;
      const end = formula.closest(".unbroken") ?? formula; // of the punctuation after it
      const after = end.getBoundingClientRect().right - formula.getBoundingClientRect().right;
      return inLine ? drawn + after > place.clientWidth : formula.scrollWidth > place.clientWidth;
    });
    formulas.forEach((formula, i) => {
      formula.classList.toggle("wide", wide[i]);
      if (wide[i] || formula.hasAttribute("data-stop")) formula.tabIndex = 0;
      else formula.removeAttribute("tabindex");
    });
  }

  addEventListener("load", async () => {
    await document.fonts.ready;
    const article = /** @type {Element} */ (document.querySelector("article, main"));
    // An article changes its size with the window, with everything that unfolds, and with the sections that come near.
    new ResizeObserver(() => fit(article)).observe(article);
    const near = ({ target }) => fit(/** @type {Element} */ (target));
    article.addEventListener("contentvisibilityautostatechange", near, { capture: true }); // Firefox lets none bubble
  });

  // The theme gives the keyboard the boxes that scroll when the window changes; what unfolds or comes near has its size
  // only then.
  for (const kind of ["toggle", "contentvisibilityautostatechange"]) {
    addEventListener(kind, () => dispatchEvent(new Event("resize")), { capture: true });
  }

  // A formula is copied as TeX.
  addEventListener("copy", (event) => {
    const selection = getSelection();
    if (!selection?.rangeCount) return;
    const range = selection.getRangeAt(0).cloneRange();
    const formulaAt = (node) => (node instanceof Element ? node : node.parentElement)?.closest("[data-tex]");
    const [first, last] = [formulaAt(range.startContainer), formulaAt(range.endContainer)];
    if (first) range.setStartBefore(first);
    if (last) range.setEndAfter(last);
    const copied = range.cloneContents();
    const formulas = copied.querySelectorAll("[data-tex]");
    if (!formulas.length) return;
    for (const formula of formulas) {
      const mark = formula.matches("div") ? "$$" : "$";
      formula.querySelector("math")?.replaceWith(`${mark}${formula.getAttribute("data-tex")}${mark}`);
    }
    event.clipboardData?.setData("text/plain", copied.textContent ?? "");
    event.preventDefault();
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
}
