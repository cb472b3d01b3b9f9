/** Reproducible randomness for fuzzing: the same seed gives the same cases. */
export interface Random {
  /** An integer in [0, bound), bound at most 2^32. */
  below(bound: number): number;
  pick<T>(list: readonly T[]): T;
  shuffle<T>(list: readonly T[]): T[];
}

/** splitmix32. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const word = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let x = state;
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
    return (x ^ (x >>> 15)) >>> 0;
  };
  const below = (bound: number): number => Math.floor((word() / 2 ** 32) * bound);
  return {
    below,
    pick: (list) => {
      if (list.length === 0) throw new RangeError("nothing to pick from");
      return list[below(list.length)] as (typeof list)[number];
    },
    shuffle: (list) => {
      const shuffled = list.slice();
      for (let i = shuffled.length - 1; i > 0; i--) {
        const j = below(i + 1);
        const [a, b] = [shuffled[i], shuffled[j]] as [(typeof list)[number], (typeof list)[number]];
        shuffled[i] = b;
        shuffled[j] = a;
      }
      return shuffled;
    },
  };
}
