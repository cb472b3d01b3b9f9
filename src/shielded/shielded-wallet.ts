import { Contract, type ContractTransactionResponse, Interface, type Provider, type Signer, ZeroAddress } from "ethers";

import { shieldedPoolAbi } from "../abi/shielded-pool.ts";
import { createJoinSplitSystem } from "../circuits/join-split/join-split-system.ts";
import { joinSplitInput, type JoinSplitWitness, type SpentNote } from "../circuits/join-split/join-split-trace.ts";
import { commitmentOf, type Note, nullifierOf, padDigest, TREE_DEPTH } from "../circuits/join-split/note.ts";
import { compress } from "../kernels/poseidon.ts";
import { startCallingThread } from "../kernels/wasm/device/calling-thread.ts";
import { createThreadedBackend } from "../kernels/wasm/threaded-backend.ts";
import { type Digest, digestToHex } from "../protocol/digest.ts";
import { toHex } from "../protocol/hex.ts";
import { FixedTables } from "../stark/proving/fixed-tables.ts";
import { prove } from "../stark/proofs/prove.ts";
import { encryptNote, openNote } from "./note-cipher.ts";
import { NoteTree } from "./note-tree.ts";
import { type AppliedTransfer, digestOfCall, type JoinSplitCall, parseApplied } from "./pool-calls.ts";
import { ShieldedError } from "./shielded-error.ts";
import {
  addressOf,
  elementsFrom,
  formatShieldedAddress,
  keysOf,
  parseShieldedAddress,
  type ShieldedKeys,
} from "./shielded-keys.ts";

const WEI_PER_GWEI = 10n ** 9n;
const MAX_GWEI = 2n ** 64n;
/** Gas of a transfer, 2.5 M, and of a recipient that is a contract. An estimate would check the proof several times. */
const GAS_LIMIT = 4_000_000n;

/** Pool and connection of a wallet. */
export interface ShieldedPlace {
  /** Address of the pool. */
  readonly pool: string;
  readonly provider: Provider;
}

/** A transfer with its proof: `transact` of the pool takes both, from the relayer if it names one. */
export interface ProvenTransfer {
  readonly call: JoinSplitCall;
  readonly proof: Uint8Array;
}

/** Payment out of the pool to an account. */
export interface ShieldedWithdrawal {
  readonly to: string;
  /** Wei, a multiple of 10^9, that leave the pool: fee included. */
  readonly amount: bigint;
  /** Account that sends the transaction and receives the fee; default: any account may send it. */
  readonly relayer?: string;
  /** Wei of the amount that the sender receives. */
  readonly fee?: bigint;
}

interface OwnNote extends Note {
  readonly index: number;
  readonly nullifier: string;
  isSpent: boolean;
}

interface Plan {
  readonly inputs: readonly OwnNote[];
  readonly outputs: readonly { readonly value: bigint; readonly to: string }[];
  readonly valueIn?: bigint;
  readonly valueOut?: bigint;
  readonly recipient?: string;
  readonly relayer?: string;
  readonly fee?: bigint;
}

/**
 * Notes of one seed in one shielded pool. The wallet reads all transfers of the pool, and builds the pool's tree from them: no
 * server learns the notes. Use one wallet for a seed at a time: two spend the same notes.
 */
export class ShieldedWallet {
  readonly address: string;
  readonly #keys: ShieldedKeys;
  readonly #provider: Provider;
  readonly #pool: Contract;
  readonly #place: { readonly chainId: bigint; readonly pool: string };
  /** WebAssembly on the caller's thread: a proof takes a second, and in a browser shared memory. */
  readonly #backend = createThreadedBackend({ workers: 1, startThread: startCallingThread });
  readonly #system = createJoinSplitSystem();
  readonly #fixed = new FixedTables(this.#system, this.#backend);
  #tree = new NoteTree();
  #notes: OwnNote[] = [];
  #nextBlock = 0;

  private constructor(keys: ShieldedKeys, chainId: bigint, { pool, provider }: ShieldedPlace) {
    this.#keys = keys;
    this.address = formatShieldedAddress(addressOf(keys));
    this.#provider = provider;
    this.#pool = new Contract(pool, POOL, provider);
    this.#place = { chainId, pool };
  }

  /** Opens the wallet of a seed of 32 secret, random bytes. Rejects with ShieldedError for another length. */
  static async create(seed: Uint8Array, place: ShieldedPlace): Promise<ShieldedWallet> {
    const { chainId } = await place.provider.getNetwork();
    return new ShieldedWallet(keysOf(seed), chainId, place);
  }

  /** Wei in notes that are not spent, as of the last `sync`. */
  get balance(): bigint {
    return this.#unspent().reduce((sum, { value }) => sum + value, 0n) * WEI_PER_GWEI;
  }

  /**
   * Reads the pool's new transfers. Starts again from the first one if the pool has another tree, as after a reorganization;
   * rejects with ShieldedError if that does not help.
   */
  async sync(): Promise<void> {
    await this.#read();
    if (await this.#isCurrent()) return;
    [this.#tree, this.#notes, this.#nextBlock] = [new NoteTree(), [], 0];
    await this.#read();
    if (!(await this.#isCurrent()))
      throw new ShieldedError(
        "TreeMismatch",
        `the events of ${this.#place.pool} do not lead to one of the pool's roots: connect to a node that has all logs of the chain`,
      );
  }

  /** Pays coins of the signer into a note of this wallet. */
  async deposit(amount: bigint, signer: Signer): Promise<ContractTransactionResponse> {
    const valueIn = gweiOf(amount);
    await this.sync();
    return this.#send(await this.#prove({ inputs: [], outputs: [{ value: valueIn, to: this.address }], valueIn }), signer);
  }

  /** Sends an amount to another wallet's address. The signer sends the transaction, and pays its gas. */
  async send(
    { to, amount }: { readonly to: string; readonly amount: bigint },
    signer: Signer,
  ): Promise<ContractTransactionResponse> {
    const value = gweiOf(amount);
    parseShieldedAddress(to);
    await this.sync();
    const inputs = this.#select(value);
    const outputs = [{ value, to }, this.#change(inputs, value)];
    return this.#send(await this.#prove({ inputs, outputs }), signer);
  }

  /** Pays out of the pool, by a transaction of the signer. */
  async withdraw(withdrawal: ShieldedWithdrawal, signer: Signer): Promise<ContractTransactionResponse> {
    return this.#send(await this.proveWithdrawal(withdrawal), signer);
  }

  /** Proves a withdrawal for a relayer to send: the account that receives the coins needs none for gas. */
  async proveWithdrawal({ to, amount, relayer, fee = 0n }: ShieldedWithdrawal): Promise<ProvenTransfer> {
    const valueOut = gweiOf(amount);
    const inGwei = fee === 0n ? 0n : gweiOf(fee);
    await this.sync();
    const inputs = this.#select(valueOut);
    const outputs = [this.#change(inputs, valueOut)];
    return this.#prove({ inputs, outputs, valueOut, recipient: to, relayer: relayer ?? ZeroAddress, fee: inGwei });
  }

  /** Releases the memory of proofs. */
  async close(): Promise<void> {
    await this.#fixed.release();
    await this.#backend.close();
  }

  #unspent(): OwnNote[] {
    return this.#notes.filter(({ isSpent, value }) => !isSpent && value > 0n);
  }

  async #read(): Promise<void> {
    const toBlock = await this.#provider.getBlockNumber();
    if (toBlock < this.#nextBlock) return;
    const topics = [POOL.getEvent("Transacted")?.topicHash ?? null];
    const logs = await this.#provider.getLogs({ address: this.#place.pool, topics, fromBlock: this.#nextBlock, toBlock });
    for (const log of logs) await this.#apply(parseApplied(POOL, log));
    this.#nextBlock = toBlock + 1;
  }

  async #apply({ index, nullifiers, commitments, ciphertexts }: AppliedTransfer): Promise<void> {
    if (index !== this.#tree.size) return; // another tree: `sync` finds out
    for (const note of this.#notes) note.isSpent ||= nullifiers.includes(note.nullifier);
    for (const [i, commitment] of commitments.entries()) {
      const note = await openNote(ciphertexts[i] ?? new Uint8Array(0), commitment, this.#keys);
      if (note === undefined) continue;
      const nullifier = digestToHex(nullifierOf(compress, this.#keys.nullifierKey, commitment, index + i));
      this.#notes.push({ ...note, index: index + i, nullifier, isSpent: false });
    }
    this.#tree.append(commitments);
  }

  async #isCurrent(): Promise<boolean> {
    return (await this.#pool.getFunction("isRecentRoot")(digestToHex(this.#tree.root))) as boolean;
  }

  /** One or two notes that hold the amount, as small as can be. Throws ShieldedError if none do. */
  #select(value: bigint): OwnNote[] {
    const notes = this.#unspent().sort((a, b) => (a.value < b.value ? -1 : 1));
    const single = notes.find((note) => note.value >= value);
    if (single !== undefined) return [single];
    const [second, first] = notes.slice(-2);
    if (first !== undefined && second !== undefined && first.value + second.value >= value) return [first, second];
    const [needed, balance] = [value * WEI_PER_GWEI, this.balance];
    if (balance < needed)
      throw new ShieldedError("BalanceTooLow", `the wallet has ${balance} wei, the transfer takes ${needed}: deposit more first`);
    throw new ShieldedError(
      "NotesTooSmall",
      `a transfer spends two notes, and the wallet's two largest hold less than ${needed} wei: send their sum to this wallet first`,
    );
  }

  #change(inputs: readonly OwnNote[], value: bigint): { readonly value: bigint; readonly to: string } {
    return { value: inputs.reduce((sum, note) => sum + note.value, -value), to: this.address };
  }

  async #prove(plan: Plan): Promise<ProvenTransfer> {
    const { valueIn = 0n, valueOut = 0n, recipient = ZeroAddress, relayer = ZeroAddress, fee = 0n } = plan;
    const outputs = await Promise.all([0, 1].map((i) => this.#createNote(plan.outputs[i] ?? { value: 0n, to: this.address })));
    const [first, second] = outputs;
    if (first === undefined || second === undefined) throw new Error("a transfer creates two notes");
    const { nullifierKey, owner } = this.#keys;
    const [one, other] = [0, 1].map((i) => this.#spendNote(plan.inputs[i])) as [SpentNote, SpentNote];
    const witness: JoinSplitWitness = { nullifierKey, inputs: [one, other], outputs: [first.note, second.note] };
    const nullifierOfInput = ({ index, ...note }: SpentNote): Digest =>
      nullifierOf(compress, nullifierKey, commitmentOf(compress, { ...note, owner }), index);
    const nullifiers = [nullifierOfInput(one), nullifierOfInput(other)] as const;
    const commitments = [commitmentOf(compress, first.note), commitmentOf(compress, second.note)] as const;
    const { root } = this.#tree;
    const call: JoinSplitCall = {
      ...{ root: digestToHex(root), valueIn, valueOut, recipient, relayer, fee },
      nullifiers: [digestToHex(nullifiers[0]), digestToHex(nullifiers[1])],
      commitments: [digestToHex(commitments[0]), digestToHex(commitments[1])],
      ciphertexts: [toHex(first.ciphertext), toHex(second.ciphertext)],
    };
    const statement = { root, nullifiers, commitments, valueIn, valueOut, digest: digestOfCall(this.#place, call) };
    const proof = await prove(this.#system, joinSplitInput(statement, witness), this.#backend, { fixedTables: this.#fixed });
    return { call, proof };
  }

  async #createNote({ value, to }: { readonly value: bigint; readonly to: string }) {
    const address = parseShieldedAddress(to);
    const note: Note = { value, owner: address.owner, random: randomElements() };
    return { note, ciphertext: await encryptNote(note, address) };
  }

  /** A note as an input of the proof; a note without value if there is none. */
  #spendNote(note: OwnNote | undefined): SpentNote {
    if (note === undefined)
      return { value: 0n, random: randomElements(), index: 0, siblings: new Array<Digest>(TREE_DEPTH).fill(padDigest([])) };
    return { value: note.value, random: note.random, index: note.index, siblings: this.#tree.siblings(note.index) };
  }

  async #send({ call, proof }: ProvenTransfer, signer: Signer): Promise<ContractTransactionResponse> {
    const pool = this.#pool.connect(signer) as Contract;
    return pool.getFunction("transact").send(call, proof, { value: call.valueIn * WEI_PER_GWEI, gasLimit: GAS_LIMIT });
  }
}

const POOL = new Interface(shieldedPoolAbi);

function randomElements(): Digest {
  return elementsFrom(globalThis.crypto.getRandomValues(new Uint8Array(32)), "random");
}

/** Gwei of an amount. Throws ShieldedError for one that is not a positive multiple of 10^9 wei, or is 2^64 gwei or more. */
function gweiOf(amount: bigint): bigint {
  const gwei = amount / WEI_PER_GWEI;
  if (amount <= 0n || amount % WEI_PER_GWEI !== 0n || gwei >= MAX_GWEI)
    throw new ShieldedError(
      "BadAmount",
      `a shielded amount is a multiple of 10^9 wei, above 0 and below 2^64 gwei; got ${amount}`,
    );
  return gwei;
}
