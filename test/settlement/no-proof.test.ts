import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { isProvenVersion, noProofMarker, noProofVersionOf } from "../../src/ground/protocol/no-proof.ts";
import { createProver } from "../../src/proofs/prover/prover.ts";
import { readTotals } from "../../src/chain/settlement/l1-sender/chain-reader.ts";
import { commitBatch } from "../../src/chain/settlement/l1-sender/commit.ts";
import { executeBatch } from "../../src/chain/settlement/l1-sender/execute.ts";
import { proveBatch } from "../../src/chain/settlement/l1-sender/prove.ts";
import type { SenderContext } from "../../src/chain/settlement/l1-sender/sender-context.ts";
import { CALLDATA_POSTING } from "../../src/chain/settlement/batch/settlement-batch.ts";
import { SettlementError } from "../../src/chain/settlement/errors/settlement-error.ts";
import { TRUSTED_VERSION } from "../../src/ground/protocol/protocol-version.ts";
import { createSettledChain, plainMessage, startSettledL1, type SettledChain, type SettledL1 } from "./support/settled-l1.ts";
import { senderContext } from "./support/sender.ts";

const CONTENT = { writes: [{ leaf: 3, value: 77n }], logs: [plainMessage("without a proof")] };
const REAL_VERSION = TRUSTED_VERSION;

/** Passes for a call that a contract refuses with this error. */
function refusedWith(name: string) {
  return (error: unknown) => {
    assert.ok(error instanceof SettlementError, String(error));
    assert.equal(error.contractError?.name, name, error.message);
    return true;
  };
}

describe("a protocol version under which nothing is proven", () => {
  let real: SettledL1;
  let settled: SettledL1;
  let unproven: SettledChain;
  let proven: SettledChain;
  let contextOf: (chain: SettledChain) => SenderContext;

  before(async () => {
    [real, settled] = [await startSettledL1(), await startSettledL1({ proofs: "none" })];
    unproven = await createSettledChain(settled, 271n);
    proven = await createSettledChain(real, 272n);
    contextOf = (chain) => senderContext(chain, (chain === proven ? real : settled).accounts[0]!);
  });
  after(() => Promise.all([real.l1.close(), settled.l1.close()]));

  async function committed(chain: SettledChain) {
    const batch = await chain.form(CONTENT);
    const quorum = { members: chain.members, threshold: 1 };
    const { stored } = await commitBatch(contextOf(chain), batch, chain.genesis, { quorum, posting: CALLDATA_POSTING });
    return { batch, stored };
  }

  test("no version is of both kinds", () => {
    assert.equal(noProofVersionOf(REAL_VERSION), 0x8000_0002n);
    assert.equal(isProvenVersion(REAL_VERSION), true);
    assert.equal(isProvenVersion(noProofVersionOf(REAL_VERSION)), false);
  });

  test("the real verifier refuses the marker", async () => {
    const { batch, stored } = await committed(proven);
    await assert.rejects(proveBatch(contextOf(proven), stored, noProofMarker(batch.commitment)), refusedWith("MalformedProof"));
    assert.equal((await readTotals(contextOf(proven))).verified, 0n);
  });

  test("a batch gets through with its own marker only, not with a real proof of it", async (running) => {
    const { batch, stored } = await committed(unproven);
    const context = contextOf(unproven);
    const prover = createProver({ workers: 2 });
    running.after(() => prover.close());
    const { proof } = await prover.proveBatch(batch.job);
    await assert.rejects(proveBatch(context, stored, proof), refusedWith("NotTheMarker"));
    await assert.rejects(proveBatch(context, stored, noProofMarker(`0x${"5a".repeat(32)}`)), refusedWith("NotTheMarker"));
    await assert.rejects(proveBatch(context, stored, new Uint8Array(0)), refusedWith("NotTheMarker"));
    await proveBatch(context, stored, noProofMarker(batch.commitment));
    await executeBatch(context, batch, stored);
    assert.deepEqual(await readTotals(context), { committed: 1n, verified: 1n, executed: 1n });
  });
});
