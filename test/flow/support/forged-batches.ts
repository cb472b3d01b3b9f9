import assert from "node:assert/strict";
import { Contract } from "ethers";
import { hyperchainAbi } from "../../../src/ground/abi/hyperchain.ts";
import { contractErrorsAbi } from "../../../src/ground/abi/contract-errors.ts";
import type { FormedBatch } from "../../../src/chain/batch/form-batch.ts";
import type { DevnetChain } from "../../../src/ecosystem/devnet/devnet.ts";
import { ASSET_ROUTER_ADDRESS, AssetMessageKind, encodeAssetMessage } from "../../../src/ground/protocol/asset-message.ts";
import { toHex } from "../../../src/ground/protocol/hex.ts";
import { SettlementError } from "../../../src/chain/settlement/errors/settlement-error.ts";
import { type Colluders, type Forgery, STOLEN_MONEY } from "./colluders.ts";
import type { FlowDevnet } from "./devnet.ts";

/** Forgeries of a batch that a quorum can sign and L1 accepts at the commit. */
export function forgeriesOf(l1ChainId: bigint): ReadonlyMap<string, Forgery> {
  const originToken = `0x${"00".repeat(20)}` as const;
  const thief = `0x${"7e".repeat(20)}` as const;
  const invented = encodeAssetMessage({
    ...{ kind: AssetMessageKind.withdrawal, destinationChainId: l1ChainId, originChainId: l1ChainId },
    ...{ originToken, amount: 1n, recipient: thief, sender: thief, nonce: 0n },
  });
  return new Map<string, Forgery>([
    ["a state root with money that no transaction gave", STOLEN_MONEY],
    // The root is true: only readers of the published data find another.
    [
      "published data with another value",
      { alterChanges: ([first, ...others]) => [{ ...first!, value: first!.value + 1n }, ...others] },
    ],
    ["published data without a change", { alterChanges: (changes) => changes.slice(1) }],
    [
      "outputs with a withdrawal that no contract sent",
      { logs: [{ type: "message", sender: ASSET_ROUTER_ADDRESS, body: invented }] },
    ],
  ]);
}

/** Checks that L1 has the whole quorum's batch and executes nothing with its proof. Reverts the batch. */
export async function assertNothingExecuted(
  { l1, chain, colluders, signatures }: LyingQuorum,
  forged: FormedBatch,
  changes: Uint8Array | undefined,
): Promise<void> {
  const contract = new Contract(chain.pipeline.created.hyperchain, [...hyperchainAbi, ...contractErrorsAbi], l1.provider);
  const refused = (name: string, args: readonly unknown[], error: RegExp): Promise<void> =>
    assert.rejects(contract.getFunction(name).staticCall(...args), (thrown) => error.test(String(thrown)));
  const settling = await colluders.settle(forged, signatures);
  const stored = await settling.committed;
  assert.equal(stored.commitment, forged.commitment);
  await assert.rejects(settling.proven, (error) => error instanceof SettlementError && error.code === "Reverted");
  if (changes !== undefined) await refused("proveBatch", [stored, toHex(changes)], /ExecutionUnproven/);
  await refused("executeBatches", [[{ batch: stored, imports: [], flows: [] }]], /BatchNotProven/);
  assert.deepEqual(await totalsOf(contract), [1n, 0n, 0n]);
  await colluders.takeBack();
  assert.deepEqual(await totalsOf(contract), [0n, 0n, 0n]);
}

export interface LyingQuorum {
  readonly l1: FlowDevnet["l1"];
  readonly chain: DevnetChain;
  readonly colluders: Colluders;
  readonly signatures: number;
}

async function totalsOf(contract: Contract): Promise<readonly bigint[]> {
  const names = ["getTotalBatchesCommitted", "getTotalBatchesVerified", "getTotalBatchesExecuted"];
  return Promise.all(names.map((name) => contract.getFunction(name)() as Promise<bigint>));
}
