/** The parameters that the paper's generator starts from. */
export interface GrainParameters {
  readonly bits: number;
  readonly width: number;
  readonly fullRounds: number;
  readonly partialRounds: number;
}

/**
 * The elements below `modulus` that the Grain LFSR draws for a prime field and an S-box x^α, in order.
 * Source: https://eprint.iacr.org/2019/458, appendix E.
 */
export function grainElements(count: number, modulus: number, parameters: GrainParameters): number[] {
  const next = grainBits(parameters);
  const elements: number[] = [];
  while (elements.length < count) {
    let value = 0;
    for (let i = 0; i < parameters.bits; i++) value = 2 * value + next();
    if (value < modulus) elements.push(value);
  }
  return elements;
}

function grainBits({ bits, width, fullRounds, partialRounds }: GrainParameters): () => number {
  const field = (value: number, length: number): number[] => [...value.toString(2).padStart(length, "0")].map(Number);
  const state = [
    ...field(1, 2), // a prime field
    ...field(0, 4), // x^α
    ...field(bits, 12),
    ...field(width, 12),
    ...field(fullRounds, 10),
    ...field(partialRounds, 10),
    ...new Array<number>(30).fill(1),
  ];
  const step = (): number => {
    const bit = [0, 13, 23, 38, 51, 62].reduce((sum, tap) => sum ^ state[tap]!, 0);
    state.push(bit);
    state.shift();
    return bit;
  };
  for (let i = 0; i < 160; i++) step();
  // Of each pair, the first bit says whether the second counts.
  return () => {
    while (step() === 0) step();
    return step();
  };
}
