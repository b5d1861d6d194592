// A school that is kept by a Worker, made of the widget's own code; where no Worker may be made, by the page itself.

import { isPortraitDue, learn, linearStaircase, newSchool, portrait } from "./gpt_nursery.js";

/** @import { Portrait, Settings } from "./gpt_nursery.js" */
/** @typedef {Portrait & { linear: number[] }} Report */

const SLICE = 10; // milliseconds of a frame that the page gives
const EXPORT = /^export default .*/m;

const reported = (school) => {
  school.linear ??= linearStaircase(school);
  return { ...portrait(school), linear: school.linear };
};

// In the Worker: for each message one report, some updates later. So one that hears nothing does nothing.
export const serve = (scope) => {
  let school;
  scope.onmessage = ({ data }) => {
    school ??= newSchool(data);
    do learn(school);
    while (!isPortraitDue(school));
    scope.postMessage(reported(school));
  };
};

// `next()` gives a report if one is there, and sees to it that there will be another.
/** @type {(source: string, settings: Settings) => { next: () => Report | null, dismiss: () => void }} */
export const hire = (source, settings) => {
  const address = URL.createObjectURL(new Blob([source.replace(EXPORT, "serve(self);")], { type: "text/javascript" }));
  /** @type {Worker | null} */
  let worker = null;
  let school = null; // of the page
  let waits = false;
  /** @type {Report | null} */
  let came = null;
  const dismiss = () => {
    worker?.terminate();
    worker = null;
    URL.revokeObjectURL(address);
  };
  const alone = () => {
    dismiss();
    school = newSchool(settings);
  };
  try {
    worker = new Worker(address); // a classic one: of a file, no other may be made
    worker.onerror = alone; // so a page says that it is forbidden
    worker.onmessage = ({ data }) => {
      waits = false;
      came = data;
    };
  } catch {
    alone();
  }
  const next = () => {
    if (school) {
      const end = performance.now() + SLICE;
      do {
        learn(school);
        if (isPortraitDue(school)) return reported(school);
      } while (performance.now() < end);
      return null;
    }
    const report = came;
    came = null;
    const ended = report?.done === settings.updates;
    if (worker && !waits && !ended) {
      worker.postMessage(settings);
      waits = true;
    }
    return report;
  };
  return { next, dismiss };
};
