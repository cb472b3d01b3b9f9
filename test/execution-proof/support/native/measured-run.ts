import { codeDigestValue } from "../../../../src/proofs/rules/code-digests.ts";
import { referenceCompressor } from "../../../../src/chain/state/batch-compressor.ts";
import type { StateWrite } from "../../../../src/chain/state/change-set.ts";
import { StateTree } from "../../../../src/chain/state/state-tree.ts";
import { createPrimitives } from "../../../../src/proofs/execution-proof/batch/machine-primitives.ts";
import { uncommittedSystem } from "../../../../src/proofs/execution-proof/batch/execution-key.ts";
import { executionParameters } from "../../../../src/proofs/execution-proof/parameters.ts";
import { RunRecorder } from "../../../../src/proofs/execution-proof/run-recorder.ts";
import { withState } from "../../../../src/proofs/execution-proof/run-state.ts";
import { runInput } from "../../../../src/proofs/execution-proof/run-system.ts";
import { blockHints, endHints } from "../../../../src/proofs/machine/hints/transaction-hints.ts";
import { FoldedHashes } from "../../../machine/support/folded-hashes.ts";
import { Kernel } from "../../../../src/proofs/machine/interpreter/kernel.ts";
import type { Hint } from "../../../../src/proofs/machine/interpreter/machine-state.ts";
import { PROVEN_VERSION } from "../../../../src/ground/protocol/protocol-version.ts";
import { LeafKind } from "../../../../src/ground/protocol/domain-tags.ts";
import { type WorldAccount, hashOf } from "../../../machine/support/world.ts";
import { codesOf } from "../programs.ts";
import { type UsedTable, usedTables } from "../used-tables.ts";
import { checkTraces } from "../../../stark/check-traces.ts";

/** Rows and cells of a row, by table. */
export type Used = ReadonlyMap<string, UsedTable>;

const [FIRST_BLOCK, TIME] = [300n, 1_700_000_000n];
const { program: PROGRAM, definition: DEFINITION, system: SYSTEM } = uncommittedSystem(PROVEN_VERSION, executionParameters());
const primitives = createPrimitives();
const kernel = new Kernel(primitives, PROGRAM.rows);

/**
 * Measures the rows of all tables that the steps of these hints need after a new block, in a state of these accounts;
 * returns their outcome also.
 */
export function measureRun(accounts: ReadonlyMap<bigint, WorldAccount>, steps: readonly Hint[]) {
  const { transactions, trace } = traceOf(accounts, steps);
  return { statuses: transactions.map(({ status }) => status), used: usedTables(PROGRAM, DEFINITION, trace) };
}

/** Runs the steps and returns the violations of all tables. */
export function checkedRun(accounts: ReadonlyMap<bigint, WorldAccount>, steps: readonly Hint[]) {
  const { transactions, trace } = traceOf(accounts, steps);
  return { transactions, violations: checkTraces(SYSTEM, runInput({ program: PROGRAM, definition: DEFINITION }, trace)) };
}

function traceOf(accounts: ReadonlyMap<bigint, WorldAccount>, steps: readonly Hint[]) {
  const codes = new Map([...accounts.values()].map(({ code }) => [codeDigestValue(code), code]));
  const tree = StateTree.genesis([...accounts].flatMap(leavesOf), { compressor: referenceCompressor });
  const hashes = new FoldedHashes(primitives.compress);
  for (let number = 0n; number < FIRST_BLOCK; number++) hashes.fold((number << 200n) + 1n);
  const environment = {
    ...{ chainId: 1n, baseFee: 0n, blockGasLimit: 2n ** 50n },
    boundary: {
      ...{ nextBatch: 1n, open: 1n, blockNumber: FIRST_BLOCK, timestamp: TIME, coinbase: 0xfeen },
      ...{ blockHashes: hashes.digest, cheatCount: 0n },
    },
  };
  hashes.fold(0n);
  const state = {
    read: (kind: number, address: bigint, slot: bigint) => tree.get({ leafKind: kind as LeafKind, address, slot }),
  };
  const recorder = new RunRecorder(PROGRAM, environment);
  const codeOf = (digest: bigint): Uint8Array => {
    const code = codes.get(digest);
    if (code === undefined) throw new Error(`no account has the code ${digest.toString(16)}`);
    return code;
  };
  const hints = [...blockHints(TIME), ...steps, ...endHints()];
  const { transactions } = kernel.run({ environment, state, codes: codesOf(codeOf), foldedHashes: hashes }, hints, recorder);
  return { transactions, trace: withState(recorder.trace(), tree) };
}

function leavesOf([address, { nonce, balance, code, storage }]: [bigint, WorldAccount]): StateWrite[] {
  const leaf = (leafKind: LeafKind, value: bigint, slot = 0n): StateWrite => ({ leafKind, address, slot, value });
  const ofCode = [leaf(LeafKind.codeHash, hashOf(code)), leaf(LeafKind.codeDigest, codeDigestValue(code))];
  const slots = [...storage].map(([slot, value]) => leaf(LeafKind.storage, value, slot));
  return [leaf(LeafKind.account, (balance << 64n) | nonce), ...(code.length === 0 ? [] : ofCode), ...slots];
}

/** So often what one takes, behind another. */
export function plus(a: Used, b: Used, times: number): Used {
  const names = new Set([...a.keys(), ...b.keys()]);
  return new Map(
    [...names].map((name) => {
      const [own, more] = [a.get(name), b.get(name)];
      return [name, { rows: (own?.rows ?? 0) + times * (more?.rows ?? 0), width: (own ?? more)?.width ?? 0 }];
    }),
  );
}
