// Checks what readers answer to the questions of exercises, by the rule of publish/site/checks.py.
{
  const SLACK = 1 + 1e-6;

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

  const near = ({ within, percent }, given, number) =>
    Math.abs(given - number) <= (within ?? (percent / 100) * Math.abs(number)) * SLACK;

  const verdict = (answer, given) => {
    if (answer.options) return [given === answer.right, answer.options[given - 1]];
    if (near(answer, given, answer.right)) return [true, ""];
    const trap = answer.traps.find(([wrong]) => near(answer, given, wrong));
    return [false, trap ? trap[1] : answer.hint];
  };

  /** @type {NodeListOf<HTMLFormElement>} */
  const forms = document.querySelectorAll("form.check");
  for (const form of forms) {
    const answer = JSON.parse(form.dataset.answer ?? "");
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
      const [right, words] = verdict(answer, number);
      say(right ? "right" : "wrong", `${right ? "✓ Right." : "✗ Not yet."} ${words}`.trim());
    });
  }
}
