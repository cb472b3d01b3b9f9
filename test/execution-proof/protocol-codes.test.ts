import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { ExecutionWitness } from "../../src/proofs/execution-proof/batch/batch-witness.ts";
import { createExecutionKey, type ExecutionKey } from "../../src/proofs/execution-proof/batch/execution-key.ts";
import { ExecutionProving } from "../../src/proofs/execution-proof/batch/prove-execution.ts";
import { verifyWithKey } from "../../src/proofs/execution-proof/batch/verify-execution.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import type { WasmBackend } from "../../src/proofs/kernels/wasm/threaded-backend.ts";
import { ProvingBackends } from "../../src/proofs/devices/proving-backends.ts";
import type { ProverInput } from "../../src/proofs/stark/proving/prover-input.ts";
import { startVerifiedChain, type VerifiedChain } from "../chain/support/verified-chain.ts";
import { TestWallet } from "../chain/support/wallet.ts";
import { smallParameters } from "../stark/airs/small-parameters.ts";
import { byNight } from "../support/nightly.ts";
import { PROVEN_VERSION } from "../../src/ground/protocol/protocol-version.ts";
import { ChainBatches, PROVEN_CHAIN, type WitnessedBatch } from "./support/chain-batches.ts";
import { proveHere } from "./support/own-prover.ts";
import { checkTraces, type Violation } from "../stark/check-traces.ts";

/** Calls the account that the first word of its input names with the rest of it, and stores the hash of what is returned. */
const CALLS = {
  address: `0x${"ca".repeat(20)}`,
  nonce: 1n,
  code: "0x6020360360205f375f5f602036035f5f355afa503d5f5f3e3d5f205f5500",
} as const;
const wallet = new TestWallet(78);
const ACCOUNTS = [{ address: wallet.address, balanceWei: 10n ** 20n }, CALLS];
/** NOT SECURE: small parameters. */
const PARAMETERS = smallParameters({
  minLogRows: 4,
  maxLogRows: 18,
  queryCount: 4,
  opening: { kind: "stacked", logStackMin: 16, logStackMax: 20 },
});

const word = (value: bigint | number): string => value.toString(16).padStart(64, "0");
/** Account and input in hex, by name. */
const CALLED: Readonly<Record<string, readonly [number, string]>> = {
  "a power modulo a number of 33 bytes": [0x05, [word(1), word(1), word(33), "03", "05", "01", word(12345)].join("")],
  "a sum of two points": [0x06, [word(1), word(2), word(1), word(2)].join("")],
  "a multiple of a point": [0x07, [word(1), word(2), word(5)].join("")],
  "a sum with an invalid point": [0x06, [word(1), word(1)].join("")],
  "a round of BLAKE2b": [0x09, ["00000001", "5a".repeat(208), "01"].join("")],
  "RIPEMD-160 of three bytes": [0x03, "616263"],
};

describe("a batch with calls of precompiled contracts that are bytecode", () => {
  let chain: VerifiedChain;
  let follower: ChainBatches;
  let backend: WasmBackend;
  let key: ExecutionKey;
  let proving: ExecutionProving;

  before(async () => {
    wallet.nonce = 0;
    chain = await startVerifiedChain({ ...PROVEN_CHAIN, accounts: ACCOUNTS });
    follower = await ChainBatches.of(chain, ACCOUNTS);
    backend = await createWasmBackend({ workers: 1 });
    key = await createExecutionKey(PROVEN_VERSION, PARAMETERS, backend);
    proving = new ExecutionProving(key, new ProvingBackends(backend));
  });
  after(async () => {
    await proving.release();
    await backend.close();
    await chain.chain.close();
  });

  async function batchOf(names: readonly string[]): Promise<WitnessedBatch> {
    for (const name of names) {
      const [account, input] = CALLED[name]!;
      const data = `0x${word(account)}${input}` as const;
      await chain.chain.submit(await wallet.signRaw({ to: CALLS.address, data, gasLimit: 1_000_000n }));
    }
    return follower.next(await chain.sealAndVerify());
  }

  const witnessOf = ({ witness }: WitnessedBatch): ExecutionWitness => {
    assert.equal(witness.kind, "witness", "detail" in witness ? witness.detail : "");
    return witness as ExecutionWitness;
  };

  it("has no label: the machine reaches L1's root, and all tables accept its run", async () => {
    const batch = await batchOf(Object.keys(CALLED));
    const violations: Violation[] = [];
    const look = (input: ProverInput) => violations.push(...checkTraces(key.system, input));
    assert.equal(await proving.examine(witnessOf(batch), batch.claim, {}, look), undefined);
    assert.deepEqual(violations, []);
  });

  // By day the one before fills and checks the same tables.
  const itByNight = byNight<typeof it | typeof it.skip>(it, it.skip);
  itByNight("is proven and verified", async () => {
    const batch = await batchOf(Object.keys(CALLED));
    const result = await proveHere(key, proving, witnessOf(batch), batch.claim);
    assert.equal(result.kind, "proven", result.kind === "unproven" ? `${result.reason}: ${result.detail}` : "");
    if (result.kind === "proven") verifyWithKey(key, batch.claim, result.proof, { acceptsWeakParameters: true });
  });
});
