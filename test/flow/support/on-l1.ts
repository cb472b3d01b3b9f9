import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { generateStackVerifier } from "../../../scripts/verifier-generator/stacked/stack-contract.ts";
import type { FormedBatch } from "../../../src/chain/batch/form-batch.ts";
import { traceLogRows } from "../../../src/proofs/circuits/state-transition/trace/build-trace.ts";
import type { ProofContracts } from "../../../src/ecosystem/devnet/chains/provers.ts";
import { decodeBatchProof } from "../../../src/proofs/execution-proof/batch/batch-proof.ts";
import { createExecutionKey } from "../../../src/proofs/execution-proof/batch/execution-key.ts";
import { createWasmBackend } from "../../../src/proofs/kernels/wasm/backend.ts";
import { type BatchForL1, fieldsOf } from "../../../src/proofs/l1-proof/batch-for-l1.ts";
import type { BatchesProver } from "../../../src/proofs/l1-proof/batches-prover.ts";
import { type DescribedPrograms, nodeProgramsOf } from "../../../src/proofs/l1-proof/described-programs.ts";
import type { ExecutionProofs } from "../../../src/chain/node/execution/node-execution.ts";
import { digestToHex } from "../../../src/ground/protocol/digest.ts";
import { wordToHex } from "../../../src/ground/protocol/hex.ts";
import { PROVEN_VERSION } from "../../../src/ground/protocol/protocol-version.ts";
import { compileSolidity } from "../../contracts/verifier/support/compile.ts";
import { heightsOfProofs, withOneChunkBatches } from "../../l1-proof/support/executed-batch.ts";
import { CHUNK_PARAMETERS, fewQueryPrograms } from "../../l1-proof/support/few-query-programs.ts";
import { ALICE, clientOf, startFlowDevnet, type FlowDevnet } from "./devnet.ts";

/** No deposits, so that batches are a test's own; their fees are 0. */
export const OWN_BATCHES = { fundedAccounts: [] } as const;
/** NOT SECURE: few queries. */
export const WEAK_CHUNKS = { parameters: CHUNK_PARAMETERS, acceptsWeakParameters: true, workers: 2 } as const;

/** Sends an empty payment of an account without money on a chain, and seals the batch. */
export async function sealOne(devnet: FlowDevnet, place = 0): Promise<FormedBatch> {
  const chain = devnet.chains[place]!;
  const client = clientOf(chain);
  const fees = { type: 2, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, gasLimit: 1_000_000n };
  const sender = devnet.accounts.wallet(ALICE).connect(client);
  await (await sender.sendTransaction({ to: `0x${"be".repeat(20)}`, ...fees })).wait();
  client.destroy();
  const batch = await chain.pipeline.seal();
  assert.ok(batch !== undefined);
  return batch;
}

/**
 * Returns the programs for `batches` batches of `sealOne`, and the contracts that check the last one's proofs. NOT SECURE.
 * A chain whose proofs no contract checks shows their heights.
 */
export async function programsOnL1(batches: number): Promise<ProofContracts & { readonly programs: DescribedPrograms }> {
  const described = fewQueryPrograms({ protocolVersion: PROVEN_VERSION, heights: await heightsOfBatches(batches) });
  const backend = await createWasmBackend({ workers: 2 });
  try {
    const made = await nodeProgramsOf(described, backend);
    const fast = await made.prepareFast(backend);
    const { core, others } = generateStackVerifier(fast.compiled.system, {
      ...{ name: "FastStark", interfacePath: "IStarkVerifier.sol", profile: false },
    });
    const sources = Object.fromEntries([core, ...others].map(({ name, source }) => [`${name}.sol`, source]));
    const compiled = compileSolidity({ ...sources, "IStarkVerifier.sol": INTERFACE_SOURCE });
    const contracts = [...others, core].map(({ name }) => {
      const code = compiled[name];
      assert.ok(code !== undefined);
      return { name, abi: name === core.name ? constructorOf(others.length) : [], bytecode: code.creation };
    });
    const { forms, keys } = { forms: { chunks: made.chunks.form, batches: made.batches.form }, keys: made.keys };
    const executionKey = digestToHex(made.digests.batches);
    const programs = { ...described, known: { forms, keys } };
    return { programs, last: "fast", contracts: () => Promise.resolve({ contracts, executionKey }) };
  } finally {
    await backend.close();
  }
}

const INTERFACE_SOURCE = readFileSync(new URL("../../../contracts/interfaces/IStarkVerifier.sol", import.meta.url), "utf8");

/** The contract that is asked is created with the addresses of the others. */
function constructorOf(addresses: number): object[] {
  const inputs = Array.from({ length: addresses }, (_, i) => ({ name: `part${i}`, type: "address" }));
  return [{ type: "constructor", inputs, stateMutability: "nonpayable" }];
}

/** Deploys one byte of code. */
const NOT_ASKED = { name: "NotAsked", abi: [], bytecode: "0x60015f526001601ff3" } as const;

/** Prover for L1 that makes nothing until it is aborted. */
const IDLE_PROVER: BatchesProver = {
  prepare: () => Promise.resolve(assert.fail("no batch waits for others")),
  prove: (_batches, { signal } = {}) =>
    new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason as Error))),
};

async function heightsOfBatches(count: number): Promise<DescribedPrograms["heights"]> {
  const devnet = await startFlowDevnet([{ chainId: 271n, execution: "proven" }], OWN_BATCHES, {
    executionProving: WEAK_CHUNKS,
    proofContracts: {
      ...{ programs: "package", last: "small" },
      contracts: () => Promise.resolve({ contracts: [NOT_ASKED], executionKey: wordToHex(77n) }),
    },
    l1Prover: () => IDLE_PROVER,
  });
  const backend = await createWasmBackend({ workers: 2 });
  try {
    const key = await createExecutionKey(PROVEN_VERSION, CHUNK_PARAMETERS, backend);
    const heights: DescribedPrograms["heights"][] = [];
    const { execution } = devnet.chains[0]!.pipeline;
    for (let i = 0; i < count; i++) {
      const batch = await sealOne(devnet);
      const number = batch.outputs.batchNumber;
      await execution!.outcome(number);
      const served = execution!.served(number);
      assert.ok(served !== undefined);
      heights.push(heightsOfProofs(decodeBatchProof(served.proof), traceLogRows(batch.job.witness), key));
    }
    return withOneChunkBatches({
      chunks: distinct(heights.flatMap(({ chunks }) => chunks)),
      lists: distinct(heights.flatMap(({ lists }) => lists)),
      relistings: distinct(heights.flatMap(({ relistings }) => relistings)),
    });
  } finally {
    await Promise.all([devnet.close(), backend.close()]);
  }
}

function distinct(heights: readonly (readonly number[])[]): readonly (readonly number[])[] {
  return [...new Map(heights.map((own) => [own.join(), own])).values()];
}

const made = (): Promise<never> => assert.fail("L1 accepts markers, so nothing is proven");
/** Prover of execution for chains without proofs, which fails if it is used. */
export const NO_EXECUTION_PROVER: ExecutionProofs["prover"] = { prove: made, verify: made, prepare: made };

/** Name of a batch in tests: its chain and its number. */
export function nameOf(batch: BatchForL1): string {
  const { chainId, batch: own } = fieldsOf(batch);
  return `${chainId}:${own.batchNumber}`;
}
