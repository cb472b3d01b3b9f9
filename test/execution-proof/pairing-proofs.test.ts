import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { BatchProver } from "../../src/proofs/execution-proof/batch/proven-execution.ts";
import { decodeBatchProof } from "../../src/proofs/execution-proof/batch/batch-proof.ts";
import type { ExecutionProver } from "../../src/proofs/execution-proof/batch/execution-prover.ts";
import { MAX_UNITS } from "../../src/ground/protocol/native-budget.ts";
import { SERVED_WEIGHTS } from "../../src/ground/protocol/served-weights.ts";
import { decodeRun, isRun } from "../../src/proofs/stark/proofs/encode-run.ts";
import { push } from "../chain/support/assembler.ts";
import { encodedPair, FIRST, SECOND } from "../machine/support/twist-points.ts";
import { batchesOfCalls, type MadeBatch } from "./support/call-batches.ts";
import { openOwnProver } from "./support/own-prover.ts";

const [CALLDATASIZE, CALLDATACOPY, STATICCALL, GAS, SSTORE, MLOAD, STOP] = [0x36, 0x37, 0xfa, 0x5a, 0x55, 0x51, 0x00];
/** Calls 0x08 with its call data, and stores the success and the output. */
const CODE = Uint8Array.from([
  ...[CALLDATASIZE, 0x5f, 0x5f, CALLDATACOPY, ...push(32), ...push(8192), CALLDATASIZE, 0x5f, ...push(8), GAS, STATICCALL],
  ...[0x5f, SSTORE, ...push(8192), MLOAD, ...push(1), SSTORE, STOP],
]);
const { pairing, pairOfPoints } = SERVED_WEIGHTS;
/** Upper bound of the units that a transaction with 23 pairs takes besides its pairing. */
const OTHER_UNITS = 40_000;
/** Pairs that a transaction's units pay for: one more fails (test/machine/pairing-units.test.ts). */
const MOST_PAIRS = Math.floor((MAX_UNITS - OTHER_UNITS - pairing) / pairOfPoints);
const COUNTS = [1, 4, MOST_PAIRS];

/** Pairs whose product is 1 if they are an even number. */
const pairs = (count: number): Uint8Array =>
  Buffer.concat(Array.from({ length: count }, (_, i) => encodedPair(i % 2 === 0 ? FIRST : FIRST.negate(), SECOND)));

/* With the package's keys, and at least 100 proven bits. */
describe("the proof of a batch with pairings", () => {
  let batches: readonly MadeBatch[];
  let prover: ExecutionProver & BatchProver;
  before(async () => {
    batches = await batchesOfCalls(
      CODE,
      COUNTS.map((count) => ({ data: pairs(count), gasLimit: 2_000_000n })),
    );
    prover = openOwnProver({ workers: 2 });
  });
  after(() => prover.close());

  for (const [i, count] of COUNTS.entries())
    it(`is made and accepted for ${count} ${count === 1 ? "pair" : "pairs"}`, async (context) => {
      const { witness, claim, units } = batches[i]!;
      assert.ok(units > pairing + count * pairOfPoints && units < MAX_UNITS, `${units}`);
      const start = process.cpuUsage();
      const made = await prover.prove(witness, claim);
      assert.ok(made.kind === "proven", made.kind === "unproven" ? made.detail : "");
      const { user, system } = process.cpuUsage(start);
      const { chunks } = decodeBatchProof(made.proof);
      const segments = chunks.map(({ proof }) => (isRun(proof) ? decodeRun(proof)!.proofs.length : 1));
      const cells = (made.metrics.cells / 1e6).toFixed(1);
      context.diagnostic(`${units} units, ${segments.join(" + ")} segments, ${cells} M cells, ${(user + system) / 1e6} CPU s`);
      const { provenBits } = await prover.verify(claim, made.proof);
      assert.ok(provenBits >= 100);
    });
});
