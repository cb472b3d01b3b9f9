import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface, keccak256, concat, BrowserProvider } from "ethers";
import hre from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";
import { knownErrorOf } from "../../src/client/sending/contract-interfaces.ts";
import { readL1Evidence } from "../../src/client/messages/l1-evidence.ts";
import { deployL1Storage, L1_STORAGE_ADDRESS } from "../../src/client/messages/l1-storage-contract.ts";
import { fromHex, keccak, wordToHex, type Hex } from "../../src/protocol/hex.ts";
import { deploy } from "../client/support.ts";
import { ALICE, UNPROVEN } from "./support/devnet.ts";
import { balanceSlot, READER_CHAIN, startL1SlotWorld, STRANGER, type L1SlotWorld } from "./support/l1-slot.ts";

/** L2ToL1MessagePasser of the OP Stack. */
const PASSER: Hex = "0x4200000000000000000000000000000000000016";
/** Slot of the list of outputs, and slots of an output. */
const [LIST, OUTPUT_SLOTS] = [0n, 2n];
const VERSION = wordToHex(0n);

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
    at = await deploy(world.on(world.chain), "RollupSlotReader", L1_STORAGE_ADDRESS, oracle, LIST);
    reader = new Interface((await hre.artifacts.readArtifact("RollupSlotReader")).abi);
  });
  after(async () => {
    client.destroy();
    await rollup.close();
    await world.close();
    assert.deepEqual(world.devnet.faults, []);
  });

  const proposer = new Interface(["function propose(bytes32 outputRoot, uint128 l2BlockNumber)"]);
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
  const outputProof = async (index: bigint) =>
    (await world.view({ on: READER_CHAIN, account: oracle!, slot: outputSlot(index) })).proof;
  const seen = async (account: string): Promise<unknown> => {
    const data = reader.encodeFunctionData("seen", [coin, balanceSlot(account)]);
    return reader.decodeFunctionResult("seen", await world.chain.call({ to: at!, data }))[0];
  };
  const take = (index: bigint, output: object, account: string, proof: object): string =>
    reader.encodeFunctionData("take", [index, output, coin, balanceSlot(account), proof]);
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
    await world.note();
    const output = await outputProof(0n);
    await act(take(0n, output, holder, { ...preimage, ...(await balanceAt(holder, number)) }));
    assert.equal(await seen(holder), 555n);
    await act(take(0n, output, STRANGER, { ...preimage, ...(await balanceAt(STRANGER, number)) }));
    assert.equal(await seen(STRANGER), 0n);
    assert.notEqual(holder, world.devnet.accounts.wallet(ALICE).address);
  });

  test("another preimage, version, output, block's state or slot is refused by name", async () => {
    const { number, preimage } = await newestOutput();
    const output = await outputProof(0n);
    const proof = { ...preimage, ...(await balanceAt(holder, number)) };
    for (const field of ["stateRoot", "passerRoot", "blockHash"] as const)
      await refuses("OutputRootMismatch", take(0n, output, holder, { ...proof, [field]: wordToHex(1n) }));
    await refuses("OutputVersionUnknown", take(0n, output, holder, { ...proof, version: wordToHex(1n) }));
    await refuses("OutputRootMismatch", take(1n, await outputProof(1n), holder, proof));
    await (await (await client.getSigner()).sendTransaction({ to: STRANGER, value: 1n })).wait();
    const later = await newestOutput();
    await propose(later.outputRoot, later.number);
    await world.note();
    const older = { ...later.preimage, accountProof: proof.accountProof, storageProof: proof.storageProof };
    await refuses("TrieNodeMismatch", take(1n, await outputProof(1n), holder, older));
    // The slot of an output is computed from the index: a proof of output 0 leads to no output 1.
    await refuses("TrieNodeMismatch", take(1n, output, holder, proof));
  });
});
