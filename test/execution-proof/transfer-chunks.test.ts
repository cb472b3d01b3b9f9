import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { getCreateAddress } from "ethers";
import type { ExecutionWitness } from "../../src/proofs/execution-proof/batch/batch-witness.ts";
import { ChunkFilling } from "../../src/proofs/execution-proof/batch/chunk-filling.ts";
import { uncommittedSystem } from "../../src/proofs/execution-proof/batch/execution-key.ts";
import { createPrimitives } from "../../src/proofs/execution-proof/batch/machine-primitives.ts";
import { cutBatch } from "../../src/proofs/execution-proof/batch/planned-batch.ts";
import { executionParameters } from "../../src/proofs/execution-proof/parameters.ts";
import { CHUNK_PROFILES, profileShape } from "../../src/proofs/execution-proof/run-profiles.ts";
import { createCompressor } from "../../src/proofs/kernels/wasm/compressor.ts";
import { rowCount } from "../../src/proofs/stark/systems/shape.ts";
import { testContract } from "../chain/support/artifact.ts";
import { startVerifiedChain, type VerifiedChain } from "../chain/support/verified-chain.ts";
import { TestWallet } from "../chain/support/wallet.ts";
import { ChainBatches, PROVEN_CHAIN } from "./support/chain-batches.ts";

/*
 * The cost of a batch for its prover follows from the smallest profile that has room for it. The code of the system's contracts counts as
 * well: when it had outgrown the two smallest profiles, a batch of one transfer had the tables of sixteen.
 */
describe("batches of transfers of a token", () => {
  const wallet = new TestWallet(79);
  const accounts = [{ address: wallet.address, balanceWei: 10n ** 20n }];
  const to = getCreateAddress({ from: wallet.address, nonce: 0 });
  let chain: VerifiedChain;
  let batches: ChainBatches;
  let abi: Awaited<ReturnType<typeof testContract>>["abi"];

  before(async () => {
    chain = await startVerifiedChain({ ...PROVEN_CHAIN, accounts });
    batches = await ChainBatches.of(chain, accounts);
    const token = await testContract("PlainToken");
    ({ abi } = token);
    const data = `${token.initCode}${abi.encodeDeploy([[wallet.address], 10n ** 9n]).slice(2)}`;
    await chain.chain.submit(await wallet.signRaw({ data }));
    batches.next(await chain.sealAndVerify());
  });
  after(() => chain.chain.close());

  for (const [profile, transfers] of [1, 6].entries())
    it(`have the tables of profile ${profile} if they are ${transfers}`, async () => {
      for (let i = 0; i < transfers; i++) {
        const receiver = `0x${(0xbeef_0000 + i).toString(16).padStart(40, "0")}`;
        await chain.chain.submit(await wallet.signRaw({ to, data: abi.encodeFunctionData("transfer", [receiver, 7n]) }));
      }
      const { witness, claim } = batches.next(await chain.sealAndVerify());
      const { protocolVersion } = claim.batch;
      const system = uncommittedSystem(protocolVersion, executionParameters());
      const tools = { program: system.program, primitives: createPrimitives(), compress: createCompressor().compress };
      const { chunks } = cutBatch(witness as ExecutionWitness, claim, { mostCells: 10 ** 8, cuts: [] }, tools);
      assert.equal(chunks.length, 1);
      const filled = new ChunkFilling(system, protocolVersion, chunks[0]!.input).fill();
      assert.ok("input" in filled && filled.input !== undefined);
      const { logRows } = profileShape(system.system, CHUNK_PROFILES[profile]!);
      assert.deepEqual(
        filled.input.traces.map(([column]) => column?.length ?? 0),
        logRows.map(rowCount),
      );
    });
});
