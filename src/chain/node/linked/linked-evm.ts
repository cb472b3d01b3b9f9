import type { Chain } from "../../chain.ts";
import { priorityOperation } from "../../predeploys/priority-operation.ts";
import { fromHex, keccak, wordToHex, type Hex } from "../../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { canonicalTxHash } from "../../../ground/protocol/priority-op.ts";
import type { ImportedRoot } from "../../../ground/protocol/rolling-hash.ts";
import type { LinkedChain } from "./linked-chain.ts";

/** Mappings from which `rootAt` reads in ImportedRoots: imported roots, and roots that L1 has sent. */
const ROOT_SLOTS = [0n, 3n];

/** An EVM's chain for its link with L1. `coinbase` receives the fees of L1's operations. */
export function linkedEvm(chain: Chain, coinbase: Hex): LinkedChain {
  const { sequencer } = chain;
  return {
    chainId: chain.chainId,
    get isPaused() {
      return sequencer.isPaused;
    },
    get fault() {
      return sequencer.fault;
    },
    get waitingBatch() {
      const { isIdle, openedAt, nextEnvironment } = sequencer;
      return isIdle && openedAt !== undefined ? { openedAt, nextBlockAt: nextEnvironment.timestamp } : undefined;
    },
    resume() {
      if (sequencer.isHeldUp) sequencer.resume();
    },
    sealWaiting: () => sequencer.sealIdle(),
    sealFull: () => sequencer.sealFull(),
    leavesOut(operation) {
      const { censoredOperations } = sequencer;
      return censoredOperations.size > 0 && censoredOperations.has(canonicalTxHash(operation));
    },
    runOperation: (operation) => sequencer.runPriorityOp(priorityOperation(operation, coinbase)),
    async importRoots(roots) {
      const further: ImportedRoot[] = [];
      for (const root of roots) if (!(await hasImported(chain, root.registryIndex))) further.push(root);
      if (further.length > 0) await sequencer.importRoots(further);
      return further;
    },
    executedOnL1: (nextBatch) => chain.executedOnL1(nextBatch),
    remembers: (batchNumber) => chain.remembers(batchNumber),
    rewind: (batchNumber, operations, onRewound, without) =>
      chain.rewind(
        batchNumber,
        operations.map((operation) => priorityOperation(operation, coinbase)),
        onRewound,
        without,
      ),
    snapshot: () => chain.snapshot(),
    canRevert: (mark) => chain.canRevert(mark),
    revert: (mark) => chain.revert(mark),
  };
}

/** A chain that was rebuilt from L1 finds there the roots that it had imported. */
export async function hasImported(chain: Chain, registryIndex: bigint): Promise<boolean> {
  const state = chain.engine.state("now");
  const slots = ROOT_SLOTS.map((slot) => BigInt(keccak(fromHex(wordToHex(registryIndex)), fromHex(wordToHex(slot)))));
  const roots = await Promise.all(slots.map((slot) => state.word(PREDEPLOYS.ImportedRoots, slot)));
  return roots.some((root) => root !== 0n);
}
