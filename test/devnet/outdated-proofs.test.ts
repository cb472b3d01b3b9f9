import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, describe, test } from "node:test";
import type { DevnetDependencies } from "../../src/devnet/devnet.ts";
import { namedProgram } from "../../src/execution-proof/batch/batch-proof.ts";
import { executionParameters } from "../../src/execution-proof/parameters.ts";
import type { ProofParameters } from "../../src/stark/systems/parameters.ts";
import { toHex } from "../../src/protocol/hex.ts";
import { ALICE, BOB } from "../flow/support/devnet.ts";
import { Kept } from "../flow/support/kept.ts";

/** NOT SECURE, and fast. */
const proving = (parameters: Partial<ProofParameters>): Partial<DevnetDependencies> => ({
  executionProving: {
    parameters: { ...executionParameters(), queryCount: 2, grindingBits: 0, ...parameters },
    acceptsWeakParameters: true,
    workers: 1,
  },
});
/** As software made proofs before their fixed columns were evaluated and the coordinates of values were joined. */
const EARLIER = proving({ opening: { kind: "stacked", logStackMin: 16, logStackMax: 22 }, fixedColumns: "committed" });
const CHAIN = {
  chainId: 271n,
  prover: { execution: "proven" },
  quorum: { members: 1, threshold: 1, check: "proof" },
} as const;

describe("a kept chain whose proofs of execution were made by earlier software", () => {
  let kept: Kept;
  const start = async (by: Partial<DevnetDependencies>): Promise<void> => {
    const folder = kept?.folder as string | undefined;
    kept = new Kept([CHAIN], { fundedAccounts: [], prover: { mode: "stark" } }, folder, by);
    await kept.start();
  };
  after(async () => {
    await kept.devnet.close();
    rmSync(kept.folder, { recursive: true });
    assert.deepEqual(kept.devnet.faults, []);
  });
  const pipeline = () => kept.chain().pipeline;
  /** Has an account without money send a transaction, for no fee, and waits until L1 has executed its batch. */
  const settle = async (): Promise<bigint> => {
    const fees = { type: 2, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, gasLimit: 100_000n };
    await (await kept.wallet(ALICE).sendTransaction({ to: kept.wallet(BOB).address, ...fees })).wait();
    const { batchNumber } = (await pipeline().seal())!.outputs;
    await pipeline().settled(batchNumber);
    return batchNumber;
  };
  const programOf = (batchNumber: bigint): string =>
    toHex(namedProgram(pipeline().execution!.served(batchNumber)!.proof).program);

  test("makes them anew, and its validators, who ask for the proof of each batch, go on", async () => {
    await start(EARLIER);
    assert.equal(await settle(), 0n);
    const earlier = programOf(0n);
    await kept.stop();
    await start(proving({}));
    assert.equal(pipeline().execution!.served(0n), undefined);
    assert.equal(await settle(), 1n);
    assert.notEqual(programOf(0n), earlier);
    assert.equal(programOf(0n), programOf(1n));
  });

  test("keeps those that it made anew", async () => {
    const { proof } = pipeline().execution!.served(0n)!;
    await kept.stop();
    await start(proving({}));
    assert.deepEqual(pipeline().execution!.served(0n)!.proof, proof);
    assert.deepEqual(pipeline().execution!.pending(), []);
  });
});
