import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonRpcProvider } from "ethers";
import { newestRoot, viewSlot } from "../../src/ecosystem/client/messages/remote-slot.ts";
import { messageInfo } from "../../src/ecosystem/devnet/view/books/message-info.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { factIndex } from "../../src/ground/protocol/import-kinds.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import type { Relayer } from "../../src/ecosystem/relayer/relayer.ts";
import { ALICE, BOB, clientOf, ETHER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";
import { relayerOf, transferOf } from "./support/interop.ts";
import { WaitingClock } from "./support/waiting-clock.ts";

const [A, B] = [271n, 272n];
const WAIT_SECONDS = 2_000;
const PATIENCE_SECONDS = 600;

/*
 * The ecosystem has proofs "none": markers of batches are verified instead of proofs. Rule and judge run as with proofs. The
 * source's batches wait for an aggregator that never comes, so L1 executes them when the test ends the wait.
 */
describe("facts about batches that L1 has not executed", () => {
  const clock = new WaitingClock(WAIT_SECONDS);
  let devnet: FlowDevnet;
  let clients: readonly JsonRpcProvider[];
  let relayer: Relayer;
  let bob: string;
  before(async () => {
    devnet = await startFlowDevnet(
      [
        { chainId: A, name: "alpha", execution: "proven", pace: { aggregatorSeconds: WAIT_SECONDS } },
        { chainId: B, name: "beta", facts: { from: ["alpha"], patienceSeconds: PATIENCE_SECONDS } },
      ],
      UNPROVEN,
      { clock },
    );
    clients = devnet.chains.map(clientOf);
    relayer = relayerOf(devnet, clients, undefined, undefined, undefined, (chainId) => (chainId === B ? [A] : []));
    bob = devnet.accounts.wallet(BOB).address;
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const source = () => devnet.chains[0]!.pipeline;
  const importer = () => devnet.chains[1]!.pipeline;
  const balance = (): Promise<bigint> => clients[1]!.getBalance(bob);
  const executed = (): number => source().progress().executed;
  /** A transfer in a batch that L1 stores, and whose node offers its evidence. */
  async function send(): Promise<bigint> {
    const signer = devnet.accounts.wallet(ALICE).connect(clients[0]!);
    await (await signer.sendTransaction(transferOf(B, ETHER, bob))).wait();
    const { batchNumber } = (await source().seal())!.outputs;
    for (let offered: readonly { batchNumber: string }[] = []; !offered.some((each) => each.batchNumber === `${batchNumber}`);)
      offered = (await clients[0]!.send("hyperchain_getOfferedBatches", [])) as typeof offered;
    return batchNumber;
  }
  const journey = () => relayer.journeys().at(-1)!;

  test("a transfer arrives before L1 has executed its batch, and both batches are executed in order afterwards", async () => {
    const batchNumber = await send();
    const before = executed();
    await relayer.observe();
    const waitsFor = (): string | undefined => messageInfo(journey(), undefined, "fact").waitingFor;
    assert.equal(waitsFor(), "the receiving chain imports a fact about the sender's batch, or L1 has executed that batch");
    await relayer.poll();
    assert.equal(waitsFor(), "the sender's batch is sealed and proven on L1", "it has arrived, and L1 follows");
    assert.equal(journey().refusal, undefined);
    assert.equal(await balance(), ETHER);
    assert.equal(executed(), before, "L1 has not executed the source's batch");
    assert.deepEqual(journey().imported, { fact: factIndex(A, batchNumber) });
    assert.equal(messageInfo(journey()).imported, "fact");
    const own = (await importer().seal())!;
    assert.deepEqual(
      own.importedRoots.map(({ registryIndex }) => registryIndex),
      [factIndex(A, batchNumber)],
    );
    clock.endWaits();
    await source().settled(batchNumber);
    await importer().settled(own.outputs.batchNumber);
    await relayer.poll();
    assert.equal(journey().steps.has("importSettled"), true);
    await relayer.poll();
    assert.equal(await balance(), ETHER, "it arrives once");
  });

  test("hyperchain_importFact refuses other chains' messages, proofs and sources by name", async () => {
    const batchNumber = await send();
    await relayer.observe();
    const [place] = relayer.l1View.messagesOf(A, journey().sender).filter(({ batch }) => batch.batchNumber === batchNumber);
    const { index, sender } = place!;
    const siblings = Array.from({ length: 14 }, () => `0x${"00".repeat(32)}` as Hex);
    const shown = { ...{ chainId: Number(A), batchNumber: Number(batchNumber), index, sender }, proof: siblings };
    const body = `0x${Buffer.from(place!.body).toString("hex")}`;
    const code = async (client: JsonRpcProvider, changes: object): Promise<unknown> => {
      try {
        return await client.send("hyperchain_importFact", [{ ...shown, data: body, ...changes }]);
      } catch (error) {
        const { error: answer } = error as { error: { code: number; data?: { code: string } } };
        return answer.data?.code ?? answer.code;
      }
    };
    assert.equal(await code(clients[1]!, {}), "MessageMismatch", "the siblings lead to another root");
    assert.equal(await code(clients[1]!, { chainId: 999 }), "SourceNotListed");
    assert.equal(await code(clients[1]!, { batchNumber: Number(batchNumber) + 1 }), "EvidenceUnavailable");
    assert.equal(await code(clients[1]!, { proof: siblings.slice(1) }), -32_602);
    assert.equal(await code(clients[1]!, { data: "0x1234" }), -32_602);
    assert.equal(await code(clients[0]!, {}), "SourceNotListed", "a chain without the option imports no facts");
  });

  test("strangers fill the slots: more facts of one source than a batch has begin the next batch, and none is refused", async () => {
    const before = await balance();
    const { sealed } = importer().progress();
    // The batch of the test above waits as well.
    for (let i = 0; i < 5; i++) await send();
    await relayer.poll();
    assert.equal((await balance()) - before, 6n * ETHER);
    assert.equal(importer().progress().sealed, sealed + 1);
    const counts = importer()
      .unexecuted()
      .map(({ importedRoots }) => importedRoots.length);
    assert.equal(counts.at(-1), 4, "the sealed batch is full");
    const own = (await importer().seal())!;
    assert.equal(own.importedRoots.length, 2);
    clock.endWaits();
    await importer().settled(own.outputs.batchNumber);
    await send();
  });

  test("source stops: at half of the patience the importer has L1 prove and execute the source itself, and nothing is void", async () => {
    const before = await balance();
    await relayer.poll();
    assert.equal((await balance()) - before, ETHER, "the transfer of the test above arrived by its fact");
    const [done, own] = [executed(), (await importer().seal())!];
    const settled = importer().settled(own.outputs.batchNumber);
    await devnet.chains[1]!.provider.request({ method: "evm_increaseTime", params: [PATIENCE_SECONDS / 2 + 10] });
    const { batch } = await settled;
    assert.deepEqual(
      batch.importedRoots.map(({ registryIndex }) => registryIndex),
      [factIndex(A, BigInt(done))],
      "the fact stands",
    );
    // The source's node still waits for its aggregator, and sees on L1 that its batch is executed.
    const { receipts } = await source().settled(BigInt(done));
    assert.deepEqual([receipts.prove, receipts.execute], [undefined, undefined], "the source has sent nothing");
    assert.equal((await balance()) - before, ETHER);
    clock.endWaits();
  });

  test("source stops and its evidence is lost: when the patience ends the importer rebuilds without the fact, and the transfer arrives by a root, once", async () => {
    const before = await balance();
    const batchNumber = await send();
    // Without the check of the rule, so the importer has no evidence.
    const { logRoot: root } = source().chain.archive.batch(batchNumber)!;
    await importer().chain.sequencer.importRoots([{ registryIndex: factIndex(A, batchNumber), root }]);
    await relayer.poll();
    assert.equal((await balance()) - before, ETHER);
    const own = (await importer().seal())!;
    const rebuilt = importer().settled(own.outputs.batchNumber);
    await devnet.chains[1]!.provider.request({ method: "evm_increaseTime", params: [PATIENCE_SECONDS + 100] });
    const { batch } = await rebuilt;
    assert.deepEqual(batch.importedRoots, []);
    assert.equal(await balance(), before, "the delivery ran again and failed");
    await relayer.poll();
    assert.match(journey().refusal!, /a fact about a batch of chain 271 was void, so none is imported before second/);
    assert.equal(await balance(), before);
    clock.endWaits();
    await source().settled(BigInt(source().progress().sealed - 1));
    await importer().pollL1();
    await relayer.poll();
    assert.equal((await balance()) - before, ETHER);
    const { imported } = journey();
    assert.ok("root" in imported!);
    // The facts of the tests above have higher indexes, and are not roots.
    assert.equal(await newestRoot(clients[1]!), imported.root);
    const slot = { on: Number(B), chain: Number(A), contract: PREDEPLOYS.L2BaseToken, slot: 0n };
    const l1 = clientOf({ chainId: devnet.l1.chainId, url: devnet.l1.url });
    const seen = await viewSlot(devnet.info(), slot, (id) => clients.find((_, i) => [A, B][i] === BigInt(id)) ?? l1);
    l1.destroy();
    assert.equal(seen.batch.rootIndex, imported.root);
    const last = (await importer().seal())!;
    await importer().settled(last.outputs.batchNumber);
    await relayer.poll();
    assert.equal((await balance()) - before, ETHER);
  });
});
