import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, type BaseContract } from "ethers";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { decodeL1Call } from "../../../src/ground/protocol/l1-call.ts";
import { aliasOf } from "../../../src/ground/protocol/address-alias.ts";
import { TestChain } from "./support/chain.ts";
import { as, defaultConfiguration, eventsOf, hexAddress, send, view } from "./support/ecosystem.ts";
import { assertReverts } from "./support/errors.ts";
import { activateExit } from "./support/exits.ts";
import { ALICE, BOB, executionOf, hashOf, startL1Calls, type L1CallsWorld } from "./support/l1-calls.ts";

const target = new Interface(["function double(uint256) payable returns (uint256)"]);
const double = (argument: bigint): Hex => target.encodeFunctionData("double", [argument]) as Hex;

describe("accounts of chains' senders on L1", () => {
  let world: L1CallsWorld;
  let called: BaseContract;
  let to: Hex;
  before(async () => {
    world = await startL1Calls();
    called = await world.ecosystem.l1.deploy("CallTarget");
    to = await hexAddress(called);
  });
  after(() => world.ecosystem.l1.close());

  const [A, B] = [0, 1] as const;
  const chain = (index: 0 | 1) => world.chains[index]!;
  const balanceOf = (account: string): Promise<bigint> => world.ecosystem.l1.ethers.provider.getBalance(account);

  test("anyone has a call made by the sender's account, with its value, and what it returns comes back", async () => {
    const [call] = await world.settle(chain(A), { to, data: double(4n), value: 7n });
    const account = world.accountOf(chain(A));
    assert.equal((await view<string>(world.accounts, "accountOf", 271n, ALICE)).toLowerCase(), account);
    await assertReverts(world.execute(call!), "BalanceTooLow(7, 0)");
    await world.fund(account, 10n);
    const result = await view<string>(world.accounts, "execute", ...executionOf(call!));
    assert.equal(BigInt(result), 8n);
    const receipt = await world.execute(call!, { by: 7 });
    const [made] = eventsOf(called, receipt, "Called");
    assert.deepEqual(
      [...made!.args].map((value) => String(value).toLowerCase()),
      [account, "4", "7"],
    );
    const [executed] = eventsOf(world.accounts, receipt, "CallExecuted");
    assert.deepEqual(
      [...executed!.args].map((value) => String(value).toLowerCase()),
      [account, String(call!.batchNumber), "0", hashOf(call!)],
    );
    const [opened] = eventsOf(world.accounts, receipt, "AccountOpened");
    assert.deepEqual(
      [...opened!.args].map((value) => String(value).toLowerCase()),
      ["271", ALICE, account],
    );
    assert.equal(await balanceOf(account), 3n);
    assert.ok(await world.isClosed(chain(A), call!));
  });

  test("each sender of each chain has a separate account, which is opened once", async () => {
    const places = [
      [chain(A), ALICE],
      [chain(A), BOB],
      [chain(B), ALICE],
    ] as const;
    assert.equal(new Set(places.map(([where, sender]) => world.accountOf(where, sender))).size, 3);
    for (const [where, sender] of places) {
      const calls = await world.settle(where, { sender, to, data: double(2n) }, { sender, to, data: double(2n) });
      for (const [i, call] of calls.entries()) {
        const receipt = await world.execute(call);
        const [made] = eventsOf(called, receipt, "Called");
        assert.equal(String(made!.args[0]).toLowerCase(), world.accountOf(where, sender));
        const isFirst = i === 0 && !(where === chain(A) && sender === ALICE);
        assert.equal(eventsOf(world.accounts, receipt, "AccountOpened").length, isFirst ? 1 : 0);
      }
    }
  });

  test("a call that reverts changes nothing, tells what it reverted with, and is made later", async () => {
    const door = await world.ecosystem.l1.deploy("Door");
    const data = door.interface.encodeFunctionData("enter") as Hex;
    const [call] = await world.settle(chain(A), { to: await hexAddress(door), data });
    const closed = door.interface.encodeErrorResult("Closed");
    for (let attempt = 0; attempt < 2; attempt++) await assertReverts(world.execute(call!), `CallFailed(${closed})`);
    assert.equal(await world.isClosed(chain(A), call!), false);
    await send(door, "open");
    assert.equal(eventsOf(door, await world.execute(call!), "Entered").length, 1);
    await assertReverts(world.execute(call!), `CallClosed(${world.accountOf(chain(A))}, ${call!.batchNumber}, 0)`);
  });

  test("the message's last second is the last at which it is made", async () => {
    const { provider } = world.ecosystem.l1.ethers;
    const lastSecond = (await world.ecosystem.latestTimestamp()) + 1_000n;
    const [first, second] = await world.settle(
      chain(A),
      { to, data: double(2n), lastSecond },
      { to, data: double(2n), lastSecond },
    );
    await provider.send("evm_setNextBlockTimestamp", [Number(lastSecond)]);
    await world.execute(first!);
    await provider.send("evm_setNextBlockTimestamp", [Number(lastSecond) + 1]);
    await provider.send("evm_mine", []);
    const error = `CallExpired(${lastSecond}, ${lastSecond + 1n})`;
    await assertReverts(world.accounts.getFunction("execute").staticCall(...executionOf(second!), { blockTag: "latest" }), error);
  });

  test("a sender cancels one of its calls by another, and no other account can", async () => {
    const [wanted] = await world.settle(chain(A), { to, data: double(2n) });
    const cancel = world.accounts.interface.encodeFunctionData("cancel", [wanted!.batchNumber, wanted!.index]) as Hex;
    const here = await hexAddress(world.accounts);
    // A stranger's account, and a stranger itself, close what is theirs alone: nothing.
    const [strange] = await world.settle(chain(A), { sender: BOB, to: here, data: cancel });
    await world.execute(strange!);
    await send(world.accounts, "cancel", wanted!.batchNumber, wanted!.index);
    assert.equal(await world.isClosed(chain(A), wanted!), false);
    const [own] = await world.settle(chain(A), { to: here, data: cancel });
    const receipt = await world.execute(own!);
    assert.equal(eventsOf(world.accounts, receipt, "CallCanceled").length, 1);
    const closed = `CallClosed(${world.accountOf(chain(A))}, ${wanted!.batchNumber}, 0)`;
    await assertReverts(world.execute(wanted!), closed);
    await assertReverts(
      send(world.accounts, "cancel", 0n, 0n).then(() => send(world.accounts, "cancel", 0n, 0n)),
      "CallClosed",
    );
  });

  test("coins go to any account, tokens and coins that reach the account later are its sender's to move", async () => {
    const account = world.accountOf(chain(B), BOB);
    const token = await world.ecosystem.l1.deploy("TokenDouble");
    await send(token, "mint", account, 50n);
    await world.fund(account, 9n);
    const recipient: Hex = `0x${"7e".repeat(20)}`;
    const data = token.interface.encodeFunctionData("transfer", [recipient, 20n]) as Hex;
    const calls = await world.settle(
      chain(B),
      { sender: BOB, to: recipient, value: 9n },
      { sender: BOB, to: await hexAddress(token), data },
    );
    for (const call of calls) await world.execute(call);
    assert.equal(await balanceOf(recipient), 9n);
    assert.deepEqual(
      [await view<bigint>(token, "balanceOf", recipient), await view<bigint>(token, "balanceOf", account)],
      [20n, 30n],
    );
  });

  test("a call of an address without code waits until there is a contract", async () => {
    const nothing: Hex = `0x${"de".repeat(20)}`;
    const [call] = await world.settle(chain(A), { to: nothing, data: double(2n) });
    await assertReverts(world.execute(call!), `NoContract(${nothing})`);
    const code = await world.ecosystem.l1.ethers.provider.getCode(to);
    await world.ecosystem.l1.ethers.provider.send("hardhat_setCode", [nothing, code]);
    await world.execute(call!);
  });

  test("the layout is what clients write: field by field", async () => {
    const wanted = {
      nonce: 2n ** 128n - 1n,
      lastSecond: 2n ** 64n - 2n,
      gasLimit: 123n,
      value: 5n,
      to,
      data: double(6n),
    } as const;
    const [call] = await world.settle(chain(A), wanted);
    const { data } = call!.message;
    const here = (await hexAddress(world.accounts)).slice(2);
    const hex = (value: bigint, bytes: number): string => value.toString(16).padStart(2 * bytes, "0");
    // By hand, of the interface's text.
    const byHand = `0x5b636415${hex(world.ecosystem.chainId, 8)}${here}${"f".repeat(32)}${"f".repeat(15)}e${hex(123n, 8)}${hex(5n, 32)}${to.slice(2)}${double(6n).slice(2)}`;
    assert.equal(data, byHand);
    const l1ChainId = world.ecosystem.chainId;
    assert.deepEqual(decodeL1Call(Buffer.from(data.slice(2), "hex")), { l1ChainId, accounts: `0x${here}`, ...wanted });
    assert.equal(decodeL1Call(Buffer.from(data.slice(2), "hex").subarray(0, 115)), undefined);
  });

  test("after a chain has stopped, its sender moves its account directly; a contract the account of its alias; and none another account", async () => {
    const { ecosystem, accounts } = world;
    const [sender, stranger] = [ecosystem.accounts[3]!, ecosystem.accounts[4]!];
    const address = sender.address.toLowerCase() as Hex;
    const requesting = await ecosystem.l1.deploy("RequestingContract");
    const contract = await hexAddress(requesting);
    const stopping = await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, 273n));
    await world.settle(stopping, { to, data: double(2n) });
    const [own, ofContract] = [world.accountOf(stopping, address), world.accountOf(stopping, aliasOf(273n, contract))];
    const ofNamesake = world.accountOf(stopping, contract);
    for (const account of [own, ofContract, ofNamesake]) await world.fund(account, 10n);
    const call = (chainId: bigint, value: bigint, data = double(4n)): Parameters<typeof send> => {
      return [as(accounts, sender), "executeAfterExit", chainId, to, value, data];
    };
    await assertReverts(send(...call(273n, 4n)), "ChainNotStopped(273)");
    await assertReverts(send(...call(999n, 4n)), "ChainNotStopped(999)");
    await stopping.request();
    await activateExit(ecosystem, stopping);
    const receipt = await send(...call(273n, 4n));
    const [made] = eventsOf(called, receipt, "Called");
    assert.deepEqual(
      [...made!.args].map((value) => String(value).toLowerCase()),
      [own, "4", "4"],
    );
    const [executed] = eventsOf(accounts, receipt, "OwnCallExecuted");
    assert.deepEqual(
      [...executed!.args].map((value) => String(value).toLowerCase()),
      [own, to, "4"],
    );
    await assertReverts(send(...call(273n, 7n)), "BalanceTooLow(7, 6)");
    await assertReverts(send(...call(271n, 0n)), "ChainNotStopped(271)");
    // A stranger has a separate account, which is empty; and a contract at the address of a chain's account is not that
    // account.
    await assertReverts(send(as(accounts, stranger), "executeAfterExit", 273n, to, 1n, double(4n)), "BalanceTooLow(1, 0)");
    const data = accounts.interface.encodeFunctionData("executeAfterExit", [273n, to, 10n, double(4n)]);
    await send(requesting, "call", await hexAddress(accounts), data);
    assert.deepEqual([await balanceOf(own), await balanceOf(ofContract), await balanceOf(ofNamesake)], [6n, 0n, 10n]);
  });
});
