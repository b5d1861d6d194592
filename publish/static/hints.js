// Links and formulas explain themselves on a card; proofs fold and unfold.
{
  const root = new URL(document.documentElement.dataset.content_root ?? ".", location.href);
  const TRIGGER = "a[data-hint], [data-symbols]";
  const WAIT = { link: 200, formula: 500, leave: 300 }; // milliseconds
  const card = document.createElement("div");
  card.id = "hint";
  card.className = "hint";
  card.setAttribute("role", "tooltip");

  // What the cards of links say: each target in a script that its first card asks for.
  const texts = new Map();
  window.bookHint = (name, html) => texts.set(name, html);

  const run = (source) =>
    new Promise((loaded, failed) => {
      const script = document.createElement("script");
      Object.assign(script, { src: new URL(source, root), onload: loaded, onerror: failed });
      document.head.append(script);
    });

  async function textOf(link) {
    const { pathname, hash } = new URL(link.href);
    const page = pathname.slice(root.pathname.length).replace(/\.html$/, "") || "index";
    const name = decodeURIComponent(`${page}${hash}`);
    if (!texts.has(name)) await run(`_static/hints/${name.replace("#", "/")}.js`);
    return texts.get(name);
  }

  // The list of the page's symbols has what the cards of formulas say, in its order.
  function symbolsOf(formula) {
    const names = formula.dataset.symbols.split(" ");
    const rows = names.map((name) => document.querySelector(`.symbols [data-symbol="${name}"]`));
    return `<dl>${rows.map((row) => row?.outerHTML ?? "").join("")}</dl>`;
  }

  // A formula wider than the card becomes smaller.
  function shrink() {
    for (const formula of card.querySelectorAll("div.math")) {
      const scale = formula.clientWidth / formula.scrollWidth;
      if (scale < 1) /** @type {HTMLElement} */ (formula).style.fontSize = `${95 * scale}%`;
    }
  }

  // Below what it explains, or above where there is more room.
  function place(trigger, x) {
    const boxes = [...trigger.getClientRects()];
    const box = boxes.find(({ left, right }) => left <= x && x <= right) ?? boxes[0];
    const { left, top } = (card.offsetParent ?? document.body).getBoundingClientRect();
    card.style.maxHeight = "";
    const width = card.offsetWidth;
    const bar = document.querySelector(".bd-header-article")?.getBoundingClientRect().bottom ?? 0;
    const rooms = { above: box.top - Math.max(bar, 0) - 12, below: innerHeight - box.bottom - 12 };
    const above = rooms.below < card.offsetHeight && rooms.above > rooms.below;
    card.style.maxHeight = `${Math.max(120, above ? rooms.above : rooms.below)}px`;
    const height = card.offsetHeight;
    const start = Math.max(8, Math.min(box.left, document.documentElement.clientWidth - width - 8));
    card.style.left = `${start - left}px`;
    card.style.top = `${(above ? box.top - height - 4 : box.bottom + 4) - top}px`;
  }

  let shown, focused, timer; // what is explained; whether the keyboard asked; what comes next

  function hide() {
    clearTimeout(timer);
    focused?.removeAttribute("aria-describedby");
    shown = focused = undefined;
    card.remove();
  }

  async function show(trigger, element, x) {
    clearTimeout(timer);
    if (trigger === shown) return;
    hide();
    shown = trigger;
    focused = element;
    const text = trigger.matches("a") ? await textOf(trigger) : symbolsOf(trigger);
    if (trigger !== shown) return;
    card.innerHTML = text;
    card.style.visibility = "hidden";
    /** @type {HTMLElement} */ (document.querySelector("main")).append(card);
    shrink();
    place(trigger, x);
    card.style.visibility = "";
    focused?.setAttribute("aria-describedby", card.id);
  }

  const targetOf = ({ target }) => (target instanceof Element ? target : document.documentElement);
  const explained = (element) => element.closest("a[data-hint]") ?? element.closest(TRIGGER);

  addEventListener("pointerover", (event) => {
    const { pointerType, clientX } = event;
    if (pointerType === "touch") return;
    const target = targetOf(event);
    const trigger = explained(target);
    clearTimeout(timer);
    if (card.contains(target) || (trigger && trigger === shown)) return;
    if (trigger) timer = setTimeout(show, WAIT[trigger.matches("a") ? "link" : "formula"], trigger, undefined, clientX);
    else if (shown && !focused) timer = setTimeout(hide, WAIT.leave);
  });
  addEventListener("focusin", (event) => {
    const target = targetOf(event);
    const trigger = target.matches(":focus-visible") && explained(target);
    if (trigger) show(trigger, target);
  });
  addEventListener("focusout", ({ target }) => target === focused && !card.matches(":hover") && hide());
  // A tap on a link follows it; a tap on a formula explains it.
  addEventListener("click", (event) => {
    const target = targetOf(event);
    if (card.contains(target)) return;
    const formula = target.closest("a, summary, button, label") ? null : target.closest("[data-symbols]");
    if (formula) show(formula, undefined, event.clientX);
    else hide();
  });
  addEventListener("keydown", ({ key }) => key === "Escape" && hide(), true);

  // Formulas are stops of the Tab key only if the reader asks for it, by a box in the list of symbols.
  function stopAtFormulas(list) {
    const label = document.createElement("label");
    label.innerHTML = '<input type="checkbox"> Stop at every formula with the Tab key';
    const box = /** @type {HTMLInputElement} */ (label.firstElementChild);
    box.checked = localStorage.getItem("formula-stops") === "yes";
    const apply = () => {
      /** @type {NodeListOf<HTMLElement>} */
      const formulas = document.querySelectorAll("[data-symbols]");
      for (const formula of formulas) {
        formula.toggleAttribute("data-stop", box.checked);
        if (box.checked || formula.matches(".wide")) formula.tabIndex = 0;
        else formula.removeAttribute("tabindex");
      }
    };
    box.addEventListener("change", () => {
      localStorage.setItem("formula-stops", box.checked ? "yes" : "no");
      apply();
    });
    list.append(label);
    if (box.checked) addEventListener("load", apply);
  }

  // One button for all the proofs of a page.
  function foldAll(proofs, button) {
    const unfolds = () => proofs.some((proof) => !proof.open);
    const name = () => (button.textContent = unfolds() ? "Unfold all proofs" : "Fold all proofs");
    button.addEventListener("click", () => {
      const open = unfolds();
      for (const proof of proofs) proof.open = open;
    });
    for (const proof of proofs) proof.addEventListener("toggle", name);
    name();
  }

  // A link to something folded unfolds it.
  function unfold() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const folded = [];
    for (let part = target; part; part = part.parentElement) if (part.matches("details")) folded.push(part);
    const closed = folded.filter((part) => !part.open && (part !== target || !part.matches(".solution")));
    for (const part of closed) part.open = true;
    if (closed.length) target?.scrollIntoView();
  }

  addEventListener("DOMContentLoaded", () => {
    for (const link of document.querySelectorAll("a[data-hint][title]")) link.removeAttribute("title");
    const list = document.querySelector("details.symbols");
    if (list) stopAtFormulas(list);
    const button = document.querySelector("button.fold-proofs");
    if (button) foldAll([...document.querySelectorAll("article details.proof")], button);
    unfold();
  });
  addEventListener("hashchange", unfold);
  addEventListener("click", (event) => {
    if (targetOf(event).closest("a")?.hash === location.hash && location.hash) unfold();
  });
}
