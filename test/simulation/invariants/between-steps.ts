import { NO_BATCH } from "../../../src/ground/protocol/batch-record.ts";
import { registryInterface } from "../../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import type { Log } from "../support/l1.ts";
import type { Audit, ChainAudit } from "./audit.ts";
import { invariant } from "./violation.ts";

/** Checks L1's state after each transaction against the state before it and its marks, independently of the model. */
export function checkAudit(before: Audit, after: Audit, touched: ReadonlySet<bigint>, marks: bigint): void {
  after.held.forEach((held, asset) => {
    const owed = after.chains.reduce((sum, { assets }) => sum + assets[asset]!.reduce((a, b) => a + b), 0n);
    invariant(held >= owed, () => `the bridge holds ${held} of asset ${asset} and owes ${owed}`);
  });
  for (const chain of after.chains) {
    const { id, committed, verified, executed, queued, taken } = chain;
    invariant(
      executed <= verified && verified <= committed,
      () => `chain ${id}: ${executed} ≤ ${verified} ≤ ${committed} executed, verified, committed`,
    );
    invariant(taken <= queued, () => `chain ${id} took ${taken} of ${queued} operations`);
    const earlier = before.chains.find((candidate) => candidate.id === id);
    if (earlier !== undefined) checkChain(earlier, chain, touched.has(id));
  }
  const [oldCount, newCount] = [before, after].map(({ chains }) => chains.reduce((sum, { executed }) => sum + executed, 0n)) as [
    bigint,
    bigint,
  ];
  const [oldRoots, newRoots] = [before.rootCount, after.rootCount];
  const leaves = newCount - oldCount + marks;
  invariant(
    newRoots - oldRoots === leaves,
    () => `the registry grew by ${newRoots - oldRoots} for ${newCount - oldCount} executed batches and ${marks} marks`,
  );
  invariant(
    newRoots > oldRoots || after.latestRoot === before.latestRoot,
    () => "the registry's latest root changed without a new one",
  );
}

const STATUS = [
  "committed",
  "verified",
  "executed",
  "revertCount",
  "exited",
  "queued",
  "taken",
  "stateRoot",
  "exitOpensAt",
] as const;

function checkChain(before: ChainAudit, after: ChainAudit, isTouched: boolean): void {
  for (const field of ["executed", "revertCount", "exited", "queued", "taken"] as const) {
    invariant(after[field] >= before[field], () => `chain ${after.id}: ${field} fell from ${before[field]} to ${after[field]}`);
  }
  const isReverted = after.revertCount > before.revertCount || after.exited > before.exited;
  invariant(isReverted || after.committed >= before.committed, () => `chain ${after.id} lost batches without a revert`);
  const unchanged = before.exited === 1n ? STATUS.filter((field) => field !== "exitOpensAt") : isTouched ? [] : STATUS;
  for (const field of unchanged) {
    invariant(after[field] === before[field], () => `chain ${after.id}: ${field} changed without an act of the chain`);
  }
}

/** Number of marks that the registry got, by its events. */
export function marksIn(logs: readonly Log[], registry: Hex): bigint {
  const records = logs
    .filter(({ address }) => address === registry)
    .flatMap((log) => {
      const event = registryInterface.parseLog(log);
      return event?.name === "TransactionRootUpdated" ? [event.args["record"] as { readonly provenSince: bigint }] : [];
    });
  return BigInt(records.filter(({ provenSince }) => provenSince === NO_BATCH).length);
}

/** Chains whose contracts acted, by their events. */
export function chainsIn(logs: readonly Log[], idOf: (address: Hex) => bigint | undefined): Set<bigint> {
  return new Set(logs.map(({ address }) => idOf(address)).filter((id) => id !== undefined));
}
