// Long work on the page in short slices, between which the page answers.

const SLICE = 10; // milliseconds

// Do `work`, again and again, until it says that nothing is left or `alive` that nobody waits; then `end`.
/** @type {(work: () => boolean, alive: () => boolean, end: () => void) => void} */
export const inSlices = (work, alive, end) => {
  const { port1, port2 } = new MessageChannel(); // timers of a page wait for milliseconds
  const slice = () => {
    const until = performance.now() + SLICE;
    let left = alive();
    while (left && performance.now() < until) left = work();
    if (left) return port2.postMessage(null);
    port1.close();
    end();
  };
  port1.onmessage = slice;
  port2.postMessage(null);
};
