// A menu at the title of a page and at each statement, exercise and widget: its link, how it is cited, and a way to say
// that something is wrong. The page tells how: see publish/site/places.py.
{
  const told = document.getElementById("book-place");
  const root = new URL(document.documentElement.dataset.content_root ?? ".", location.href);
  const canonical = /** @type {HTMLLinkElement | null} */ (document.querySelector("link[rel=canonical]"));
  const create = (name, properties, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };

  // Words of a title, its formulas as TeX.
  const read = (title) => {
    const copy = title.cloneNode(true);
    for (const part of copy.querySelectorAll("button, .headerlink")) part.remove();
    for (const formula of copy.querySelectorAll("[data-tex]")) formula.replaceWith(`$${formula.dataset.tex}$`);
    return copy.textContent.trim().replace(/\s+/g, " ");
  };

  // The text of the page's twin, from the script beside it.
  const markdown = ({ page }) =>
    new Promise((done, failed) => {
      window.bookMarkdown = done;
      document.head.append(create("script", { src: new URL(`${page}.md.js`, root), onerror: failed }));
    });

  function start(page) {
    const box = create("div", { hidden: true, className: "place-copied" });
    box.setAttribute("role", "status");
    const menu = create("div", { id: "place-menu", className: "place-menu", popover: "auto" });
    menu.setAttribute("role", "dialog");
    document.querySelector("main")?.append(menu);

    const item = (words, text, what) => {
      const button = create("button", { type: "button", textContent: words });
      button.addEventListener("click", async () => window.bookCopy(await text(), what, box));
      return button;
    };

    // Words of a part, its place on the page and its own address if it has one; none of them for the page as a whole.
    function fill({ words = "", part = "", here = part }) {
      const link = new URL(here, canonical?.href ?? location.href).href;
      const marks = { place: words && `${words}, in: `, part, name: part.replace("#", "-") };
      const put = (text) => text.replace(/@(place|part|name)@/g, (_, mark) => marks[mark]);
      box.hidden = true;
      menu.setAttribute("aria-label", words || "This page");
      menu.replaceChildren(
        item("Copy link", () => link, "Link"),
        item("Copy citation", () => put(page.words), "Citation"),
        item("Copy BibTeX", () => put(page.bibtex), "BibTeX"),
      );
      if (!part) menu.append(item("Copy page as Markdown", () => markdown(page), "Markdown"));
      if (page.issue) {
        const known = canonical ? link : link.replace(root.href, "");
        const title = [words, read(document.querySelector("article h1"))].filter(Boolean).join(", in: ");
        const query = new URLSearchParams({ title, place: known });
        menu.append(create("a", { href: `${page.issue}&${query}`, textContent: "Something wrong or unclear?" }));
      }
      menu.append(box);
    }

    function open(button, place) {
      menu.hidePopover();
      fill(place());
      menu.showPopover();
      const { left, bottom } = button.getBoundingClientRect();
      const most = document.documentElement.clientWidth - menu.offsetWidth - 8;
      menu.style.left = `${Math.max(8, Math.min(left, most)) + scrollX}px`;
      menu.style.top = `${bottom + 4 + scrollY}px`;
      /** @type {HTMLElement} */ (menu.firstElementChild).focus({ preventScroll: true });
    }

    const opener = (label, place) => {
      const button = create("button", { type: "button", className: "place", textContent: "⋯", ariaLabel: label });
      button.setAttribute("aria-haspopup", "dialog");
      button.addEventListener("click", () => open(button, place));
      return button;
    };

    const whole = document.querySelector("article button.place"); // the only one that the build has made
    whole?.addEventListener("click", () => open(whole, () => ({})));
    for (const part of document.querySelectorAll("article :is(div.proof, div.exercise)[id]")) {
      const heading = part.querySelector(".admonition-title");
      if (!heading) continue;
      const words = read(heading);
      heading.append(opener(`Cite or report ${words}`, () => ({ words, part: `#${part.id}` })));
    }

    // A widget has its bar once it is drawn.
    document.addEventListener("widget", ({ target }) => {
      const el = /** @type {HTMLElement} */ (target);
      const widget = /** @type {HTMLElement | null} */ (el.closest(".widget[id]"));
      const name = widget && `Widget “${widget.id.replace("widget-", "").replaceAll("-", " ")}”`;
      const place = () => ({ words: name, part: `#${widget?.id}`, here: `${widget?.dataset.stand}#${el.dataset.state}` });
      const watch = new MutationObserver(() => {
        const bar = el.querySelector(".tts-bar");
        if (!bar) return;
        watch.disconnect();
        bar.append(opener(`Cite or report ${name}`, place));
      });
      if (widget) watch.observe(el, { childList: true, subtree: true });
    });
  }

  if (told) start(JSON.parse(told.textContent ?? ""));
}
