import { digestToHex } from "../../ground/protocol/digest.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { FormedBefore } from "../batch/form-batch.ts";
import type { BatchArchive } from "../index/batch-archive.ts";
import type { BlockStore } from "../index/block-store.ts";
import type { ChainIndex } from "../index/chain-index.ts";
import type { MessageIndex } from "../index/message-index.ts";
import type { StateHistory } from "../index/state-history.ts";
import type { Head } from "../model/block.ts";
import type { StateTree } from "../state/state-tree.ts";
import type { Witness } from "../witness/witness.ts";
import { PlaceError } from "./place-error.ts";
import type { BlockIdentity, PlaceStore, BlockText } from "./place.ts";
import { identityOf } from "./told-blocks.ts";

/** The parts of a chain between two batches. */
interface PlacedChain {
  readonly blocks: BlockStore;
  readonly witness: Witness;
  readonly tree: StateTree;
  readonly index: ChainIndex;
  readonly messages: MessageIndex;
  readonly archive: BatchArchive;
  readonly history: StateHistory;
  readonly formed: () => Required<FormedBefore>;
  readonly head: Head;
  readonly nextBatch: bigint;
  /** Commands that led there. */
  readonly commands: number;
  readonly genesisRoot: Hex;
  /** Names of the stored blocks. */
  readonly keptBlocks: readonly BlockIdentity[];
}

/** Keeps the place at which a chain is. Rejects with PlaceError where its state is not the one of its last batch. */
export async function keepPlace(chain: PlacedChain, places: PlaceStore): Promise<void> {
  const { blocks: store, witness, tree, index, messages, archive, history, formed, head, keptBlocks } = chain;
  const root = digestToHex(tree.root);
  if (archive.last?.stateRoot !== root)
    throw new PlaceError("Differs", `the state tree's root is ${root}, the last batch's is ${archive.last?.stateRoot}`);
  const { state, oldest } = await witness.request("export", undefined);
  const blocks = [...keptBlocks];
  const told = async function* (): AsyncGenerator<BlockText> {
    for (let number = BigInt(blocks.length); number <= head.number; number++) {
      const block = await store.block(number, true);
      const text = JSON.stringify({ block, receipts: store.receipts(number) });
      blocks.push(identityOf(text));
      yield text;
    }
  };
  const { previousCommitment, operationsTaken, publishedCodes } = formed();
  await places.keep(told(), () => ({
    head: { ...head, hash: blocks.at(-1)?.hash ?? "0x" },
    oldestState: oldest,
    commands: chain.commands,
    nextBatch: chain.nextBatch,
    previousCommitment,
    operationsTaken,
    publishedCodes: [...publishedCodes],
    genesisRoot: chain.genesisRoot,
    blocks,
    index: index.contents,
    messages: messages.contents,
    archive: archive.contents,
    history: history.contents,
    state,
    tree: tree.export(),
  }));
}
