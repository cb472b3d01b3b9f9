import { type ContractTransactionResponse, Interface, isAddress, type Provider, type Signer, ZeroAddress } from "ethers";

import { shieldedPoolAbi } from "../../ground/abi/shielded-pool.ts";
import { SHIELDED_POOL_ADDRESS } from "../client/pool/pool-contracts.ts";
import { createJoinSplitSystem } from "../../proofs/circuits/join-split/join-split-system.ts";
import { joinSplitInput, type JoinSplitWitness, type SpentNote } from "../../proofs/circuits/join-split/join-split-trace.ts";
import { commitmentOf, type Note, nullifierOf, padDigest, TREE_DEPTH } from "../../proofs/circuits/join-split/note.ts";
import { compress } from "../../proofs/kernels/poseidon.ts";
import { startCallingThread } from "../../proofs/kernels/wasm/device/calling-thread.ts";
import { createThreadedBackend } from "../../proofs/kernels/wasm/threaded-backend.ts";
import { type Digest, digestToHex } from "../../ground/protocol/digest.ts";
import { toHex } from "../../ground/protocol/hex.ts";
import { FixedTables } from "../../proofs/stark/proving/fixed-tables.ts";
import { prove } from "../../proofs/stark/proofs/prove.ts";
import { encryptNote } from "./note-cipher.ts";
import { selectNotes, selectWholeNotes } from "./note-selection.ts";
import { digestOfCall, type JoinSplitCall, WEI_PER_GWEI } from "./pool-calls.ts";
import { type WalletNote, PoolNotes } from "./pool-notes.ts";
import { chainIdOfContracts, requirePinned, requirePool } from "./require-pool.ts";
import { type ProvenTransfer, sendProvenTransfer } from "./proven-transfer.ts";
import { ShieldedError } from "./shielded-error.ts";
import {
  addressOf,
  elementsFrom,
  formatShieldedAddress,
  keysOf,
  parseShieldedAddress,
  type ShieldedKeys,
} from "./shielded-keys.ts";

const POOL = new Interface(shieldedPoolAbi);
const SYSTEM = createJoinSplitSystem();
const MAX_GWEI = 2n ** 64n;

/** Pool and connection of a wallet. */
export interface ShieldedPlace {
  /** Address of the pool; default: the one of `deployShieldedPool`. */
  readonly pool?: string;
  /** True to use a pool at another address. The code is its deployer's, and could steal every deposit. Default: false. */
  readonly trustsOtherPool?: boolean;
  readonly provider: Provider;
}

/** Sender of a transfer. */
export interface ShieldedSending {
  /**
   * Account that sends the transaction and receives the fee. Default: none, and any account may send it, without a fee.
   * `send` and `withdraw` then use the signer's account, which the chain shows as the payer.
   */
  readonly relayer?: string;
  /** Wei that the relayer receives, a multiple of 10^9. */
  readonly fee?: bigint;
}

/** Payment inside the pool to another wallet's address. */
export interface ShieldedPayment extends ShieldedSending {
  readonly to: string;
  /** Wei, a multiple of 10^9; the fee comes on top. */
  readonly amount: bigint;
}

/** Payment out of the pool to an account. */
export interface ShieldedWithdrawal extends ShieldedSending {
  readonly to: string;
  /** Wei, a multiple of 10^9, that leave the pool: fee included. */
  readonly amount: bigint;
}

interface Plan {
  readonly inputs: readonly WalletNote[];
  readonly outputs: readonly { readonly value: bigint; readonly to: string }[];
  readonly valueIn?: bigint;
  readonly valueOut?: bigint;
  readonly recipient?: string;
  readonly relayer?: string;
  readonly fee?: bigint;
  /** True for a withdrawal from a full tree: its notes hold nothing, and the pool does not store them. */
  readonly createsNothing?: boolean;
}

/**
 * Notes of one seed in one shielded pool. The wallet reads all transfers of the pool, and builds the pool's tree from them: no
 * server learns the notes. Use one wallet for a seed at a time: two spend the same notes.
 */
export class ShieldedWallet {
  readonly address: string;
  readonly #keys: ShieldedKeys;
  readonly #place: { readonly chainId: bigint; readonly pool: string };
  readonly #notes: PoolNotes;
  /** WebAssembly on the caller's thread: a proof takes a second, and in a browser shared memory. */
  readonly #backend = createThreadedBackend({ workers: 1, startThread: startCallingThread });
  readonly #fixed = new FixedTables(SYSTEM, this.#backend);
  /** The request before: each reads and changes the same notes. */
  #previous: Promise<unknown> = Promise.resolve();

  private constructor(keys: ShieldedKeys, chainId: bigint, pool: string, provider: Provider) {
    this.#keys = keys;
    this.address = formatShieldedAddress(addressOf(keys));
    this.#place = { chainId, pool };
    this.#notes = new PoolNotes(keys, { address: pool, abi: POOL, provider });
  }

  /**
   * Opens the wallet of a seed of 32 secret, random bytes. Throws ShieldedError: BadSeed for another length, OtherPool for
   * a pool at another address without `trustsOtherPool`, NoPool without a pool at the address, OtherVerifier for a pool whose
   * verifier refuses this wallet's proofs.
   */
  static async create(seed: Uint8Array, place: ShieldedPlace): Promise<ShieldedWallet> {
    const { pool = SHIELDED_POOL_ADDRESS, trustsOtherPool = false, provider } = place;
    const keys = keysOf(seed);
    if (!trustsOtherPool) requirePinned(pool, SHIELDED_POOL_ADDRESS);
    await requirePool(pool, SYSTEM.verificationKeyDigest, provider);
    return new ShieldedWallet(keys, await chainIdOfContracts(provider), pool, provider);
  }

  /** Wei in notes that are not spent, as of the last `sync`. */
  get balance(): bigint {
    return this.#notes.unspent().reduce((sum, { value }) => sum + value, 0n) * WEI_PER_GWEI;
  }

  /** Wei of each note that is not spent, as of the last `sync`. A full pool pays out one or two whole notes. */
  get notes(): readonly bigint[] {
    return this.#notes.unspent().map(({ value }) => value * WEI_PER_GWEI);
  }

  /**
   * Reads the pool's new transfers. Starts again from the first one if blocks that were read have been reverted; throws
   * ShieldedError TreeMismatch if that does not help.
   */
  sync(): Promise<void> {
    return this.#inTurn(() => this.#notes.read());
  }

  /** Pays coins of the signer into a note of this wallet. Throws ShieldedError as `proveDeposit` and `sendProvenTransfer`. */
  async deposit(amount: bigint, signer: Signer): Promise<ContractTransactionResponse> {
    return sendProvenTransfer(await this.proveDeposit(amount), signer);
  }

  /** Proves a deposit for any account to pay, by the value of its transaction. Throws ShieldedError: TreeFull, BadAmount. */
  async proveDeposit(amount: bigint): Promise<ProvenTransfer> {
    const valueIn = gweiOf(amount);
    return this.#planned(() => {
      this.#requireRoom();
      return { inputs: [], outputs: [{ value: valueIn, to: this.address }], valueIn };
    });
  }

  /** Sends an amount to another wallet's address. The signer sends the transaction, and pays its gas. */
  async send(payment: ShieldedPayment, signer: Signer): Promise<ContractTransactionResponse> {
    return sendProvenTransfer(await this.proveSend(payment), signer);
  }

  /** Proves a payment for a relayer to send, which hides the payer's account. Throws ShieldedError as `proveWithdrawal`. */
  async proveSend({ to, amount, ...sending }: ShieldedPayment): Promise<ProvenTransfer> {
    const value = gweiOf(amount);
    parseShieldedAddress(to);
    const { relayer, fee } = requireSending(sending);
    return this.#planned(() => {
      this.#requireRoom();
      const inputs = selectNotes(this.#notes.unspent(), value + fee);
      // All that leaves the pool is the fee.
      return { inputs, outputs: [{ value, to }, this.#change(inputs, value + fee)], valueOut: fee, relayer, fee };
    });
  }

  /** Pays out of the pool, by a transaction of the signer. */
  async withdraw(withdrawal: ShieldedWithdrawal, signer: Signer): Promise<ContractTransactionResponse> {
    return sendProvenTransfer(await this.proveWithdrawal(withdrawal), signer);
  }

  /**
   * Proves a withdrawal for a relayer to send: the account that receives the coins needs none for gas. Throws ShieldedError:
   * FeeWithoutRelayer if any account could send it and take the fee.
   */
  async proveWithdrawal({ to, amount, ...sending }: ShieldedWithdrawal): Promise<ProvenTransfer> {
    const valueOut = gweiOf(amount);
    const { relayer, fee } = requireSending(sending);
    requireAccount(to);
    if (fee > valueOut)
      throw new ShieldedError("BadAmount", `the fee of ${fee} gwei is more than the ${valueOut} gwei withdrawn`);
    return this.#planned(() => {
      const payment = { valueOut, recipient: to, relayer, fee };
      const unspent = this.#notes.unspent();
      if (this.#notes.room.withdrawals === 0n)
        return { ...payment, inputs: selectWholeNotes(unspent, valueOut), outputs: [], createsNothing: true };
      const inputs = selectNotes(unspent, valueOut);
      return { ...payment, inputs, outputs: [this.#change(inputs, valueOut)] };
    });
  }

  /** Releases the memory of proofs. */
  async close(): Promise<void> {
    await this.#fixed.release();
    await this.#backend.close();
  }

  /** Proof of a plan that the wallet's newest notes allow. */
  #planned(plan: () => Plan): Promise<ProvenTransfer> {
    return this.#inTurn(async () => {
      await this.#notes.read();
      return this.#prove(plan());
    });
  }

  /** Requests of one wallet follow each other. */
  #inTurn<T>(request: () => Promise<T>): Promise<T> {
    const own = this.#previous.then(request);
    this.#previous = own.catch(() => undefined);
    return own;
  }

  #requireRoom(): void {
    if (this.#notes.room.payments === 0n)
      throw new ShieldedError(
        "TreeFull",
        "the last room of the pool's tree is for withdrawals, so that all notes can leave it: withdraw, and use another pool",
      );
  }

  #change(inputs: readonly WalletNote[], value: bigint): { readonly value: bigint; readonly to: string } {
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
    const { root } = this.#notes.tree;
    const call: JoinSplitCall = {
      root: digestToHex(root),
      valueIn,
      valueOut,
      recipient,
      relayer,
      fee,
      nullifiers: [digestToHex(nullifiers[0]), digestToHex(nullifiers[1])],
      commitments: [digestToHex(commitments[0]), digestToHex(commitments[1])],
      // Empty ciphertexts state that the notes hold nothing.
      ciphertexts: plan.createsNothing === true ? ["0x", "0x"] : [toHex(first.ciphertext), toHex(second.ciphertext)],
    };
    const statement = { root, nullifiers, commitments, valueIn, valueOut, digest: digestOfCall(this.#place, call) };
    const proof = await prove(SYSTEM, joinSplitInput(statement, witness), this.#backend, { fixedTables: this.#fixed });
    return { pool: this.#place.pool, call, proof };
  }

  async #createNote({ value, to }: { readonly value: bigint; readonly to: string }) {
    const address = parseShieldedAddress(to);
    const note: Note = { value, owner: address.owner, random: randomElements() };
    return { note, ciphertext: await encryptNote(note, address) };
  }

  /** A note as an input of the proof; a note without value if there is none. */
  #spendNote(note: WalletNote | undefined): SpentNote {
    if (note === undefined)
      return { value: 0n, random: randomElements(), index: 0, siblings: new Array<Digest>(TREE_DEPTH).fill(padDigest([])) };
    return { value: note.value, random: note.random, index: note.index, siblings: this.#notes.tree.siblings(note.index) };
  }
}

/** Throws ShieldedError for text that is not the address of an account. */
function requireAccount(text: string): void {
  if (!isAddress(text)) throw new ShieldedError("BadAddress", `${text} is not the address of an account of the chain`);
}

/** Relayer and fee in gwei. Throws ShieldedError for a fee that any account could take. */
function requireSending({ relayer = ZeroAddress, fee = 0n }: ShieldedSending): {
  readonly relayer: string;
  readonly fee: bigint;
} {
  requireAccount(relayer);
  if (fee === 0n) return { relayer, fee };
  if (relayer === ZeroAddress)
    throw new ShieldedError("FeeWithoutRelayer", "any account could copy the transaction and take the fee: name the relayer");
  return { relayer, fee: gweiOf(fee) };
}

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
