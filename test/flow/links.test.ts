import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ContractFactory, Interface, type Contract, type JsonRpcProvider, type Wallet } from "ethers";
import hre from "hardhat";
import { ATOMIC_LINKS } from "../../src/devnet/links/atomic-links.ts";
import { wordToHex, type Hex } from "../../src/protocol/hex.ts";
import { factIndex } from "../../src/protocol/import-kinds.ts";
import { linkIndex } from "../../src/protocol/link-index.ts";
import { byNight } from "../support/nightly.ts";
import { ALICE, clientOf, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";

const [A, B] = [271n, 272n];
const PAIRS = byNight(200, 20);
/** The last of this number of pairs has a side that fails after the other one has sealed its batch. */
const FAILING_EVERY = 4;
const FOREVER = 2n ** 63n;
const NO_CHAIN = 999n;
/** A quarter of the default window for operations. */
const PATIENCE_SECONDS = 900;

interface MadeLink {
  readonly id: Hex;
  readonly batchNumber: string;
  readonly peerBatchNumber: string;
}

/* L1 executes markers instead of proofs: its rules for links are the same with proofs. */
describe("links between two chains", () => {
  let devnet: FlowDevnet;
  let clients: readonly JsonRpcProvider[];
  let counters: readonly Contract[];
  before(async () => {
    devnet = await startFlowDevnet(
      [
        { chainId: A, name: "alpha" },
        { chainId: B, name: "beta", links: ["alpha"] },
      ],
      { ...UNPROVEN, singletons: true },
    );
    clients = devnet.chains.map(clientOf);
    const { abi, bytecode } = await hre.artifacts.readArtifact("LinkCounter");
    counters = await Promise.all(
      clients.map(async (client) => {
        const factory = new ContractFactory(abi, bytecode, devnet.accounts.wallet(ALICE).connect(client));
        return (await (await factory.deploy(ATOMIC_LINKS.address)).waitForDeployment()) as Contract;
      }),
    );
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const pipeline = (i: number) => devnet.chains[i]!.pipeline;
  const count = async (i: number, name: "sent" | "received"): Promise<bigint> =>
    (await counters[i]!.getFunction(name).staticCall()) as bigint;
  const counts = () => Promise.all([count(0, "sent"), count(1, "received")]);
  async function sign(from: number, to: number, amount: bigint, expires = FOREVER, name = "add"): Promise<string> {
    const wallet = devnet.accounts.wallet(ALICE).connect(clients[from]!) as unknown as Wallet;
    const args = [devnet.chains[to]!.chainId, await counters[to]!.getAddress(), amount, expires];
    const data = counters[from]!.interface.encodeFunctionData(name, args);
    const filled = await wallet.populateTransaction({ to: await counters[from]!.getAddress(), data, gasLimit: 1_000_000 });
    return wallet.signTransaction(filled);
  }
  const send = async (from: number, raw: string): Promise<MadeLink> =>
    (await clients[from]!.send("hyperchain_sendLink", [raw])) as MadeLink;
  const refusal = async (sent: Promise<unknown>): Promise<unknown> => {
    try {
      await sent;
    } catch (error) {
      return (error as { error: { data?: { code: string } } }).error.data?.code;
    }
    return undefined;
  };
  const settled = async (from: number, to: number, { batchNumber, peerBatchNumber }: MadeLink) =>
    Promise.all([pipeline(from).settled(BigInt(batchNumber)), pipeline(to).settled(BigInt(peerBatchNumber))]);

  test("both chains have the link, and one transaction of L1 executes both batches", async () => {
    const made = await send(0, await sign(0, 1, 5n));
    assert.deepEqual(await counts(), [5n, 5n]);
    const [one, two] = await settled(0, 1, made);
    const indexes = [one, two].map(({ batch }) => batch.importedRoots.map(({ registryIndex }) => registryIndex));
    assert.deepEqual(indexes, [[linkIndex(B, BigInt(made.peerBatchNumber))], [factIndex(A, BigInt(made.batchNumber))]]);
    const events = new Interface([
      "event BlockExecution(uint256 indexed batchNumber, bytes32 indexed batchHash, bytes32 indexed commitment)",
    ]);
    const executedBy = [one.receipts.execute, two.receipts.execute].find((receipt) => receipt !== undefined);
    const executions = executedBy!.logs.filter(({ topics }) => topics[0] === events.getEvent("BlockExecution")!.topicHash);
    assert.equal(executions.length, 2);
  });

  test("hyperchain_sendLink refuses by name a transaction without link, with another message, without peer, or with a side that fails in the simulation; neither chain changes", async () => {
    const before = await counts();
    const wallet = devnet.accounts.wallet(ALICE).connect(clients[0]!) as unknown as Wallet;
    const plain = await wallet.signTransaction(await wallet.populateTransaction({ to: wallet.address, value: 1n }));
    assert.equal(await refusal(send(0, plain)), "NoLink");
    assert.equal(await refusal(send(0, "0x1234")), "NoLink");
    assert.equal(await refusal(send(1, await sign(1, 0, 1n))), "PeerNotLinked", "alpha names no chain");
    assert.equal(await refusal(send(0, await sign(0, 1, 1n, 1n))), "NoLink", "it has expired");
    assert.equal(await refusal(send(0, await sign(0, 1, 1n, FOREVER, "addAfterMessage"))), "NoLink", "it sends another message");
    await (await counters[1]!.getFunction("stop")(true)).wait();
    await (await wallet.sendTransaction({ to: wallet.address, value: 1n })).wait();
    const { sealed } = pipeline(0).progress();
    assert.equal(await refusal(send(0, await sign(0, 1, 1n))), "LinkFails");
    assert.equal(pipeline(0).progress().sealed, sealed, "no batch ends for a refused request");
    await (await counters[1]!.getFunction("stop")(false)).wait();
    assert.deepEqual(await counts(), before);
  });

  test(`${PAIRS} pairs, some with a side that fails: both sides happen, or neither does`, async () => {
    let expected = (await counts())[0]!;
    for (let i = 0; i < PAIRS; i++) {
      const amount = BigInt(i + 1);
      if (i % FAILING_EVERY === FAILING_EVERY - 1) {
        await (await counters[i % 8 === 3 ? 0 : 1]!.getFunction("failAfter")(1)).wait();
        assert.equal(await refusal(send(0, await sign(0, 1, amount))), "LinkUndone");
        for (const counter of counters.slice(0, 2)) await (await counter.getFunction("failAfter")(0)).wait();
      } else {
        const made = await send(0, await sign(0, 1, amount));
        expected += amount;
        if (i % 2 === 0) await settled(0, 1, made);
      }
      assert.deepEqual(await counts(), [expected, expected], `pair ${i}`);
    }
    for (const i of [0, 1]) {
      const batch = await pipeline(i).seal();
      if (batch !== undefined) await pipeline(i).settled(batch.outputs.batchNumber);
    }
    assert.deepEqual(await counts(), [expected, expected]);
  });

  test("a fact that L1 never shows in the peer's batch: both chains continue, and both sides happen or neither does", async () => {
    const { sequencer } = pipeline(1).chain;
    const importRoots = sequencer.importRoots.bind(sequencer);
    // As if another account's hyperchain_importFact came just before the link's fact.
    const foreign = { registryIndex: factIndex(NO_CHAIN, 0n), root: wordToHex(1n) };
    sequencer.importRoots = (roots) => importRoots([foreign, ...roots]);
    const made = await send(0, await sign(0, 1, 7n));
    sequencer.importRoots = importRoots;
    const batches = [made.batchNumber, made.peerBatchNumber].map(Number);
    while (batches.some((batch, i) => pipeline(i).progress().proven <= batch)) await pipeline(0).pollL1();
    await clients[1]!.send("evm_increaseTime", [PATIENCE_SECONDS + 100]);
    await settled(0, 1, made);
    const [sent, received] = await counts();
    assert.equal(sent, received);
  });
});
