import { digestOf } from "../core/digest-of.ts";
import type { Follower } from "../core/follower.ts";
import { hashTag, keccak, type Hex } from "../../ground/protocol/hex.ts";
import type { BatchNumber, BlockNumber, ChainId, MessageHash } from "../../ground/protocol/ids.ts";
import { ImportKind, importKindOf } from "../../ground/protocol/import-kinds.ts";
import { PREDEPLOYS } from "../../ground/protocol/predeploys.ts";
import type { BlockLog } from "../model/block.ts";
import type { CommandResult, SequencedBlock } from "../ordering/batch-reducer.ts";
import { messagesOf } from "../model/l1-messages.ts";

/** Position of an event on the chain. The hash is the engine's. */
export interface ChainPlace {
  readonly blockNumber: BlockNumber;
  readonly batchNumber: BatchNumber;
  readonly engineHash: Hex;
}

/** A message that the chain sent. */
export interface IndexedMessage extends ChainPlace {
  /** keccak of the body. */
  readonly messageHash: MessageHash;
  readonly sender: Hex;
  readonly body: Uint8Array;
  /** Place among its transaction's messages. */
  readonly position: number;
}

/** A message of another chain that was executed here. */
export interface DeliveredMessage extends ChainPlace {
  readonly messageHash: MessageHash;
  readonly sourceChainId: ChainId;
  /** Revert data of a bundle's calls, if they reverted. */
  readonly revertData?: Hex;
}

/** Position of a bundle's outcome. */
interface CallbackPlace extends ChainPlace {
  /** True if the sender's callback succeeded; otherwise it is called again. */
  readonly told: boolean;
}

/** A root of the registry that the chain imported. */
interface ImportedAt extends ChainPlace {
  readonly registryIndex: bigint;
}

const TRANSFER_DELIVERED = hashTag("TransferDelivered(uint256,bytes32,bytes32,address,uint256)");
const BUNDLE_EXECUTED = hashTag("BundleExecuted(bytes32,uint256,address,bool,bytes)");
const CALLBACK_EXECUTED = hashTag("CallbackExecuted(bytes32,address,bool,bool)");
const ROOT_IMPORTED = hashTag("RootImported(uint256,bytes32)");

/** All that an index knows, as plain data. */
export interface IndexedMessages {
  readonly sent: readonly IndexedMessage[];
  readonly delivered: readonly DeliveredMessage[];
  readonly callbacks: ReadonlyMap<Hex, readonly CallbackPlace[]>;
  readonly imports: readonly ImportedAt[];
}

/** The cross-chain messages that a chain sent and executed, read from the predeploys' events when blocks are made. */
export class MessageIndex implements Follower<CommandResult, BlockNumber> {
  readonly name = "messages";
  /** The newest block that it has read. */
  #head = 0n;
  #sent: IndexedMessage[] = [];
  readonly #sentByHash = new Map<Hex, IndexedMessage[]>();
  #delivered: DeliveredMessage[] = [];
  readonly #deliveredByHash = new Map<Hex, DeliveredMessage[]>();
  /** Positions of the outcomes of a bundle sent from here, oldest first, by the bundle's hash. */
  readonly #callbacks: Map<Hex, readonly CallbackPlace[]>;
  /** Ascending. */
  #imports: ImportedAt[];

  /** Empty, or with what another knew. */
  constructor(contents?: IndexedMessages) {
    this.#callbacks = new Map(contents?.callbacks);
    this.#imports = [...(contents?.imports ?? [])];
    for (const message of contents?.sent ?? []) this.#send(message);
    for (const message of contents?.delivered ?? []) this.#deliver(message);
    for (const { blockNumber } of [...this.#sent, ...this.#delivered, ...this.#imports, ...[...this.#callbacks.values()].flat()])
      if (blockNumber > this.#head) this.#head = blockNumber;
  }

  /** Contents of the index; not to be changed, and valid until the index changes. */
  get contents(): IndexedMessages {
    return { sent: this.#sent, delivered: this.#delivered, callbacks: this.#callbacks, imports: this.#imports };
  }

  on({ blocks }: CommandResult): void {
    for (const block of blocks) this.#addBlock(block);
  }

  mark(): BlockNumber {
    return this.#head;
  }

  digest(): Hex {
    return digestOf(this.contents);
  }

  #addBlock({ environment, batchNumber, receipts }: SequencedBlock): void {
    this.#head = environment.number;
    for (const receipt of receipts) {
      if (receipt.logs.length === 0) continue;
      const place = { blockNumber: environment.number, batchNumber, engineHash: receipt.transactionHash };
      for (const [position, { sender, body }] of messagesOf(receipt).entries()) {
        this.#send({ ...place, messageHash: keccak(body), sender, body, position });
      }
      for (const log of receipt.logs) this.#takeLog(log, place);
    }
  }

  /** Messages with this hash, or of a transaction with it, oldest first. */
  sent(hash: Hex): readonly IndexedMessage[] {
    return this.#sentByHash.get(hash) ?? this.#sent.filter(({ engineHash }) => engineHash === hash);
  }

  /** Messages of other chains with this hash, or that a transaction with it brought. */
  delivered(hash: Hex): readonly DeliveredMessage[] {
    return this.#deliveredByHash.get(hash) ?? this.#delivered.filter(({ engineHash }) => engineHash === hash);
  }

  /** Position of the last outcome of a bundle. */
  callback(bundleHash: MessageHash): CallbackPlace | undefined {
    return this.#callbacks.get(bundleHash)?.at(-1);
  }

  /** The first import of a root over more leaves than this index. */
  importCovering(registryLeafIndex: bigint): ImportedAt | undefined {
    return this.#imports.find(
      ({ registryIndex }) => importKindOf(registryIndex) === ImportKind.root && registryIndex > registryLeafIndex,
    );
  }

  /** Forgets all blocks after this one. */
  returnTo(blockNumber: BlockNumber): void {
    this.#head = blockNumber;
    const stays = (place: ChainPlace): boolean => place.blockNumber <= blockNumber;
    for (const message of this.#sent) if (!stays(message)) remove(this.#sentByHash, message);
    for (const message of this.#delivered) if (!stays(message)) remove(this.#deliveredByHash, message);
    for (const [hash, places] of this.#callbacks) {
      const staying = places.filter(stays);
      if (staying.length === 0) this.#callbacks.delete(hash);
      else this.#callbacks.set(hash, staying);
    }
    this.#sent = this.#sent.filter(stays);
    this.#delivered = this.#delivered.filter(stays);
    this.#imports = this.#imports.filter(stays);
  }

  #takeLog({ address, topics, data }: BlockLog, place: ChainPlace): void {
    const [event, first, second] = topics;
    if (first === undefined) return;
    if (address === PREDEPLOYS.ImportedRoots && event === ROOT_IMPORTED) {
      this.#imports.push({ ...place, registryIndex: BigInt(first) });
    } else if (address === PREDEPLOYS.L2AssetRouter && event === TRANSFER_DELIVERED && second !== undefined) {
      this.#deliver({ ...place, sourceChainId: BigInt(first), messageHash: second });
    } else if (address === PREDEPLOYS.InteropHandler && event === BUNDLE_EXECUTED && second !== undefined) {
      const revertData = revertDataOf(data);
      this.#deliver({
        ...place,
        sourceChainId: BigInt(second),
        messageHash: first,
        ...(revertData === undefined ? {} : { revertData }),
      });
    } else if (address === PREDEPLOYS.InteropHandler && event === CALLBACK_EXECUTED) {
      // Its data: whether the bundle's calls succeeded, and whether the sender took the outcome.
      this.#callbacks.set(first, [...(this.#callbacks.get(first) ?? []), { ...place, told: data.endsWith("1") }]);
    }
  }

  #send(message: IndexedMessage): void {
    this.#sent.push(message);
    append(this.#sentByHash, message);
  }

  #deliver(message: DeliveredMessage): void {
    this.#delivered.push(message);
    append(this.#deliveredByHash, message);
  }
}

const WORD = 64;

/** Revert data in `BundleExecuted`'s data, (bool success, bytes result); undefined for a success. */
function revertDataOf(data: Hex): Hex | undefined {
  const words = data.slice(2);
  if (BigInt(`0x${words.slice(0, WORD)}`) === 1n) return undefined;
  const length = Number(BigInt(`0x${words.slice(2 * WORD, 3 * WORD)}`));
  return `0x${words.slice(3 * WORD, 3 * WORD + 2 * length)}`;
}

function append<Message extends { readonly messageHash: MessageHash }>(map: Map<Hex, Message[]>, message: Message): void {
  const list = map.get(message.messageHash);
  if (list === undefined) map.set(message.messageHash, [message]);
  else list.push(message);
}

function remove<Message extends { readonly messageHash: MessageHash }>(map: Map<Hex, Message[]>, message: Message): void {
  const rest = (map.get(message.messageHash) ?? []).filter((other) => other !== message);
  if (rest.length === 0) map.delete(message.messageHash);
  else map.set(message.messageHash, rest);
}
