import { Interface } from "ethers";
import { hubAbi } from "../../../../ground/abi/hub.ts";
import { firstHubHeader } from "../../../hub/hub-block.ts";
import { HubState } from "../../../hub/hub-state.ts";
import type { AggregatedBatch, HubStates } from "../../../../ground/protocol/aggregate.ts";
import { hexQuantity, wordToHex, type Hex } from "../../../../ground/protocol/hex.ts";
import { BoundedDigits, readTuple } from "../../../../ground/protocol/bounded-abi.ts";
import { hashHubHeader, type HubHeader } from "../../../../ground/protocol/hub-header.ts";
import { topicOf } from "../../../../chain/settlement-layer/reader/contract-interfaces.ts";
import type { SettledSource } from "./batch-on-l1.ts";

const hubInterface = new Interface(hubAbi);
const [LANDED, PUBLISHED] = ["BlockLanded", "ContentsPublished"] as const;
/** Blocks of L1 between two landings that are searched: about a month of an L1 with 12 seconds a block. */
const MAX_BLOCKS_BACK = 216_000;
/** Nodes limit the blocks of one request. */
const BLOCKS_PER_REQUEST = 2_000;

/** Landing of a hub's block: its batches with their proof. */
interface HubLanding {
  readonly header: HubHeader;
  readonly items: readonly AggregatedBatch[];
  readonly digest: Hex;
  readonly evidence: Hex;
  readonly proof: Hex;
}

/**
 * Decodes the call of a hub's `land`; undefined for another call. A stranger may land a block in any encoding that L1's compiler
 * decodes: without padding at the end, or with offsets that point backwards.
 */
export function readLanding(input: string): HubLanding | undefined {
  const land = hubInterface.getFunction("land");
  if (land === null || !input.startsWith(land.selector)) return undefined;
  // Without the certificate, the last parameter: L1 alone reads each of its parts.
  const parameters = land.inputs.slice(0, -1);
  const values = readTuple(parameters, new BoundedDigits(input.slice(land.selector.length).toLowerCase()), 0);
  if (values === undefined) return undefined;
  const { header, batches, proof } = values as unknown as {
    readonly header: HubHeader;
    readonly batches: readonly AggregatedBatch[];
    readonly proof: Pick<HubLanding, "digest" | "evidence" | "proof">;
  };
  return { header, items: batches, ...proof };
}

/**
 * States of the hub before and after a landed block. The first one is in the event of the landing before. Undefined if L1 has no
 * such event in the month before the landing. Rejects with L1's error.
 */
export async function statesOfLanding(
  { header, hub, landedAt }: Pick<HubLanding, "header"> & { readonly hub: Hex; readonly landedAt: Hex },
  l1: SettledSource["base"],
): Promise<HubStates | undefined> {
  const first = firstHubHeader(HubState.empty().digest());
  if (header.parent === hashHubHeader(first)) return { before: first.state, after: header.state };
  const before = { hub, number: header.number - 1n, hash: header.parent, upTo: Number(landedAt) };
  const landed = await findLanding(before, l1);
  return landed && { before: landed.state, after: header.state };
}

interface LandingLog {
  readonly topics: readonly Hex[];
  readonly data: Hex;
  readonly transactionHash: Hex;
}

interface LandingPlace {
  readonly hub: Hex;
  /** Number and hash of the header. */
  readonly number: bigint;
  readonly hash: Hex;
  /** Newest block of L1 that is searched. */
  readonly upTo: number;
}

/** Contents of a block that a hub on L1 has published in an event. */
export function readPublished(data: Hex): Pick<HubLanding, "header" | "items" | "evidence"> {
  const { header, batches, evidence } = hubInterface.decodeEventLog(PUBLISHED, data) as unknown as {
    readonly header: HubHeader;
    readonly batches: readonly AggregatedBatch[];
    readonly evidence: Hex;
  };
  return { header, items: batches, evidence };
}

/** Landing of a block in the hub's events. */
interface LandingEvents {
  readonly transactionHash: Hex;
  /** State of the hub after the block. */
  readonly state: Hex;
  /** Data of the event with the block's contents; undefined if the transaction's input is the call of `land`. */
  readonly published: Hex | undefined;
}

/** Events of a block's landing; undefined if L1 has none in the month before. Rejects with L1's error. */
export async function findLanding(
  { hub, number, hash, upTo }: LandingPlace,
  l1: Pick<SettledSource["base"], "request">,
): Promise<LandingEvents | undefined> {
  const names = [LANDED, PUBLISHED].map((name) => topicOf(hubInterface, name));
  const topics = [names, wordToHex(number), hash];
  const earliest = Math.max(0, upTo - MAX_BLOCKS_BACK);
  for (let toBlock = upTo; toBlock >= earliest; toBlock -= BLOCKS_PER_REQUEST) {
    const fromBlock = Math.max(earliest, toBlock - BLOCKS_PER_REQUEST + 1);
    const range = { fromBlock: hexQuantity(fromBlock), toBlock: hexQuantity(toBlock) };
    const logs = (await l1.request("eth_getLogs", [{ address: hub, topics, ...range }])) as readonly LandingLog[];
    const [landed, published] = names.map((name) => logs.find((log) => log.topics[0] === name));
    // The state is the only word of `BlockLanded` that is not a topic.
    if (landed !== undefined) return { transactionHash: landed.transactionHash, state: landed.data, published: published?.data };
  }
  return undefined;
}
