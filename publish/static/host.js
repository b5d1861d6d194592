// Shows the book's widgets on a page that has no kernel.
//
// The page holds each widget's state and code as Jupyter stored them. A widget is an
// ES module whose default export has render({ model, el }); the model given to it has
// the part of anywidget's interface that works without a kernel. It has no `send`, by which
// widgets know that there is none.
//
// A plain script, not a module: browsers load no module from a page opened as a file.
{
  const STATE = 'script[type="application/vnd.jupyter.widget-state+json"]';
  const VIEW = 'script[type="application/vnd.jupyter.widget-view+json"]';

  class Model {
    #values;
    #listeners = new Map();

    constructor(values) {
      this.#values = { ...values };
    }

    get(name) {
      return this.#values[name];
    }

    set(name, value) {
      if (Object.is(this.#values[name], value)) return;
      this.#values[name] = value;
      for (const event of [`change:${name}`, "change"]) {
        for (const listener of [...(this.#listeners.get(event) ?? [])]) {
          listener(this, value);
        }
      }
    }

    on(event, listener) {
      if (!this.#listeners.has(event)) this.#listeners.set(event, new Set());
      this.#listeners.get(event).add(listener);
    }

    off(event, listener) {
      this.#listeners.get(event)?.delete(listener);
    }

    // There is no kernel to save to.
    save_changes() {}
  }

  // A long text, such as code or the weights of a model, lies in a script of its own, which hands it over here.
  const texts = {};
  Object.assign(globalThis, { bookTexts: texts });
  async function whole(value) {
    if (!value?.text || !value.file) return value;
    const script = Object.assign(document.createElement("script"), { src: value.file });
    await new Promise((done, fail) => {
      script.onload = done;
      script.onerror = () => fail(new Error("a file of it could not be loaded"));
      document.head.append(script);
    });
    return texts[value.text];
  }

  async function load(stored) {
    const entries = Object.entries(stored).map(async ([name, value]) => [name, await whole(value)]);
    const values = Object.fromEntries(await Promise.all(entries));
    if (values._css) {
      const style = document.createElement("style");
      style.textContent = values._css;
      document.head.append(style);
    }
    const code = new Blob([values._esm], { type: "text/javascript" });
    const address = URL.createObjectURL(code);
    try {
      const { default: widget } = await import(address);
      return { widget, model: new Model(values) };
    } finally {
      URL.revokeObjectURL(address);
    }
  }

  // What readers have set in a chapter is there again when they come back to it. A page of one widget has it in
  // its address.
  const KEPT = `widgets of ${location.pathname}`;
  const session = (() => {
    try {
      return sessionStorage;
    } catch {
      return null; // a browser may refuse to store anything
    }
  })();
  const visit = /** @type {PerformanceNavigationTiming} */ (performance.getEntriesByType("navigation")[0]);
  if (visit?.type === "navigate") session?.removeItem(KEPT);
  const kept = () => JSON.parse(session?.getItem(KEPT) ?? "{}");
  const keeping = new Map();

  function keep(id, model) {
    if (!keeping.size) addEventListener("pagehide", store);
    keeping.set(id, model);
    const { [id]: settings = {} } = kept();
    for (const [name, value] of Object.entries(settings)) model.set(name, value);
  }

  function store() {
    const settings = [...keeping].map(([id, model]) => {
      const names = Object.keys(model.get("frame")?.settings ?? {});
      return [id, Object.fromEntries(names.map((name) => [name, model.get(name)]))];
    });
    session?.setItem(KEPT, JSON.stringify({ ...kept(), ...Object.fromEntries(settings) }));
  }

  const { state: states = {} } = JSON.parse(document.querySelector(STATE)?.textContent ?? "{}");
  const loaded = new Map();

  async function show(view) {
    const el = document.createElement("div");
    view.after(el);
    try {
      const { model_id: id } = JSON.parse(view.textContent);
      if (!states[id]?.state._esm) throw new Error("its state is not in the page");
      if (!loaded.has(id)) loaded.set(id, load(states[id].state));
      const { widget, model } = await loaded.get(id);
      if (view.closest("[data-stand]")) keep(id, model);
      el.dispatchEvent(new CustomEvent("widget", { bubbles: true, detail: model }));
      await widget.render({ model, el });
      view.closest(".widget")?.querySelector(".widget-still")?.setAttribute("hidden", "");
    } catch (error) {
      el.className = "widget-message";
      el.setAttribute("role", "status");
      el.textContent = `This widget could not be shown: ${error instanceof Error ? error.message : error}`;
    }
  }

  // A widget costs time and bytes, so it is drawn once it is less than a window away.
  const watch = (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      for (const view of target.querySelectorAll(`:scope > ${VIEW}`)) show(view);
    }
  };
  const near = new IntersectionObserver(watch, { rootMargin: "100% 0%" });
  for (const view of document.querySelectorAll(VIEW)) near.observe(/** @type {Element} */ (view.parentElement));
}
