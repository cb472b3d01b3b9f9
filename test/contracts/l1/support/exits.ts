import assert from "node:assert/strict";
import type { BaseContract, Signer } from "ethers";
import type { StateWrite } from "../../../../src/chain/state/change-set.ts";
import type { StateTree } from "../../../../src/chain/state/state-tree.ts";
import { proveUndelivered, type UndeliveredProof } from "../../../../src/chain/state/undelivered-proof.ts";
import { deliveryFlagKey } from "../../../../src/ground/protocol/delivery-flag.ts";
import { keccak, toHex, type Hex } from "../../../../src/ground/protocol/hex.ts";
import { l2LogProof } from "../../../../src/ground/protocol/log-proof.ts";
import type { assetMessage } from "./assets.ts";
import type { FormedBatch, TestChain } from "./chain.ts";
import { deployEcosystem, hexAddress, send, type Ecosystem } from "./ecosystem.ts";

type Message = ReturnType<typeof assetMessage>;

/** Ecosystem with a token that the first account may deposit in any amount, and another account that leaves. */
export interface ExitScene {
  readonly ecosystem: Ecosystem;
  readonly token: BaseContract;
  readonly tokenAddress: Hex;
  readonly holder: Signer;
  /** In lower case. */
  readonly holderAddress: Hex;
}

export async function deployExitScene(): Promise<ExitScene> {
  const ecosystem = await deployEcosystem();
  const token = await ecosystem.l1.deploy("TokenDouble");
  await send(token, "mint", ecosystem.accounts[0]!.address, 10n ** 18n);
  await send(token, "approve", await ecosystem.bridge.getAddress(), 10n ** 18n);
  const holder = ecosystem.accounts[3]!;
  return { ecosystem, token, tokenAddress: await hexAddress(token), holder, holderAddress: holder.address.toLowerCase() as Hex };
}

/** Activates the exit of a chain that has not taken an operation in time. */
export async function activateExit(ecosystem: Ecosystem, chain: TestChain): Promise<void> {
  await ecosystem.increaseTime(2_000n);
  await send(chain.contract, "activateExit");
}

/** The marks in a destination's state of transfers that have arrived, or in the source's of those that it gave back. */
export function deliveredMarks(sourceChainId: bigint, delivered: readonly Message[]): StateWrite[] {
  return delivered.map(({ body }) => ({ ...deliveryFlagKey(sourceChainId, keccak(body)), value: 1n }));
}

/** The proof that a transfer has not arrived. */
export function undeliveredProof(tree: StateTree, from: TestChain, message: Message): UndeliveredProof {
  const proof = proveUndelivered(tree, from.configuration.chainId, keccak(message.body));
  assert.ok(proof !== undefined);
  return proof;
}

/** Arguments of `refundTransfer` for a transfer that is message `index` of the source's batch. */
export function undeliveredTransfer(
  from: TestChain,
  formed: FormedBatch,
  index: number,
  message: Message,
  proof: UndeliveredProof,
) {
  return {
    sourceChainId: from.configuration.chainId,
    batchNumber: formed.expected.batchNumber,
    messageIndex: index,
    message: toHex(message.body),
    merkleProof: l2LogProof(formed.logLeaves, index),
    ...proof,
  };
}
