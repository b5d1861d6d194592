// What the scripts of the site find in a page beside what browsers give to every page.

interface Window {
  bookTargets: [kind: string, number: string, title: string, paper: string, page: string, id: string][]; // targets.js
  bookTexts: (texts: Record<string, Sections>) => void; // what texts.js calls
  bookHint: (name: string, html: string) => void; // what the scripts in hints/ call
  bookMarkdown: (text: string) => void; // what the script of a page's twin calls
  bookCopy: (text: string, what: string, box: HTMLElement) => Promise<void>; // copy.js
}

// What a page says.
type Sections = [id: string, text: string][];

// Sphinx's search.
type Result = [page: string, title: string, anchor: string, summary: string, points: number, file: string];
declare const Search: {
  _index: { docnames: string[], titles: string[], filenames: string[] };
  _performSearch: (query: string, terms: Set<string>, excluded: Set<string>, marked: Set<string>, ...more: unknown[]) => Result[];
  htmlToText: (sections: Sections, anchor?: string) => string;
  makeSearchSummary: (sections: Sections, terms: Set<string>, anchor?: string) => HTMLElement | null;
  output: HTMLElement;
  status: HTMLElement;
};
declare const _highlightText: (place: Element, term: string, name: string) => void;
declare const Documentation: { addTranslations: (catalog: object) => void };
declare const DOCUMENTATION_OPTIONS: { SHOW_SEARCH_SUMMARY: boolean };

// What moves a deck of slides: reveal.js, and its notes.
declare const RevealNotes: object;
declare class Reveal {
  constructor(options: object);
  on(event: string, act: () => void): void;
  initialize(): Promise<void>;
}
