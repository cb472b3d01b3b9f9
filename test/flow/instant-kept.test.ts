import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Contract, type JsonRpcApiProvider, type JsonRpcProvider } from "ethers";
import { stakeRegistryAbi } from "../../src/ground/abi/stake-registry.ts";
import { serviceOf } from "../../src/ecosystem/devnet/stake/services.ts";
import { promiseServiceData } from "../../src/ground/protocol/batch-promise.ts";
import { factIndex } from "../../src/ground/protocol/import-kinds.ts";
import { ALICE, BOB, clientOf, ETHER } from "./support/devnet.ts";
import { relayerOf, transferOf } from "./support/interop.ts";
import { Kept } from "./support/kept.ts";
import { WaitingClock } from "./support/waiting-clock.ts";

const [A, B] = [271n, 272n];
const WAIT_SECONDS = 2_000;
const MIN_STAKE = 2n * ETHER;
const TERMS = { minStakeWei: MIN_STAKE, maxAtRiskWei: 2n * ETHER };

/* As in `instant.test.ts`, in a folder: alpha's batches wait for an aggregator that never comes. */
describe("promises of an ecosystem in a folder", () => {
  const kept = new Kept(
    [
      { chainId: A, name: "alpha", execution: "proven", pace: { aggregatorSeconds: WAIT_SECONDS } },
      {
        chainId: B,
        name: "beta",
        priorityOpWindowSeconds: 12_000,
        exitDelaySeconds: 100_000,
        instant: { from: { alpha: TERMS } },
      },
    ],
    {},
    undefined,
    { clock: new WaitingClock(WAIT_SECONDS) },
  );
  before(() => kept.start());
  after(() => kept.end());

  const beta = () => kept.devnet.chains[1]!;
  async function on<Result>(place: number, work: (client: JsonRpcProvider) => Promise<Result>): Promise<Result> {
    const client = clientOf(kept.devnet.chains[place]!);
    try {
      return await work(client);
    } finally {
      client.destroy();
    }
  }
  const bob = (): string => kept.devnet.accounts.wallet(BOB).address;
  const balance = (): Promise<bigint> => on(1, (client) => client.getBalance(bob()));
  async function stake(): Promise<bigint> {
    const { addresses } = kept.devnet.ecosystem;
    const l1 = kept.devnet.l1.provider as JsonRpcApiProvider;
    const registry = new Contract(addresses.stakeRegistry!, stakeRegistryAbi, l1);
    const service = serviceOf(addresses.brokenPromises!, promiseServiceData(A, B));
    const { timestamp } = (await l1.getBlock("latest"))!;
    const weights = kept.devnet.chains[0]!.pipeline.signers.stakableKeys.map(
      ({ address }) => registry.getFunction("weightAt")(service, address, timestamp - 1) as Promise<bigint>,
    );
    return (await Promise.all(weights)).reduce((sum, each) => sum + each, 0n);
  }

  test("restart between the import and its end: the evidence is reported, the stake pays, and the delivery is undone", async () => {
    const clients = kept.devnet.chains.map(clientOf);
    const relayer = relayerOf(kept.devnet, clients, undefined, undefined, undefined, undefined, (id) => (id === B ? [A] : []));
    const sender = kept.devnet.accounts.wallet(ALICE).connect(clients[0]!);
    await (await sender.sendTransaction(transferOf(B, ETHER, bob()))).wait();
    const { batchNumber } = (await kept.devnet.chains[0]!.pipeline.seal())!.outputs;
    await relayer.poll();
    assert.equal(relayer.journeys().at(-1)?.refusal, undefined);
    for (const client of clients) client.destroy();
    assert.equal(await balance(), ETHER);
    const own = (await beta().pipeline.seal())!.outputs.batchNumber;
    await kept.restart();
    assert.equal(await balance(), ETHER, "the import and the delivery are repeated");
    assert.equal(await stake(), MIN_STAKE, "a restart stakes nothing twice");
    const rebuilt = beta().pipeline.settled(own);
    await beta().provider.request({ method: "evm_increaseTime", params: [3_100] });
    const { batch } = await rebuilt;
    assert.ok(!batch.importedRoots.some(({ registryIndex }) => registryIndex === factIndex(A, batchNumber)));
    assert.equal(await balance(), 0n);
    await kept.restart();
    // Past the second of the slash, before which the weight was whole.
    await kept.devnet.l1.eip1193.request({ method: "hardhat_mine", params: ["0x2", "0x2"] });
    assert.equal(await stake(), 0n, "a restart restores no stake");
    assert.equal(await balance(), 0n);
  });
});
