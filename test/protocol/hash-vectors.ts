import { readFileSync } from "node:fs";
import type { HyperchainConfiguration } from "../../src/ecosystem/devnet/chain-on-l1/create-chain.ts";
import type { AggregatedBatch } from "../../src/ground/protocol/aggregate.ts";
import type { AssetFlow } from "../../src/ground/protocol/asset-flows.ts";
import type { AtomicFlow } from "../../src/ground/protocol/atomic-flow.ts";
import type { AttestationLeaf, QuotedBatch } from "../../src/ground/protocol/attestation.ts";
import type { ChainConfiguration } from "../../src/ground/protocol/genesis.ts";
import type { VersionPredeploy } from "../../src/ground/protocol/version-predeploys.ts";
import type { GatewayPayload } from "../../src/ground/protocol/gateway-message.ts";
import { wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import type { L1Call } from "../../src/ground/protocol/l1-call.ts";
import type { NameAnnouncement } from "../../src/ground/protocol/name-announcement.ts";
import { genesisStoredBatch, type StoredBatch } from "../../src/ground/protocol/stored-batch.ts";

/** Hashes of the protocol with their preimages, from an independent derivation. */
export interface HashVectors {
  readonly tags: Readonly<Record<string, { readonly text: string; readonly hash: Hex }>>;
  readonly configurations: readonly (ChainConfiguration & {
    readonly hash: Hex;
    readonly extensions: Hex;
    /** Digest that an opening installed, and the exports of its batch. */
    readonly predeploys: Hex;
    readonly installing: Hex;
  })[];
  readonly predeploys: readonly { readonly predeploys: readonly VersionPredeploy[]; readonly hash: Hex }[];
  readonly facts: readonly {
    readonly chainId: bigint;
    readonly batchNumber: bigint;
    readonly logRoot: Hex;
    readonly index: bigint;
    readonly hash: Hex;
  }[];
  readonly refused: readonly { readonly chainIds: readonly bigint[]; readonly hash: Hex }[];
  readonly flows: readonly { readonly flows: readonly AssetFlow[]; readonly hash: Hex }[];
  readonly storedBatches: readonly { readonly batch: StoredBatch; readonly hash: Hex }[];
  readonly deliveryFlags: readonly { readonly sourceChainId: bigint; readonly messageHash: Hex; readonly slot: Hex }[];
  readonly atomicFlows: readonly {
    readonly flow: AtomicFlow;
    readonly hash: Hex;
    /** Slots of leg 2's escrow and of the pivot's execution. */
    readonly escrowSlot: Hex;
    readonly executedSlot: Hex;
    /** The message of leg 2. */
    readonly fact: Hex;
  }[];
  readonly transferLists: readonly {
    readonly batchNumber: bigint;
    readonly number: bigint;
    readonly entries: readonly Hex[];
    readonly total: bigint;
    readonly hash: Hex;
  }[];
  readonly randomness: readonly { readonly chainId: bigint; readonly blockNumber: bigint; readonly hash: Hex }[];
  readonly deposits: readonly { readonly depositor: Hex; readonly token: Hex; readonly amount: bigint; readonly hash: Hex }[];
  readonly announcements: readonly {
    readonly l1ChainId: bigint;
    readonly creator: Hex;
    readonly secret: Hex;
    readonly configuration: HyperchainConfiguration;
    readonly hash: Hex;
  }[];
  /** `account` is 0 for the label of a chain. */
  readonly nameAnnouncements: readonly (NameAnnouncement & { readonly hash: Hex })[];
  readonly descriptions: readonly {
    readonly originChainId: bigint;
    readonly originToken: Hex;
    readonly name: string;
    readonly symbol: string;
    readonly decimals: bigint;
    /** The message; `hash` is its keccak. */
    readonly body: Hex;
    readonly hash: Hex;
  }[];
  readonly l1Calls: readonly { readonly call: L1Call; readonly body: Hex }[];
  readonly gatewayMessages: readonly {
    readonly message: GatewayPayload;
    readonly body: Hex;
    readonly sourceChainId: bigint;
    readonly id: Hex;
  }[];
  readonly aggregates: readonly {
    readonly batches: readonly (Pick<AggregatedBatch, "chainId"> & AggregatedFields)[];
    readonly digest: Hex;
    readonly point: Hex;
    readonly evaluation: Hex;
  }[];
  /** Each about its only batch. */
  readonly statements: readonly (Pick<HashVectors["aggregates"][number], "batches"> & {
    readonly hash: Hex;
    readonly index: bigint;
  })[];
  readonly attestations: readonly {
    readonly leaf: AttestationLeaf;
    readonly leafDigest: Hex;
    readonly batch: QuotedBatch;
    readonly quoteDigest: Hex;
  }[];
}

/** Fields of a stored batch that an aggregate has. */
type AggregatedFields = Pick<
  StoredBatch,
  | "protocolVersion"
  | "batchNumber"
  | "commitment"
  | "outputsHash"
  | "oldStateRoot"
  | "newStateRoot"
  | "diffDigest"
  | "point"
  | "evaluation"
>;

/** An aggregate of the vectors; what its statement does not depend on is that of no batch. */
export function itemsOf({ batches }: Pick<HashVectors["aggregates"][number], "batches">): AggregatedBatch[] {
  const empty = genesisStoredBatch(0n, wordToHex(0n), 0n);
  return batches.map(({ chainId, ...batch }) => ({ chainId, batch: { ...empty, ...batch } }));
}

/** `fixtures/protocol/hashes.json`: numbers are decimal text there. */
export function readHashVectors(): HashVectors {
  const file = new URL("../../fixtures/protocol/hashes.json", import.meta.url);
  const isNumber = (value: unknown): value is string => typeof value === "string" && /^\d+$/.test(value);
  return JSON.parse(readFileSync(file, "utf8"), (_, value: unknown) => (isNumber(value) ? BigInt(value) : value)) as HashVectors;
}
