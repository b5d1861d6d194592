// Copies a text, and says so; browsers that do not let a page copy show what is to be copied.
{
  const copy = async (text, what, box) => {
    const area = Object.assign(document.createElement("textarea"), { readOnly: true, value: text, rows: 3 });
    area.setAttribute("aria-label", what);
    const words = document.createElement("span");
    const close = Object.assign(document.createElement("button"), { type: "button", textContent: "Close" });
    close.addEventListener("click", () => (box.hidden = true));
    box.replaceChildren(words, area, close);
    box.hidden = false;
    try {
      await navigator.clipboard.writeText(text);
      words.textContent = `${what}: copied.`;
    } catch {
      area.select();
      words.textContent = `${what}: ${document.execCommand("copy") ? "copied." : "copy it from here."}`;
    }
  };
  window.bookCopy = copy;
}
