// The search finds what the book lists in targets.js: statements, figures, exercises, claims, symbols.
{
  const STATEMENTS = ["definition", "theorem", "proposition", "corollary", "lemma"];
  const KINDS = [...STATEMENTS, "symbol", "figure", "exercise", "claim", "equation"]; // the best first
  const IDLE = new Set(["the", "of", "a", "an", "and", "in", "to", "for", "is", "on"]);

  const wordsOf = (text) => text.normalize("NFKD").toLowerCase().match(/\d+(?:\.\d+)*|[\p{L}\p{N}]+/gu) ?? [];
  const stem = (word) => (word.length > 4 ? word.replace(/(?:ies|es|s|y|e)$/, "") : word);
  const same = (one, other) => wordsOf(one.replaceAll("_", "-")).join() === wordsOf(other.replaceAll("_", "-")).join();

  const entries = window.bookTargets.map(([kind, number, title, paper, page, id]) => {
    const words = wordsOf(`${kind} ${number} ${title} ${id.replace(/[-_]/g, " ")} ${paper}`);
    const rank = KINDS.indexOf(kind.toLowerCase());
    const isStatement = rank < STATEMENTS.length;
    return { kind, number, title, paper, page, id, words, named: wordsOf(title).join(" "), rank, isStatement };
  });

  const SHORT = { fig: "figure", eq: "equation", thm: "theorem", prop: "proposition", cor: "corollary" };
  Object.assign(SHORT, { lem: "lemma", def: "definition", ex: "exercise" });
  const inFull = (query) => query.replace(/^(\w+)\.? +(?=\(?\d)/, (_, word) => `${SHORT[word] ?? word} `);

  // Pairs of letters tell a misspelled word.
  function near(one, other) {
    if (Math.min(one.length, other.length) < 4) return false;
    const pairs = (word) => new Set([...word].slice(1).map((letter, i) => word[i] + letter));
    const [a, b] = [pairs(one), pairs(other)];
    return (2 * [...a].filter((pair) => b.has(pair)).length) / (a.size + b.size) >= 0.6;
  }

  // How well an entry answers a query: 0 is not at all, and what it is called is best.
  function score(entry, query, words, loosely) {
    const phrase = words.join(" ");
    const called = [`${entry.kind} ${entry.number}`, entry.id, entry.id.replace(/^(?:equation|symbol)-/, "")];
    if (query.includes("_")) called.push(entry.id.replace("claim-", ""));
    if (called.some((name) => same(name, query))) return 1000 - entry.rank;
    if (entry.named === phrase) return 900 - entry.rank;
    if (entry.paper.split(", ").some((place) => same(place, query))) return 800 - 5 * entry.rank;
    const has = (word) =>
      // Readers say theorem where the book says proposition.
      (entry.isStatement && STATEMENTS.includes(word)) ||
      entry.words.some((other) => (/\d/.test(word) ? other === word : other.startsWith(stem(word)))) ||
      (loosely && entry.words.some((other) => near(word, other)));
    const share = words.filter(has).length / words.length;
    const telling = words.filter((word) => !STATEMENTS.includes(word));
    if (share < 1 && !(loosely && telling.some(has))) return 0;
    const exact = words.filter((word) => entry.words.includes(word)).length / words.length;
    const inTitle = entry.named.includes(phrase) ? 20 : 0;
    return 60 * share ** 3 + inTitle + 10 * exact - 5 * entry.rank + 50;
  }

  function find(query) {
    const asked = inFull(query.trim().toLowerCase());
    const words = wordsOf(asked).filter((word, _, { length }) => length === 1 || !IDLE.has(word));
    if (!words.length) return { found: [], loosely: false };
    const rank = (loosely) =>
      entries
        .map((entry) => ({ entry, points: score(entry, asked, words, loosely) }))
        .filter(({ points }) => points > 0)
        .sort((a, b) => b.points - a.points);
    const found = rank(false);
    return found.length ? { found, loosely: false } : { found: rank(true).slice(0, 10), loosely: true };
  }

  const short = (text) => (text.length < 110 ? text : `${text.slice(0, text.lastIndexOf(" ", 100))} …`);

  /** @type {(answer: { entry: any, points: number }) => Result} */
  function asResult({ entry, points }) {
    const { docnames, titles, filenames } = Search._index;
    const page = docnames.indexOf(entry.page);
    const title = [`${entry.kind} ${entry.number}`.trim(), short(entry.title)].filter(Boolean).join(": ");
    const paper = entry.paper ? `; paper: ${entry.paper}` : "";
    return [entry.page, title, `#${entry.id}`, `${titles[page]}${paper}`, points, filenames[page]];
  }

  function say(text) {
    const help = document.createElement("p");
    help.className = "search-help";
    help.innerHTML = text;
    document.querySelector("#search-results ul.search")?.before(help);
  }

  // Sphinx shows its results from the last to the first.
  const pages = Search._performSearch;
  Search._performSearch = (query, terms, excluded, marked, ...more) => {
    const bySphinx = pages(query, terms, excluded, marked, ...more);
    const added = new MutationObserver((changes) => {
      const items = changes.flatMap(({ addedNodes }) => [...addedNodes]);
      for (const item of items) if (item.childNodes.length === 1) summarize(item, terms, marked);
    });
    added.observe(Search.output, { childList: true });
    const { found, loosely } = find(query);
    const results = found.map(asResult).reverse();
    Search.status.setAttribute("role", "status");
    if (!found.length && !bySphinx.length) say(document.getElementById("search-nothing")?.innerHTML ?? "");
    else if (loosely && !bySphinx.length) say("Nothing has all of these words. These come near:");
    if (loosely) return [...results, ...bySphinx];
    // A page of that very name comes before all but what is called so.
    /** @type {(result: Result) => boolean} */
    const named = ([, title]) => same(title.replace(/<[^>]*>|[\d.]+ /g, "").split(":")[0], query);
    const called = results.filter(([, , , , points]) => points >= 800);
    const others = results.filter(([, , , , points]) => points < 800);
    const rest = bySphinx.filter((page) => !named(page));
    return [...rest, ...others, ...bySphinx.filter(named), ...called];
  };

  // What the pages say comes in a script, as a page opened as a file can read no other page.
  /** @type {Promise<Record<string, Sections>>} */
  const texts = new Promise((arrived) => (window.bookTexts = arrived));
  document.head.append(Object.assign(document.createElement("script"), { src: "_static/texts.js" }));
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false; // for which Sphinx would read the pages
  Search.htmlToText = (sections, anchor) => {
    const first = sections.findIndex(([id]) => `#${id}` === anchor);
    return sections.slice(Math.max(first, 0)).map(([, text]) => text).join(" ");
  };

  /** @type {(item: Node, terms: Set<string>, marked: Set<string>) => Promise<void>} */
  async function summarize(item, terms, marked) {
    const link = /** @type {Element} */ (item.firstChild);
    const [page, anchor] = link.getAttribute("href")?.split(".html") ?? [];
    const summary = Search.makeSearchSummary((await texts)[page ?? ""] ?? [], terms, anchor);
    if (!summary) return;
    item.appendChild(summary);
    for (const term of marked) _highlightText(summary, term, "highlighted");
  }

  Documentation.addTranslations({
    locale: "en",
    plural_expr: "n != 1",
    messages: {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the text is Sphinx's
      "Search finished, found ${resultCount} page(s) matching the search query.": "Found: ${resultCount}",
      "Your search did not match any documents. Please make sure that all words are spelled correctly and that you've selected enough categories.":
        "Nothing was found.",
    },
  });

  // The theme means this field and takes the first one of the page, which is not shown.
  /** @type {HTMLElement | null} */
  const field = document.querySelector(".bd-search-container input");
  field?.focus();
}
