import { referenceCompressor } from "../src/chain/state/batch-compressor.ts";
import type { StateWrite } from "../src/chain/state/change-set.ts";
import { StateTree } from "../src/chain/state/state-tree.ts";
import { createCompressor } from "../src/proofs/kernels/wasm/compressor.ts";
import { LeafKind } from "../src/ground/protocol/domain-tags.ts";

const BATCH_WRITES = 128;

/**
 * Times building a tree of 100,000 leaves, and ending a batch of 128 writes (half of them insertions) in a tree of a
 * million: with the witness, and from its diff list alone. The scalar reference runs the same work on a small
 * tree and must reach the same root. Prints one line per measurement, as JSON if asked.
 */
export async function benchStateTree({ json }: { readonly json: boolean }): Promise<void> {
  const wasm = createCompressor();
  const report = (line: Measurement): void => {
    if (json) console.log(JSON.stringify({ suite: "state-tree", ...line, runtime: `node ${process.version}` }));
    else console.log(describeMeasurement(line));
  };

  // The same build and the same batches on both backends.
  const initial = genesisLeaves(1_000);
  const plain = timed(3, () => StateTree.genesis(initial, { compressor: referenceCompressor }));
  const quick = timed(3, () => StateTree.genesis(initial, { compressor: wasm }));
  report({ operation: "build", backend: "reference", leaves: 1_000, ...plain.spread });
  report({ operation: "build", backend: "wasm", leaves: 1_000, ...quick.spread });
  report({ operation: "updateWithWitness", backend: "reference", leaves: 1_000, ...benchUpdates(plain.result, 1_000, 10) });
  report({ operation: "updateWithWitness", backend: "wasm", leaves: 1_000, ...benchUpdates(quick.result, 1_000, 10) });
  assertSameRoot(plain.result, quick.result);

  const many = genesisLeaves(100_000);
  const built = timed(10, () => StateTree.genesis(many, { compressor: wasm }));
  report({ operation: "build", backend: "wasm", leaves: 100_000, ...built.spread });
  const dump = timed(10, () => built.result.export());
  report({ operation: "export", backend: "wasm", leaves: 100_000, ...dump.spread });
  const restored = timed(10, () => StateTree.import(dump.result, { compressor: wasm }));
  assertSameRoot(built.result, restored.result);
  report({ operation: "import", backend: "wasm", leaves: 100_000, ...restored.spread });

  const leaves = 1_000_000;
  const million = StateTree.genesis(genesisLeaves(leaves), { compressor: wasm });
  report({ operation: "updateWithWitness", backend: "wasm", leaves, ...benchUpdates(million, leaves, 30) });
  report({ operation: "updateFromDiffList", backend: "wasm", leaves, ...benchDiffLists(million, leaves, 30) });
  report({ operation: "revert", backend: "wasm", leaves, ...benchReverts(million, leaves, 30) });
  report({ operation: "get", backend: "wasm", leaves, ...timed(1000, (i) => million.get(genesisLeaf(i * 997))).spread });
}

interface Measurement extends Spread {
  readonly operation: string;
  readonly backend: "wasm" | "reference";
  /** Leaves in the tree. */
  readonly leaves: number;
}

interface Spread {
  readonly samples: number;
  readonly medianMs: number;
  readonly minMs: number;
  readonly maxMs: number;
}

function benchUpdates(tree: StateTree, leaves: number, samples: number): Spread {
  return timed(samples, (i) => tree.apply(batchWrites(i, leaves), BigInt(i) + 1n)).spread;
}

function benchDiffLists(tree: StateTree, leaves: number, samples: number): Spread {
  const start = tree.snapshot();
  // The lists are recorded first, and applied again from where they began.
  const lists = Array.from({ length: samples + 1 }, (_, i) => tree.apply(batchWrites(500 + i, leaves), 500n + BigInt(i)).entries);
  tree.revert(start);
  return timed(samples, (i) => tree.applyDiffList(lists[i] ?? [])).spread;
}

function benchReverts(tree: StateTree, leaves: number, samples: number): Spread {
  // A stack of snapshots, one batch each; the samples take them back one at a time.
  const snapshots = Array.from({ length: samples + 1 }, (_, i) => {
    const snapshot = tree.snapshot();
    tree.apply(batchWrites(900 + i, leaves), 900n + BigInt(i));
    return snapshot;
  });
  return timed(samples, () => {
    const snapshot = snapshots.pop();
    if (snapshot !== undefined) tree.revert(snapshot);
  }).spread;
}

/** Runs once to warm up, then `samples` times; the argument counts the runs. */
function timed<T>(samples: number, run: (iteration: number) => T): { result: T; spread: Spread } {
  let result = run(0);
  const times: number[] = [];
  for (let i = 1; i <= samples; i++) {
    const start = performance.now();
    result = run(i);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const round = (ms: number | undefined): number => Number((ms ?? Number.NaN).toFixed(3));
  const spread = {
    samples,
    medianMs: round(times[times.length >> 1]),
    minMs: round(times[0]),
    maxMs: round(times.at(-1)),
  };
  return { result, spread };
}

function genesisLeaf(i: number): StateWrite {
  return { leafKind: LeafKind.storage, address: BigInt(i % 1000), slot: BigInt(i), value: BigInt(i + 1) };
}

function genesisLeaves(count: number): StateWrite[] {
  return Array.from({ length: count }, (_, i) => genesisLeaf(i));
}

/** Half new slots, half old ones spread over the tree; every batch number gives other ones. */
function batchWrites(batch: number, leaves: number): StateWrite[] {
  return Array.from({ length: BATCH_WRITES }, (_, i) => {
    const place = genesisLeaf((batch * 7919 + i * 104_729) % leaves);
    const value = (BigInt(batch + 1) << 128n) + BigInt(i);
    return i % 2 === 0 ? { ...place, value } : { ...place, slot: (1n << 200n) + BigInt(batch * BATCH_WRITES + i), value };
  });
}

function assertSameRoot(a: { readonly root: readonly number[] }, b: { readonly root: readonly number[] }): void {
  if (a.root.join() !== b.root.join()) throw new Error(`roots must agree: ${a.root.join()} and ${b.root.join()}`);
}

function describeMeasurement({ operation, backend, leaves, samples, medianMs, minMs, maxMs }: Measurement): string {
  const place = `${operation} (${backend}, ${leaves.toLocaleString("en")} leaves)`;
  return `${place.padEnd(48)} ${medianMs} ms median, ${minMs} to ${maxMs} ms over ${samples}`;
}
