import assert from "node:assert/strict";
import { send } from "../../../src/ecosystem/client/transfers/send.ts";
import type { ExecutionWitness } from "../../../src/proofs/execution-proof/batch/batch-witness.ts";
import { type ExecutedProof, fieldsOf, isJoinable } from "../../../src/proofs/l1-proof/batch-for-l1.ts";
import type { ExecutionProofs } from "../../../src/chain/node/execution/node-execution.ts";
import { idOnChain } from "../../../src/ground/protocol/chain-ancestry.ts";
import { wordToHex } from "../../../src/ground/protocol/hex.ts";
import type { ChainId } from "../../../src/ground/protocol/ids.ts";
import type { ProofMetrics } from "../../../src/proofs/prover/job.ts";
import { ALICE, clientOf, settleNow, startFlowDevnet } from "./devnet.ts";

const CAROL = "0x00000000000000000000000000000000000ca201";
const PROVEN = { execution: "proven" } as const;
/** Deploys a contract that returns 1 to every call, instead of a verifier. */
const ACCEPTS_ALL = { name: "AcceptsAll", abi: [], bytecode: "0x6760015f5260205ff35f5260086018f3" } as const;
const NO_PROOF = { digest: wordToHex(0n), proof: new Uint8Array(32) };

/** Metrics of proofs that this run does not make. */
export const NO_METRICS: ProofMetrics & { readonly chunks: number; readonly provenBits: number } = {
  ...{ backend: "none", workers: 0, logRows: 0, cells: 0, seconds: 0, phaseSeconds: {} },
  ...{ chunks: 0, provenBits: 0 },
};

/** Prover that answers every batch with an empty proof. */
export const NO_EXECUTION_PROOF: ExecutionProofs["prover"] = {
  prepare: () => Promise.resolve(),
  prove: () => Promise.resolve({ kind: "proven", proof: new Uint8Array(), metrics: NO_METRICS }),
  verify: () => Promise.resolve(NO_METRICS),
};

/** Batch without a proof, and all data for one. */
export interface ProvableCarried {
  readonly witness: ExecutionWitness;
  /** With an empty proof of its execution. */
  readonly batch: ExecutedProof;
}

/**
 * Two batches of chains on a proven chain: the first chain sends a message, and the second one receives it. The base has the id,
 * real contracts for both, and a verifier that accepts everything, because the caller proves the batches.
 */
export async function carriedBatches(baseId: ChainId): Promise<readonly ProvableCarried[]> {
  const [x, y] = [idOnChain(baseId, 1n), idOnChain(baseId, 2n)];
  const witnesses = new Map<string, ExecutionWitness>();
  const batches = new Map<ChainId, ExecutedProof>();
  const devnet = await startFlowDevnet(
    [
      { chainId: baseId, name: "base", ...PROVEN },
      { chainId: x, name: "x", settlesOn: "base", ...PROVEN },
      { chainId: y, name: "y", settlesOn: "base", ...PROVEN },
    ],
    { relayer: true, prover: { workers: 1 } },
    {
      proofContracts: {
        ...{ programs: "package", last: "small" },
        contracts: () => Promise.resolve({ contracts: [ACCEPTS_ALL], executionKey: wordToHex(1n) }),
      },
      executionProver: () => ({
        ...NO_EXECUTION_PROOF,
        prove(witness, claim, options) {
          witnesses.set(claim.batch.newStateRoot, witness);
          return NO_EXECUTION_PROOF.prove(witness, claim, options);
        },
      }),
      l1Prover: () => ({
        prepare(batch) {
          const fields = fieldsOf(batch);
          if (!isJoinable(batch) && fields.batch.batchNumber === 0n) batches.set(fields.chainId, batch);
          const joinable = () => Promise.resolve({ fields, program: "none", proof: NO_PROOF.proof });
          return Promise.resolve({ joinable, release: () => undefined });
        },
        prove: () => Promise.resolve({ ...NO_PROOF, metrics: NO_METRICS }),
      }),
    },
  );
  const [, from, to] = devnet.chains;
  assert.ok(from !== undefined && to !== undefined);
  const [sending, receiving] = [clientOf(from), clientOf(to)];
  try {
    const alice = devnet.accounts.wallet(ALICE).connect(sending);
    await send(devnet.info(), { chain: x, to: { chain: y, account: CAROL }, amount: 7n }, alice);
    await settleNow(from);
    await devnet.relay();
    assert.equal(await receiving.getBalance(CAROL), 7n);
    await settleNow(to);
  } finally {
    for (const client of [sending, receiving]) client.destroy();
    await devnet.close();
  }
  return [x, y].map((id) => {
    const batch = batches.get(id);
    const witness = witnesses.get(batch?.claim.batch.newStateRoot ?? "");
    assert.ok(batch !== undefined && witness !== undefined);
    return { witness, batch };
  });
}
