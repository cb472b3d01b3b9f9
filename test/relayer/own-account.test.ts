import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { Transaction, Wallet, type Provider } from "ethers";
import {
  OwnAccount,
  RoundOver,
  StateGone,
  type SendingRound,
  type SentTransaction,
  type Undisturbed,
} from "../../src/ecosystem/relayer/own-account.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";

const TO: Hex = `0x${"ee".repeat(20)}`;
const KEY = `0x${"01".repeat(32)}`;

/** A node with one account: what it has taken in waits, and none but ready transactions count as pending. */
class FakeNode {
  readonly pool = new Set<number>();
  /** Hashes of sent transactions, as ethers names them. */
  readonly hashes: (string | null)[] = [];
  included = 0;
  questions = 0;
  /** Answers that are held back, by nonce: called with the reason where the node refuses. */
  readonly held = new Map<number, (reason?: Error) => void>();
  readonly #slow: ReadonlySet<number>;

  constructor(slow: readonly number[] = []) {
    this.#slow = new Set(slow);
  }

  get #pending(): number {
    let next = this.included;
    while (this.pool.has(next)) next++;
    return next;
  }

  readonly provider = {
    getNetwork: async () => ({ chainId: 7n }),
    getFeeData: async () => {
      this.questions++;
      return { gasPrice: 1n, maxFeePerGas: 1n, maxPriorityFeePerGas: 1n };
    },
    getTransactionCount: async (_account: string, tag: string) => (tag === "latest" ? this.included : this.#pending),
    getBalance: async () => 10n ** 18n,
    getTransactionReceipt: async () => null,
    broadcastTransaction: (raw: string) => {
      const { nonce, hash } = Transaction.from(raw);
      this.hashes.push(hash);
      if (!this.#slow.has(nonce)) {
        this.pool.add(nonce);
        return Promise.resolve();
      }
      return new Promise<void>((resolve, reject) =>
        this.held.set(nonce, (reason) => (reason === undefined ? resolve() : reject(reason))),
      );
    },
  } as unknown as Provider;
}

const send = (round: SendingRound): Promise<SentTransaction> => round.send({ to: TO, data: "0x", gas: 21_000n }, 0n, {});
/** Waits until effects of a refusal, which follow its answer, have happened. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("an account from which one process sends", () => {
  /** Number of the member's returns to an earlier state. */
  let returns = 0;
  const undisturbed = (): Undisturbed => {
    const before = returns;
    return (sending) => (before === returns ? sending() : Promise.reject(new RoundOver("RoundOver", "returned")));
  };
  const accountOn = async (node: FakeNode): Promise<OwnAccount> => {
    const account = new OwnAccount({ provider: node.provider, signer: new Wallet(KEY, node.provider), undisturbed });
    // What was in blocks before has to be read first.
    await assert.rejects(send(account.beginRound()), RoundOver);
    return account;
  };
  beforeEach(() => (returns = 0));

  test("fills the place of one that the node refuses late, behind which the others wait", async () => {
    const node = new FakeNode([0]);
    const account = await accountOn(node);
    const round = account.beginRound();
    const [first] = [await send(round), await send(round), await send(round)];
    assert.deepEqual([...node.pool], [1, 2]);
    node.held.get(0)!(new Error("its turn never comes"));
    await settled();
    assert.equal(first.outcome?.state, "lost");
    const nonces = [await send(account.beginRound()), await send(round)].map(({ nonce }) => nonce);
    assert.deepEqual(nonces, [0, 3]);
  });

  test("knows what it has sent by the hash that the node has", async () => {
    const node = new FakeNode();
    const account = await accountOn(node);
    const round = account.beginRound();
    const sent = [await send(round), await send(round)];
    assert.deepEqual(
      sent.map(({ hash }) => hash),
      node.hashes,
    );
  });

  test("has a named outcome for each transaction of a deleted state", async () => {
    const account = await accountOn(new FakeNode());
    const sent = await send(account.beginRound());
    account.forget();
    assert.ok(sent.outcome?.state === "lost" && sent.outcome.error instanceof StateGone);
    assert.equal(account.waiting, 0);
  });

  test("a refusal of what was sent before a return changes nothing of what is sent after it", async () => {
    const node = new FakeNode([0]);
    const account = await accountOn(node);
    await send(account.beginRound());
    account.forget();
    const refuseOld = node.held.get(0)!;
    await assert.rejects(send(account.beginRound()), RoundOver);
    const round = account.beginRound();
    await send(round);
    const { questions } = node;
    refuseOld(new Error("the chain returned to an earlier state"));
    await settled();
    assert.equal((await send(round)).nonce, 1);
    assert.equal(node.questions, questions);
  });

  test("what was decided before a return is not sent after it, whatever was refused or begun meanwhile", async () => {
    const node = new FakeNode([0]);
    const account = await accountOn(node);
    const before = account.beginRound();
    await send(before);
    returns++;
    node.held.get(0)!(new Error("the chain returned to an earlier state"));
    await settled();
    await assert.rejects(send(before), RoundOver);
    const after = account.beginRound();
    await assert.rejects(send(before), RoundOver);
    assert.equal((await send(after)).nonce, 0);
  });
});
