// A block of a product of matrices in WebAssembly, whose instructions add and multiply two numbers at once: four times
// as fast as JavaScript, and equal to it in every bit, as each sum is taken in the same order. The module is put
// together here, instruction by instruction, so that nobody has to trust a file of machine code.

export const [TALL, BROAD] = [4, 4]; // rows and columns of a block: what the registers of a processor hold

const assembled = () => {
  const PAIRS = BROAD / 2; // two float64 share a register
  const [I32, V128, FUNCTION, NOTHING] = [0x7f, 0x7b, 0x60, 0x40];
  const times = (count, make) => Array.from({ length: count }, (_, i) => make(i));
  const whole = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...whole(value >> 7)]);
  const list = (items) => [whole(items.length), ...items];
  const section = (kind, content) => [kind, list(content.flat(Infinity))];
  const get = (local) => [0x20, whole(local)];
  const set = (local) => [0x21, whole(local)];
  const add = 0x6a;
  const [addPairs, multiplyPairs] = [[0xfd, 0xf0, 0x01], [0xfd, 0xf2, 0x01]];
  const loadTwice = [0xfd, 0x0a, 3, 0]; // one float64 into both halves
  const load = (pair) => [0xfd, 0x00, 3, 16 * pair];
  const store = (pair) => [0xfd, 0x0b, 3, 16 * pair];
  // Arguments: where the block, its rows of A and its columns of B begin, and how far apart entries are, in bytes.
  const [INTO, INTO_DOWN, A, A_DOWN, A_ALONG, B, B_DOWN, INNER] = times(8, (i) => i);
  const row = (i) => (i ? INNER + i : A);
  const sum = (i, pair) => row(TALL) + i * PAIRS + pair;
  const factor = (pair) => sum(TALL, pair);
  const entry = factor(PAIRS);
  const instructions = [
    times(TALL - 1, (i) => [get(row(i)), get(A_DOWN), add, set(row(i + 1))]),
    [0x03, NOTHING], // a loop over the products of each entry
    times(PAIRS, (pair) => [get(B), load(pair), set(factor(pair))]),
    times(TALL, (i) => [
      [get(row(i)), loadTwice, set(entry)],
      times(PAIRS, (pair) => [
        [get(sum(i, pair)), get(entry), get(factor(pair)), multiplyPairs, addPairs, set(sum(i, pair))],
      ]),
      [get(row(i)), get(A_ALONG), add, set(row(i))],
    ]),
    [get(B), get(B_DOWN), add, set(B)],
    [get(INNER), 0x41, 1, 0x6b, 0x22, INNER, 0x0d, 0, 0x0b], // one less; on, if any is left
    times(TALL, (i) => [
      times(PAIRS, (pair) => [get(INTO), get(sum(i, pair)), store(pair)]),
      [get(INTO), get(INTO_DOWN), add, set(INTO)],
    ]),
    0x0b,
  ];
  const locals = list([[TALL - 1, I32], [TALL * PAIRS + PAIRS + 1, V128]]);
  const code = list([locals, instructions].flat(Infinity));
  return Uint8Array.from([
    [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    section(1, list([[FUNCTION, list(times(8, () => I32)), list([])]])),
    section(3, list([0])),
    section(5, list([[0, 1]])), // a memory of one page, which grows
    section(7, list([[list([0x6d]), 2, 0], [list([0x66]), 0, 0]])), // named "m", and the function "f"
    section(10, list([code])),
  ].flat(Infinity));
};

// The memory and the function; null in a browser that has no such thing, or on a page whose policy forbids it.
/** @type {() => { memory: WebAssembly.Memory, block: (...places: number[]) => void } | null} */
export const simdBlock = () => {
  try {
    const made = new WebAssembly.Instance(new WebAssembly.Module(assembled()));
    const { m: memory, f: block } = /** @type {any} */ (made.exports);
    return { memory, block };
  } catch {
    return null;
  }
};
