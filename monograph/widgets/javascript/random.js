// Random numbers that a seed decides: xoshiro128** of Blackman and Vigna, and what is drawn with its bits.
// Equal seeds give equal bits in every browser; logarithms may differ in their last digit.

const rotated = (bits, by) => (bits << by) | (bits >>> (32 - by));

// Four words of state from the two words of a seed, by a finalizer that mixes every bit of a counter.
const seeded = (seed) => {
  const state = new Int32Array([seed % 2 ** 32, seed / 2 ** 32, 0x9e3779b9, 0x243f6a88]);
  let counter = 0;
  for (let word = 0; word < 8; word++) {
    counter = (counter + 0x9e3779b9 + state[word % 4]) | 0;
    let mixed = Math.imul(counter ^ (counter >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    state[word % 4] = mixed ^ (mixed >>> 15);
  }
  return state;
};

// Blocks of equal area under the normal density, the lowest with the tail: where each ends, and up to which
// share of its width it lies below the density wholly.
const BLOCKS = 128;
const TAIL_START = 3.442619855899;
const normalDensity = (x) => Math.exp((-x * x) / 2);
const blockEnds = new Float64Array(BLOCKS + 1);
const blockShares = new Float64Array(BLOCKS);
const BLOCK_AREA = 9.91256303526217e-3;
blockEnds[0] = BLOCK_AREA / normalDensity(TAIL_START);
blockEnds[1] = TAIL_START;
for (let block = 2; block < BLOCKS; block++) {
  blockEnds[block] = Math.sqrt(-2 * Math.log(BLOCK_AREA / blockEnds[block - 1] + normalDensity(blockEnds[block - 1])));
}
for (let block = 0; block < BLOCKS; block++) blockShares[block] = blockEnds[block + 1] / blockEnds[block];

// The state is a typed array: as separate variables or properties it would be several times slower.
export class Random {
  /** @param {number} seed a whole number from 0 to 2⁵³ − 1 */
  constructor(seed) {
    this.state = seeded(seed);
  }

  // 32 bits, as a signed whole number.
  bits() {
    const { state } = this;
    const found = Math.imul(rotated(Math.imul(state[1], 5), 7), 9);
    const moved = state[1] << 9;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= moved;
    state[3] = rotated(state[3], 11);
    return found;
  }

  // Between 0 and 1, and neither of them.
  uniform() {
    return ((this.bits() >>> 0) + 0.5) / 2 ** 32;
  }

  // Standard normal, by the ziggurat of Marsaglia and Tsang, with Doornik's bits of its own for the block.
  normal() {
    for (;;) {
      const place = (this.bits() + 0.5) / 2 ** 31; // between -1 and 1
      const block = this.bits() & (BLOCKS - 1);
      if (Math.abs(place) < blockShares[block]) return place * blockEnds[block];
      if (block === 0) return place < 0 ? -this.beyond() : this.beyond();
      const x = place * blockEnds[block];
      const [low, high] = [normalDensity(blockEnds[block]), normalDensity(blockEnds[block + 1])];
      if (low + this.uniform() * (high - low) < normalDensity(x)) return x;
    }
  }

  // Normal, given that it is larger than where the tail begins.
  beyond() {
    for (;;) {
      const x = -Math.log(this.uniform()) / TAIL_START;
      if (-2 * Math.log(this.uniform()) > x * x) return TAIL_START + x;
    }
  }

  // Gamma of this shape and scale 1, by Marsaglia and Tsang.
  /** @type {(shape: number) => number} */
  gamma(shape) {
    if (shape < 1) return this.gamma(shape + 1) * this.uniform() ** (1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(this.uniform()) < (x * x) / 2 + d * (1 - v + Math.log(v))) return d * v;
    }
  }

  /** @type {(freedom: number) => number} */
  chiSquare(freedom) {
    return 2 * this.gamma(freedom / 2);
  }
}
