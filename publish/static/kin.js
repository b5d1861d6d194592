// A symbol lights up in all formulas and pictures of a page while it is pointed at, or its formula has the focus.
{
  const KIN = "[data-kin]";
  /** @type {Element[]} */
  let lit = [];
  /** @type {Element[]} */
  let focused = []; // symbols of the formula or link that has the keyboard's focus

  /** @param {Element[]} elements */
  function light(elements) {
    for (const element of lit) element.classList.remove("lit");
    const names = new Set(elements.flatMap((element) => (element.getAttribute("data-kin") ?? "").split(" ")));
    const alike = [...names].map((name) => `[data-kin~="${name}"]`).join();
    lit = alike ? [...document.querySelectorAll(alike)] : [];
    for (const element of lit) element.classList.add("lit");
  }

  addEventListener("pointerover", ({ target }) => {
    const symbol = target instanceof Element && target.closest(KIN);
    if (symbol) light([symbol]);
    else if (lit.length) light(focused);
  });
  addEventListener("focusin", ({ target }) => {
    const asked = target instanceof Element && target.matches(":is(.math, a):focus-visible");
    focused = asked ? [...target.querySelectorAll(KIN)] : [];
    light(focused);
  });
  addEventListener("focusout", () => {
    focused = [];
    light(focused);
  });
}
