import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { concat, getBytes, keccak256, toBeHex, TypedDataEncoder, type Contract } from "ethers";
import { ETH, L1_TOKEN } from "./support/ecosystem.ts";
import {
  actLeaf,
  giftId,
  hashNotes,
  hashPayments,
  innerNode,
  noteId,
  pathOf,
  treeOf,
  ZERO,
  type Note,
} from "./support/held-hashes.ts";
import {
  leafOfAccount,
  openingOf,
  startHeldWorld,
  type Act,
  type BurnProof,
  type Fault,
  type HeldAccount,
  type HeldWorld,
  type Plan,
  type Tree,
} from "./support/held-world.ts";
import { assertReverts } from "./support/revert-reason.ts";

const COIN = ETH;
const RECIPIENT = "0x00000000000000000000000000000000000ac002";
const NOTHING = keccak256("0x");

describe("F5: attacks on held accounts", () => {
  let world: HeldWorld;
  /** Account with the lowest number, so that each post has an act that fits. */
  let first: HeldAccount;
  before(async () => {
    world = await startHeldWorld();
    first = await world.register();
  });
  after(() => world.close());

  const rich = async (amount = 100n): Promise<HeldAccount> => {
    const account = await world.register();
    await world.postAll(world.plan({ account, gifts: [await world.give(account, amount)] }));
    return account;
  };
  const noteFor = (account: HeldAccount, amount = 10n): Note => ({ to: account.number, token: COIN, amount });
  /** Burns notes of the coin, and returns their proofs. */
  const burn = async (account: HeldAccount, ...burned: Note[]): Promise<BurnProof[]> => {
    const tree = world.plan({ account, burned });
    await world.postAll(tree);
    return tree.proofs(0);
  };
  /** Posts the first account's act with others, and returns the faults of the others in their order. */
  const faultsOf = async (tree: Tree, acts: readonly Act[] = tree.acts): Promise<(Fault | "None")[]> => {
    const contents = new Map<number, string>();
    for (const { account } of tree.plans) contents.set(account.number, await world.leafOf(account));
    const { faults } = await world.post(tree.leaves, acts);
    Object.assign(first, tree.next[0]);
    assert.equal(
      faults.find(({ index }) => index === 0),
      undefined,
    );
    const found = acts.slice(1).map((_, i) => faults.find(({ index }) => index === i + 1)?.fault ?? "None");
    // An account without an act that fits is as its owner has it.
    const changed = new Set(acts.filter((_, i) => i === 0 || found[i - 1] === "None").map(({ number }) => number));
    for (const { account } of tree.plans) {
      if (changed.has(account.number) || acts.every(({ number }) => number !== account.number)) continue;
      assert.equal(await world.leafOf(account), contents.get(account.number));
    }
    return found;
  };
  const planBehindFirst = (...plans: Plan[]): Tree => world.plan({ account: first }, ...plans);
  /** The fault of one act, changed after its owner signed it. */
  const faultOf = async (plan: Plan, change: (act: Act) => Act = (act) => act): Promise<Fault> => {
    const tree = planBehindFirst(plan);
    const [fault] = await faultsOf(tree, [tree.acts[0]!, change(tree.acts[1]!)]);
    return fault!;
  };
  const withProof = (change: Partial<BurnProof>) => (act: Act) => ({ ...act, notes: [{ ...act.notes[0]!, ...change }] });

  test("unlisted leaf of a listed number: neither its path nor the listed position redeems its note", async () => {
    const [thief, friend] = [await rich(), await rich()];
    const honest = world.plan({ account: thief });
    const note = noteFor(friend, 10n ** 24n);
    const forged = { ...thief, nonce: 9n, holdings: new Map([[COIN, 10n ** 24n]]) };
    const lie = actLeaf(thief.number, leafOfAccount(forged), hashNotes([note]), NOTHING);
    const leaves = [honest.leaves[0]!, lie];
    const levels = treeOf(leaves);
    const root = levels.at(-1)![0]!;
    const signature = world.sign(thief.key, root, leaves[0]!);
    assert.deepEqual((await world.post(leaves, [{ ...honest.acts[0]!, signature }])).faults, []);
    Object.assign(thief, honest.next[0]);
    const proof = { root, position: 1, path: pathOf(levels, 1), sender: thief.number, senderLeaf: leafOfAccount(forged) };
    const stolen = { ...proof, notes: [note], paymentsHash: NOTHING, index: 0 };
    assert.equal(await faultOf({ account: friend, notes: [stolen] }), "NoteNotListed");
    assert.equal(await faultOf({ account: friend, notes: [{ ...stolen, position: 0 }] }), "NoteNotListed");
    assert.equal(await faultOf({ account: friend, notes: [{ ...stolen, position: 0, path: [lie] }] }), "NoteNotListed");
  });

  test("two acts of a number in a tree: one post lists one act, and notes of both have different ids", async () => {
    const [sender, friend] = [await rich(), await rich()];
    const one = world.plan({ account: sender, burned: [noteFor(friend, 1n)] });
    const two = world.plan({ account: one.next[0]!, burned: [noteFor(friend, 2n)] });
    const leaves = [one.leaves[0]!, two.leaves[0]!];
    const levels = treeOf(leaves);
    const root = levels.at(-1)![0]!;
    const acts = [one, two].map(({ acts: [act] }, position) => ({
      ...act!,
      position,
      signature: world.sign(sender.key, root, leaves[position]!),
    }));
    const together = await world.post(leaves, acts);
    assert.deepEqual(together.faults, [{ index: 1, fault: "OutOfOrder" }]);
    assert.equal(getBytes(together.message).length, 1 + 32 + 32 + 5);
    assert.deepEqual((await world.post(leaves, [acts[1]!])).faults, []);
    Object.assign(sender, two.next[0]);
    const proofs = [one, two].map((tree, position) => ({
      ...tree.proofs(0)[0]!,
      root,
      position,
      path: pathOf(levels, position),
    }));
    await world.postAll(world.plan({ account: friend, notes: proofs }));
    assert.equal(friend.holdings.get(COIN), 103n);
  });

  test("one leaf at two positions: the second is not listed by the same post nor by a later one", async () => {
    const [sender, friend] = [await rich(), await rich()];
    const one = world.plan({ account: sender, burned: [noteFor(friend)] });
    const leaves = [one.leaves[0]!, one.leaves[0]!];
    const levels = treeOf(leaves);
    const root = levels.at(-1)![0]!;
    const signature = world.sign(sender.key, root, leaves[0]!);
    const acts = [0, 1].map((position) => ({ ...one.acts[0]!, position, signature }));
    assert.deepEqual((await world.post(leaves, acts)).faults, [{ index: 1, fault: "OutOfOrder" }]);
    Object.assign(sender, one.next[0]);
    await assertReverts(world.contract.getFunction("post").staticCall(leaves, [acts[1]]), "HeldAccounts", "NothingListed");
    const proof = { ...one.proofs(0)[0]!, root, position: 1, path: pathOf(levels, 1) };
    assert.equal(await faultOf({ account: friend, notes: [proof] }), "NoteNotListed");
  });

  test("acts in another order: numbers and positions ascend strictly", async () => {
    const [a, b] = [await rich(), await rich()];
    const tree = planBehindFirst({ account: a }, { account: b });
    assert.deepEqual(await faultsOf(tree, [tree.acts[0]!, tree.acts[2]!, tree.acts[1]!]), ["None", "OutOfOrder"]);
    Object.assign(b, tree.next[2]);
    // Numbers ascend and positions do not.
    const twisted = world.plan({ account: first }, { account: b }, { account: a });
    const acts = [0, 2, 1].map((i) => twisted.acts[i]!);
    const { faults } = await world.post(twisted.leaves, acts);
    Object.assign(first, twisted.next[0]);
    Object.assign(a, twisted.next[2]);
    assert.deepEqual(faults, [{ index: 2, fault: "OutOfOrder" }]);
  });

  test("note redeemed by paths of two depths: no proof shows a redeemed id as absent", async () => {
    const [sender, friend] = [await rich(), await rich()];
    const notes = Array.from({ length: 6 }, () => noteFor(friend, 1n));
    const proofs = await burn(sender, ...notes);
    await world.postAll(world.plan({ account: friend, notes: proofs.slice(0, 1) }));
    const again = { account: friend, notes: proofs.slice(0, 1) };
    const withAbsence = (siblings: readonly string[], neighbor: string) => (act: Act) => ({
      ...act,
      notes: [{ ...act.notes[0]!, absence: { siblings, neighbor } }],
    });
    const [id] = [...friend.redeemed.ids].filter((each) => each === noteId(proofs[0]!.root, 0, 0));
    assert.ok(id);
    const others = [...friend.redeemed.ids].filter((each) => each !== id);
    const attempts: [string[], string][] = [
      [[], ZERO],
      [[], id],
      [[], others[0]!],
      [[id], ZERO],
      [[ZERO], ZERO],
      [[ZERO], id],
      [[friend.redeemed.root()], ZERO],
      [[friend.redeemed.root(), ZERO], ZERO],
      [Array<string>(255).fill(ZERO), ZERO],
      [Array<string>(256).fill(ZERO), ZERO],
      [Array<string>(256).fill(ZERO), id],
      // One more than levels: the post of others is not void by that.
      [Array<string>(257).fill(ZERO), ZERO],
    ];
    for (const [siblings, neighbor] of attempts)
      assert.equal(await faultOf(again, withAbsence(siblings, neighbor)), "AlreadyRedeemed", `${siblings.length} ${neighbor}`);
    await world.postAll(world.plan({ account: friend, notes: proofs.slice(1) }));
    // Valid proofs of other ids, and their parts.
    for (const other of [...friend.redeemed.ids].filter((each) => each !== id)) {
      const rest = friend.redeemed.copy();
      rest.ids.delete(other);
      for (const { siblings, neighbor } of [rest.absence(other), rest.absence(id), friend.redeemed.absence(id)]) {
        for (const depth of siblings.keys())
          assert.equal(await faultOf(again, withAbsence(siblings.slice(depth), neighbor)), "AlreadyRedeemed");
        assert.equal(await faultOf(again, withAbsence(siblings, other)), "AlreadyRedeemed");
      }
    }
    assert.equal(await faultOf(again), "AlreadyRedeemed");
  });

  test("the proof of absence of another set does not redeem a note", async () => {
    const [sender, friend] = [await rich(), await rich()];
    const proofs = await burn(sender, noteFor(friend), noteFor(friend));
    const wrong = (siblings: readonly string[], neighbor: string) => (act: Act) => ({
      ...act,
      notes: [{ ...act.notes[0]!, absence: { siblings, neighbor } }],
    });
    const plan = { account: friend, notes: proofs.slice(0, 1) };
    assert.equal(await faultOf(plan, wrong([], ZERO)), "AlreadyRedeemed");
    assert.equal(await faultOf(plan, wrong([], giftId(10n ** 9n))), "AlreadyRedeemed");
    const tooDeep = await faultOf(plan, wrong(Array<string>(9).fill(ZERO), [...friend.redeemed.ids][0]!));
    assert.equal(tooDeep, "AlreadyRedeemed");
  });

  test("inner node as leaf: a shorter path, a longer one, and a tree of inner nodes redeem and list nothing", async () => {
    const [sender, friend] = [await rich(), await rich()];
    const tree = world.plan({ account: first }, { account: sender, burned: [noteFor(friend)] });
    await world.postAll(tree);
    const [proof] = tree.proofs(1);
    const refused = (change: Partial<BurnProof>): Promise<Fault> =>
      faultOf({ account: friend, notes: [proof!] }, withProof(change));
    assert.equal(await refused({ path: [] }), "NoteNotListed");
    assert.equal(await refused({ path: [...proof!.path, ZERO] }), "NoteNotListed");
    assert.equal(await refused({ path: [proof!.path[0]!, proof!.path[0]!] }), "NoteNotListed");
    assert.equal(await refused({ position: 0 }), "NoteNotListed");
    assert.equal(await refused({ position: 3 }), "NoteNotListed");
    assert.equal(await refused({ senderLeaf: ZERO }), "NoteNotListed");
    assert.equal(await refused({ sender: friend.number }), "NoteNotListed");
    assert.equal(await refused({ paymentsHash: ZERO }), "NoteNotListed");
    assert.equal(await refused({ root: innerNode(1, tree.root, tree.root) }), "NoteNotListed");
    assert.equal(await refused({ index: 1 }), "NoteNotListed");
    const four = world.plan({ account: first }, { account: sender }, { account: friend });
    const level = four.levels[1]!;
    const acts = four.acts.slice(0, 2);
    await assertReverts(world.contract.getFunction("post").staticCall(level, acts), "HeldAccounts", "NothingListed");
  });

  test("an inner node as a leaf, and a path longer than the tree: a forged act below a posted leaf redeems nothing", async () => {
    const [thief, friend] = [await rich(), await rich()];
    const note = noteFor(friend, 10n ** 24n);
    const forged = actLeaf(thief.number, ZERO, hashNotes([note]), NOTHING);
    const own = world.plan({ account: thief });
    // The inner node's right leaf has the bits of the listed position: right, then left.
    for (const level of [0, 1]) {
      const inner = innerNode(level, ZERO, forged);
      const leaves = [inner, own.leaves[0]!];
      const root = innerNode(0, leaves[0]!, leaves[1]!);
      const act = { ...own.acts[0]!, position: 1, signature: world.sign(thief.key, root, leaves[1]!) };
      if (level === 0) assert.deepEqual((await world.post(leaves, [act])).faults, []);
      else await assertReverts(world.contract.getFunction("post").staticCall(leaves, [act]), "HeldAccounts", "NothingListed");
      const proof = { root, position: 1, path: [ZERO, leaves[1]!], sender: thief.number, senderLeaf: ZERO, notes: [note] };
      const stolen = { ...proof, paymentsHash: NOTHING, index: 0 };
      assert.equal(await faultOf({ account: friend, notes: [stolen] }), "NoteNotListed");
      assert.equal(await faultOf({ account: friend, notes: [{ ...stolen, path: [ZERO] }] }), "NoteNotListed");
      // Another root at the top of the longer path.
      const above = innerNode(1, inner, leaves[1]!);
      assert.equal(await faultOf({ account: friend, notes: [{ ...stolen, root: above }] }), "NoteNotListed");
    }
    Object.assign(thief, own.next[0]);
  });

  test("note of a silent sender: it cannot be redeemed before a post lists the sender", async () => {
    const [sender, friend] = [await rich(), await rich()];
    const tree = planBehindFirst({ account: sender, burned: [noteFor(friend)] });
    assert.deepEqual(await faultsOf(tree, tree.acts.slice(0, 1)), []);
    assert.equal(await faultOf({ account: friend, notes: tree.proofs(1) }), "NoteNotListed");
    assert.deepEqual((await world.post(tree.leaves, tree.acts.slice(1))).faults, []);
    Object.assign(sender, tree.next[1]);
    await world.postAll(world.plan({ account: friend, notes: tree.proofs(1) }));
  });

  test("note to another number: only its recipient redeems it", async () => {
    const [sender, friend, thief] = [await rich(), await rich(), await rich()];
    const proofs = await burn(sender, noteFor(friend));
    assert.equal(await faultOf({ account: thief, notes: proofs }), "NotTheRecipient");
    const mine = [{ ...proofs[0]!, notes: [noteFor(thief)] }];
    assert.equal(await faultOf({ account: thief, notes: mine }), "NoteNotListed");
    await world.postAll(world.plan({ account: friend, notes: proofs }));
  });

  test("gift of another: number, token and amount are the gift's, and it is redeemed once", async () => {
    const [friend, thief] = [await rich(), await rich()];
    const gift = await world.give(friend, 40n, L1_TOKEN);
    assert.equal(await faultOf({ account: thief, gifts: [gift] }), "GiftMismatch");
    assert.equal(await faultOf({ account: friend, gifts: [{ ...gift, amount: 41n }] }), "GiftMismatch");
    assert.equal(await faultOf({ account: friend, gifts: [{ ...gift, token: COIN }] }), "GiftMismatch");
    assert.equal(await faultOf({ account: friend, gifts: [{ ...gift, gift: gift.gift + 1n }] }), "GiftMismatch");
    assert.equal(await faultOf({ account: friend, gifts: [gift, gift] }), "AlreadyRedeemed");
    await world.postAll(world.plan({ account: friend, gifts: [gift] }));
    assert.equal(await faultOf({ account: friend, gifts: [gift] }), "AlreadyRedeemed");
  });

  test("replay: a posted act fits no second time, and a signature serves one chain, one contract and one root", async () => {
    const [sender, friend] = [await rich(), await rich()];
    const tree = planBehindFirst({ account: sender, burned: [noteFor(friend)] });
    const [, act] = tree.acts;
    const signed = (domain: { readonly chainId?: bigint; readonly verifyingContract?: string }, root = tree.root): Act => {
      const fields = ["root", "leaf"].map((name) => ({ name, type: "bytes32" }));
      const all = {
        name: "HeldAccounts",
        version: "1",
        chainId: world.chain.chainId,
        verifyingContract: world.address,
        ...domain,
      };
      const { r, s, v } = sender.key.sign(TypedDataEncoder.hash(all, { Act: fields }, { root, leaf: tree.leaves[1] }));
      return { ...act!, signature: concat([r, s, toBeHex(v, 1)]) };
    };
    const others = [signed({ chainId: world.chain.chainId + 1n }), signed({ verifyingContract: RECIPIENT }), signed({}, ZERO)];
    assert.deepEqual(await faultsOf(tree, [tree.acts[0]!, ...others]), ["NotSigned", "NotSigned", "NotSigned"]);
    assert.deepEqual((await world.post(tree.leaves, [signed({})])).faults, []);
    Object.assign(sender, tree.next[1]);
    const again = world.contract.getFunction("post").staticCall(tree.leaves, tree.acts);
    await assertReverts(again, "HeldAccounts", "NothingListed", [tree.root]);
    assert.equal(await faultOf({ account: sender }, (next) => ({ ...next, opening: act!.opening })), "OpeningMismatch");
  });

  test("false signature: of another key, cut, or missing", async () => {
    const [owner, thief] = [await rich(), await rich()];
    const plan = { account: { ...owner, key: thief.key }, payments: [{ to: RECIPIENT, token: COIN, amount: 1n }] };
    assert.equal(await faultOf(plan), "OpeningMismatch");
    const tree = planBehindFirst({ account: owner });
    const signature = world.sign(thief.key, tree.root, tree.leaves[1]!);
    const act = tree.acts[1]!;
    const cut = `0x${act.signature.slice(4)}`;
    const acts = [signature, "0x", cut, concat([ZERO, ZERO, "0x1b"])].map((each) => ({ ...act, signature: each }));
    assert.deepEqual(await faultsOf(tree, [tree.acts[0]!, ...acts]), Array(4).fill("NotSigned"));
    // An owner that signs the root with the leaf of another account.
    const both = planBehindFirst({ account: owner }, { account: thief });
    const swapped = { ...both.acts[1]!, signature: world.sign(owner.key, both.root, both.leaves[2]!) };
    assert.deepEqual(await faultsOf(both, [both.acts[0]!, swapped]), ["NotSigned"]);
  });

  test("payment or note redirected: the leaf that the owner signed has recipients and amounts", async () => {
    const [owner, friend, thief] = [await rich(), await rich(), await rich()];
    const payments = [{ to: RECIPIENT, token: COIN, amount: 5n }];
    const plan = { account: owner, burned: [noteFor(friend)], payments };
    const stolen = [{ ...payments[0]!, to: world.chain.users[2]!.address }];
    assert.equal(await faultOf(plan, (act) => ({ ...act, payments: stolen })), "LeafMismatch");
    assert.equal(await faultOf(plan, (act) => ({ ...act, burned: [noteFor(thief)] })), "LeafMismatch");
    // A collector that also changes the leaf has another root.
    const tree = planBehindFirst(plan);
    const leaf = actLeaf(owner.number, leafOfAccount(tree.next[1]!), hashNotes(plan.burned), hashPayments(stolen));
    const { faults } = await world.post(
      [tree.leaves[0]!, leaf],
      [
        { ...tree.acts[0]!, signature: world.sign(first.key, innerNode(0, tree.leaves[0]!, leaf), tree.leaves[0]!) },
        { ...tree.acts[1]!, payments: stolen },
      ],
    );
    Object.assign(first, tree.next[0]);
    assert.deepEqual(faults, [{ index: 1, fault: "NotSigned" }]);
  });

  test("one bad act: a payment that its recipient refuses leaves the account as before, and the other acts are listed", async () => {
    const [owner, friend] = [await rich(), await rich()];
    const refusing = await world.token.getAddress();
    const payments = [
      { to: RECIPIENT, token: COIN, amount: 5n },
      { to: refusing, token: COIN, amount: 5n },
    ];
    const had = await world.chain.ethers.provider.getBalance(RECIPIENT);
    const tree = planBehindFirst({ account: owner, payments }, { account: friend });
    assert.deepEqual(await faultsOf(tree), ["PaymentFailed", "None"]);
    Object.assign(friend, tree.next[2]);
    assert.equal(await world.chain.ethers.provider.getBalance(RECIPIENT), had);
    assert.equal(await world.leafOf(owner), leafOfAccount(owner));
    await world.postAll(world.plan({ account: owner, payments: payments.slice(0, 1) }));
  });

  test("a recipient that uses up the post's gas has 2,300 gas", async () => {
    const owner = await rich();
    const [hungry, modest] = [`0x${"a1".repeat(20)}`, `0x${"a2".repeat(20)}`];
    // SSTORE(0, 1); STOP: more than a payment's gas.
    await world.chain.ethers.provider.send("hardhat_setCode", [hungry, "0x600160005500"]);
    await world.chain.ethers.provider.send("hardhat_setCode", [modest, "0x00"]);
    assert.equal(await faultOf({ account: owner, payments: [{ to: hungry, token: COIN, amount: 1n }] }), "PaymentFailed");
    await world.postAll(world.plan({ account: owner, payments: [{ to: modest, token: COIN, amount: 1n }] }));
  });

  test("root posted empty: nothing is listed, and its acts fit afterwards", async () => {
    const tree = planBehindFirst();
    await assertReverts(world.contract.getFunction("post").staticCall(tree.leaves, []), "HeldAccounts", "NothingListed", [
      tree.root,
    ]);
    await world.postAll(tree);
  });

  test("stranger's post voids signatures: whatever a stranger posts first, and however much later, the others' acts are listed", async () => {
    const owners = [await rich(), await rich(), await rich()];
    const tree = planBehindFirst(...owners.map((account) => ({ account })));
    const stranger = world.contract.connect(world.chain.users[1]!) as typeof world.contract;
    const post = async (leaves: readonly string[], acts: readonly Act[]) => {
      const sent = (await stranger.getFunction("post").send(leaves, acts)) as { wait(): Promise<unknown> };
      return sent.wait();
    };
    const [mine, , theirs] = tree.acts;
    // The same root with one act, with an act that is not signed, and another root with the first act's leaf.
    await post(tree.leaves, [theirs!]);
    Object.assign(owners[1]!, tree.next[2]);
    await post(tree.leaves, [mine!, { ...tree.acts[1]!, signature: "0x" }]);
    Object.assign(first, tree.next[0]);
    const other = world.plan({ account: first });
    await post(other.leaves, other.acts);
    Object.assign(first, other.next[0]);
    await world.chain.ethers.provider.send("hardhat_mine", ["0x200"]);
    const { faults } = await world.post(tree.leaves, [tree.acts[1]!, tree.acts[3]!]);
    assert.deepEqual(faults, []);
    for (const i of [0, 2]) Object.assign(owners[i]!, tree.next[i + 1]);
  });

  test("leaf at another position, or at none", async () => {
    const [a, b] = [await rich(), await rich()];
    const tree = planBehindFirst({ account: a }, { account: b });
    const moved = [tree.acts[0]!, { ...tree.acts[1]!, position: 2 }, { ...tree.acts[2]!, position: 3 }];
    assert.deepEqual(await faultsOf(tree, moved), ["LeafMismatch", "PositionOutOfRange"]);
    for (const count of [0, 257]) {
      const posted = world.contract.getFunction("post").staticCall(Array<string>(count).fill(tree.leaves[0]!), tree.acts);
      await assertReverts(posted, "HeldAccounts", "LeafCountOutOfRange", [256n, BigInt(count)]);
    }
  });

  test("amounts that an account does not have, amounts of 0, and recipients that cannot be paid", async () => {
    const [owner, friend] = [await rich(10n), await rich()];
    const spend = (amount: bigint, to = RECIPIENT): Promise<Fault> =>
      faultOf({ account: owner, payments: [{ to, token: COIN, amount }] });
    const give = (amount: bigint, to = friend.number): Promise<Fault> =>
      faultOf({ account: owner, burned: [{ to, token: COIN, amount }] });
    assert.equal(await spend(11n), "InsufficientHolding");
    assert.equal(await give(11n), "InsufficientHolding");
    assert.equal(await faultOf({ account: owner, burned: [{ to: 1, token: L1_TOKEN, amount: 1n }] }), "InsufficientHolding");
    assert.equal(await faultOf({ account: owner, burned: [noteFor(friend, 6n), noteFor(friend, 6n)] }), "InsufficientHolding");
    // The first token that the account has is another one, and suffices.
    const other = await world.register();
    await world.postAll(world.plan({ account: other, gifts: [await world.give(other, 10n, L1_TOKEN)] }));
    const payments = [{ to: RECIPIENT, token: COIN, amount: 5n }];
    assert.equal(await faultOf({ account: other, payments }), "InsufficientHolding");
    assert.equal(await faultOf({ account: other, burned: [noteFor(friend, 5n)] }), "InsufficientHolding");
    for (const [amount, to] of [
      [0n, RECIPIENT],
      [1n, COIN],
      [1n, world.address],
    ] as const)
      assert.equal(await spend(amount, to), "InvalidRecipientOrAmount");
    for (const [amount, to] of [
      [0n, friend.number],
      [1n, 0],
      [1n, 10 ** 6],
    ] as const)
      assert.equal(await give(amount, to), "InvalidRecipientOrAmount");
    assert.equal(await faultOf({ account: { ...owner, number: 10 ** 6 } }), "OpeningMismatch");
  });

  test("dust: an act redeems, burns and pays 8 times at most, and an account has 32 tokens at most", async () => {
    const [owner, friend] = [await rich(), await rich()];
    const burned = Array.from({ length: 9 }, () => noteFor(friend, 1n));
    const payments = burned.map(() => ({ to: RECIPIENT, token: COIN, amount: 1n }));
    assert.equal(await faultOf({ account: owner, burned }), "TooMany");
    assert.equal(await faultOf({ account: owner, payments }), "TooMany");
    const proofs = await burn(owner, ...burned.slice(1));
    const gift = await world.give(friend, 1n);
    assert.equal(await faultOf({ account: friend, notes: proofs, gifts: [gift] }), "TooMany");
    await world.postAll(world.plan({ account: friend, notes: proofs.slice(1), gifts: [gift] }));
    const user = world.chain.users[0]!;
    const account = await world.register();
    const gifts = [];
    for (let i = 0; i < 33; i++) {
      const token = `0x${(0x10000 + i).toString(16).padStart(40, "0")}` as const;
      await world.chain.deposit(user.address, token, 1n);
      const vault = await world.chain.predeploy("L2NativeTokenVault");
      const bridged = (await vault.getFunction("l2TokenAddress").staticCall(token)) as string;
      await world.chain.send(world.token.attach(bridged) as Contract, "approve", world.address, 1n);
      gifts.push(await world.give(account, 1n, token));
    }
    for (let i = 0; i < 32; i += 8) await world.postAll(world.plan({ account, gifts: gifts.slice(i, i + 8).toReversed() }));
    assert.equal(openingOf(account).holdings.length, 32);
    assert.equal(await faultOf({ account, gifts: gifts.slice(32) }), "TooMany");
    const freed = { account, gifts: gifts.slice(32), burned: [{ to: friend.number, token: gifts[7]!.token, amount: 1n }] };
    await world.postAll(world.plan(freed));
  });

  test("a stranger calls the payment of acts", async () => {
    const pay = world.contract.getFunction("pay").staticCall([{ to: RECIPIENT, token: COIN, amount: 1n }]);
    await assertReverts(pay, "HeldAccounts", "CallerNotAllowed", [world.address, world.chain.users[0]!.address]);
  });
});
