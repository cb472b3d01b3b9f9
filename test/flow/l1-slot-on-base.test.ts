import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, JsonRpcProvider } from "ethers";
import { l1StorageAbi } from "../../src/ground/abi/l1-storage.ts";
import { forwardL1Slot, storedL1Slot } from "../../src/ecosystem/client/messages/l1-slot-on-base.ts";
import { loadL1Slot, noteL1Block, viewL1Slot, type L1SlotRequest } from "../../src/ecosystem/client/messages/l1-slot.ts";
import { deployL1Storage, L1_STORAGE_ADDRESS } from "../../src/ecosystem/client/messages/l1-storage-contract.ts";
import type { AskingProviderOf } from "../../src/ecosystem/client/messages/remote-slot.ts";
import { bringRoot } from "../../src/ecosystem/client/queue/l1-word.ts";
import { senderOn, submit } from "../../src/ecosystem/client/sending/submit.ts";
import { transactionRootRegistryAbi } from "../../src/ground/abi/transaction-root-registry.ts";
import { deploy } from "../client/support.ts";
import { ALICE, clientOf, RELAYER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";
import { balanceSlot } from "./support/l1-slot.ts";

const [A, X] = [271, 271 + 2 ** 32];
const registry = new Interface(transactionRootRegistryAbi);
const storage = new Interface(l1StorageAbi);

describe("C13: a chain on a chain reads a slot of L1 from its base's record", () => {
  let devnet: FlowDevnet;
  let clients: ReadonlyMap<number, JsonRpcProvider>;
  let coin: string;
  let alice: string;
  before(async () => {
    const chains = [
      { chainId: BigInt(A), name: "alpha" },
      { chainId: BigInt(X), name: "x", settlesOn: "alpha" },
    ];
    devnet = await startFlowDevnet(chains, { ...UNPROVEN, relayer: true, singletons: true, fundedAccounts: [ALICE, RELAYER] });
    const l1 = new JsonRpcProvider(devnet.info().l1.url, undefined, { cacheTimeout: -1 });
    clients = new Map([...devnet.chains.map((chain) => [Number(chain.chainId), clientOf(chain)] as const), [0, l1] as const]);
    alice = devnet.accounts.wallet(ALICE).address;
    coin = await deploy(on(0), "PlainToken", [alice], 100n);
  });
  after(async () => {
    for (const client of clients.values()) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const clientOn = (chainId: number): JsonRpcProvider => clients.get(chainId) ?? clients.get(0)!;
  const providerOf: AskingProviderOf = clientOn;
  const on = (chainId: number) => devnet.accounts.wallet(ALICE).connect(clientOn(chainId));
  const slotOn = (chainId: number): L1SlotRequest => ({ on: chainId, account: coin, slot: balanceSlot(alice) });
  const note = async (): Promise<number> => {
    const number = await clientOn(0).getBlockNumber();
    await noteL1Block(devnet.info(), number, on(0));
    await bringRoot(devnet.info(), A, on(0));
    await devnet.relay();
    return number;
  };

  test("a base refuses noteBlock, and the chain on the base refuses proofs of L1, each by name", async () => {
    for (const id of [A, X]) await deployL1Storage(devnet.info(), id, on(id));
    const base = devnet.info().chains.find(({ chainId }) => chainId === X)!.settlesOn!;
    const sender = await senderOn(on(A), base);
    const data = registry.encodeFunctionData("noteBlock", [await clientOn(A).getBlockNumber()]);
    await assert.rejects(submit(sender, { to: base.contracts.roots, data }), { code: "Refused", message: /NotOnL1/ });
    await assert.rejects(viewL1Slot(devnet.info(), slotOn(X), providerOf), {
      code: "OtherSettlementLayer",
      message: /forwardL1Slot/,
    });
  });

  test("the base's stored state arrives through the chain's queue, without payment, and a newer one replaces it", async () => {
    const forward = () => forwardL1Slot(devnet.info(), slotOn(X), on(A));
    const stored = () => storedL1Slot(slotOn(X), clientOn(X));
    await assert.rejects(forward(), { code: "Refused", message: /NothingStored/ });
    await assert.rejects(forwardL1Slot(devnet.info(), slotOn(A), on(A)), { code: "OtherSettlementLayer" });
    const number = await note();
    const loaded = await loadL1Slot(devnet.info(), slotOn(A), on(A), providerOf);
    assert.equal(await stored(), undefined);
    const hash = await forward();
    await devnet.relay();
    const receipt = await clientOn(X).getTransactionReceipt(hash);
    assert.equal(receipt?.status, 1);
    assert.ok(receipt.gasUsed < 90_000n, `${receipt.gasUsed} gas of 100,000`);
    const { blockNumber, timestamp } = loaded;
    assert.deepEqual(await stored(), { value: 100n, blockNumber, timestamp, contract: L1_STORAGE_ADDRESS });
    assert.equal(blockNumber, BigInt(number));

    const token = new Interface(["function transfer(address,uint256) returns (bool)"]);
    const data = token.encodeFunctionData("transfer", [devnet.accounts.wallet(RELAYER).address, 30n]);
    await (await on(0).sendTransaction({ to: coin, data })).wait();
    await note();
    await loadL1Slot(devnet.info(), slotOn(A), on(A), providerOf);
    await forward();
    await devnet.relay();
    assert.equal((await stored())?.value, 70n);
  });

  test("no account of the chain delivers a state", async () => {
    const data = storage.encodeFunctionData("deliver", [coin, 0n, { value: 1n, blockNumber: 2n ** 63n, timestamp: 2n ** 63n }]);
    const chain = devnet.info().chains.find(({ chainId }) => chainId === X)!;
    const sender = await senderOn(on(X), chain);
    await assert.rejects(submit(sender, { to: L1_STORAGE_ADDRESS, data }), { code: "Refused", message: /NotTheBase/ });
  });
});
