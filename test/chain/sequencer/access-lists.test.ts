import assert from "node:assert/strict";
import { it } from "node:test";
import type { AccessLists } from "../../../src/chain/model/access-lists.ts";
import { SequencerError } from "../../../src/chain/sequencer/sequencer-error.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { TestWallet } from "../support/wallet.ts";
import { ask } from "../support/ask.ts";

const ETHER = 10n ** 18n;
const SINK: Hex = `0x${"c4".repeat(20)}`;
/** Creates an empty contract. */
const FACTORY: Hex = `0x${"fa".repeat(20)}`;
const FACTORY_CODE: Hex = "0x5f5f5ff000";
/** Calls the factory. */
const CALLER: Hex = `0x${"ca".repeat(20)}`;
const CALLER_CODE: Hex = `0x5f5f5f5f5f73${FACTORY.slice(2)}5af100`;
const STEPS = 300;

type Kind = "pays" | "creates" | "callsFactory" | "callsCaller";
const KINDS: readonly Kind[] = ["pays", "creates", "callsFactory", "callsCaller"];
const REQUESTS: Readonly<Record<Kind, { readonly to?: Hex; readonly data?: Hex }>> = {
  pays: { to: SINK },
  creates: { data: "0x00" },
  callsFactory: { to: FACTORY },
  callsCaller: { to: CALLER },
};

/** mulberry32: the same numbers for the same seed. */
function numbersOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** Second implementation of the lists' meaning. */
function isAllowed({ senders, deployers }: AccessLists, admin: Hex, from: Hex, kind: Kind): boolean {
  if (from === admin) return true;
  if (senders !== undefined && !senders.includes(from)) return false;
  if (kind === "pays" || deployers === undefined || deployers.includes(from)) return true;
  return kind !== "creates" && deployers.includes(FACTORY);
}

class Schedule {
  readonly #test: TestChain;
  readonly #wallets: readonly TestWallet[];
  readonly #below: (below: number) => number;
  #seen = 0;
  #mark: { readonly chain: Awaited<ReturnType<TestChain["chain"]["snapshot"]>>; readonly lists: AccessLists } | undefined;
  readonly counts = { accepted: 0, refused: 0, created: 0 };

  constructor(test: TestChain, wallets: readonly TestWallet[], seed: number) {
    this.#test = test;
    this.#wallets = wallets;
    this.#below = numbersOf(seed);
  }

  async step(): Promise<void> {
    const { chain } = this.#test;
    // Automatic work that is still pending runs under the lists that were in force.
    while (chain.sequencer.isAutomatic && chain.mempool.hasReady) await chain.sequencer.mine();
    // Behind a block that is being made.
    await chain.sequencer.setLists((lists) => lists);
    this.#check();
    const action = this.#below(20);
    const before = chain.admission.lists;
    if (action < 11) await this.#send();
    else if (action < 13) await this.#impersonate();
    else if (action < 15) await chain.sequencer.setLists(() => this.#randomLists());
    else if (action < 16) chain.sequencer.setAutomatic(this.#below(2) === 0);
    else if (action < 18) await chain.sequencer.mine();
    else if (action < 19) this.#mark = { chain: await chain.snapshot(), lists: before };
    else if (this.#mark !== undefined) {
      await chain.revert(this.#mark.chain);
      assert.deepEqual(chain.admission.lists, this.#mark.lists);
      this.#mark = undefined;
    }
    this.#check();
  }

  /** All that came since is allowed by the lists that are in force. */
  #check(): void {
    const { blocks, chain } = this.#test;
    for (const { transactions } of blocks.slice(this.#seen)) {
      for (const { from, to, data } of transactions) {
        const kind = KINDS.find((each) => REQUESTS[each].to === to && (REQUESTS[each].data ?? "0x") === data);
        // The chain's own transactions.
        if (kind === undefined) continue;
        const { lists, admin } = chain.admission;
        assert.ok(isAllowed(lists, admin, from, kind), `${from} ${kind}: ${JSON.stringify(lists)}`);
        this.counts.accepted++;
        if (kind !== "pays") this.counts.created++;
      }
    }
    this.#seen = blocks.length;
  }

  async #send(): Promise<void> {
    const { chain } = this.#test;
    const [wallet, kind] = [this.#any(this.#wallets), this.#any(KINDS)];
    const next = chain.mempool.nextNonce(wallet.address);
    wallet.nonce = Number(next ?? (await ask(chain, "eth_getTransactionCount", [wallet.address, "latest"])));
    const raw = await wallet.signRaw({ ...REQUESTS[kind], gasLimit: 200_000n });
    await this.#tried(wallet.address, kind, chain.submit(raw));
  }

  async #impersonate(): Promise<void> {
    const [{ address: from }, kind] = [this.#any(this.#wallets), this.#any(KINDS)];
    const { to, data = "0x" } = REQUESTS[kind];
    // What waits of the account would be for a nonce that is used.
    if (this.#test.chain.mempool.hasWaiting(from)) return;
    const request = { from, to, data, valueWei: 0n, gasLimit: 200_000n };
    await this.#tried(from, kind, this.#test.chain.sequencer.impersonate(request));
  }

  async #tried(from: Hex, kind: Kind, sent: Promise<unknown>): Promise<void> {
    const { lists, admin } = this.#test.chain.admission;
    try {
      await sent;
    } catch (error) {
      assert.ok(error instanceof SequencerError, String(error));
      assert.ok(error.code === "SenderNotAllowed" || error.code === "DeployerNotAllowed", error.message);
      assert.ok(!isAllowed(lists, admin, from, kind), `${from} ${kind} was refused: ${JSON.stringify(lists)}`);
      this.counts.refused++;
    }
  }

  #randomLists(): AccessLists {
    const some = (all: readonly Hex[]): readonly Hex[] | undefined =>
      this.#below(4) === 0 ? undefined : all.filter(() => this.#below(2) === 0);
    const accounts = this.#wallets.map(({ address }) => address);
    return { senders: some(accounts), deployers: some([...accounts, FACTORY]) };
  }

  #any<T>(all: readonly T[]): T {
    return all[this.#below(all.length)]!;
  }
}

it("B3: in a random schedule of transactions, impersonations, lists, blocks and snapshots nothing of an excluded account is taken", async () => {
  const wallets = Array.from({ length: 5 }, (_, i) => new TestWallet(500 + i));
  const [admin] = wallets;
  assert.ok(admin !== undefined);
  const test = await startTestChain({
    genesis: wallets.map(({ address }) => ({ address, balanceWei: 1_000n * ETHER })),
    initialState: [
      { address: FACTORY, code: FACTORY_CODE, nonce: 1n },
      { address: CALLER, code: CALLER_CODE, nonce: 1n },
    ],
    sequencer: { cheatsAllowed: true },
    access: { lists: { senders: wallets.slice(0, 3).map(({ address }) => address) }, admin: () => admin.address },
  });
  try {
    const schedule = new Schedule(test, wallets, 53);
    for (let i = 0; i < STEPS; i++) await schedule.step();
    const { accepted, refused, created } = schedule.counts;
    assert.ok(accepted >= 50 && refused >= 30 && created >= 20, JSON.stringify(schedule.counts));
    assert.deepEqual(test.faults, []);
  } finally {
    await test.chain.close();
  }
});
