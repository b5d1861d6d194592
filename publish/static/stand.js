// One widget on a page of its own. Its settings are in the address, after the #: read before it
// is first drawn, and kept current as it moves. `embed` there hides all but the widget, and
// `theme=dark` or `theme=light` overrules the reader's.
{
  const root = document.documentElement;
  const WHOLE = /^-?\d+$/;
  const NUMBER = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
  const WAIT = 200; // milliseconds without a move until the address follows

  const given = () => new URLSearchParams(location.hash.slice(1));
  const embedded = given().has("embed");
  let model, el;
  let chosen = given().get("theme");

  // What a value must be, empty if it is that: the same words as publish/site/stored_widgets.py.
  const refusal = (text, { kind, options, size, none, least = -Infinity, most = Infinity }) => {
    if (none && text === "none") return "";
    if (options) {
      const texts = options.map((option) => String(option ?? "none"));
      return texts.includes(text) ? "" : `one of ${texts.join(", ")}`;
    }
    const parts = text.split(",");
    const form = kind === "whole" ? WHOLE : NUMBER;
    const fits = (part) => form.test(part) && Number.isFinite(Number(part)) && part >= least && part <= most;
    if (parts.length === (size ?? 1) && parts.every(fits)) return "";
    const bounds = (least > -Infinity ? ` from ${least}` : "") + (most < Infinity ? ` to ${most}` : "");
    return (size ? `${size} numbers` : kind === "whole" ? "a whole number" : "a number") + bounds + (none ? " or none" : "");
  };

  const parsed = (text, { options, size, none }) => {
    if (none && text === "none") return null;
    if (options) return options.find((option) => String(option ?? "none") === text);
    return size ? text.split(",").map(Number) : Number(text);
  };

  // Set the widget as the address says; what cannot be is left out, and said.
  const read = () => {
    const { settings = {} } = model.get("frame") ?? {};
    const address = given();
    const refused = [...address.keys()]
      .filter((name) => !(name in settings) && !["embed", "theme"].includes(name))
      .map((name) => `This widget has no “${name}”.`);
    for (const [name, setting] of Object.entries(settings)) {
      const text = address.get(name);
      const reason = text === null ? "" : refusal(text, setting);
      if (reason) refused.push(`${name} must be ${reason}, not “${text}”.`);
      const value = text === null || reason ? setting.start : parsed(text, setting);
      if (String(value) !== String(model.get(name))) model.set(name, value);
    }
    const list = /** @type {HTMLElement} */ (document.getElementById("refused"));
    list.replaceChildren(...refused.map((words) => Object.assign(document.createElement("li"), { textContent: words })));
    list.hidden = refused.length === 0;
  };

  // Who comes without settings is asked something first; a preset that is chosen has a question of its own.
  const invite = () => {
    const asked = document.getElementById("asked");
    const presets = /** @type {HTMLSelectElement | null} */ (el.querySelector(".tts-bar select"));
    root.classList.remove("set");
    if (!asked) return;
    asked.hidden = true;
    if (embedded || el.dataset.state || presets?.selectedIndex !== 0) return;
    const show = () => (asked.hidden = presets.selectedIndex > 0); // no slider moves the picture away
    presets.addEventListener("change", show);
    new MutationObserver(show).observe(el, { attributeFilter: ["data-state"] }); // reset is pressed
    show();
    asked.querySelector("button")?.addEventListener("click", () => {
      presets.focus();
      presets.selectedIndex = 1;
      presets.dispatchEvent(new Event("change"));
    });
  };

  const fragment = (...more) => `#${[...more, el?.dataset.state].filter(Boolean).join("&")}`;
  const address = (...more) => location.href.replace(/#.*/s, "") + fragment(...more);

  document.addEventListener("widget", (event) => {
    el = event.target;
    model = /** @type {CustomEvent} */ (event).detail;
    read();
    let [first, timer] = [true, 0];
    const write = () => history.replaceState(null, "", fragment(embedded && "embed", chosen && `theme=${chosen}`));
    new MutationObserver(() => {
      clearTimeout(timer);
      if (first) invite();
      else timer = setTimeout(write, WAIT);
      first = false;
    }).observe(el, { attributeFilter: ["data-state"] });
    addEventListener("hashchange", read);
  });

  // A page in a frame, or opened as a file, may have no storage.
  const storage = (act) => {
    try {
      return act(localStorage);
    } catch {
      return null;
    }
  };
  const paint = (theme) => {
    root.dataset.theme = theme;
    document.getElementById("theme")?.setAttribute("aria-pressed", String(theme === "dark"));
  };
  const preferred = () => {
    const modes = [chosen, storage((kept) => kept.getItem("mode"))];
    const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    return modes.find((mode) => mode === "dark" || mode === "light") ?? system;
  };

  root.classList.toggle("embed", embedded);
  root.classList.toggle("set", location.hash.length > 1); // so that the question has its place from the beginning, or none
  paint(preferred());
  addEventListener("DOMContentLoaded", () => {
    paint(preferred());
    const press = (id, act) => document.getElementById(id)?.addEventListener("click", act);
    press("theme", () => {
      const theme = root.dataset.theme === "dark" ? "light" : "dark";
      for (const key of ["mode", "theme"]) storage((kept) => kept.setItem(key, theme));
      chosen &&= theme;
      paint(theme);
    });
    press("full", () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen()));
    if (!document.fullscreenEnabled) document.getElementById("full")?.remove();
    const box = /** @type {HTMLElement} */ (document.getElementById("copied"));
    press("link", () => window.bookCopy(address(), "Link", box));
    press("embed", () => {
      const source = address("embed", `theme=${root.dataset.theme}`).replaceAll("&", "&amp;").replaceAll('"', "%22");
      const title = document.querySelector("h1")?.textContent;
      const frame = `<iframe src="${source}" title="${title}" width="960" height="600" style="border: 0"></iframe>`;
      window.bookCopy(frame, "Embed code", box);
    });
  });
}
