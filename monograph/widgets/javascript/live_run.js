// Work that goes on while someone watches: it never starts by itself, and ends when it is done, stopped, hidden,
// scrolled out of sight or taken off the page. `work()` does one frame's part and tells whether there is more; where
// pictures take long, more is done between them. Where less motion is wanted, nothing is shown before the end.
const SLOW = 32; // milliseconds

/**
 * @param {HTMLElement} el
 * @param {{ work: () => boolean, show: () => void, ended: () => void }} acts
 */
export const liveRun = (el, { work, show, ended }) => {
  let waiting = 0; // what the next part waits for; 0 while nothing runs
  let calm = false;
  let shown = 0; // when the last picture was asked for
  const sight = new IntersectionObserver((entries) => entries.at(-1)?.isIntersecting || stop());
  const hide = () => document.hidden && stop();
  const wait = () => { waiting = calm ? window.setTimeout(next) : requestAnimationFrame(next); };
  const stop = () => {
    if (!waiting) return;
    (calm ? clearTimeout : cancelAnimationFrame)(waiting);
    waiting = 0;
    sight.disconnect();
    document.removeEventListener("visibilitychange", hide);
    ended();
  };
  const next = () => {
    const began = performance.now();
    const between = began - shown;
    do if (!el.isConnected || !work()) return stop();
    while (!calm && between > SLOW && performance.now() - began < between);
    shown = performance.now();
    if (!calm) show();
    wait();
  };
  const start = () => {
    if (waiting || document.hidden) return;
    calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    sight.observe(el);
    document.addEventListener("visibilitychange", hide);
    shown = performance.now();
    wait();
    show();
  };
  return { start, stop, runs: () => waiting !== 0 };
};
