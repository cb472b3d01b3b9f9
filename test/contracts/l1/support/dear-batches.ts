import { ASSET_ROUTER_ADDRESS, AssetMessageKind } from "../../../../src/ground/protocol/asset-message.ts";
import type { DiffEntry } from "../../../../src/ground/protocol/diff-list.ts";
import { LeafKind } from "../../../../src/ground/protocol/domain-tags.ts";
import { fromHex, keccak, toHex, wordToHex, type Hex } from "../../../../src/ground/protocol/hex.ts";
import type { PubdataLog } from "../../../../src/ground/protocol/pubdata.ts";
import type { ImportedRoot } from "../../../../src/ground/protocol/rolling-hash.ts";
import { NO_USAGE, type BatchUsage } from "../../../../src/chain/ordering/limits.ts";
import { assetMessage } from "./assets.ts";
import type { BatchContent } from "./chain.ts";
import type { Ecosystem } from "./ecosystem.ts";

/** Counts of a batch's contents. */
export interface Mixture {
  /** Sends of one asset each to another chain that does not exist. */
  readonly sends: number;
  /** Contracts with a code of four bytes that no batch published. */
  readonly contracts: number;
  /** Slots that get their first value. */
  readonly newSlots: number;
  /** Slots that get another value. */
  readonly changedSlots: number;
  /** Messages of 32 bytes. */
  readonly messages: number;
  /** Bytes of one message. */
  readonly messageBytes: number;
  readonly operations: number;
  readonly imports: number;
}

export const NOTHING: Mixture = {
  sends: 0,
  contracts: 0,
  newSlots: 0,
  changedSlots: 0,
  messages: 0,
  messageBytes: 0,
  operations: 0,
  imports: 0,
};

const CODE_BYTES = 4;
const BODY_BYTES = 32;

/** Every kind of contents times a number, rounded down. */
export function times(mixture: Mixture, factor: number): Mixture {
  const entries = Object.entries(mixture).map(([name, count]) => [name, Math.floor((count as number) * factor)]);
  return Object.fromEntries(entries) as unknown as Mixture;
}

/** The mixture as the sequencer counts it. Sizes are those of the dearest encoding, which `DearBatches` makes. */
export function usageOf(mixture: Mixture): BatchUsage {
  const { sends, contracts, newSlots, changedSlots, messages, messageBytes, operations, imports } = mixture;
  const long = messageBytes === 0 ? 0 : 1;
  return {
    ...NO_USAGE,
    diffs: 3 * contracts + newSlots + changedSlots,
    insertions: 3 * contracts + newSlots,
    diffBytes: 3 * 53 * contracts + 86 * newSlots + 37 * changedSlots,
    codes: contracts,
    codeBytes: CODE_BYTES * contracts,
    messages: sends + messages + long,
    messageBytes: 190 * sends + BODY_BYTES * messages + messageBytes,
    priorityOps: operations,
    importedRoots: imports,
  };
}

/** Makes contents with distinct bytes other than 0, and never the same ones: nothing is cheap, and nothing exists before. */
export class DearBatches {
  readonly #ecosystem: Ecosystem;
  #seed = 0n;

  constructor(ecosystem: Ecosystem) {
    this.#ecosystem = ecosystem;
  }

  /** `queued`: hashes of operations of the chain's queue. `roots`: of other chains. As many as the mixture names. */
  content(
    mixture: Mixture,
    { queued = [], roots = [] }: { readonly queued?: readonly Hex[]; readonly roots?: readonly ImportedRoot[] } = {},
  ): BatchContent {
    const { sends, contracts, newSlots, changedSlots, messages, messageBytes } = mixture;
    const codes = many(contracts, () => this.#bytes(CODE_BYTES));
    const logs: PubdataLog[] = [
      ...queued.map(() => ({ type: "priorityOp", success: true }) as const),
      ...many(sends, () => this.#send()),
      ...many(messages, () => this.#message(BODY_BYTES)),
      ...many(messageBytes === 0 ? 0 : 1, () => this.#message(messageBytes)),
    ];
    const changes: DiffEntry[] = [
      ...many(changedSlots, (i) => ({ type: "update", index: 2 + i, isCode: false, value: this.#word() }) as const),
      ...codes.flatMap((code) => this.#contract(code)),
      ...many(newSlots, () => this.#leaf(LeafKind.storage, this.#address(), this.#word())),
    ];
    return { logs, changes, bytecodes: codes, canonicalTxHashes: queued, importedRoots: roots };
  }

  #send(): PubdataLog {
    return assetMessage(this.#ecosystem, {
      kind: AssetMessageKind.hyperbridgeSend,
      destinationChainId: this.#word(),
      originChainId: 271n,
      originToken: toHex(this.#bytes(20)),
      amount: this.#word() >> 129n,
      recipient: toHex(this.#bytes(20)),
      sender: toHex(this.#bytes(20)),
      nonce: this.#word(),
      from: ASSET_ROUTER_ADDRESS,
    });
  }

  #message(length: number): PubdataLog {
    return { type: "message", sender: toHex(this.#bytes(20)), body: this.#bytes(length) };
  }

  /** Header, hash and digest of the code. */
  #contract(code: Uint8Array): DiffEntry[] {
    const address = this.#address();
    return [
      this.#leaf(LeafKind.account, address, 0n),
      this.#leaf(LeafKind.codeHash, address, 0n, BigInt(keccak(code))),
      this.#leaf(LeafKind.codeDigest, address, 0n),
    ];
  }

  #leaf(leafKind: LeafKind, address: bigint, slot: bigint, value = this.#word()): DiffEntry {
    return { type: "insertion", leafKind, address, slot, value };
  }

  #address(): bigint {
    return BigInt(toHex(this.#bytes(20)));
  }

  #word(): bigint {
    return BigInt(toHex(this.#bytes(32)));
  }

  #bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += 32)
      bytes.set(fromHex(keccak(fromHex(wordToHex(this.#seed++)))).subarray(0, length - at), at);
    return bytes.map((byte) => (byte === 0 ? 1 : byte));
  }
}

function many<T>(count: number, make: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i));
}
