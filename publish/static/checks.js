// Checks what readers answer to the questions of exercises; publish/site/checks.py seals the answers.
{
  const words = (hidden) =>
    new TextDecoder().decode(Uint8Array.from(atob(hidden), (c) => c.charCodeAt(0)));

  const digest = (name, number) => {
    let state = 2166136261;
    for (const letter of `${name}:${number}`)
      state = Math.imul(state ^ Number(letter.codePointAt(0)), 16777619);
    return (state >>> 0).toString(16).padStart(8, "0");
  };

  // 1,234.5 and 1 234.5 and 0,5 and 3·10⁻⁴ and 3*10^-4 and 3e-4 and 1/3
  const read = (text) => {
    const plain = text
      .normalize("NFKC")
      .replace(/[\s_]/g, "")
      .replace(/[−–]/g, "-")
      .replace(/^(-?[1-9]\d{0,2})((?:,\d{3})+)(?=\.|$)/, (_, head, rest) => head + rest.replaceAll(",", ""))
      .replace(",", ".")
      .replace(/[·×*]10\^?\(?(-?\d+)\)?$/, "e$1");
    const parts = plain.split("/");
    if (parts.length > 2 || parts.some((part) => part === "")) return NaN;
    return parts.map(Number).reduce((a, b) => a / b);
  };

  const bucket = (sealed, number) => {
    const place = sealed.log ? Math.log(number) : number;
    return Math.floor((place - sealed.start) / sealed.width);
  };

  const verdict = (name, sealed, number) => {
    const key = digest(name, "width" in sealed ? bucket(sealed, number) : number);
    const note = sealed.notes[key] ?? sealed.hint ?? "";
    return key === sealed.right ? ["right", sealed.notes[key] ?? ""] : ["wrong", note];
  };

  /** @type {NodeListOf<HTMLFormElement>} */
  const forms = document.querySelectorAll("form.check");
  for (const form of forms) {
    const { name, seal = "" } = form.dataset;
    const sealed = JSON.parse(seal);
    const status = /** @type {HTMLElement} */ (form.querySelector("[role=status]"));
    /** @type {HTMLInputElement | null} */
    const field = form.querySelector("input:not([type=radio])");
    const say = (state, text) => {
      form.dataset.state = state;
      status.textContent = text;
      field?.setAttribute("aria-invalid", String(state === "unread"));
    };
    form.addEventListener("input", () => say("", ""));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      /** @type {HTMLInputElement | null} */
      const chosen = form.querySelector("input:checked");
      const number = field ? read(field.value) : Number(chosen?.value ?? NaN);
      if (!Number.isFinite(number)) {
        say("unread", field ? "A number, please, such as 17 or 0.25." : "Choose one of these first.");
        return;
      }
      const [state, note] = verdict(name, sealed, number);
      say(state, `${state === "right" ? "✓ Right." : "✗ Not yet."} ${note && words(note)}`.trim());
    });
  }
}
