import { Interface } from "ethers";
import { hubAbi } from "../../../abi/hub.ts";
import { firstHubHeader } from "../../../hub/hub-block.ts";
import { HubState } from "../../../hub/hub-state.ts";
import type { AggregatedBatch, HubStates } from "../../../protocol/aggregate.ts";
import { hexQuantity, wordToHex, type Hex } from "../../../protocol/hex.ts";
import { hashHubHeader, type HubHeader } from "../../../protocol/hub-header.ts";
import { topicOf } from "../../../settlement-layer/reader/contract-interfaces.ts";
import type { SettledSource } from "./batch-on-l1.ts";

const hubInterface = new Interface(hubAbi);
/** Blocks of L1 between two landings that are searched: about a month of an L1 with 12 seconds a block. */
const MAX_BLOCKS_BACK = 216_000;
/** Nodes limit the blocks of one request. */
const BLOCKS_PER_REQUEST = 2_000;

/** Landing of a hub's block: its batches with their proof. */
interface HubLanding {
  readonly header: HubHeader;
  readonly items: readonly AggregatedBatch[];
  readonly digest: Hex;
  readonly proof: Hex;
}

/** Decodes the call of a hub's `land`; undefined for another call. */
export function readLanding(input: string): HubLanding | undefined {
  const call = hubInterface.parseTransaction({ data: input });
  if (call?.name !== "land") return undefined;
  const [header, items, { digest, proof }] = call.args as unknown as [
    HubHeader,
    readonly AggregatedBatch[],
    { readonly digest: Hex; readonly proof: Hex },
  ];
  return { header, items, digest, proof };
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
  const topics = [topicOf(hubInterface, "BlockLanded"), wordToHex(header.number - 1n), header.parent];
  const last = Number(landedAt);
  const earliest = Math.max(0, last - MAX_BLOCKS_BACK);
  for (let toBlock = last; toBlock >= earliest; toBlock -= BLOCKS_PER_REQUEST) {
    const fromBlock = Math.max(earliest, toBlock - BLOCKS_PER_REQUEST + 1);
    const range = { fromBlock: hexQuantity(fromBlock), toBlock: hexQuantity(toBlock) };
    const [landed] = (await l1.request("eth_getLogs", [{ address: hub, topics, ...range }])) as readonly { readonly data: Hex }[];
    // The event's only word that is not a topic.
    if (landed !== undefined) return { before: landed.data, after: header.state };
  }
  return undefined;
}
