import assert from "node:assert/strict";
import type { GenesisAccount } from "../../../src/chain/model/genesis.ts";
import type { ExecutionWitness } from "../../../src/proofs/execution-proof/batch/batch-witness.ts";
import type { ExecutionClaim } from "../../../src/proofs/execution-proof/batch/execution-claim.ts";
import { type Hex, toHex } from "../../../src/ground/protocol/hex.ts";
import { TestWallet } from "../../chain/support/wallet.ts";
import { startFollowedChain } from "../../node/support/followed-chain.ts";

/** A transaction that calls the contract. */
export interface CalledBatch {
  readonly data: Uint8Array;
  readonly gasLimit: bigint;
}

/** Batch of a proven chain with its witness and claim, and the units of its transaction. */
export interface MadeBatch {
  readonly witness: ExecutionWitness;
  readonly claim: ExecutionClaim;
  readonly units: number;
}

const CONTRACT: Hex = `0x${"d1".repeat(20)}`;

/** Batches of a proven chain, each with one transaction that calls the contract with this code. A chain's first batch is not among them. */
export async function batchesOfCalls(code: Uint8Array, calls: readonly CalledBatch[]): Promise<readonly MadeBatch[]> {
  const wallet = new TestWallet(88);
  const accounts: GenesisAccount[] = [
    { address: wallet.address, balanceWei: 10n ** 20n },
    { address: CONTRACT, nonce: 1n, code: toHex(code) },
  ];
  const chain = await startFollowedChain({ accounts });
  const send = async (to: Hex, fields: object): Promise<number> => {
    await chain.test.chain.submit(await wallet.signRaw({ to, maxFeePerGas: 10n, maxPriorityFeePerGas: 10n, ...fields }));
    const receipt = chain.test.blocks.at(-1)?.receipts.at(-1);
    assert.ok(receipt?.success === true && receipt.nativeUnits !== undefined);
    return receipt.nativeUnits;
  };
  try {
    await send(`0x${"be".repeat(20)}`, { value: 7n });
    await chain.seal();
    const made: MadeBatch[] = [];
    for (const { data, gasLimit } of calls) {
      const units = await send(CONTRACT, { data: toHex(data), gasLimit });
      const { witness, claim } = await chain.seal();
      made.push({ witness, claim, units });
    }
    return made;
  } finally {
    await chain.test.chain.close();
  }
}
