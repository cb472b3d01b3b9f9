import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { Contract, TransactionReceipt } from "ethers";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { attribute, eventsOf, interoperable, messagesOf } from "../l2/support/bundles.ts";
import { callStarter, startInteropFixture, type InteropFixture, type SentBundle } from "../l2/support/interop-fixture.ts";
import type { SimulatedChain } from "../l2/support/ecosystem.ts";
import { assertReverts } from "../l2/support/revert-reason.ts";

const REWARD = 1_000n;
const [UNRECEIVED, EXECUTED, FAILED] = [0n, 1n, 2n];
/** The user that has the code of a contract (EIP-7702). */
const DELEGATED = 3;

// A caller of a delivery from inside its target can choose that it fails: the target is locked, or half-way through a
// change.
describe("deliveries that are made to fail from inside their target", () => {
  let fixture: InteropFixture;
  let a: SimulatedChain;
  let b: SimulatedChain;
  /** Takes messages on b, and sends bundles and hears of them on a. */
  const pools: Contract[] = [];
  const borrowers: Contract[] = [];
  const creating: Contract[] = [];
  before(async () => {
    fixture = await startInteropFixture();
    ({ a, b } = fixture);
    for (const chain of [a, b]) {
      const deploy = async (name: string, ...args: unknown[]) =>
        (await chain.ethers.deployContract(name, args)) as unknown as Contract;
      pools.push(await deploy("LendingPool"));
      borrowers.push(await deploy("Borrower", PREDEPLOYS.InteropHandler));
      creating.push(await deploy("CreatingBorrower", PREDEPLOYS.InteropHandler));
      const delegation = `0xef0100${(await borrowers.at(-1)!.getAddress()).slice(2)}`;
      await chain.ethers.provider.send("hardhat_setCode", [chain.users[DELEGATED]!.address, delegation]);
    }
  });
  beforeEach(() => fixture.ecosystem.settle());
  after(() => fixture.ecosystem.close());

  /** Ways to be inside a target on one of the chains: who delivers, and how. */
  const insiders = async (i: number): Promise<[string, Contract][]> => {
    const chain = [a, b][i]!;
    const delegated = chain.users[DELEGATED]!;
    return [
      ["a contract", borrowers[i]!],
      ["a contract that is being created", creating[i]!],
      [
        "an account with a key and code",
        (await chain.ethers.getContractAt("Borrower", delegated.address, delegated)) as unknown as Contract,
      ],
    ];
  };

  /** Sends a message to the pool on b, and its outcome to the pool on a. */
  async function sendToPool(payload: string, ...attributes: string[]): Promise<SentBundle> {
    const call = callStarter(interoperable(b.chainId, await pools[1]!.getAddress()), payload);
    const all = [attribute("relayerReward", REWARD), attribute("callback", 100_000n, REWARD), ...attributes];
    const args = [PREDEPLOYS.InteropCenter, interoperable(b.chainId), [call], all, { value: 2n * REWARD }];
    const bundle = fixture.bundleOf(await a.send(pools[0]!, "send", ...args));
    await fixture.ecosystem.settle();
    return bundle;
  }

  async function delivery(bundle: SentBundle): Promise<string> {
    return (await fixture.handler(b)).interface.encodeFunctionData("executeBundle", bundle.arguments());
  }

  async function callback(bundle: SentBundle, executed: TransactionReceipt): Promise<string> {
    const report = fixture.ecosystem.prove(messagesOf(executed).at(-1)!.hash);
    return (await fixture.handler(a)).interface.encodeFunctionData("executeCallback", [bundle.body, report]);
  }

  test("a bundle that is spoiled from inside its target's lock stays unreceived, and the spoiler is not paid", async () => {
    const bundle = await sendToPool("0x01");
    for (const [what, insider] of await insiders(1)) {
      const locked = pools[1]!.interface.encodeErrorResult("Locked", []);
      const spoil = insider.getFunction("spoil").staticCall(await pools[1]!.getAddress(), await delivery(bundle));
      // The address of the contract that is created is not known here.
      const args = what === "a contract that is being created" ? undefined : [bundle.hash, await insider.getAddress(), locked];
      await assertReverts(spoil, "InteropHandler", "FailingRunOfContract", args);
      assert.equal(await fixture.statusOf(b, bundle.hash), UNRECEIVED);
    }
    const executed = await fixture.execute(b, bundle);
    assert.equal((await eventsOf(executed, "LendingPool", "Received")).length, 1);
    assert.equal(await fixture.statusOf(b, bundle.hash), EXECUTED);
  });

  test("a callback that is spoiled from inside its listener's lock is still told, and the spoiler is not paid", async () => {
    const bundle = await sendToPool("0x01");
    const executed = await fixture.execute(b, bundle);
    await fixture.ecosystem.settle();
    const told = await callback(bundle, executed);
    for (const [, insider] of await insiders(0)) {
      const spoil = insider.getFunction("spoil").staticCall(await pools[0]!.getAddress(), told);
      await assertReverts(spoil, "InteropHandler", "FailingRunOfContract");
    }
    const relayer = a.users[2]!;
    const before = await fixture.ethBalance(a, relayer.address);
    const receipt = (await (await relayer.sendTransaction({ to: PREDEPLOYS.InteropHandler, data: told })).wait())!;
    assert.deepEqual(await eventsOf(receipt, "LendingPool", "Told"), [[bundle.hash, true]]);
    assert.equal((await fixture.ethBalance(a, relayer.address)) - before + receipt.fee, REWARD);
  });

  test("contracts and accounts with code deliver what succeeds, and are paid for it", async () => {
    for (const [what, deliverer] of await insiders(1)) {
      const bundle = await sendToPool("0x01");
      const before = await fixture.ethBalance(b, await deliverer.getAddress());
      const executed = await b.send(deliverer, "deliver", await delivery(bundle));
      assert.equal((await eventsOf(executed, "LendingPool", "Received")).length, 1, what);
      const paid = (await fixture.ethBalance(b, await deliverer.getAddress())) - before;
      assert.equal(paid + (executed.from === (await deliverer.getAddress()) ? executed.fee : 0n), REWARD);
    }
  });

  test("a failing run of an account without code counts, and is paid", async () => {
    const bundle = await sendToPool("0x01", attribute("gasLimit", 10_000n));
    await assertReverts(
      borrowers[1]!.getFunction("deliver").staticCall(await delivery(bundle)),
      "InteropHandler",
      "FailingRunOfContract",
    );
    const relayer = b.users[2]!.address;
    const before = await fixture.ethBalance(b, relayer);
    const executed = await fixture.execute(b, bundle, 2);
    assert.equal(await fixture.statusOf(b, bundle.hash), FAILED);
    assert.equal((await fixture.ethBalance(b, relayer)) - before + executed.fee, REWARD);
  });

  test("a failing run counts where the contract that makes it is the executor that the sender named", async () => {
    const executor = attribute("executionAddress", interoperable(b.chainId, await borrowers[1]!.getAddress()));
    const bundle = await sendToPool("0x01", attribute("gasLimit", 10_000n), executor);
    await b.send(borrowers[1]!, "deliver", await delivery(bundle));
    assert.equal(await fixture.statusOf(b, bundle.hash), FAILED);
  });

  test("no gas with which a delivery is sent, by an account or a contract, makes it fail for good", async () => {
    const bundle = await sendToPool("0x01", attribute("gasLimit", 400_000n));
    const data = await delivery(bundle);
    const account = b.users[2]!;
    const contract = await borrowers[1]!.getAddress();
    const viaContract = borrowers[1]!.interface.encodeFunctionData("deliver", [data]);
    let snapshot = (await b.ethers.provider.send("evm_snapshot", [])) as string;
    let ended = 0;
    for (let gasLimit = 100_000n; gasLimit < 900_000n; gasLimit += 8_111n) {
      for (const [to, input] of [
        [PREDEPLOYS.InteropHandler, data],
        [contract, viaContract],
      ]) {
        const sent = await account.sendTransaction({ to: to!, data: input!, gasLimit }).then(
          (response) => response.wait(),
          () => null,
        );
        const status = await fixture.statusOf(b, bundle.hash);
        assert.notEqual(status, FAILED, `${gasLimit} gas to ${to}`);
        assert.equal(status, sent?.status === 1 ? EXECUTED : UNRECEIVED);
        if (status === UNRECEIVED) continue;
        ended++;
        await b.ethers.provider.send("evm_revert", [snapshot]);
        snapshot = (await b.ethers.provider.send("evm_snapshot", [])) as string;
      }
    }
    assert.ok(ended > 10, `${ended} runs had enough gas`);
  });
});
