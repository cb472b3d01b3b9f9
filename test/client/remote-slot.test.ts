import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, JsonRpcProvider } from "ethers";
import { crossChainViewsAbi } from "../../src/ground/abi/cross-chain-views.ts";
import {
  loadSlot,
  viewSlot,
  type AskingProviderOf,
  type RemoteSlotRequest,
} from "../../src/ecosystem/client/messages/remote-slot.ts";
import { fromHex, keccak, wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { deploy, startClientEcosystem, type ClientEcosystem } from "./support.ts";

const ALICE = 1;
const STRANGER: Hex = "0x00000000000000000000000000000000000a11ce";
const token = new Interface(["function transfer(address,uint256) returns (bool)"]);
const messenger = new Interface(["function sendToL1(bytes) returns (bytes32)"]);
const views = new Interface(crossChainViewsAbi);

/** Slot of an account's balance: mapping `balanceOf` is the token's first variable. */
const balanceSlot = (account: string): bigint => BigInt(keccak(fromHex(wordToHex(BigInt(account)), 32), new Uint8Array(32)));

describe("C5: a slot of a contract on another chain", () => {
  let ecosystem: ClientEcosystem;
  let providerOf: AskingProviderOf;
  let l1: JsonRpcProvider;
  let contract: Hex;
  let alice: string;
  const slotOf = (account: string, batch?: bigint): RemoteSlotRequest => ({
    on: "b",
    chain: "a",
    contract,
    slot: balanceSlot(account),
    batch,
  });
  const seen = (request: RemoteSlotRequest, from = providerOf) => viewSlot(ecosystem.info, request, from);
  const pay = async (amount: bigint): Promise<void> => {
    const data = token.encodeFunctionData("transfer", [STRANGER, amount]);
    await (await ecosystem.on("a", ALICE).sendTransaction({ to: contract, data })).wait();
    // A chain imports roots of batches that said something.
    const word = messenger.encodeFunctionData("sendToL1", ["0x11"]);
    await (await ecosystem.on("a", ALICE).sendTransaction({ to: PREDEPLOYS.L1Messenger, data: word })).wait();
    await ecosystem.moveOn();
  };

  before(async () => {
    ecosystem = await startClientEcosystem();
    // Each query reads L1 again, because ethers would otherwise answer from memory for a quarter of a second.
    l1 = new JsonRpcProvider(ecosystem.info.l1.url, undefined, { cacheTimeout: -1 });
    const chains = ecosystem.provider as AskingProviderOf;
    providerOf = (chainId) => (chainId === ecosystem.info.l1.chainId ? l1 : chains(chainId));
    alice = ecosystem.on("a", ALICE).address;
    contract = await deploy(ecosystem.on("a", ALICE), "PlainToken", [alice], 100n);
    await ecosystem.moveOn();
  });
  after(async () => {
    l1.destroy();
    await ecosystem.close();
  });

  test("is read at two batches, is 0 where it was never written, and is kept for the contracts of the chain that reads", async () => {
    const first = await seen(slotOf(alice));
    assert.equal(first.value, 100n);
    const never = await seen(slotOf(STRANGER));
    assert.deepEqual([never.value, never.proof.isWritten], [0n, false]);

    await pay(30n);
    const second = await seen(slotOf(alice));
    assert.equal(second.value, 70n);
    assert.equal((await seen(slotOf(STRANGER))).value, 30n);
    assert.ok(second.batchNumber > first.batchNumber);
    assert.equal((await seen(slotOf(alice, first.batchNumber))).value, 100n);

    const loaded = await loadSlot(ecosystem.info, slotOf(alice), ecosystem.on("b", ALICE), providerOf);
    const data = views.encodeFunctionData("read", [271n, contract, balanceSlot(alice), loaded.executedAt, []]);
    const kept = await ecosystem.provider(272).call({ to: PREDEPLOYS.CrossChainViews, data });
    const [{ value, batchNumber }] = views.decodeFunctionResult("read", kept) as unknown as [Record<string, bigint>];
    assert.deepEqual([value, batchNumber], [70n, second.batchNumber]);
  });

  test("an empty one that was written before reads as 0, with its own leaf", async () => {
    const left = (await seen(slotOf(alice))).value;
    await pay(left);
    const spent = await seen(slotOf(alice));
    assert.deepEqual([spent.value, spent.proof.isWritten], [0n, true]);
  });

  test("a batch that L1 has not executed is refused by name, and so is a node that lies", async () => {
    const next = (await seen(slotOf(alice))).batchNumber + 1n;
    await assert.rejects(seen(slotOf(alice, next)), { code: "NotImported", message: /b cannot see batch \d+ of a yet/ });
    const lying: AskingProviderOf = (chainId) => {
      const honest = providerOf(chainId);
      if (chainId !== 271) return honest;
      const send = async (method: string, params: unknown[]): Promise<unknown> => {
        const answer = (await honest.send(method, params)) as { readonly storageProof: readonly Record<string, object>[] };
        const [shown] = answer.storageProof;
        const value = wordToHex(10n ** 6n);
        return { ...answer, storageProof: [{ ...shown, value, leaf: { ...shown?.["leaf"], value } }] };
      };
      return Object.assign(Object.create(honest) as typeof honest, { send });
    };
    await assert.rejects(seen(slotOf(STRANGER), lying), { code: "Refused", message: /StateRootMismatch/ });
  });
});
