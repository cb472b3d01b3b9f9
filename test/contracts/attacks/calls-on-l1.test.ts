import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, type BaseContract } from "ethers";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { ETH, eventsOf, hexAddress, send, view } from "../l1/support/ecosystem.ts";
import { assertReverts, errorOf } from "../l1/support/errors.ts";
import { ALICE, BOB, executionOf, startL1Calls, type L1CallsWorld, type PlacedCall } from "../l1/support/l1-calls.ts";

const target = new Interface(["function double(uint256) payable returns (uint256)"]);
const ZERO = `0x${"00".repeat(32)}`;
const data = target.encodeFunctionData("double", [4n]) as Hex;

describe("attacks on calls of L1", () => {
  let world: L1CallsWorld;
  let to: Hex;
  before(async () => {
    world = await startL1Calls();
    to = await hexAddress(await world.ecosystem.l1.deploy("CallTarget"));
  });
  after(() => world.ecosystem.l1.close());

  const [A, B] = [0, 1] as const;
  const chain = (index: 0 | 1) => world.chains[index]!;
  const notProven = ({ chainId, batchNumber, index }: PlacedCall) => `CallNotProven(${chainId}, ${batchNumber}, ${index})`;

  test("a call is made once: not again, not by another index, not from inside the contract that it calls", async () => {
    const reentrant = await world.ecosystem.l1.deploy("Reentrant");
    const account = world.accountOf(chain(A));
    await world.fund(account, 2n);
    const toReentrant = { to: await hexAddress(reentrant), value: 1n, gasLimit: 500_000n };
    const [first, other] = await world.settle(chain(A), toReentrant, toReentrant);
    const again = world.accounts.interface.encodeFunctionData("execute", executionOf(first!));
    await send(reentrant, "prepare", await world.accounts.getAddress(), again);
    const reentered = world.accounts.interface.encodeErrorResult("Reentered");
    // Neither this call nor one that was not made yet: while one runs, no other does.
    for (const call of [first!, other!]) {
      const next = world.accounts.interface.encodeFunctionData("execute", executionOf(other!));
      await send(reentrant, "prepare", await world.accounts.getAddress(), next);
      const [tried] = eventsOf(reentrant, await world.execute(call), "Tried");
      assert.deepEqual([...tried!.args], [false, reentered]);
    }
    const closed = `CallClosed(${account}, ${first!.batchNumber}, 0)`;
    await assertReverts(world.execute(first!), closed);
    await assertReverts(world.execute({ ...first!, index: 0x4000 }), "LogIndexTooLarge");
    await assertReverts(world.execute({ ...first!, batchNumber: first!.batchNumber + (1n << 64n) }), "CallNotProven");
    const message = { ...first!.message, txNumberInBatch: 3 };
    await assertReverts(world.execute({ ...first!, message }), closed);
    assert.equal(await world.ecosystem.l1.ethers.provider.getBalance(account), 0n);
  });

  test("the same words of another sender, or of a sender on another chain, move that one's account alone", async () => {
    const nonce = 77n;
    const [own] = await world.settle(chain(A), { to, data, nonce });
    const [copy] = await world.settle(chain(A), { sender: BOB, to, data, nonce });
    const [elsewhere] = await world.settle(chain(B), { to, data, nonce });
    assert.equal(own!.message.data, copy!.message.data);
    const interfaceOf = new Interface(["event Called(address caller, uint256 argument, uint256 value)"]);
    for (const [call, where, sender] of [
      [copy!, chain(A), BOB],
      [elsewhere!, chain(B), ALICE],
    ] as const) {
      const receipt = await world.execute(call);
      const log = receipt.logs.find(({ address }) => address.toLowerCase() === to)!;
      assert.equal(String(interfaceOf.parseLog(log)!.args[0]).toLowerCase(), world.accountOf(where, sender));
    }
    // Another sender's name, or another chain's, on a message is proven by nothing.
    await assertReverts(world.execute({ ...copy!, message: own!.message }), notProven(copy!));
    await assertReverts(
      world.execute({ ...elsewhere!, chainId: 271n, batchNumber: own!.batchNumber, message: copy!.message }),
      "CallNotProven",
    );
    await assertReverts(world.execute({ ...own!, chainId: 273n }), "UnknownChain");
    await world.execute(own!);
  });

  test("ignores a message of a batch that is not executed", async () => {
    const { calls, prove, finish } = await world.commit(chain(A), { to, data });
    await assertReverts(world.execute(calls[0]!), notProven(calls[0]!));
    await prove();
    await assertReverts(world.execute(calls[0]!), notProven(calls[0]!));
    await finish();
    await world.execute(calls[0]!);
  });

  test("a message for another L1, another contract, or of another form is refused before it is proven", async () => {
    const stranger = await hexAddress(
      await world.ecosystem.l1.deploy("ChainAccounts", await hexAddress(world.ecosystem.factory)),
    );
    const foreign = await world.settle(
      chain(A),
      { to, data, l1ChainId: world.ecosystem.chainId + 1n },
      { to, data, accounts: stranger },
    );
    for (const call of foreign) await assertReverts(world.execute(call), "NotACallHere");
    const [good] = await world.settle(chain(A), { to, data });
    const withData = (text: string): PlacedCall => ({ ...good!, message: { ...good!.message, data: text as Hex } });
    await assertReverts(world.execute(withData(good!.message.data.slice(0, 2 + 2 * 115))), "MessageTooShort(116, 115)");
    await assertReverts(world.execute(withData("0x")), "MessageTooShort(116, 0)");
    await assertReverts(world.execute(withData(good!.message.data.replace("5b636415", "5b636416"))), "NotACallHere");
    // One bit more or less is another message.
    await assertReverts(world.execute(withData(`${good!.message.data}00`)), notProven(good!));
    await world.execute(good!);
  });

  test("no gas with which a call is brought makes it do less: it gets what its message names, or nothing happens", async () => {
    const reporter = await world.ecosystem.l1.deploy("GasWitness");
    const given = new Interface(["event Given(uint256)"]);
    const place = { to: await hexAddress(reporter), gasLimit: 300_000n };
    await world.fund(world.accountOf(chain(B), BOB), 100n);
    const long = `0x${"00".repeat(20_000)}` as Hex;
    const variants = [{}, { data: "0x01" }, { data: long }, { data: long, value: 1n }, { value: 1n }] as const;
    for (const [number, variant] of variants.entries()) {
      const [call] = await world.settle(chain(B), { sender: BOB, ...place, ...variant });
      let [low, high] = [100_000n, 3_000_000n];
      // The least gas with which it goes through: what the target got with it.
      while (high - low > 500n) {
        const gasLimit = (low + high) / 2n;
        const works = await world.accounts
          .getFunction("execute")
          .staticCall(...executionOf(call!), { gasLimit })
          .then(() => true)
          .catch(() => false);
        if (works) high = gasLimit;
        else low = gasLimit;
      }
      await assertReverts(
        world.accounts.getFunction("execute").staticCall(...executionOf(call!), { gasLimit: high - 2_000n }),
        "NotEnoughGas",
      );
      const receipt = await world.execute(call!, { gasLimit: high });
      const log = receipt.logs.find(({ address }) => address.toLowerCase() === place.to)!;
      const got = BigInt(String(given.parseLog(log)!.args[0]));
      // Less the few instructions before the contract looks.
      assert.ok(got >= 300_000n - 100n && got < 325_000n, `variant ${number}: ${got}`);
    }
  });

  test("a contract that does less for too little gas does all, whatever gas a stranger chooses", async () => {
    const swallowing = await world.ecosystem.l1.deploy("Swallowing");
    const run = swallowing.interface.encodeFunctionData("run") as Hex;
    const order = { to: await hexAddress(swallowing), data: run, gasLimit: 300_000n };
    for (const gasLimit of [250_000n, 320_000n, 350_000n, 400_000n, 450_000n, 600_000n]) {
      const [call] = await world.settle(chain(A), order);
      const receipt = await world.execute(call!, { gasLimit }).catch(() => undefined);
      if (receipt === undefined) {
        assert.equal(await world.isClosed(chain(A), call!), false);
        continue;
      }
      const [done] = eventsOf(swallowing, receipt, "Done");
      assert.deepEqual([...done!.args], [true], String(gasLimit));
    }
  });

  test("a contract around the call that holds the target's lock spoils nothing: the call is made later", async () => {
    const door = await world.ecosystem.l1.deploy("Door");
    await send(door, "open");
    const [call] = await world.settle(chain(A), {
      to: await hexAddress(door),
      data: door.interface.encodeFunctionData("enter") as Hex,
    });
    const execution = world.accounts.interface.encodeFunctionData("execute", executionOf(call!));
    await send(door, "callInside", await world.accounts.getAddress(), execution);
    assert.equal(await world.isClosed(chain(A), call!), false);
    await world.execute(call!);
  });

  test("an account has no rights at the bridge, the factory, the roots, itself and other accounts", async () => {
    const { bridge, factory, roots, settings } = world.ecosystem;
    const victim = world.accountOf(chain(B), ALICE);
    await world.fund(victim, 5n);
    const [opening] = await world.settle(chain(B), { to: BOB, value: 1n });
    await world.execute(opening!);
    const account = await world.ecosystem.l1.ethers.getContractAt("ChainAccount", victim);
    const hyperchain = chain(A).contract;
    const take = account.interface.encodeFunctionData("execute", [BOB, 1n, 0n, "0x"]);
    const configuration = [...(await view<Iterable<unknown>>(hyperchain, "getConfiguration"))];
    const words = { oldStateRoot: ZERO, newStateRoot: ZERO, partition: ZERO, extensions: ZERO, refused: ZERO };
    const numbers = { lastBlock: 0n, lastTimestamp: 0n, executedAt: 0n, provenSince: 0n, firstTimestamp: 0n };
    const record = { protocolVersion: 1n, ...words, ...numbers };
    const attempts: readonly (readonly [BaseContract, string, string, readonly unknown[]])[] = [
      [bridge, "OnlyFactory", "depositBaseToken", [271n, ETH, BOB, 5n]],
      [bridge, "OnlyFactory", "bridgehubDeposit", [271n, BOB, 0n, "0x01"]],
      [bridge, "NotTheChain", "applyFlows", [271n, 0n, 0n, []]],
      [settings, "OnlyFactory", "configure", [configuration]],
      [hyperchain, "OnlyFactory", "initialize", [9n, BOB, 0]],
      [roots, "NotTheChain", "append", [271n, 0n, ZERO, record]],
      [factory, "ChainIdTaken", "createChain", [configuration, ZERO]],
      [account as unknown as BaseContract, "CallerNotAllowed", "execute", [BOB, 1n, 0n, "0x"]],
    ];
    for (const [contract, error, name, args] of attempts) {
      const attack = contract.interface.encodeFunctionData(name, args) as Hex;
      const [call] = await world.settle(chain(A), { to: await hexAddress(contract), data: attack });
      const [, revertData = "0x"] = /^CallFailed\((0x[0-9a-f]*)\)$/.exec(await errorOf(world.execute(call!))) ?? [];
      assert.equal(contract.interface.parseError(revertData)?.name, error, name);
    }
    const self = world.accountOf(chain(A));
    const [own] = await world.settle(chain(A), { to: self, data: take as Hex });
    await assertReverts(world.execute(own!), "CallFailed");
    const message = `CallerNotAllowed(${await hexAddress(world.accounts)}, ${world.ecosystem.accounts[0]!.address.toLowerCase()})`;
    await assertReverts(send(account as unknown as BaseContract, "execute", BOB, 1n, 0n, "0x"), message);
    assert.equal(await world.ecosystem.l1.ethers.provider.getBalance(victim), 4n);
  });

  test("what a call returns or reverts with cannot be so long that it fails for that", async () => {
    const long = await hexAddress(await world.ecosystem.l1.deploy("CallTarget"));
    const answer = new Interface(["function longAnswer(uint256) returns (bytes)"]);
    const [call] = await world.settle(chain(A), {
      to: long,
      data: answer.encodeFunctionData("longAnswer", [50_000n]) as Hex,
      gasLimit: 200_000n,
    });
    await world.execute(call!, { gasLimit: 2_000_000n });
    assert.ok(await world.isClosed(chain(A), call!));
  });
});
