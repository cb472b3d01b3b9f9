import type { Signer } from "ethers";
import { rootOfActPath } from "../../ground/protocol/held-accounts/act-tree.ts";
import { accountLeaf, heldGiftId } from "../../ground/protocol/held-accounts/formats.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import { OneAtATime } from "../../ground/runtime/one-at-a-time.ts";
import type { HeldAccountFile } from "./account-file.ts";
import type { SignedAct } from "./file-records.ts";
import { applyAct, noteIdOf, noteOf, type BurnProof, type HeldAct, type HeldGift } from "./act.ts";
import type { ActCollector, PostedAct } from "./collector.ts";
import { HeldAccountError } from "./held-account-error.ts";
import { isListed, listedProofs, requireBurned, requireListed, type ListingReader } from "./listing.ts";
import { planRedemption, planSpending, totalOf, type HeldContents, type Spending, type StoredContents } from "./plan-act.ts";
import { ACT_TYPES, heldDomain, JOIN_TYPES } from "./typed-data.ts";

/** Reads of the contract `HeldAccounts` of a chain. A node that lies can make an act fail; it cannot move an amount. */
export interface HeldChain extends ListingReader {
  /** Id of the chain that is read. */
  readChainId(): Promise<bigint>;
  leafOf(number: number): Promise<Hex>;
  giftsTo(number: number): Promise<readonly HeldGift[]>;
}

/** Surroundings of a held account. */
export interface HeldWalletPorts {
  readonly file: HeldAccountFile;
  /** Key of the owner. It signs typed data alone, and needs no coins. */
  readonly owner: Pick<Signer, "signTypedData">;
  readonly chain: HeldChain;
  readonly collector: ActCollector;
}

/**
 * A held account, by its owner's file. Each act is on disk before its signature leaves. Burned amounts are the recipient's by
 * their burn proof, which never expires; received proofs are redeemed by the act that spends them.
 */
export class HeldWallet {
  readonly number: number;
  readonly #ports: HeldWalletPorts;
  readonly #turns = new OneAtATime();
  #isSameChain = false;

  constructor(ports: HeldWalletPorts) {
    this.number = ports.file.name.number;
    this.#ports = ports;
  }

  /**
   * Amount of a token, with all notes and gifts that the account can redeem. Rejects with HeldAccountError UnknownOpening, or
   * FileMismatch for a file of another chain.
   */
  async balance(token: Hex): Promise<bigint> {
    return totalOf(await this.#contents(), token);
  }

  /**
   * Burns an amount for another held account, and resolves with the proof for its owner. Rejects with HeldAccountError or
   * CollectorError; then `burnProofs` has the proof if the contract lists the act later.
   */
  async burn(token: Hex, amount: bigint, to: number): Promise<BurnProof> {
    const act = await this.#spend({ burned: [{ to, token, amount }], payments: [] });
    const [proof] = this.#ports.file.proofsOf(act);
    if (proof === undefined) throw new HeldAccountError("ActMismatch", "the act burned nothing");
    return proof;
  }

  /** Pays an amount to an account of the chain. Rejects like `burn`. */
  async pay(token: Hex, amount: bigint, to: Hex): Promise<void> {
    await this.#spend({ burned: [], payments: [{ to, token, amount }] });
  }

  /** Redeems the eight largest notes and gifts of a token: for accounts with many small ones. Rejects like `burn`. */
  async redeemLargest(token: Hex): Promise<void> {
    await this.#act((contents) => planRedemption(contents, token));
  }

  /**
   * Accepts a burn proof: it is stored, and redeemed when the account spends. Resolves with the amount. Rejects with
   * HeldAccountError InvalidProof, NotListed, or AlreadyRedeemed; and FileMismatch for a file of another chain.
   */
  async redeem(proof: BurnProof): Promise<bigint> {
    const note = noteOf(proof);
    if (note.to !== this.number) {
      throw new HeldAccountError(
        "InvalidProof",
        `the note is for account ${note.to}; its owner redeems it, not account ${this.number}`,
      );
    }
    await this.#requireSameChain();
    await requireBurned(this.#ports.chain, proof);
    const { redeemed } = await this.#stored();
    if (redeemed.has(noteIdOf(proof))) throw new HeldAccountError("AlreadyRedeemed", "the account has redeemed this note");
    await this.#ports.file.appendNote(proof);
    return note.amount;
  }

  /** True if the account has accepted the proof before. */
  hasReceived(proof: BurnProof): boolean {
    return this.#ports.file.hasNote(proof);
  }

  /**
   * Received notes that no act can redeem now, because the chain does not list their acts: a batch was reverted. They count
   * again if the chain lists the acts again.
   */
  async unlistedNotes(): Promise<readonly BurnProof[]> {
    const { notes } = await this.#stored();
    const listed = new Set(await listedProofs(this.#ports.chain, notes));
    return notes.filter((note) => !listed.has(note));
  }

  /** Proofs of all notes that the account burned and the contract has listed, the oldest first: for a recipient that lost one. */
  async burnProofs(): Promise<readonly BurnProof[]> {
    const { file, chain } = this.#ports;
    const listed = await Promise.all(file.acts.map(async (act) => ({ act, isListed: await isListed(chain, act) })));
    return listed.flatMap(({ act, isListed: hasListing }) => (hasListing ? file.proofsOf(act) : []));
  }

  /**
   * Act of a tree with one leaf, for a transaction of the owner's account, also through L1's queue. The act is stored; nothing is
   * sent, and no signature is needed.
   */
  async actAlone(spending: Spending): Promise<{ readonly leaves: readonly Hex[]; readonly acts: readonly PostedAct[] }> {
    const leave = await this.#turns.enter();
    try {
      const contents = await this.#contents();
      const act = planSpending(contents, spending);
      const { leaf } = applyAct(act);
      await this.#store(act, { root: leaf, position: 0, path: [] });
      return { leaves: [leaf], acts: [{ ...act, position: 0, signature: "0x" }] };
    } finally {
      leave();
    }
  }

  #spend(spending: Spending): Promise<SignedAct> {
    return this.#act((contents) => planSpending(contents, spending));
  }

  async #act(plan: (contents: HeldContents) => HeldAct): Promise<SignedAct> {
    const leave = await this.#turns.enter();
    try {
      const { owner, chain, collector, file } = this.#ports;
      const domain = heldDomain(file.name);
      const act = plan(await this.#contents());
      const { leaf } = applyAct(act);
      const joined = await collector.join(act, (await owner.signTypedData(domain, JOIN_TYPES, { leaf })) as Hex);
      const { root, position, path } = joined;
      // A wrong path would make a proof that no recipient can use.
      if (position >= 2 ** path.length || rootOfActPath(leaf, position, path) !== root) {
        throw new HeldAccountError(
          "TreeMismatch",
          "the collector's path does not lead from the act to its tree; use another collector",
        );
      }
      // The contents after the act are on disk before the signature leaves: with it, any account can post the act.
      const signed = await this.#store(act, joined);
      const signature = (await owner.signTypedData(domain, ACT_TYPES, { root, leaf })) as Hex;
      await collector.sign({ root, position, signature });
      await requireListed(chain, signed);
      return signed;
    } finally {
      leave();
    }
  }

  async #store(act: HeldAct, { root, position, path }: Pick<SignedAct, "root" | "position" | "path">): Promise<SignedAct> {
    const { opening } = applyAct(act);
    const signed: SignedAct = {
      before: accountLeaf(this.number, act.opening),
      opening,
      redeemed: [...act.notes.map(noteIdOf), ...act.gifts.map(({ gift }) => heldGiftId(gift))],
      burned: act.burned,
      payments: act.payments,
      root,
      position,
      path,
    };
    await this.#ports.file.appendAct(signed);
    return signed;
  }

  /** Notes and gifts count only if the chain has them at this time, because a batch that L1 reverts takes them along. */
  async #contents(): Promise<HeldContents> {
    const { chain } = this.#ports;
    const stored = await this.#stored();
    const gifts = await chain.giftsTo(this.number);
    return {
      ...stored,
      notes: await listedProofs(chain, stored.notes),
      gifts: gifts.filter(({ gift }) => !stored.redeemed.has(heldGiftId(gift))),
    };
  }

  async #stored(): Promise<StoredContents> {
    await this.#requireSameChain();
    const { chain, file } = this.#ports;
    return file.contentsAt(await chain.leafOf(this.number));
  }

  /** A new account has the same leaf on all chains, so a leaf does not show that the file is another chain's. */
  async #requireSameChain(): Promise<void> {
    if (this.#isSameChain) return;
    const { chain, file } = this.#ports;
    const chainId = await chain.readChainId();
    if (chainId !== file.name.chainId) {
      const message = `the file is of account ${this.number} on chain ${file.name.chainId}, and this is chain ${chainId}; name the file's chain`;
      throw new HeldAccountError("FileMismatch", message);
    }
    this.#isSameChain = true;
  }
}
