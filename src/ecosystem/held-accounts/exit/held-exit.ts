import type { Result, Signer } from "ethers";
import { findChain, type ChainName, type Ecosystem, type EcosystemChain } from "../../client/ecosystem/ecosystem.ts";
import { ecosystemOf } from "../../client/ecosystem/settlement-base.ts";
import { hyperchainInterface } from "../../client/sending/contract-interfaces.ts";
import { senderOn, submit, type Sender } from "../../client/sending/submit.ts";
import { hasExited } from "../../client/standing/ended-chain.ts";
import { heldGiftId, type HeldOpening } from "../../../ground/protocol/held-accounts/formats.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { L1View } from "../../../chain/settlement-layer/reader/l1-view.ts";
import type { HeldAccountFile } from "../account-file.ts";
import { noteIdOf, noteOf } from "../act.ts";
import { HeldAccountError } from "../held-account-error.ts";
import type { StoredContents } from "../plan-act.ts";
import { createHeldExit, encodeClaim, heldExit, heldExitOf } from "./exit-contract.ts";
import { HeldRecord, type AccountListing } from "./held-record.ts";

/** Second of a chain whose queue is empty. */
const NEVER = 2n ** 256n - 1n;
const NO_LEAF: Hex = `0x${"00".repeat(32)}`;

/** Claim of a held account on L1. */
export interface HeldExitClaim {
  /** Leaf of the claimed contents. */
  readonly leaf: Hex;
  /** Batch number · 2^14 + index of the listing or registration that proves the claim. */
  readonly listing: bigint;
  /** First second of payments, by L1's time. */
  readonly payableAt: bigint;
  /** Wei that L1 returns with the payments. */
  readonly bondWei: bigint;
}

/** Amount that L1 has paid of a held account. */
export interface HeldExitPayment {
  readonly source: "holding" | "note" | "gift" | "bond";
  /** Name of the token in the account: 0 is the chain's coin. A bond is L1's coin. */
  readonly token: Hex;
  /** Smallest unit of the token. */
  readonly amount: bigint;
  readonly transactionHash: Hex;
}

/** Leaf of a held account in a chain's last state on L1, and its path there. */
export interface HeldLeafProof {
  readonly leaf: Hex;
  readonly path: {
    /** Digest; 0 for the last leaf in the order of keys. */
    readonly nextKey: Hex;
    readonly index: number;
    readonly leafCount: number;
    /** 32 digests, the leaf's sibling first. */
    readonly siblings: readonly Hex[];
  };
}

/** A stopped chain, and the contracts of the layer that settles it. */
export interface HeldExitPlace extends Pick<EcosystemChain, "name" | "chainId" | "hyperchain"> {
  /** Layer that settles the chain. */
  readonly layer: Pick<EcosystemChain, "name" | "chainId">;
  readonly bridge: Hex;
  /** Registry of the chains' roots, which has their batches. */
  readonly roots: Hex;
  /** Block of the layer before the chain's first batch. */
  readonly fromBlock: number;
}

/** Payment that L1 owes. */
interface DuePayment extends Omit<HeldExitPayment, "transactionHash"> {
  readonly data: string;
}

/**
 * Exit of held accounts of a stopped chain, on the layer that settles it. It needs L1's data and the owner's file alone: the
 * chain's operator can have lost its disk.
 */
export class HeldExit {
  readonly #chain: Pick<EcosystemChain, "name" | "chainId" | "hyperchain">;
  readonly #bridge: Hex;
  readonly #sender: Sender;
  readonly #view: L1View;

  private constructor({ bridge, roots, fromBlock, ...chain }: Omit<HeldExitPlace, "layer">, sender: Sender) {
    this.#chain = chain;
    this.#bridge = bridge;
    this.#sender = sender;
    const chains = [{ chainId: BigInt(chain.chainId), hyperchain: chain.hyperchain }];
    this.#view = new L1View({ chains, registry: roots, fromBlock }, { provider: sender.provider });
  }

  /** Connects to the layer that settles the chain. `signer` is on that layer, and is the owner. */
  static async connect(all: Ecosystem, name: ChainName, signer: Signer): Promise<HeldExit> {
    const chain = findChain(all, name);
    const ecosystem = ecosystemOf(all, chain);
    const { contracts, fromBlock = 0, ...layer } = ecosystem.l1;
    return HeldExit.at({ ...chain, ...contracts, layer, fromBlock }, signer);
  }

  /** Connects to a chain by its contracts alone. `signer` is on the layer that settles the chain, and is the owner. */
  static async at({ layer, ...place }: HeldExitPlace, signer: Signer): Promise<HeldExit> {
    return new HeldExit(place, await senderOn(signer, layer));
  }

  /**
   * Ends the chain for all its users, if its exit is open and the chain has not ended. Rejects with HeldAccountError
   * FileMismatch, since a wrong file gains nothing from the end of a chain, or ExitNotOpen, and with ClientError.
   */
  async activate(file: HeldAccountFile): Promise<void> {
    this.requireFile(file);
    const { hyperchain: to } = this.#chain;
    if (await hasExited(to, this.#sender.provider)) return;
    await this.#requireOpen();
    await submit(this.#sender, { to, data: hyperchainInterface.encodeFunctionData("activateExit") });
  }

  /**
   * Claims the contents after the account's last act on L1, or the new account if it never acted. Takes the bond. Creates the
   * exit's contract if L1 lacks it. Rejects with HeldAccountError FileMismatch, NotStopped, UnknownOpening or IncompleteRecord,
   * and with ClientError.
   */
  async claim(file: HeldAccountFile): Promise<HeldExitClaim> {
    await this.#requireStopped(file);
    const data = this.#claimData(file, await this.#record());
    const to = await createHeldExit(this.#bridge, this.#sender);
    const value = (await this.#read(to, "BOND"))[0] as bigint;
    await submit(this.#sender, { to, data, value });
    return (await this.claimOf(file.name.number)) ?? notClaimed(file.name.number);
  }

  /**
   * Claims the contents that the chain's last state has, by a path in that state: L1 pays them immediately, and takes no bond.
   * Any chain whose state can be rebuilt has these paths. Creates the exit's contract if L1 lacks it. Rejects with
   * HeldAccountError FileMismatch, NotStopped or UnknownOpening, and with ClientError.
   */
  async claimProven(file: HeldAccountFile, { leaf, path }: HeldLeafProof): Promise<HeldExitClaim> {
    await this.#requireStopped(file);
    const { number, opening } = file.contentsAt(leaf);
    const account = exiting(this.#chain.chainId, number, opening);
    const to = await createHeldExit(this.#bridge, this.#sender);
    await submit(this.#sender, { to, data: heldExit.encodeFunctionData("claimProven", [account, path]) });
    return (await this.claimOf(number)) ?? notClaimed(number);
  }

  /** Claim of an account on L1; undefined if it has none, or if it was refuted. */
  async claimOf(number: number): Promise<HeldExitClaim | undefined> {
    const to = await heldExitOf(this.#bridge, this.#sender.provider);
    if (to === undefined) return undefined;
    const [claim] = await this.#read(to, "claimOf", [this.#chain.chainId, number]);
    const { leaf, listing, payableAt, bond } = claim as Record<"listing" | "payableAt" | "bond", bigint> & { readonly leaf: Hex };
    return leaf === NO_LEAF ? undefined : { leaf, listing, payableAt, bondWei: bond };
  }

  /**
   * Requests the payment of all that the account has: its holdings, the notes and gifts that it has not redeemed, and the bond.
   * Earlier payments are left out, so a failed call can be repeated. Rejects with HeldAccountError NotClaimed or NotPayable, and
   * with ClientError.
   */
  async pay(file: HeldAccountFile, recipient: Hex): Promise<readonly HeldExitPayment[]> {
    this.requireFile(file);
    const { number } = file.name;
    const claim = (await this.claimOf(number)) ?? notClaimed(number);
    const to = (await heldExitOf(this.#bridge, this.#sender.provider)) ?? notClaimed(number);
    const now = BigInt((await this.#sender.provider.getBlock("latest"))?.timestamp ?? 0);
    if (now < claim.payableAt) {
      const message = `L1 pays account ${number} from ${new Date(Number(claim.payableAt) * 1_000).toISOString()}, in ${claim.payableAt - now} s of its time; run this again afterwards`;
      throw new HeldAccountError("NotPayable", message);
    }
    const contents = file.contentsAt(claim.leaf);
    const due = [
      ...(await this.#dueHoldings(to, contents, recipient)),
      ...(await this.#dueReceipts(to, contents, recipient)),
      ...this.#dueBond(claim, contents, recipient),
    ];
    const paid: HeldExitPayment[] = [];
    for (const { data, ...payment } of due) {
      const { hash } = await submit(this.#sender, { to, data });
      paid.push({ ...payment, transactionHash: hash as Hex });
    }
    return paid;
  }

  /** Throws HeldAccountError FileMismatch unless the file is of this chain and of the signer. */
  requireFile({ name }: HeldAccountFile): void {
    const isOwner = name.owner === this.#sender.address;
    if (name.chainId === BigInt(this.#chain.chainId) && isOwner) return;
    const message = `the file is of account ${name.number} of ${name.owner} on chain ${name.chainId}; name this chain and a signer of the owner`;
    throw new HeldAccountError("FileMismatch", message);
  }

  async #requireStopped(file: HeldAccountFile): Promise<void> {
    this.requireFile(file);
    if (await hasExited(this.#chain.hyperchain, this.#sender.provider)) return;
    const message = `${this.#chain.name} has not stopped; when its exit is open, any account can activate it`;
    throw new HeldAccountError("NotStopped", message);
  }

  /** L1's clock decides: the exit opens after the second that the chain's contract names. */
  async #requireOpen(): Promise<void> {
    const { name, hyperchain: to } = this.#chain;
    const { provider } = this.#sender;
    const answer = await provider.call({ to, data: hyperchainInterface.encodeFunctionData("exitOpensAt") });
    const opensAt = hyperchainInterface.decodeFunctionResult("exitOpensAt", answer)[0] as bigint;
    const now = BigInt((await provider.getBlock("latest"))?.timestamp ?? 0);
    if (now > opensAt) return;
    if (opensAt === NEVER) {
      const message = `no operation waits in the queue of ${name}, so its exit has no time to open at; queue one by a deposit, and if the chain does not execute it by its deadline, the exit opens after the exit delay`;
      throw new HeldAccountError("ExitNotOpen", message);
    }
    const message = `the exit of ${name} opens after ${new Date(Number(opensAt) * 1_000).toISOString()}, in ${opensAt - now + 1n} s of L1's time, if the oldest operation in its queue still waits then; activate it afterwards`;
    throw new HeldAccountError("ExitNotOpen", message);
  }

  #record(): Promise<HeldRecord> {
    return HeldRecord.read(this.#view, BigInt(this.#chain.chainId));
  }

  #claimData(file: HeldAccountFile, record: HeldRecord): string {
    const { chainId } = this.#chain;
    const { number } = file.name;
    const listing = record.lastListing(number);
    if (listing === undefined) {
      const registration = record.registrationOf(number);
      if (registration !== undefined) return heldExit.encodeFunctionData("claimNew", [chainId, number, registration]);
      const message = `no executed batch has the registration of account ${number}; L1 pays nothing for it`;
      throw new HeldAccountError("UnknownOpening", message);
    }
    const act = file.acts.findLast(({ root, position }) => root === listing.root && position === listing.position);
    if (act === undefined) throw unknownAct(number, listing);
    return encodeClaim(exiting(chainId, number, act.opening), act, listing);
  }

  async #dueHoldings(to: Hex, { number, opening }: StoredContents, recipient: Hex): Promise<readonly DuePayment[]> {
    const { chainId } = this.#chain;
    const due: DuePayment[] = [];
    for (const { token, amount: held } of opening.holdings) {
      const [paid] = await this.#read(to, "paidOf", [chainId, number, token]);
      const amount = held - (paid as bigint);
      if (amount === 0n) continue;
      const data = heldExit.encodeFunctionData("payAsset", [exiting(chainId, number, opening), token, amount, recipient]);
      due.push({ source: "holding", token, amount, data });
    }
    return due;
  }

  async #dueReceipts(to: Hex, contents: StoredContents, recipient: Hex): Promise<readonly DuePayment[]> {
    const { chainId } = this.#chain;
    const { number, opening, redeemed, notes } = contents;
    const record = await this.#record();
    const account = exiting(chainId, number, opening);
    const due: DuePayment[] = [];
    const add = async (
      payment: Pick<DuePayment, "source" | "token" | "amount">,
      id: Hex,
      name: string,
      evidence: readonly unknown[],
    ) => {
      const [paid] = await this.#read(to, "paidReceipt", [chainId, id]);
      const amount = payment.amount - (paid as bigint);
      if (amount === 0n) return;
      due.push({ ...payment, amount, data: heldExit.encodeFunctionData(name, [account, ...evidence, amount, recipient]) });
    };
    for (const proof of notes) {
      // An act that L1 has not executed burned nothing.
      const listing = record.listingOf(proof);
      if (listing === undefined) continue;
      const id = noteIdOf(proof);
      const { token, amount } = noteOf(proof);
      const note = { ...proof, absence: redeemed.proveAbsence(id) };
      await add({ source: "note", token, amount }, id, "payNote", [listing.sent(), note]);
    }
    for (const { gift, sent } of record.giftsTo(number)) {
      const id = heldGiftId(gift.gift);
      if (redeemed.has(id)) continue;
      const received = { ...gift, absence: redeemed.proveAbsence(id) };
      await add({ source: "gift", token: gift.token, amount: gift.amount }, id, "payGift", [sent, received]);
    }
    return due;
  }

  #dueBond({ bondWei }: HeldExitClaim, { number, opening }: StoredContents, recipient: Hex): readonly DuePayment[] {
    if (bondWei === 0n) return [];
    const data = heldExit.encodeFunctionData("returnBond", [exiting(this.#chain.chainId, number, opening), recipient]);
    return [{ source: "bond", token: `0x${"00".repeat(20)}`, amount: bondWei, data }];
  }

  async #read(to: Hex, name: string, values: readonly unknown[] = []): Promise<Result> {
    const answer = await this.#sender.provider.call({ to, data: heldExit.encodeFunctionData(name, values) });
    return heldExit.decodeFunctionResult(name, answer);
  }
}

function exiting(chainId: number, number: number, opening: HeldOpening) {
  return { chainId, number, opening };
}

function unknownAct(number: number, { root, position }: AccountListing): HeldAccountError {
  const message = `the file lacks the account's last act on L1, act ${position} of tree ${root} of account ${number}; use the newest copy of the file: a lost file is lost money`;
  return new HeldAccountError("UnknownOpening", message);
}

function notClaimed(number: number): never {
  throw new HeldAccountError("NotClaimed", `account ${number} has no claim on L1, or it was refuted; claim it first`);
}
