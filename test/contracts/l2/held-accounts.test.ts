import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { computeAddress, solidityPacked, type Contract } from "ethers";
import hre from "hardhat";
import { deployedAddress } from "../../../src/ground/protocol/create2.ts";
import { HELD_ACCOUNTS_ADDRESS } from "../../../src/ground/protocol/held-accounts-address.ts";
import { ETH, L1_TOKEN } from "./support/ecosystem.ts";
import { ZERO } from "./support/held-hashes.ts";
import { leafOfAccount, startHeldWorld, type HeldAccount, type HeldWorld } from "./support/held-world.ts";
import { assertReverts } from "./support/revert-reason.ts";

const COIN = ETH;
const RECIPIENT = "0x00000000000000000000000000000000000ac001";

describe("F5: held accounts", () => {
  let world: HeldWorld;
  before(async () => {
    world = await startHeldWorld();
  });
  after(() => world.close());

  const balanceOf = (account: string): Promise<bigint> => world.chain.ethers.provider.getBalance(account);
  const tokensOf = async (account: string): Promise<bigint> =>
    (await world.token.getFunction("balanceOf").staticCall(account)) as bigint;
  const call = (name: string, ...args: unknown[]): Promise<unknown> => world.contract.getFunction(name).staticCall(...args);
  /** An account that has redeemed a gift of the coin. */
  const rich = async (amount: bigint): Promise<HeldAccount> => {
    const account = await world.register();
    await world.postAll(world.plan({ account, gifts: [await world.give(account, amount)] }));
    return account;
  };

  test("L1 and the package have its address, which follows from its code", async () => {
    const { bytecode } = await hre.artifacts.readArtifact("HeldAccounts");
    assert.equal(deployedAddress(bytecode), HELD_ACCOUNTS_ADDRESS);
  });

  test("a registration stores the leaf of an empty account, and L1 learns number and owner", async () => {
    const account = await world.register();
    assert.equal(await world.leafOf(account), leafOfAccount(account));
    assert.equal(await call("accountCount"), BigInt(account.number));
    const receipt = await world.chain.send(world.contract, "register", RECIPIENT);
    const messenger = await world.chain.predeploy("L1Messenger");
    const [message] = receipt.logs.map((log) => messenger.interface.parseLog(log)).filter((log) => log?.name === "L1MessageSent");
    assert.equal(message?.args[2], solidityPacked(["bytes1", "uint40", "address"], ["0x01", account.number + 1, RECIPIENT]));
    await assertReverts(call("register", ETH), "HeldAccounts", "ZeroOwner");
  });

  test("a gift of the coin and one of a bridged token are redeemed, burned for another account, and withdrawn", async () => {
    const [alice, bob] = [await world.register(), await world.register()];
    const gifts = [await world.give(alice, 100n), await world.give(alice, 70n, L1_TOKEN)];
    const burned = [
      { to: bob.number, token: COIN, amount: 30n },
      { to: bob.number, token: L1_TOKEN, amount: 70n },
    ];
    const sent = world.plan({ account: alice, gifts, burned });
    const { message } = await world.postAll(sent);
    assert.equal(message, solidityPacked(["bytes1", "bytes32", "uint40"], ["0x00", sent.root, alice.number]));
    assert.deepEqual(
      [...alice.holdings].filter(([, amount]) => amount > 0n),
      [[COIN, 70n]],
    );
    const payments = [
      { to: RECIPIENT, token: COIN, amount: 25n },
      { to: RECIPIENT, token: L1_TOKEN, amount: 60n },
    ];
    await world.postAll(world.plan({ account: bob, notes: sent.proofs(0), payments }));
    assert.deepEqual([await balanceOf(RECIPIENT), await tokensOf(RECIPIENT)], [25n, 60n]);
    assert.deepEqual([await balanceOf(world.address), await tokensOf(world.address)], [75n, 10n]);
    assert.equal(await world.leafOf(alice), leafOfAccount(alice));
    assert.equal(await world.leafOf(bob), leafOfAccount(bob));
  });

  test("gifts are refused to an unregistered number, of nothing, with another value, or of an unsupported token", async () => {
    const account = await world.register();
    const refused = (error: string, args: readonly unknown[], promise: Promise<unknown>): Promise<void> =>
      assertReverts(promise, "HeldAccounts", error, args);
    await refused("UnregisteredNumber", [0n, BigInt(account.number)], call("give", 0, COIN, 1n, { value: 1n }));
    const next = account.number + 1;
    await refused("UnregisteredNumber", [BigInt(next), BigInt(account.number)], call("give", next, COIN, 1n, { value: 1n }));
    await refused("ZeroGift", [], call("give", account.number, COIN, 0n));
    await refused("GiftValueMismatch", [2n, 1n], call("give", account.number, COIN, 2n, { value: 1n }));
    await refused("GiftValueMismatch", [0n, 1n], call("give", account.number, L1_TOKEN, 1n, { value: 1n }));
    // The base token's address on L1: here it is token 0.
    const ether = "0x0000000000000000000000000000000000000001";
    await refused("UnsupportedToken", [ether], call("give", account.number, ether, 1n));
    const unknown = call("give", account.number, world.address, 1n);
    await assertReverts(unknown, "TokenTransfer", "TokenWithoutCode");
    const poor = world.contract.connect(world.chain.users[1]!) as Contract;
    const taken = poor.getFunction("give").staticCall(account.number, L1_TOKEN, 1n);
    await assertReverts(taken, "TokenTransfer", "TokenCallFailed");
  });

  test("acts of several owners are listed together, and a silent owner's act can be listed later", async () => {
    const [alice, bob, carol] = [await rich(10n), await rich(20n), await rich(30n)];
    const plans = [alice, bob, carol].map((account, i) => ({
      account,
      burned: [{ to: alice.number, token: COIN, amount: BigInt(i + 1) }],
    }));
    const tree = world.plan(...plans);
    const first = await world.post(tree.leaves, [tree.acts[0]!, tree.acts[2]!]);
    const numbers = ["uint40", "uint40"];
    assert.equal(
      first.message,
      solidityPacked(["bytes1", "bytes32", "uint256", ...numbers], ["0x03", tree.root, 0b101n, alice.number, carol.number]),
    );
    assert.equal(await world.leafOf(bob), leafOfAccount(bob));
    assert.equal(await call("listedPositions", tree.root), 0b101n);
    Object.assign(alice, tree.next[0]);
    const early = world.plan({ account: alice, notes: tree.proofs(1) });
    await assertReverts(call("post", early.leaves, early.acts), "HeldAccounts", "NothingListed", [early.root]);
    const later = await world.post(tree.leaves, tree.acts);
    assert.deepEqual(
      later.faults.map(({ index }) => index),
      [0, 2],
    );
    assert.equal(
      later.message,
      solidityPacked(["bytes1", "bytes32", "uint256", "uint40"], ["0x03", tree.root, 0b010n, bob.number]),
    );
    assert.equal(await call("listedPositions", tree.root), 0b111n);
    await world.postAll(world.plan({ account: alice, notes: [tree.proofs(0), tree.proofs(1), tree.proofs(2)].flat() }));
    assert.equal(alice.holdings.get(COIN), 9n + 1n + 2n + 3n);
    assert.notEqual(alice.redeemed.root(), ZERO);
  });

  test("an owner that calls needs no signature, as by an operation of L1's queue", async () => {
    const owner = await world.chain.impersonate(computeAddress((await world.register()).key));
    const account = await rich(5n);
    const own = await world.chain.impersonate(computeAddress(account.key));
    const tree = world.plan({ account, payments: [{ to: RECIPIENT, token: COIN, amount: 5n }] });
    const unsigned = [{ ...tree.acts[0]!, signature: "0x" }];
    const by = (signer: typeof own): Promise<unknown> =>
      (world.contract.connect(signer) as Contract).getFunction("post").staticCall(tree.leaves, unsigned);
    await assertReverts(by(owner), "HeldAccounts", "NothingListed");
    const before = await balanceOf(RECIPIENT);
    await world.chain.send(world.contract.connect(own) as Contract, "post", tree.leaves, unsigned);
    assert.equal(await balanceOf(RECIPIENT), before + 5n);
  });
});
