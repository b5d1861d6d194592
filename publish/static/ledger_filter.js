// The table of all claims, narrowed: fields above it hide the rows that do not fit. What is chosen
// stands in the page's address, so that a link leads to the same rows.
{
  /** @type {NodeListOf<HTMLElement>} */
  const found = document.querySelectorAll('tr[id^="claim-"]');
  const rows = [...found];
  const table = /** @type {HTMLElement} */ (rows[0].closest("table"));
  const place = table.closest(".pst-scrollable-table-container") ?? table;
  const ORIGINS = { "paper:": "the paper", "follow-up": "a follow-up" };
  const origin = (row) => row.querySelector("em").textContent.replace(/^\(/, "");

  // What each field looks at: the values of a row.
  const traits = {
    verdict: (row) => [row.lastElementChild.textContent.trim()],
    origin: (row) => [ORIGINS[origin(row).split(" ")[0]] ?? "this book"],
    chapter: (row) => [...row.querySelector("em").querySelectorAll("a")].map((link) => link.textContent.trim()),
  };
  const words = (row) => row.textContent.toLowerCase();

  const named = (label, field) => {
    const whole = document.createElement("label");
    whole.append(label, field);
    return whole;
  };
  const fields = {};
  for (const [name, values] of Object.entries(traits)) {
    const counts = new Map();
    for (const value of rows.flatMap((row) => [...new Set(values(row))])) counts.set(value, (counts.get(value) ?? 0) + 1);
    fields[name] = document.createElement("select");
    fields[name].append(new Option("all", ""), ...[...counts].map(([value, count]) => new Option(`${value} (${count})`, value)));
  }
  fields.words = document.createElement("input");
  fields.words.type = "search";

  const form = document.createElement("form");
  form.className = "ledger-filter";
  form.setAttribute("role", "search");
  form.setAttribute("aria-label", "Narrow the table of claims");
  const labels = { verdict: "Verdict", origin: "Stated by", chapter: "Chapter", words: "With the words" };
  form.append(...Object.entries(fields).map(([name, field]) => named(labels[name], field)));
  const all = document.createElement("button");
  all.type = "button";
  all.textContent = "Show all";
  const count = document.createElement("output");
  form.append(all, count);

  const narrow = () => {
    const wanted = fields.words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (row) =>
      Object.entries(traits).every(([name, values]) => !fields[name].value || values(row).includes(fields[name].value)) &&
      wanted.every((word) => words(row).includes(word));
    for (const row of rows) row.hidden = !fits(row);
    count.textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length} claims`;
    const address = new URL(location.href);
    for (const [name, { value }] of Object.entries(fields)) {
      if (value) address.searchParams.set(name, value);
      else address.searchParams.delete(name);
    }
    history.replaceState(null, "", address);
  };

  const showAll = () => {
    for (const field of Object.values(fields)) field.value = "";
    narrow();
  };

  // A link that leads to a row shows it, whatever is chosen.
  const reveal = () => {
    const target = rows.find((row) => `#${row.id}` === location.hash);
    if (!target?.hidden) return;
    showAll();
    target.scrollIntoView();
  };

  for (const [name, value] of new URL(location.href).searchParams) {
    const field = fields[name];
    if (field && (field === fields.words || [...field.options].some((option) => option.value === value))) field.value = value;
  }
  form.addEventListener("input", narrow);
  form.addEventListener("submit", (event) => event.preventDefault());
  all.addEventListener("click", showAll);
  addEventListener("hashchange", reveal);
  place.before(form);
  narrow();
  reveal();
}
