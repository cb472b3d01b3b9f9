import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ZERO } from "../l2/support/held-hashes.ts";
import { leafOfAccount, openingOf } from "../l2/support/held-world.ts";
import { ZERO_ADDRESS } from "./support/assets.ts";
import { as, send, view } from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";
import { HEIR, heldExitCalls, PAYABLE } from "./support/held-exit-calls.ts";
import {
  BOND,
  COIN,
  deployHeldExitScene,
  exitOf,
  heldMessage,
  lastAct,
  orderOf,
  WEEK,
  type HeldExitScene,
} from "./support/held-exits.ts";

const YEAR = 365n * 86_400n;

describe("F5: attacks on the exit of held accounts", () => {
  let scene: HeldExitScene;
  before(async () => {
    scene = await deployHeldExitScene();
  });
  after(() => scene.ecosystem.l1.close());

  const { newChain, balance, rich, claim, claimNew, refute, payAsset, payNote, payGift, pass, stoppedWithHistory } =
    heldExitCalls(() => scene);

  test("claim stale: a later listing refutes it, pays the bond, and bars the claim forever", async (t) => {
    const { on, account, before, first, last } = await stoppedWithHistory();
    const { gasUsed: claimGas } = await claim(on, before, first);
    const watcher = scene.ecosystem.accounts[5]!;
    const had = await balance(watcher.address);
    const receipt = await refute(on, account, last.sent, 0, as(scene.exit, watcher));
    assert.equal((await balance(watcher.address)) - had + receipt.gasUsed * receipt.gasPrice, BOND);
    t.diagnostic(`a claim takes ${claimGas} gas, and its refutation ${receipt.gasUsed}`);
    // The bond pays for a refutation at 500 gwei.
    assert.ok(receipt.gasUsed * 500n * 10n ** 9n < BOND);
    await assertReverts(claim(on, before, first), `StaleListing(${orderOf(last.sent)}, ${orderOf(first.sent)})`);
    await assertReverts(payAsset(on, before, 1n), "ClaimMismatch");
    await claim(on, account, last);
    await pass(WEEK);
    await payAsset(on, account, 60n);
    await assertReverts(refute(on, account, last.sent), "NotRefutable");
  });

  test("claim stale, as an account that never acted", async () => {
    const { on, account, before, registration, last } = await stoppedWithHistory();
    await claimNew(on, account, registration);
    await refute(on, account, last.sent);
    await assertReverts(claimNew(on, account, registration), "StaleListing");
    assert.equal((await view<{ leaf: string }>(scene.exit, "claimOf", on.chainId, before.number)).leaf, ZERO);
  });

  test("claim stale, with a later partial listing of the same tree or another", async () => {
    const on = await newChain();
    const { account: a } = rich(on);
    const { account: b, posted: first } = rich(on);
    const before = { ...b, holdings: new Map(b.holdings), redeemed: b.redeemed.copy() };
    const pay = { to: HEIR, token: COIN, amount: 1n };
    const { tree, sent } = on.post(
      [
        { account: a, payments: [pay] },
        { account: b, payments: [pay] },
      ],
      [0],
    );
    const later = on.list(tree, [1]);
    await on.settle();
    await on.stop();
    await claim(on, before, first);
    await assertReverts(refute(on, b, sent), `NumberMismatch(${b.number}, ${a.number})`);
    await assertReverts(refute(on, b, later, 1), "NotListed(1)");
    await refute(on, b, later);
    await claim(on, b, { tree, sent: later }, 1);
    await assertReverts(claim(on, a, { tree, sent: later }), "NotListed(0)");
  });

  test("claim double: one claim of an account, whatever proves the second", async () => {
    const { on, account, last, registration } = await stoppedWithHistory();
    await claim(on, account, last);
    await assertReverts(claim(on, account, last), `AlreadyClaimed(${leafOfAccount(account)})`);
    await assertReverts(claimNew(on, account, registration), "AlreadyClaimed");
  });

  test("claim double: a note that the account redeemed, or of another account, is not paid", async () => {
    const on = await newChain();
    const { account: alice } = rich(on);
    const { account: bob } = on.register();
    const burn = on.post([{ account: alice, burned: [{ to: bob.number, token: COIN, amount: 30n }] }]);
    const last = on.post([{ account: alice }, { account: bob, notes: [burn.tree.proofs(0)[0]!] }]);
    await on.settle();
    await on.stop();
    await claim(on, alice, last);
    await claim(on, bob, last, 1);
    await pass(WEEK);
    await assertReverts(payNote(on, bob, burn), "NotAbsent");
    await assertReverts(payNote(on, alice, burn), `NumberMismatch(${alice.number}, ${bob.number})`);
    await payAsset(on, bob, 30n);
  });

  test("claim of a reverted batch: batches that L1 has not executed prove nothing", async () => {
    const on = await newChain();
    const { account, posted } = rich(on);
    await on.settle();
    const before = { ...account, holdings: new Map(account.holdings), redeemed: account.redeemed.copy() };
    const lost = on.post([{ account, payments: [{ to: HEIR, token: COIN, amount: 40n }] }]);
    await on.chain.commit(await on.form());
    await on.stop();
    await assertReverts(claim(on, account, lost), "MessageNotIncluded");
    await claim(on, before, posted);
    await assertReverts(refute(on, account, lost.sent), "MessageNotIncluded");
  });

  test("claim of another contract or chain: their messages prove nothing here", async () => {
    const on = await newChain();
    const other = await newChain();
    const { account, posted } = rich(on);
    const elsewhere = rich(other);
    await other.settle();
    const body = Uint8Array.from(Buffer.from(posted.sent.body.slice(2), "hex"));
    const { formed } = await on.chain.settle({
      withhold: true,
      logs: [{ type: "message", sender: "0x00000000000000000000000000000000000000dd", body }],
    });
    posted.sent.batch = { formed, index: 0 };
    await on.stop();
    await other.stop();
    await assertReverts(claim(on, account, posted), "MessageNotIncluded");
    await assertReverts(claim(on, elsewhere.account, elsewhere.posted), "MessageNotIncluded");
    await claim(other, elsewhere.account, elsewhere.posted);
  });

  test("unlisted leaf, other contents, another path or position: the listed leaf alone is the last act", async () => {
    const on = await newChain();
    const { account: a } = rich(on);
    const { account: b } = rich(on);
    const posted = on.post([{ account: a }, { account: b }], [0]);
    await on.settle();
    await on.stop();
    const unlisted = { ...b, ...posted.tree.next[1]! };
    await assertReverts(claim(on, unlisted, posted, 1), "NotListed(1)");
    const listing = heldMessage(posted.sent);
    const act = lastAct(posted);
    const attempt = async (change: object, contents: object = {}) =>
      send(
        await exitOf(scene, a),
        "claim",
        on.exiting(a, { ...openingOf(a), ...contents }),
        listing,
        { ...act, ...change },
        PAYABLE,
      );
    await assertReverts(attempt({}, { holdings: [{ token: COIN, amount: 101n }] }), "ActMismatch");
    await assertReverts(attempt({ path: [] }), "ActMismatch");
    await assertReverts(attempt({ path: [...act.path, ZERO] }), "ActMismatch");
    await assertReverts(attempt({ notesHash: ZERO }), "ActMismatch");
    await assertReverts(attempt({ paymentsHash: ZERO }), "ActMismatch");
    await assertReverts(attempt({ position: 2 }), "NotListed(2)");
    await attempt({});
  });

  test("registrations and gifts are not listings", async () => {
    const on = await newChain();
    const { account, registration, posted } = rich(on);
    const gift = on.give(account, 1n);
    await on.settle();
    await on.stop();
    for (const sent of [registration, gift.sent]) await assertReverts(claim(on, account, { ...posted, sent }), "NotListed(0)");
    await claim(on, account, posted);
    for (const sent of [registration, gift.sent]) await assertReverts(refute(on, account, sent), "NotListed(0)");
  });

  test("false refutations: the claim's listing, an earlier one, another number, a number that is not there", async () => {
    const { on, account, first, last } = await stoppedWithHistory();
    await assertReverts(refute(on, account, last.sent), `ClaimMismatch(${ZERO}, ${ZERO})`);
    await claim(on, account, last);
    await assertReverts(refute(on, account, last.sent), `NotLater(${orderOf(last.sent)}, ${orderOf(last.sent)})`);
    await assertReverts(refute(on, account, first.sent), `NotLater(${orderOf(last.sent)}, ${orderOf(first.sent)})`);
    await assertReverts(refute(on, account, last.sent, 1), "NotListed(1)");
  });

  test("gifts with other contents, and notes with other proofs, are not paid", async () => {
    const on = await newChain();
    const { account: alice } = rich(on);
    const { account: bob, sent: registration } = on.register();
    const posted = on.post([{ account: alice, burned: [{ to: bob.number, token: COIN, amount: 30n }] }]);
    const gift = on.give(bob, 7n);
    await on.settle();
    await on.stop();
    await claimNew(on, bob, registration);
    await pass(WEEK);
    for (const change of [{ amount: 8n }, { token: scene.tokenAddress }, { gift: 5n }])
      await assertReverts(payGift(on, bob, { ...gift, ...change }), "MessageNotIncluded");
    await assertReverts(payGift(on, bob, gift, 8n), "ClaimTooLarge(7, 0, 8)");
    await assertReverts(payGift(on, bob, gift, 0n), "NothingToClaim()");
    const [proof] = posted.tree.proofs(0);
    const absence = bob.redeemed.absence(ZERO);
    const attempt = async (change: object, index = 0) => {
      const note = { ...proof!, index, absence, ...change };
      return send(await exitOf(scene, bob), "payNote", on.exiting(bob), heldMessage(posted.sent), note, 1n, HEIR);
    };
    await assertReverts(attempt({}, 1), "NoteMissing(1, 1)");
    await assertReverts(attempt({ notes: [{ ...proof!.notes[0]!, amount: 31n }] }), "ActMismatch");
    await assertReverts(attempt({ sender: 9 }), "ActMismatch");
    await assertReverts(attempt({ position: 1 }), "NotListed(1)");
    await assertReverts(attempt({ absence: { siblings: [ZERO], neighbor: ZERO } }), "NotAbsent");
    await attempt({});
  });

  test("another account claims and is paid nothing, and a bond is exact", async () => {
    const { on, account, last } = await stoppedWithHistory();
    const args = [on.exiting(account), heldMessage(last.sent), lastAct(last)];
    await assertReverts(send(scene.exit, "claim", ...args, PAYABLE), "NotTheOwner");
    const exit = await exitOf(scene, account);
    for (const value of [0n, BOND - 1n, BOND + 1n])
      await assertReverts(send(exit, "claim", ...args, { value }), `BondMismatch(${BOND}, ${value})`);
    await claim(on, account, last);
    await pass(WEEK);
    await assertReverts(send(scene.exit, "payAsset", on.exiting(account), COIN, 1n, HEIR), "NotTheOwner");
    await assertReverts(send(scene.exit, "returnBond", on.exiting(account), HEIR), "NotTheOwner");
    await assertReverts(payAsset(on, account, 1n, COIN, ZERO_ADDRESS), "ZeroRecipient()");
    await assertReverts(payAsset(on, account, 0n), "NothingToClaim()");
    const refusing = await scene.ecosystem.l1.deploy("RequestingContract");
    await send(refusing, "setRefusesEther", true);
    const refused = send(exit, "returnBond", on.exiting(account), await refusing.getAddress());
    await assertReverts(refused, "TransferFailed");
  });

  test("claims before the stop, and after a year, are refused", async () => {
    const on = await newChain();
    const { account, posted } = rich(on);
    const { account: other, posted: second } = rich(on);
    await on.settle();
    await assertReverts(claim(on, account, posted), "ChainNotExited()");
    await on.stop();
    const opensAt = await view<bigint>(on.chain.contract, "exitOpensAt");
    const now = await scene.ecosystem.latestTimestamp();
    await pass(opensAt + YEAR - now - 10n);
    await claim(on, account, posted);
    await pass(10n);
    await assertReverts(claim(on, other, second), "ClaimTooLate");
    await pass(WEEK);
    await payAsset(on, account, 100n);
  });
});
