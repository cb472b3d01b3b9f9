/** The 16-bit limbs of a non-negative integer, least significant first. Throws RangeError when it needs more than `count`. */
export function wordLimbs(word: bigint, count: number): number[] {
  const limbs = new Array<number>(count).fill(0);
  let rest = word;
  for (let i = 0; i < count; i += 2) {
    const pair = Number(rest & 0xffffffffn);
    rest >>= 32n;
    limbs[i] = pair & 0xffff;
    if (i + 1 < count) limbs[i + 1] = pair >>> 16;
  }
  if (rest !== 0n) throw new RangeError(`${word} is negative or has more than ${count} limbs of 16 bits`);
  return limbs;
}
