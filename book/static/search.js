// The search finds what the book lists in targets.js: statements, figures, exercises, claims, symbols.
{
  const STATEMENTS = ["theorem", "proposition", "corollary", "lemma", "definition"];
  const KINDS = [...STATEMENTS, "figure", "exercise", "claim", "symbol", "equation"]; // in their order
  const IDLE = new Set(["the", "of", "a", "an", "and", "in", "to", "for", "is", "on", "fig"]);
  const ALL = 60; // points for having all the words

  const wordsOf = (text) => text.normalize("NFKD").toLowerCase().match(/\d+(?:\.\d+)*|[\p{L}\p{N}]+/gu) ?? [];
  const stem = (word) => (word.length > 4 ? word.replace(/(?:ies|es|s|y|e)$/, "") : word);

  const entries = window.bookTargets.map(([kind, number, title, paper, page, id]) => {
    const name = wordsOf(`${kind} ${number}`).join(" ");
    const label = id.replace(/^(?:equation-|symbol-|claim-)/, "");
    const words = wordsOf(`${kind} ${number} ${title} ${label.replace(/[-_]/g, " ")} ${label} ${paper}`);
    return { kind, number, title, paper, page, id, name, label, words, named: wordsOf(title).join(" ") };
  });

  // How well an entry answers a query: 0 is not at all, 1000 is what it is called.
  function score(entry, query, words, some) {
    const phrase = words.join(" ");
    if (phrase === entry.name || query === entry.id || query === entry.label) return 1000;
    if (phrase === entry.named) return 900;
    if (phrase === wordsOf(entry.paper).slice(0, words.length).join(" ")) return 800;
    const isStatement = STATEMENTS.includes(entry.kind.toLowerCase());
    // Readers say theorem where the book says proposition.
    const has = (word) =>
      (isStatement && STATEMENTS.includes(word)) ||
      entry.words.some((other) => (/\d/.test(word) ? other === word : other.startsWith(stem(word))));
    const share = words.filter(has).length / words.length;
    const needed = words.filter((word) => !STATEMENTS.includes(word));
    if (share < 1 && !(some && needed.some(has))) return 0;
    const exact = words.filter((word) => entry.words.includes(word)).length / words.length;
    const inTitle = entry.named.includes(phrase) ? 20 : 0;
    return ALL * share ** 3 + inTitle + 10 * exact - 5 * KINDS.indexOf(entry.kind.toLowerCase());
  }

  function find(query) {
    const asked = query.trim().toLowerCase();
    const words = wordsOf(asked).filter((word, _, { length }) => length === 1 || !IDLE.has(word));
    if (!words.length) return { found: [], some: false };
    const rank = (some) =>
      entries
        .map((entry) => ({ entry, points: score(entry, asked, words, some) }))
        .filter(({ points }) => points > 0)
        .sort((a, b) => b.points - a.points);
    const found = rank(false);
    return found.length ? { found, some: false } : { found: rank(true).slice(0, 10), some: true };
  }

  function asResult({ entry, points }) {
    const { docnames, titles, filenames } = Search._index;
    const page = docnames.indexOf(entry.page);
    const title = [`${entry.kind} ${entry.number}`.trim(), entry.title].filter(Boolean).join(": ");
    const paper = entry.paper ? `, ${entry.paper} of the paper` : "";
    return [entry.page, title, `#${entry.id}`, `${titles[page]}${paper}`, points, filenames[page]];
  }

  function say(text) {
    const help = document.createElement("p");
    help.className = "search-help";
    help.innerHTML = text;
    document.querySelector("#search-results ul.search").before(help);
  }

  // Sphinx shows its results from the last to the first.
  const pages = Search._performSearch;
  Search._performSearch = (query, ...rest) => {
    const bySphinx = pages(query, ...rest);
    const { found, some } = find(query);
    const results = found.map(asResult).reverse();
    Search.status.setAttribute("role", "status");
    if (!found.length && !bySphinx.length) say(document.getElementById("search-nothing").innerHTML);
    else if (some && !bySphinx.length) say("Nothing has all of these words. These have some of them:");
    return some ? [...results, ...bySphinx] : [...bySphinx, ...results];
  };

  // From a folder the browser lets no page read another.
  if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
}
