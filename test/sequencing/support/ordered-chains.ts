import assert from "node:assert/strict";
import { addressOfKey, signDigest } from "../../../src/ground/transaction/digest-signature.ts";
import { chainRules } from "../../../src/proofs/rules/chain-rules.ts";
import type { GenesisAccount } from "../../../src/chain/model/genesis.ts";
import { decodeCommand, encodeCommand } from "../../../src/chain/node/keeping/kept-command.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import {
  NO_SLOT,
  partRequestDigest,
  slotDigest,
  type SlotPartRequest,
  type SignedSlot,
} from "../../../src/ground/protocol/slot.ts";
import { systemClock } from "../../../src/ground/runtime/clock.ts";
import { ExternalOrder } from "../../../src/ecosystem/sequencing/external/external-order.ts";
import type { Part } from "../../../src/ecosystem/sequencing/external/external-status.ts";
import type { SlotPeers } from "../../../src/ecosystem/sequencing/external/slot-peers.ts";
import { memorySlotStore, type SlotStore } from "../../../src/ecosystem/sequencing/external/slot-store.ts";
import { startTestChain, type TestChain } from "../../chain/support/chain.ts";
import { CHAIN_ID, COINBASE } from "../../chain/support/engine.ts";
import { KeptInMemory } from "../../chain/support/kept-in-memory.ts";

export const KEY: Hex = `0x${"71".repeat(32)}`;
/** Names of the two chains in slots: the test chains have one id. */
export const IDS = [1n, 2n] as const;
/** Second of the chains' clock. */
export const time = { nowSeconds: 77 };

export interface OrderedTestChain extends TestChain {
  readonly order: ExternalOrder;
  /** Stores of its processes. */
  readonly kept: { readonly commands: KeptInMemory; readonly slots: SlotStore };
  end(): Promise<void>;
}

/** Stores that outlive a chain's process. */
export function newStores(): OrderedTestChain["kept"] {
  return { commands: new KeptInMemory(), slots: memorySlotStore() };
}

/** Starts a chain that an external sequencer orders. */
export async function startOrdered(
  index: 0 | 1,
  running: SlotPeers<ExternalOrder>,
  genesis: readonly GenesisAccount[],
  kept = newStores(),
): Promise<OrderedTestChain> {
  const rules = chainRules(CHAIN_ID);
  const order = new ExternalOrder({
    chainId: IDS[index],
    sequencer: addressOfKey(KEY),
    peers: IDS.filter((id) => id !== IDS[index]),
    running,
    store: kept.slots,
    clock: systemClock,
    nowSeconds: () => time.nowSeconds,
    codec: { encode: encodeCommand, decode: (text) => decodeCommand(text, { coinbase: COINBASE, rules }) },
  });
  const test = await startTestChain({
    genesis,
    sequencer: { blocks: { type: "instant" }, cheatsAllowed: true },
    rewindable: true,
    leaders: order,
    keeping: kept.commands.keeping,
  });
  const stop = await order.start(test.chain);
  const end = async (): Promise<void> => {
    stop();
    await test.chain.close();
  };
  return { ...test, order, kept, end };
}

/** Sequencer of both chains, as an external process is one. */
export class TestSequencer {
  readonly chains: readonly OrderedTestChain[];
  readonly key: Hex;

  constructor(chains: readonly OrderedTestChain[], key = KEY) {
    this.chains = chains;
    this.key = key;
  }

  request(index: number, slot: number, transactions: readonly Hex[]): SlotPartRequest {
    const life = this.#order(index).waiting.life;
    return { chainId: IDS[index] ?? 0n, life, slot: BigInt(slot), transactions };
  }

  propose(index: number, slot: number, transactions: readonly Hex[]): Promise<Part> {
    const request = this.request(index, slot, transactions);
    return this.#order(index).propose(request, signDigest(this.key, partRequestDigest(request)));
  }

  /** SignedSlot with these parts; undefined for a chain without one. */
  slot(number: number, ids: readonly (Hex | undefined)[], parent = this.#parentOf(number)): SignedSlot {
    const parts = IDS.map((chainId, index) => ({
      chainId,
      life: this.#order(index).waiting.life,
      id: ids[index] ?? NO_SLOT,
    }));
    return this.sign({ number: BigInt(number), parent, parts });
  }

  sign(unsigned: Omit<SignedSlot, "signature">): SignedSlot {
    return { ...unsigned, signature: signDigest(this.key, slotDigest(unsigned)) };
  }

  /** Proposes a bundle, and publishes its slot with both parts if no transaction reverts. */
  async bundle(number: number, transactions: readonly (readonly Hex[])[]): Promise<boolean> {
    const parts: Part[] = [];
    for (const [index, each] of transactions.entries()) parts.push(await this.propose(index, number, each));
    const isTaken = parts.every(({ success }) => success.every(Boolean));
    await this.#order(0).publish(this.slot(number, isTaken ? parts.map(({ id }) => id) : []));
    return isTaken;
  }

  #order(index: number): ExternalOrder {
    const chain = this.chains[index];
    assert.ok(chain !== undefined);
    return chain.order;
  }

  #parentOf(number: number): Hex {
    const before = this.#order(0).slot(number - 1) ?? this.#order(1).slot(number - 1);
    return before === undefined ? NO_SLOT : slotDigest(before);
  }
}
