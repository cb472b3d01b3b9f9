import { Interface, type Provider, type Signer } from "ethers";
import { l1StorageAbi } from "../../../ground/abi/l1-storage.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { parseAccount } from "../ecosystem/chain-address.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { findChain, type ChainName, type Ecosystem } from "../ecosystem/ecosystem.ts";
import { ecosystemOf } from "../ecosystem/settlement-base.ts";
import { queuedRequest } from "../queue/l1-request.ts";
import { refusalOf, senderOn, submit } from "../sending/submit.ts";
import { L1_STORAGE_ADDRESS } from "./l1-storage-contract.ts";

/** Slot of an account on L1 whose state a chain's `L1Storage` stores. */
export interface StoredL1SlotRequest {
  /** Chain that reads. */
  readonly on: ChainName;
  /** Address on L1. */
  readonly account: string;
  readonly slot: bigint;
}

/** State of a slot on L1 that a chain stores, for contracts that call `L1Storage.read`. */
export interface StoredL1Slot {
  readonly value: bigint;
  readonly blockNumber: bigint;
  /** Time of the block, seconds by L1's clock. */
  readonly timestamp: bigint;
  /** `L1Storage` on the chain. */
  readonly contract: Hex;
}

const storage = new Interface(l1StorageAbi);

/**
 * Sends the state of a slot that the base's `L1Storage` stores (`loadL1Slot`) to a chain that settles on the base, through the
 * chain's queue there. The chain needs `L1Storage` before it executes the operation. Costs gas on the base alone. Resolves with
 * the hash of the chain's transaction. `signer` is on the base. Throws ClientError: OtherSettlementLayer for a chain that
 * settles on L1, which reads with proofs.
 */
export async function forwardL1Slot(all: Ecosystem, request: StoredL1SlotRequest, signer: Signer): Promise<Hex> {
  const here = findChain(all, request.on);
  const { l1: base } = ecosystemOf(all, here);
  if (base.chainId === all.l1.chainId) {
    const message = `${here.name} settles on ${base.name} and reads slots there by proofs: use viewL1Slot or loadL1Slot`;
    throw new ClientError("OtherSettlementLayer", message, { on: here.chainId, layer: base.chainId });
  }
  const sender = await senderOn(signer, base);
  const args = [base.contracts.factory, here.chainId, parseAccount(request.account), request.slot];
  const receipt = await submit(sender, { to: L1_STORAGE_ADDRESS, data: storage.encodeFunctionData("forward", args) });
  return queuedRequest(receipt, here.hyperchain).canonicalTxHash;
}

/** State of a slot that a chain's `L1Storage` stores; undefined if there is none. `provider` is on that chain. */
export async function storedL1Slot(
  { account, slot }: Omit<StoredL1SlotRequest, "on">,
  provider: Provider,
): Promise<StoredL1Slot | undefined> {
  const data = storage.encodeFunctionData("read", [parseAccount(account), slot, 0n]);
  try {
    const answer = await provider.call({ to: L1_STORAGE_ADDRESS, data });
    if (answer === "0x") return undefined;
    const [stored] = storage.decodeFunctionResult("read", answer) as unknown as [StoredL1Slot];
    const { value, blockNumber, timestamp } = stored;
    return { value, blockNumber, timestamp, contract: L1_STORAGE_ADDRESS };
  } catch (error) {
    if (refusalOf(error) === undefined) throw error;
    return undefined;
  }
}
