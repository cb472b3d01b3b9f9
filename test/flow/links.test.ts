import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ContractFactory, Interface, Wallet, type BaseWallet, type Contract, type JsonRpcProvider } from "ethers";
import hre from "hardhat";
import { linkPeers, requireChangeable } from "../../src/ecosystem/client/governing/terms.ts";
import { noteL1Block, seesL1Block, viewL1Slot } from "../../src/ecosystem/client/messages/l1-slot.ts";
import { deployL1Storage } from "../../src/ecosystem/client/messages/l1-storage-contract.ts";
import { bringRoot } from "../../src/ecosystem/client/queue/l1-word.ts";
import { ATOMIC_LINKS } from "../../src/ecosystem/devnet/links/atomic-links.ts";
import { wordToHex } from "../../src/ground/protocol/hex.ts";
import { factIndex } from "../../src/ground/protocol/import-kinds.ts";
import { linkIndex } from "../../src/ground/protocol/link-index.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { deploy } from "../client/support.ts";
import { byNight } from "../support/nightly.ts";
import { ALICE, clientOf, RELAYER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";
import { balanceSlot } from "./support/l1-slot.ts";
import type { MadeLink } from "./support/linked.ts";

const [A, B] = [271n, 272n];
const PAIRS = byNight(200, 12);
/** The last of this number of pairs has a side that fails after the other one has sealed its batch. */
const FAILING_EVERY = 4;
const FOREVER = 2n ** 63n;
const NO_CHAIN = 999n;
/** A quarter of the default window for operations. */
const PATIENCE_SECONDS = 900;
/** Longest pause of a sender after its first undone link, and of two chains. */
const PAUSE_SECONDS = 64;
/**
 * Contract that spends 2,600,000 gas by 100,000 rounds of a loop, and accepts the call: PUSH3 100000, JUMPDEST, PUSH1 1, SWAP1,
 * SUB, DUP1, PUSH1 4, JUMPI, STOP.
 */
const WASTEFUL_CODE = "0x620186a05b600190038060045700";
/** Returns the 14 bytes after itself: PUSH1 14, PUSH1 12, PUSH1 0, CODECOPY, PUSH1 14, PUSH1 0, RETURN. */
const CREATION = "0x600e600c600039600e6000f3";

/* L1 executes markers instead of proofs: its rules for links are the same with proofs (links-proven.test.ts). */
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

  test("attack A116: a second check for a chain that makes links, whose batches no transaction of L1 could execute then", () => {
    const { chains } = devnet.info();
    for (const [name, peer] of [
      ["alpha", "beta"],
      ["beta", "alpha"],
    ] as const) {
      const peers = linkPeers(name, chains);
      assert.deepEqual(peers, [peer]);
      const refusal = { code: "ChainHasLinks", message: new RegExp(`^${name} makes links with ${peer},`) };
      assert.throws(() => requireChangeable({ name }, { requiresSecondCheck: true }, peers), refusal);
      requireChangeable({ name }, { requiresSecondCheck: false, isGoverned: true }, peers);
    }
    assert.deepEqual(linkPeers("gamma", chains), []);
  });

  const pipeline = (i: number) => devnet.chains[i]!.pipeline;
  const count = async (i: number, name: "sent" | "received"): Promise<bigint> =>
    (await counters[i]!.getFunction(name).staticCall()) as bigint;
  const counts = () => Promise.all([count(0, "sent"), count(1, "received")]);
  interface Signing {
    readonly expires?: bigint;
    readonly name?: string;
    readonly recipient?: string;
    readonly sender?: BaseWallet;
    readonly nonceAhead?: number;
  }
  async function sign(from: number, to: number, amount: bigint, signing: Signing = {}): Promise<string> {
    const { expires = FOREVER, name = "add", sender = devnet.accounts.wallet(ALICE), nonceAhead = 0 } = signing;
    const wallet = sender.connect(clients[from]!);
    const recipient = signing.recipient ?? (await counters[to]!.getAddress());
    const data = counters[from]!.interface.encodeFunctionData(name, [devnet.chains[to]!.chainId, recipient, amount, expires]);
    const nonce = (await wallet.getNonce()) + nonceAhead;
    const call = { to: await counters[from]!.getAddress(), data, gasLimit: 1_000_000, nonce };
    return wallet.signTransaction(await wallet.populateTransaction(call));
  }
  const alice = (i: number) => devnet.accounts.wallet(ALICE).connect(clients[i]!);
  /** Ends pauses after undone links, by the ecosystem's time. */
  const pass = (seconds: number) => clients[1]!.send("evm_increaseTime", [seconds]);
  /** Runs the work as soon as chain `i` makes a linked batch. */
  const duringLink = (i: number, work: () => void): void => {
    const { sequencer } = pipeline(i).chain;
    const alone = sequencer.alone.bind(sequencer);
    Object.assign(sequencer, {
      alone: ((steps) =>
        alone((batch) => {
          Object.assign(sequencer, { alone });
          work();
          return steps(batch);
        })) satisfies typeof alone,
    });
  };
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

  test("a chain that has received a link reads a slot of L1 when it has imported a root with the block, and not before", async () => {
    const l1 = clientOf({ chainId: devnet.l1.chainId, url: devnet.l1.url });
    const providerOf = (id: number) => clients.find((_, i) => [A, B][i] === BigInt(id)) ?? l1;
    const signer = devnet.accounts.wallet(ALICE).connect(l1);
    const coin = await deploy(signer, "PlainToken", [await signer.getAddress()], 100n);
    const block = await l1.getBlockNumber();
    const on = Number(B);
    await deployL1Storage(devnet.info(), on, alice(1));
    await noteL1Block(devnet.info(), block, signer);
    assert.equal(await seesL1Block(devnet.info(), { on, block }, providerOf), false);
    await bringRoot(devnet.info(), on, signer);
    await pipeline(1).pollL1();
    assert.equal(await seesL1Block(devnet.info(), { on, block }, providerOf), true);
    const slot = balanceSlot(await signer.getAddress());
    const { value } = await viewL1Slot(devnet.info(), { on, account: coin, slot, block }, providerOf);
    assert.equal(value, 100n);
    l1.destroy();
  });

  test("hyperchain_sendLink refuses by name a transaction without link, with another message, without peer, or with a side that fails in the simulation; neither chain changes", async () => {
    const before = await counts();
    const wallet = alice(0);
    const plain = await wallet.signTransaction(await wallet.populateTransaction({ to: wallet.address, value: 1n }));
    assert.equal(await refusal(send(0, plain)), "NoLink");
    assert.equal(await refusal(send(0, "0x1234")), "NoLink");
    assert.equal(await refusal(send(1, await sign(1, 0, 1n))), "PeerNotLinked", "alpha names no chain");
    assert.equal(await refusal(send(0, await sign(0, 1, 1n, { expires: 1n }))), "NoLink", "it has expired");
    assert.equal(await refusal(send(0, await sign(0, 1, 1n, { name: "addAfterMessage" }))), "NoLink", "it sends another message");
    await (await counters[1]!.getFunction("stop")(true)).wait();
    await (await wallet.sendTransaction({ to: wallet.address, value: 1n })).wait();
    const { sealed } = pipeline(0).progress();
    assert.equal(await refusal(send(0, await sign(0, 1, 1n))), "LinkFails");
    assert.equal(pipeline(0).progress().sealed, sealed, "no batch ends for a refused request");
    await (await counters[1]!.getFunction("stop")(false)).wait();
    assert.deepEqual(await counts(), before);
  });

  test("failing links: no batch ends for a transaction that its chain would not take, or for a recipient that spends more than the carrier's gas", async () => {
    const before = await counts();
    const sealed = [0, 1].map((i) => pipeline(i).progress().sealed);
    await (await alice(0).sendTransaction({ to: alice(0).address, value: 1n })).wait();
    assert.equal(await refusal(send(0, await sign(0, 1, 1n, { sender: Wallet.createRandom() }))), "LinkFails", "no money");
    assert.equal(await refusal(send(0, await sign(0, 1, 1n, { nonceAhead: 1 }))), "LinkFails", "another nonce comes first");
    assert.equal(await refusal(send(0, await sign(0, 1, 1n, { nonceAhead: -1 }))), "LinkFails", "the nonce is used");
    const wasteful = await new ContractFactory([], CREATION + WASTEFUL_CODE.slice(2), alice(1)).deploy();
    await wasteful.waitForDeployment();
    assert.equal(await clients[1]!.getCode(await wasteful.getAddress()), WASTEFUL_CODE);
    assert.equal(await refusal(send(0, await sign(0, 1, 1n, { recipient: await wasteful.getAddress() }))), "LinkFails", "gas");
    assert.deepEqual(
      [0, 1].map((i) => pipeline(i).progress().sealed),
      sealed,
    );
    assert.deepEqual(await counts(), before);
  });

  test("failing link costs one offer: its sender pays for the transaction and waits a minute, and both chains rest", async () => {
    const other = Wallet.createRandom();
    await (await alice(0).sendTransaction({ to: other.address, value: 10n ** 17n })).wait();
    const byOther = await sign(0, 1, 1n, { sender: other });
    await (await counters[1]!.getFunction("failAfter")(1)).wait();
    const nonce = await alice(0).getNonce();
    assert.equal(await refusal(send(0, await sign(0, 1, 1n))), "LinkUndone");
    // Asked first, because on a busy machine a second passes between two blocks.
    assert.equal(await refusal(send(0, byOther)), "LinksPaused", "the chains");
    await (await counters[1]!.getFunction("failAfter")(0)).wait();
    await pipeline(0).chain.sequencer.mine();
    assert.equal(await alice(0).getNonce(), nonce + 1, "it failed in a block");
    assert.equal(await refusal(send(0, await sign(0, 1, 1n))), "LinksPaused", "the sender");
    await pass(2);
    await send(0, await sign(0, 1, 1n, { sender: other }));
    assert.equal(await refusal(send(0, await sign(0, 1, 1n))), "LinksPaused", "the sender");
    await pass(PAUSE_SECONDS);
    await send(0, await sign(0, 1, 1n));
  });

  test("others' work during a link: their messages and their imports about a third chain wait for the next batch", async () => {
    let messageSent: Promise<unknown> = Promise.resolve();
    duringLink(0, () => {
      const data = new Interface(["function sendToL1(bytes)"]).encodeFunctionData("sendToL1", ["0x01"]);
      const stranger = devnet.accounts.wallet(RELAYER).connect(clients[0]!);
      messageSent = stranger.sendTransaction({ to: PREDEPLOYS.L1Messenger, data, gasLimit: 200_000 }).then((sent) => sent.wait());
    });
    let imported: Promise<void> = Promise.resolve();
    const foreign = { registryIndex: factIndex(NO_CHAIN, 0n), root: wordToHex(1n) };
    duringLink(1, () => {
      imported = pipeline(1).chain.sequencer.importRoots([foreign]);
    });
    const made = await send(0, await sign(0, 1, 7n));
    await Promise.all([messageSent, imported]);
    const [one, two] = await settled(0, 1, made);
    assert.deepEqual([one.batch.logs.length, two.batch.importedRoots.length], [1, 1]);
    assert.equal((await counts())[0], (await counts())[1]);
  });

  test("a third chain's fact that L1 never shows: no link is made on a chain that has it, and it is void without shutting out the pair", async () => {
    // The import of the test before is in the open batch.
    assert.equal(await refusal(send(0, await sign(0, 1, 7n))), "OpenImport");
    const { outputs } = (await pipeline(1).seal())!;
    const batch = Number(outputs.batchNumber);
    assert.equal(await refusal(send(0, await sign(0, 1, 7n))), "OpenImport");
    while (pipeline(1).progress().proven <= batch) await pipeline(1).pollL1();
    const rebuilt = pipeline(1).settled(outputs.batchNumber);
    await pass(PATIENCE_SECONDS + 100);
    await rebuilt;
    await settled(0, 1, await send(0, await sign(0, 1, 7n)));
    const [sent, received] = await counts();
    assert.equal(sent, received);
  });

  test(`${PAIRS} pairs, some with a side that fails: both sides happen, or neither does`, async () => {
    let expected = (await counts())[0]!;
    for (let i = 0; i < PAIRS; i++) {
      const amount = BigInt(i + 1);
      if (i % FAILING_EVERY === FAILING_EVERY - 1) {
        await (await counters[i % 8 === 3 ? 0 : 1]!.getFunction("failAfter")(1)).wait();
        assert.equal(await refusal(send(0, await sign(0, 1, amount))), "LinkUndone");
        for (const counter of counters.slice(0, 2)) await (await counter.getFunction("failAfter")(0)).wait();
        await pass(PAUSE_SECONDS);
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
});
