import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, keccak256, concat, BrowserProvider } from "ethers";
import hre from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";
import { knownErrorOf } from "../../src/ecosystem/client/sending/contract-interfaces.ts";
import { readL1Evidence } from "../../src/ecosystem/client/messages/l1-evidence.ts";
import { deployL1Storage, L1_STORAGE_ADDRESS } from "../../src/ecosystem/client/messages/l1-storage-contract.ts";
import { fromHex, keccak, wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { deploy } from "../client/support.ts";
import { ALICE, UNPROVEN } from "./support/devnet.ts";
import { balanceSlot, READER_CHAIN, startL1SlotWorld, STRANGER, type L1SlotWorld } from "./support/l1-slot.ts";

/** L2ToL1MessagePasser of the OP Stack. */
const PASSER: Hex = "0x4200000000000000000000000000000000000016";
/** Slot of the list of outputs, and slots of an output. */
const [LIST, OUTPUT_SLOTS] = [0n, 2n];
const VERSION = wordToHex(0n);
const [DISPUTE_SECONDS, MAX_AGE_SECONDS] = [600, 7_200];

describe("C13: a contract on a chain reads another rollup's storage by its output root on L1", () => {
  let world: L1SlotWorld;
  let rollup: NetworkConnection<string>;
  let client: BrowserProvider;
  let reader: Interface;
  let [coin, oracle, at]: Hex[] = [];
  let holder: string;

  before(async () => {
    world = await startL1SlotWorld(UNPROVEN);
    rollup = await hre.network.create({ network: "local", chainType: "op" });
    client = new BrowserProvider(rollup.provider, undefined, { cacheTimeout: -1 });
    const signer = await client.getSigner();
    holder = await signer.getAddress();
    coin = await deploy(signer, "PlainToken", [holder], 555n);
    oracle = await deploy(world.on(world.l1), "OutputOracle");
    await deployL1Storage(world.devnet.info(), READER_CHAIN, world.on(world.chain));
    at = await deploy(
      world.on(world.chain),
      "RollupSlotReader",
      ...[L1_STORAGE_ADDRESS, oracle, LIST],
      ...[DISPUTE_SECONDS, MAX_AGE_SECONDS],
    );
    reader = new Interface((await hre.artifacts.readArtifact("RollupSlotReader")).abi);
  });
  after(async () => {
    client.destroy();
    await rollup.close();
    await world.close();
    assert.deepEqual(world.devnet.faults, []);
  });

  const proposer = new Interface([
    "function propose(bytes32 outputRoot, uint128 l2BlockNumber)",
    "function deleteFrom(uint256 index)",
  ]);
  /** Slot of an output's root: the list's elements begin at the keccak of its slot. */
  const outputSlot = (index: bigint): bigint => BigInt(keccak(fromHex(wordToHex(LIST), 32))) + OUTPUT_SLOTS * index;

  /** Preimage of the output root of the rollup's newest block, as the OP Stack specifies it. */
  async function newestOutput() {
    const number = await client.getBlockNumber();
    const block = (await client.send("eth_getBlockByNumber", [`0x${number.toString(16)}`, false])) as Record<string, Hex>;
    const passer = (await client.send("eth_getProof", [PASSER, [], block["number"]])) as { readonly storageHash: Hex };
    const [stateRoot, passerRoot, blockHash] = [block["stateRoot"]!, passer.storageHash, block["hash"]!];
    const outputRoot = keccak256(concat([VERSION, stateRoot, passerRoot, blockHash]));
    return { number, outputRoot, preimage: { version: VERSION, stateRoot, passerRoot, blockHash } };
  }
  async function propose(outputRoot: string, number: number): Promise<void> {
    const data = proposer.encodeFunctionData("propose", [outputRoot, number]);
    await (await world.on(world.l1).sendTransaction({ to: oracle!, data })).wait();
  }
  /** Proof of a balance on the rollup after a block. */
  async function balanceAt(account: string, block: number) {
    const { accountProof, storageProof } = await readL1Evidence(client, { account: coin!, slot: balanceSlot(account), block });
    return { accountProof, storageProof };
  }
  /** Proofs of an output, of its time and of the list's length, after the newest noted block or another one. */
  const outputProof = async (index: bigint, block?: number) => {
    const at = async (slot: bigint) => (await world.view({ on: READER_CHAIN, account: oracle!, slot, block })).proof;
    return { index, root: await at(outputSlot(index)), times: await at(outputSlot(index) + 1n), length: await at(LIST) };
  };
  const seen = async (account: string): Promise<unknown> => {
    const data = reader.encodeFunctionData("seen", [coin, balanceSlot(account)]);
    return reader.decodeFunctionResult("seen", await world.chain.call({ to: at!, data })).getValue("value");
  };
  /** Notes L1's newest block after some of L1's seconds. */
  const noteAfter = async (seconds: number): Promise<number> => {
    await world.l1.send("evm_increaseTime", [seconds]);
    await world.l1.send("evm_mine", []);
    return world.note();
  };
  const take = (output: object, account: string, proof: object): string =>
    reader.encodeFunctionData("take", [output, coin, balanceSlot(account), proof]);
  const act = async (data: string): Promise<void> => {
    await (await world.on(world.chain).sendTransaction({ to: at!, data, gasLimit: 8_000_000n })).wait();
  };
  const refuses = (error: string, data: string) =>
    assert.rejects(world.chain.call({ to: at!, data }), (refused: { readonly data?: Hex }) => {
      const bytes = refused.data ?? "0x";
      return (reader.parseError(bytes) ?? knownErrorOf(bytes))?.name === error;
    });

  test("a balance and an absent balance of an OP chain are read in a transaction", async () => {
    const { number, outputRoot, preimage } = await newestOutput();
    await propose(outputRoot, number);
    await noteAfter(DISPUTE_SECONDS + 1);
    const output = await outputProof(0n);
    await act(take(output, holder, { ...preimage, ...(await balanceAt(holder, number)) }));
    assert.equal(await seen(holder), 555n);
    await act(take(output, STRANGER, { ...preimage, ...(await balanceAt(STRANGER, number)) }));
    assert.equal(await seen(STRANGER), 0n);
    assert.notEqual(holder, world.devnet.accounts.wallet(ALICE).address);
  });

  test("another preimage, version, output, block's state or slot is refused by name", async () => {
    await (await (await client.getSigner()).sendTransaction({ to: STRANGER, value: 1n })).wait();
    const { number, outputRoot, preimage } = await newestOutput();
    await propose(outputRoot, number);
    await noteAfter(DISPUTE_SECONDS + 1);
    const output = await outputProof(1n);
    const proof = { ...preimage, ...(await balanceAt(holder, number)) };
    for (const field of ["stateRoot", "passerRoot", "blockHash"] as const)
      await refuses("OutputRootMismatch", take(output, holder, { ...proof, [field]: wordToHex(1n) }));
    await refuses("OutputVersionUnknown", take(output, holder, { ...proof, version: wordToHex(1n) }));
    const older = { ...preimage, ...(await balanceAt(holder, number - 1)) };
    await refuses("TrieNodeMismatch", take(output, holder, older));
    // The slot of an output is computed from the index: a proof of output 1 leads to no output 0.
    await refuses("TrieNodeMismatch", take({ ...output, index: 0n }, holder, proof));
  });

  test("attack A115: an output that is old, can be disputed, or was deleted, and a newer value replaced by an older one", async () => {
    const first = await newestOutput();
    const proof = { ...first.preimage, ...(await balanceAt(holder, first.number)) };
    // The values of output 0 were stored, so output 1 is newer, and output 0 is not.
    await act(take(await outputProof(1n), holder, proof));
    await refuses("OutputNotNewer", take(await outputProof(1n), holder, proof));

    await (await (await client.getSigner()).sendTransaction({ to: STRANGER, value: 1n })).wait();
    const next = await newestOutput();
    const later = { ...next.preimage, ...(await balanceAt(holder, next.number)) };
    await propose(next.outputRoot, next.number);
    const early = await world.note();
    await refuses("OutputDisputable", take(await outputProof(2n), holder, later));
    // The dispute ends with the output's deletion, which leaves its slots.
    const oracleCall = { to: oracle!, data: proposer.encodeFunctionData("deleteFrom", [2n]) };
    await (await world.on(world.l1).sendTransaction(oracleCall)).wait();
    await noteAfter(DISPUTE_SECONDS + 1);
    const deleted = await outputProof(2n);
    await refuses("OutputDeleted", take(deleted, holder, later));
    // The length of before, with the time of after it.
    const { length } = await outputProof(2n, early);
    await refuses("BlocksDiffer", take({ ...deleted, length }, holder, later));

    await propose(next.outputRoot, next.number);
    await noteAfter(DISPUTE_SECONDS + 1);
    const taken = take(await outputProof(2n), holder, later);
    await world.chain.call({ to: at!, data: taken });
    await world.chain.send("evm_increaseTime", [MAX_AGE_SECONDS]);
    await world.chain.send("evm_mine", []);
    await refuses("OutputTooOld", taken);
  });
});
