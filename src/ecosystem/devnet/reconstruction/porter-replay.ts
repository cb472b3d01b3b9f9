import { Interface, zeroPadValue, toBeHex, type Provider } from "ethers";
import { chainFactoryAbi } from "../../../ground/abi/chain-factory.ts";
import { PORTER_ROOT, RebuiltPorter } from "../../../chain/reconstruction/rebuilt-porter.ts";
import type { RebuiltState } from "../../../chain/reconstruction/rebuilt-state.ts";
import { ReconstructionError } from "../../../chain/reconstruction/reconstruction-error.ts";
import type { DiffEntry } from "../../../ground/protocol/diff-list.ts";
import { fromHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { BatchNumber, ChainId } from "../../../ground/protocol/ids.ts";
import type { ChainContractFacts } from "../chain-on-l1/chain-contract.ts";
import type { CommitCall } from "../../../chain/settlement-layer/reader/commit-call.ts";
import type { HeldData } from "../held-data/held-data.ts";
import { policyDataParts } from "./bound-by-policy.ts";
import type { LeafStart } from "./leaf-start.ts";

/** Porter of a rebuilt chain. */
export interface ReconstructedPorter {
  /** Id for which its accounts sign. */
  readonly chainId: ChainId;
  /** Accounts of the porter after the last batch; undefined if a list is missing, which the rollup does not need. */
  readonly state: RebuiltState | undefined;
  /** Number of lists that holders gave, because commits do not have them. */
  readonly heldLists: number;
  /** Reason why a list is missing. */
  readonly missing: ReconstructionError | undefined;
}

/** A batch after it was applied to the first tree. */
interface AppliedBatch {
  readonly batchNumber: BatchNumber;
  readonly entries: readonly DiffEntry[];
  /** All that may be its commit's calldata. */
  readonly calls: readonly CommitCall[];
}

/**
 * Follows the porter of a chain: a list is the one that leads to the root in the first tree, in a commit or from a holder. The
 * first list that is missing ends the porter's side alone.
 */
export class PorterReplay {
  readonly #rollup: RebuiltState;
  readonly #heldData: HeldData;
  readonly #porter: RebuiltPorter;
  #hasJoined = false;
  #heldLists = 0;
  #missing: ReconstructionError | undefined;

  /** With the leaves of both trees, if the rebuild begins at leaves. */
  constructor(rollup: RebuiltState, heldData: HeldData, leaves: LeafStart | undefined) {
    this.#rollup = rollup;
    this.#heldData = heldData;
    this.#porter = new RebuiltPorter(leaves?.porter);
    if (leaves === undefined) return;
    this.#hasJoined = rollup.tree.get(PORTER_ROOT) !== 0n;
    const root = this.#porter.rootAfter(rollup);
    if (root === undefined) return;
    this.#missing = new ReconstructionError(
      "DataWithheld",
      `the leaves of the porter with root ${root} are missing; use leaves of a guardian that has them`,
    );
  }

  async follow({ batchNumber, entries, calls }: AppliedBatch): Promise<void> {
    const root = this.#porter.rootAfter(this.#rollup);
    if (root === undefined) return;
    this.#hasJoined = true;
    if (this.#missing !== undefined) return;
    const accepts = (list: Uint8Array): boolean => this.#porter.take({ batchNumber, root, entries }, list);
    for (const { policyData } of calls) for (const part of policyDataParts(policyData)) if (accepts(fromHex(part))) return;
    try {
      await this.#heldData.readIf(batchNumber, root, accepts);
      this.#heldLists++;
    } catch (error) {
      if (!(error instanceof ReconstructionError)) throw error;
      this.#missing = error;
    }
  }

  /** Undefined if no account has joined. Rejects with the provider's error. */
  async result(
    { factory, configuration: { chainId } }: Pick<ChainContractFacts, "factory" | "configuration">,
    from: BlockRange,
  ): Promise<ReconstructedPorter | undefined> {
    if (!this.#hasJoined) return undefined;
    const missing = this.#missing;
    return {
      chainId: await readPorterId(chainId, factory, from),
      state: missing === undefined ? this.#porter.state : undefined,
      heldLists: this.#heldLists,
      missing,
    };
  }
}

/** Blocks of L1 whose events are read. */
interface BlockRange {
  readonly provider: Provider;
  /** Block of the chain's creation or an earlier one. */
  readonly fromBlock: number;
  readonly toBlock: number;
  readonly blocksPerRequest: number;
}

const factoryInterface = new Interface(chainFactoryAbi);

/** Id that the factory reserved with the chain. Rejects with ReconstructionError EventMissing. */
async function readPorterId(
  chainId: ChainId,
  factory: Hex,
  { provider, fromBlock, toBlock, blocksPerRequest }: BlockRange,
): Promise<ChainId> {
  const topics = [factoryInterface.getEvent("PorterIdReserved")?.topicHash ?? null, zeroPadValue(toBeHex(chainId), 32)];
  for (let first = fromBlock; first <= toBlock; first += blocksPerRequest) {
    const last = Math.min(first + blocksPerRequest - 1, toBlock);
    const [event] = await provider.getLogs({ address: factory, topics, fromBlock: first, toBlock: last });
    if (event?.topics[2] !== undefined) return BigInt(event.topics[2]);
  }
  throw new ReconstructionError(
    "EventMissing",
    `accounts of chain ${chainId} are in a porter, and no event reserved an id for it`,
  );
}
