import type { DiffEntry } from "../../src/ground/protocol/diff-list.ts";
import type { Quintic } from "../../src/ground/protocol/evaluation.ts";
import { toHex } from "../../src/ground/protocol/hex.ts";
import { sortBytecodes, type Pubdata, type PubdataLog } from "../../src/ground/protocol/pubdata.ts";

/** Reproducible choices: the same seed gives the same batches. */
export interface Randomness {
  /** Uniform in [0, limit). */
  below(limit: bigint): bigint;
  /** Uniform in [0, limit). */
  index(limit: number): number;
  /** A value of random bit length up to `bits`: short and long words alike. */
  word(bits: number): bigint;
  bytes(length: number): Uint8Array;
}

/** splitmix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014). */
export function createRandomness(seed: number): Randomness {
  const mask = (1n << 64n) - 1n;
  let state = BigInt(seed);
  const next = (): bigint => {
    state = (state + 0x9e3779b97f4a7c15n) & mask;
    let z = state;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & mask;
    return z ^ (z >> 31n);
  };
  const below = (limit: bigint): bigint => {
    let x = 0n;
    for (let i = 0; i < 5; i++) x = (x << 64n) | next();
    return x % limit;
  };
  const index = (limit: number): number => Number(below(BigInt(limit)));
  return {
    below,
    index,
    word: (bits) => below(1n << BigInt(index(bits + 1))),
    bytes: (length) => Uint8Array.from({ length }, () => index(256)),
  };
}

export function randomPoint(random: Randomness): Quintic {
  const coordinate = (): number => random.index(0x7f000001);
  return [coordinate(), coordinate(), coordinate(), coordinate(), coordinate()];
}

/** Changes of every form; insertions are in no particular order of keys. */
export function randomChanges(random: Randomness, updates: number, insertions: number, oldLeafCount: number): DiffEntry[] {
  const indices = new Set<number>();
  while (indices.size < updates) indices.add(2 + random.index(oldLeafCount - 2));
  const changes: DiffEntry[] = [...indices]
    .sort((a, b) => a - b)
    .map((index) => ({ type: "update", index, isCode: random.index(4) === 0, value: random.word(256) }));
  for (let i = 0; i < insertions; i++) {
    const leafKind = ([0, 0, 1, 2, 3] as const)[random.index(5)] ?? 0;
    changes.push({
      type: "insertion",
      leafKind,
      address: random.below(1n << 160n),
      slot: leafKind === 0 ? random.word(256) : 0n,
      value: 1n + random.word(255),
    });
  }
  return changes;
}

export function randomPubdata(random: Randomness, size: number, oldLeafCount: number): Pubdata {
  const logs = Array.from({ length: random.index(size + 1) }, (): PubdataLog =>
    random.index(2) === 0
      ? { type: "priorityOp", success: random.index(2) === 1 }
      : { type: "message", sender: toHex(random.bytes(20)), body: random.bytes(random.index(80)) },
  );
  const bytecodes = Array.from({ length: random.index(3) }, () => random.bytes(1 + random.index(60)));
  return {
    logs,
    bytecodes: sortBytecodes(bytecodes),
    changes: randomChanges(random, random.index(size + 1), random.index(size + 1), oldLeafCount),
  };
}
