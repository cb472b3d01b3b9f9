import { addressOfKey, signDigest } from "../../ground/transaction/digest-signature.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { ChainId } from "../../ground/protocol/ids.ts";
import { partRequestDigest, slotDigest, type SignedSlot, type UnsignedSlot } from "../../ground/protocol/slot.ts";
import { slotFromJson, slotToJson } from "../../ground/protocol/slot-json.ts";
import type { Part, WaitingWork } from "../../ecosystem/sequencing/external/external-status.ts";
import { SlotError } from "../../ecosystem/sequencing/external/slot-error.ts";

/** Chain with `sequencing: { by: "external" }`, for its sequencer. Calls reject with SlotError if the chain refuses them. */
export interface OrderedChain {
  readonly chainId: ChainId;
  waiting(): Promise<WaitingWork>;
  /** Executes serialized transactions as the chain's part of a slot, in the life that `waiting` names. */
  propose(slot: bigint, life: Hex, transactions: readonly Hex[]): Promise<Part>;
  /** Publishes a slot, also one that the chain has. */
  publish(slot: SignedSlot): Promise<void>;
}

/** Key of a sequencer. */
export interface SequencerKey {
  /** The `key` in the chains' options. */
  readonly address: Hex;
  signSlot(slot: UnsignedSlot): SignedSlot;
  /** Connects to a chain whose order the key makes. */
  orderChain(url: string): Promise<OrderedChain>;
}

/** Key of an external sequencer, from its private key (32 bytes). */
export function sequencerKey(privateKey: Hex): SequencerKey {
  return {
    address: addressOfKey(privateKey),
    signSlot: (slot) => ({ ...slot, signature: signDigest(privateKey, slotDigest(slot)) }),
    async orderChain(url) {
      const chainId = BigInt((await request(url, "eth_chainId")) as Hex);
      return {
        chainId,
        async waiting() {
          const { newest, ...waiting } = (await request(url, "hyperchain_waiting")) as WaitingWork;
          return { ...waiting, newest: slotFromJson(newest) ?? null };
        },
        async propose(slot, life, transactions) {
          const signature = signDigest(privateKey, partRequestDigest({ chainId, life, slot, transactions }));
          return (await request(url, "hyperchain_propose", { slot: Number(slot), life, transactions, signature })) as Part;
        },
        async publish(slot) {
          await request(url, "hyperchain_publishSlot", slotToJson(slot));
        },
      };
    },
  };
}

async function request(url: string, method: string, ...params: readonly unknown[]): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  const { result, error } = (await response.json()) as {
    readonly result?: unknown;
    readonly error?: { readonly message: string; readonly data?: { readonly code?: SlotError["code"] } };
  };
  if (error === undefined) return result;
  throw new SlotError(error.data?.code ?? "Refused", `${method}: ${error.message}`);
}
