// What the scripts of the site find in a page beside what browsers give to every page.

interface Window {
  bookTargets: [kind: string, number: string, title: string, paper: string, page: string, id: string][]; // targets.js
  bookHint: (name: string, html: string) => void; // what the scripts in hints/ call
}

// Sphinx's search.
type Result = [page: string, title: string, anchor: string, summary: string, points: number, file: string];
declare const Search: {
  _index: { docnames: string[], titles: string[], filenames: string[] };
  _performSearch: (query: string, ...terms: unknown[]) => Result[];
  htmlToText: (html: string, anchor?: string) => string;
  status: HTMLElement;
};
declare const Documentation: { addTranslations: (catalog: object) => void };
declare const DOCUMENTATION_OPTIONS: { SHOW_SEARCH_SUMMARY: boolean };
