import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { Wallet } from "ethers";
import { HeldAccountFile } from "../../src/ecosystem/held-accounts/account-file.ts";
import { applyAct, type HeldGift } from "../../src/ecosystem/held-accounts/act.ts";
import { Collector, type ActCollector, type PostedAct, type PostingChain } from "../../src/ecosystem/held-accounts/collector.ts";
import { HeldWallet, type HeldChain } from "../../src/ecosystem/held-accounts/held-wallet.ts";
import { isListedAt } from "../../src/ecosystem/held-accounts/listing.ts";
import { ACT_TYPES, heldDomain, isSignedBy } from "../../src/ecosystem/held-accounts/typed-data.ts";
import { actTreeRoot } from "../../src/ground/protocol/held-accounts/act-tree.ts";
import { accountLeaf } from "../../src/ground/protocol/held-accounts/formats.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import type { Clock } from "../../src/ground/runtime/clock.ts";

export const COIN: Hex = `0x${"00".repeat(20)}`;
const NONE: Hex = `0x${"00".repeat(32)}`;
const NAME = { chainId: 271n, contract: `0x${"c0".repeat(20)}` } as const;
/** The time for signatures exceeds the time that a test passes while a file is written. */
const PLAN = { roundMs: 1000, signMs: 1_000_000, maxActs: 40, maxWaiting: 60, silentMs: 30_000 };

/** Time that passes on command. */
class ManualClock implements Clock {
  #now = 0;
  #timers: readonly { readonly at: number; readonly call: () => void }[] = [];

  nowMs(): number {
    return this.#now;
  }

  after(delayMs: number, call: () => void): () => void {
    const timer = { at: this.#now + delayMs, call };
    this.#timers = [...this.#timers, timer];
    return () => (this.#timers = this.#timers.filter((each) => each !== timer));
  }

  pass(ms: number): void {
    this.#now += ms;
    const due = this.#timers.filter(({ at }) => at <= this.#now);
    this.#timers = this.#timers.filter(({ at }) => at > this.#now);
    for (const { call } of due) call();
  }

  /** Passes time until a promise settles. */
  async until<Value>(pending: Promise<Value>): Promise<Value> {
    let isSettled = false;
    const settle = (): void => void (isSettled = true);
    pending.then(settle, settle);
    for (let step = 0; !isSettled && step < 20_000; step++) {
      await new Promise((resolve) => setImmediate(resolve));
      this.pass(10);
    }
    return pending;
  }
}

/** Contract `HeldAccounts` in memory, with its state before each post, so that a batch can be reverted. */
class MemoryChain implements HeldChain, PostingChain {
  readonly chainId: bigint;
  readonly contract = NAME.contract;
  #leaves: readonly Hex[] = [];
  #listed = new Map<Hex, bigint>();
  readonly #past: { readonly leaves: readonly Hex[]; readonly listed: Map<Hex, bigint> }[] = [];
  readonly #gifts: { readonly to: number; readonly gift: HeldGift }[] = [];
  reads = 0;
  /** Maximum number of acts in a transaction. */
  capacity = 256;
  /** Acts of each transaction. */
  readonly posts: number[] = [];

  constructor(chainId: bigint) {
    this.chainId = chainId;
  }

  register(owner: Hex): number {
    const number = this.#leaves.length + 1;
    const opening = { owner, nonce: 0n, holdings: [], redeemed: NONE };
    this.#leaves = [...this.#leaves, accountLeaf(number, opening)];
    return number;
  }

  give(to: number, amount: bigint, token = COIN): void {
    this.#gifts.push({ to, gift: { gift: BigInt(this.#gifts.length + 1), token, amount } });
  }

  readChainId(): Promise<bigint> {
    return Promise.resolve(this.chainId);
  }

  leafOf(number: number): Promise<Hex> {
    this.reads++;
    return Promise.resolve(this.#leaves[number - 1] ?? NONE);
  }

  listedPositions(root: Hex): Promise<bigint> {
    return Promise.resolve(this.#listed.get(root) ?? 0n);
  }

  giftsTo(number: number): Promise<readonly HeldGift[]> {
    return Promise.resolve(this.#gifts.flatMap(({ to, gift }) => (to === number ? [gift] : [])));
  }

  previewPost(leaves: readonly Hex[], acts: readonly PostedAct[]): Promise<bigint> {
    return Promise.resolve(this.#apply(leaves, acts).positions);
  }

  post(leaves: readonly Hex[], acts: readonly PostedAct[]): Promise<{ positions: bigint; transactionHash: Hex }> {
    if (acts.length > this.capacity) return Promise.reject(new Error("the transaction exceeds a batch"));
    const { positions, next } = this.#apply(leaves, acts);
    this.#past.push({ leaves: this.#leaves, listed: new Map(this.#listed) });
    this.#leaves = next;
    const root = actTreeRoot(leaves);
    this.#listed.set(root, (this.#listed.get(root) ?? 0n) + positions);
    this.posts.push(acts.length);
    return Promise.resolve({ positions, transactionHash: root });
  }

  /** Reverts the last post. */
  revert(): void {
    const past = this.#past.pop();
    if (past === undefined) throw new RangeError("no post to revert");
    this.#leaves = past.leaves;
    this.#listed = past.listed;
  }

  /** Lists an act that was reverted, as a batch with the same transaction does. */
  list({ root, position }: { readonly root: Hex; readonly position: number }): void {
    this.#listed.set(root, (this.#listed.get(root) ?? 0n) + 2n ** BigInt(position));
  }

  /** Reverts the last gift. */
  revertGift(): void {
    if (this.#gifts.pop() === undefined) throw new RangeError("no gift to revert");
  }

  #apply(leaves: readonly Hex[], acts: readonly PostedAct[]): { readonly positions: bigint; readonly next: readonly Hex[] } {
    const root = actTreeRoot(leaves);
    const next = [...this.#leaves];
    let positions = 0n;
    for (const act of acts) {
      const applied = this.#next(act, { root, leaves, current: next });
      if (applied === undefined) continue;
      next[act.number - 1] = applied;
      positions += 2n ** BigInt(act.position);
    }
    return { positions, next };
  }

  /** Leaf of the account after an act that fits. */
  #next(
    act: PostedAct,
    { root, leaves, current }: { readonly root: Hex; readonly leaves: readonly Hex[]; readonly current: readonly Hex[] },
  ): Hex | undefined {
    const { number, position, opening, signature, notes, gifts } = act;
    if (current[number - 1] !== accountLeaf(number, opening)) return undefined;
    if (!notes.every((note) => isListedAt(this.#listed.get(note.root) ?? 0n, note.position))) return undefined;
    const given = this.#gifts.map(({ to, gift }) => `${to} ${gift.gift} ${gift.token} ${gift.amount}`);
    if (!gifts.every(({ gift, token, amount }) => given.includes(`${number} ${gift} ${token} ${amount}`))) return undefined;
    const applied = applyAct(act);
    const values = { root, leaf: applied.leaf };
    const isSigned = isSignedBy(opening.owner, { domain: heldDomain(this), types: ACT_TYPES, values, signature });
    // An empty signature is the owner's transaction.
    return leaves[position] === applied.leaf && (isSigned || signature === "0x")
      ? accountLeaf(number, applied.opening)
      : undefined;
  }
}

export interface Owner {
  readonly number: number;
  readonly wallet: Pick<Wallet, "signTypedData">;
  readonly file: HeldAccountFile;
  readonly account: HeldWallet;
}

/** Owners with files in a folder of the test, one chain, and a collector. */
export class HeldWorld {
  readonly chain: MemoryChain;
  readonly clock = new ManualClock();
  readonly collector: Collector;
  readonly #folder: string;
  readonly #t: TestContext;

  private constructor(t: TestContext, folder: string, chainId: bigint) {
    this.#t = t;
    this.#folder = folder;
    this.chain = new MemoryChain(chainId);
    this.collector = this.newCollector();
  }

  static async create(t: TestContext, chainId: bigint = NAME.chainId): Promise<HeldWorld> {
    const folder = await mkdtemp(join(tmpdir(), "held-accounts-"));
    t.after(() => rm(folder, { recursive: true }));
    return new HeldWorld(t, folder, chainId);
  }

  newCollector(plan: Partial<typeof PLAN> = {}): Collector {
    return new Collector({ ...PLAN, ...plan }, { chain: this.chain, clock: this.clock });
  }

  /** Passes the time for signatures, and the time for which a silent owner waits. */
  passSilence(): void {
    this.clock.pass(PLAN.signMs);
    this.clock.pass(PLAN.silentMs);
  }

  pathOf(number: number): string {
    return join(this.#folder, `account-${number}`);
  }

  /** New owner with an account, its file and a gift. */
  async newOwner(gift = 0n, collector: ActCollector = this.collector): Promise<Owner> {
    const wallet = Wallet.createRandom();
    const owner = wallet.address.toLowerCase() as Hex;
    const number = this.chain.register(owner);
    if (gift > 0n) this.chain.give(number, gift);
    const file = await HeldAccountFile.create(this.pathOf(number), { ...NAME, number, owner });
    this.#t.after(() => file.close());
    return { number, wallet, file, account: new HeldWallet({ file, owner: wallet, chain: this.chain, collector }) };
  }

  /** Opens an owner's file again, as after a restart. */
  async reopen({ number, wallet }: Owner): Promise<HeldWallet> {
    const file = await HeldAccountFile.open(this.pathOf(number));
    this.#t.after(() => file.close());
    return new HeldWallet({ file, owner: wallet, chain: this.chain, collector: this.collector });
  }
}
