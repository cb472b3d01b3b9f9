import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, JsonRpcProvider } from "ethers";
import hre from "hardhat";
import { knownErrorOf } from "../../src/ecosystem/client/sending/contract-interfaces.ts";
import {
  loadSlot,
  viewSlot,
  type AskingProviderOf,
  type RemoteSlotRequest,
} from "../../src/ecosystem/client/messages/remote-slot.ts";
import { readRemote } from "../../src/ecosystem/client/messages/read-remote.ts";
import { fromHex, keccak, wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { deploy } from "../client/support.ts";
import { byNight } from "../support/nightly.ts";
import { ALICE, clientOf, settleNow, startFlowDevnet, PROVEN_BY_NIGHT, type FlowDevnet } from "./support/devnet.ts";

const [A, B] = [271, 272];
const STRANGER: Hex = "0x00000000000000000000000000000000000a11ce";
const LATER: Hex = "0x00000000000000000000000000000000000a11cf";
const token = new Interface(["function transfer(address,uint256) returns (bool)"]);
const messenger = new Interface(["function sendToL1(bytes) returns (bytes32)"]);

/** Slot by the layout of storage: mapping `balanceOf` is the token's first variable. */
const balanceSlot = (account: string): bigint => BigInt(keccak(fromHex(wordToHex(BigInt(account)), 32), new Uint8Array(32)));

describe(`C5: a contract on B acts on a slot of A, at roots that ${byNight("real proofs have", "L1 has")} settled`, () => {
  let devnet: FlowDevnet;
  let clients: readonly [JsonRpcProvider, JsonRpcProvider];
  let l1: JsonRpcProvider;
  let reader: Interface;
  let [contract, at]: Hex[] = [];
  let alice: string;

  before(async () => {
    devnet = await startFlowDevnet([BigInt(A), BigInt(B)], { ...PROVEN_BY_NIGHT, relayer: true });
    clients = [clientOf(devnet.chains[0]!), clientOf(devnet.chains[1]!)];
    l1 = new JsonRpcProvider(devnet.info().l1.url, undefined, { cacheTimeout: -1 });
    alice = devnet.accounts.wallet(ALICE).address;
    contract = await deploy(on(0), "PlainToken", [alice], 100n);
    at = await deploy(on(1), "SlotReader");
    reader = new Interface((await hre.artifacts.readArtifact("SlotReader")).abi);
    await settle();
  });
  after(async () => {
    for (const client of [...clients, l1]) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const on = (chain: 0 | 1) => devnet.accounts.wallet(ALICE).connect(clients[chain]);
  const providerOf: AskingProviderOf = (chainId) => (chainId === A ? clients[0] : chainId === B ? clients[1] : l1);
  const slotOf = (account: string): RemoteSlotRequest => ({ on: B, chain: A, contract: contract!, slot: balanceSlot(account) });
  /** A batch of A, by night with a real proof, whose root B imports. */
  async function settle(): Promise<void> {
    // A chain imports roots of batches that said something.
    const word = messenger.encodeFunctionData("sendToL1", ["0x11"]);
    await (await on(0).sendTransaction({ to: PREDEPLOYS.L1Messenger, data: word })).wait();
    await settleNow(devnet.chains[0]!);
    await devnet.relay();
  }
  const act = async (name: string, ...args: readonly unknown[]): Promise<void> => {
    await (await on(1).sendTransaction({ to: at!, data: reader.encodeFunctionData(name, args), gasLimit: 8_000_000n })).wait();
  };
  const ask = async (name: string, ...args: readonly unknown[]): Promise<unknown> => {
    const answer = await clients[1].call({ to: at!, data: reader.encodeFunctionData(name, args) });
    return reader.decodeFunctionResult(name, answer)[0];
  };
  const refuses = (error: string, name: string, ...args: readonly unknown[]) =>
    assert.rejects(
      clients[1].call({ to: at!, data: reader.encodeFunctionData(name, args), gasLimit: 8_000_000n }),
      (refused: { readonly data?: Hex }) => knownError(refused.data ?? "0x") === error,
    );
  const knownError = (data: Hex) => (reader.parseError(data) ?? knownErrorOf(data))?.name;

  test("a value, with its proof in the call; once the slot has changed, another at the next root", async () => {
    const first = await viewSlot(devnet.info(), slotOf(alice), providerOf);
    await act("prove", first.batch, contract, balanceSlot(alice), first.proof);
    assert.equal(await ask("seen"), 100n);
    const data = token.encodeFunctionData("transfer", [STRANGER, 30n]);
    await (await on(0).sendTransaction({ to: contract!, data })).wait();
    // The old root shows what was, the next what is.
    assert.equal((await viewSlot(devnet.info(), slotOf(alice), providerOf)).value, 100n);
    await settle();
    const second = await viewSlot(devnet.info(), slotOf(alice), providerOf);
    await act("prove", second.batch, contract, balanceSlot(alice), second.proof);
    assert.equal(await ask("seen"), 70n);
    // The path of one state proves nothing under the root of another.
    await refuses("StateRootMismatch", "prove", second.batch, contract, balanceSlot(alice), first.proof);
  });

  test("a value that is kept there, without a proof; nothing that is older than the caller demands", async () => {
    await refuses("NothingKept", "take", A, contract, balanceSlot(alice), 0n);
    const { executedAt } = await loadSlot(devnet.info(), slotOf(alice), on(1), providerOf);
    await act("take", A, contract, balanceSlot(alice), executedAt);
    assert.equal(await ask("seen"), 70n);
    await refuses("NothingKept", "take", A, contract, balanceSlot(alice), executedAt + 1n);
    // The batches' proofs are of their states; their execution is the quorum's word here.
    await refuses("ExecutionNotProven", "takeProven", A, contract, balanceSlot(alice), executedAt, 1n);
  });

  test("that a slot was never written, which ends with the batch that writes it", async () => {
    const slot = balanceSlot(LATER);
    const { value, batch, proof } = await viewSlot(devnet.info(), slotOf(LATER), providerOf);
    assert.deepEqual([value, proof.isWritten], [0n, false]);
    await act("proveNew", batch, contract, slot, proof.leaf, proof.path);
    assert.equal(await ask("isNew", slot), true);
    await (await on(0).sendTransaction({ to: contract!, data: token.encodeFunctionData("transfer", [LATER, 1n]) })).wait();
    await settle();
    const written = await viewSlot(devnet.info(), slotOf(LATER), providerOf);
    assert.deepEqual([written.value, written.proof.isWritten], [1n, true]);
    await refuses("StateRootMismatch", "proveNew", written.batch, contract, slot, proof.leaf, proof.path);
    await refuses("KeyNotBetween", "proveNew", written.batch, contract, slot, written.proof.leaf, written.proof.path);
  });

  test("clients read by the gateway of the chain that they ask, which proves to that chain's contract (readRemote)", async () => {
    const { on: here, chain, slot } = slotOf(STRANGER);
    const read = await readRemote(devnet.info(), { on: here, chain, contract: contract!, slot }, clients[1]);
    assert.equal(read.value, 30n);
    assert.ok(read.provenSince > read.batchNumber);
    // What is kept answers, however old, unless the caller demands another.
    assert.equal(
      (await readRemote(devnet.info(), { on: here, chain, contract: contract!, slot: balanceSlot(alice) }, clients[1])).value,
      70n,
    );
    const newest = { on: here, chain, contract: contract!, slot: balanceSlot(alice), notBefore: read.executedAt };
    assert.equal((await readRemote(devnet.info(), newest, clients[1])).value, 69n);
    const silent = { ...newest, slot, gateways: [] };
    await assert.rejects(readRemote(devnet.info(), silent, clients[1]), { code: "Refused", message: /NothingKept/ });
  });
});
