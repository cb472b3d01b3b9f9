import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import { Interface, type JsonRpcProvider } from "ethers";
import hre from "hardhat";
import { finalizeWithdrawal, withdraw } from "../../src/ecosystem/client/messages/withdraw.ts";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { sumAssetFlows } from "../../src/ground/protocol/asset-flows.ts";
import { fromHex, toHex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import type { Relayer } from "../../src/ecosystem/relayer/relayer.ts";
import { messenger } from "../../src/ecosystem/relayer/contract-interfaces.ts";
import { encodeExecute } from "../../src/chain/settlement/l1-sender/batch-calls.ts";
import { findStoredBatch, readTotals } from "../../src/chain/settlement/l1-sender/chain-reader.ts";
import { ALICE, BOB, clientOf, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { callOf, journeyStatus, relayerOf, transferOf } from "../flow/support/interop.ts";

const [A, B] = [271n, 272n];
const MALLORY = 0;
const DELAY_SECONDS = 3_600;
const [PLAIN, MASKED, UNDONE, LENIENT] = [0, 1, 2, 3];
const shaper = new Interface(["function run((address target, bytes data, uint8 manner)[] steps) payable"]);

describe("relaying continues whatever third parties do", () => {
  let devnet: FlowDevnet;
  let clients: JsonRpcProvider[];
  let relayer: Relayer;
  let shaperAddress: string;

  before(async () => {
    const delayed = { executionDelaySeconds: DELAY_SECONDS };
    devnet = await startFlowDevnet(
      [
        { chainId: A, ...delayed },
        { chainId: B, ...delayed },
      ],
      { proofs: "none", fundedAccounts: [MALLORY, ALICE, 9] },
    );
    clients = devnet.chains.map(clientOf);
    relayer = relayerOf(devnet, clients);
    const { bytecode } = await hre.artifacts.readArtifact("CallShaper");
    shaperAddress = (await (await mallory().sendTransaction({ data: bytecode })).wait())!.contractAddress!;
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const mallory = () => devnet.accounts.wallet(MALLORY).connect(devnet.l1.provider);
  const alice = (place = 0) => devnet.accounts.wallet(ALICE).connect(clients[place]!);
  const bob = () => lowerCaseAddress(devnet.accounts.wallet(BOB).address);
  const contractOf = (place: number) => ({
    provider: devnet.l1.provider,
    hyperchain: devnet.chains[place]!.pipeline.created.hyperchain,
    fromBlock: 0,
  });
  const askL1 = (method: string, params: readonly unknown[]): Promise<unknown> =>
    (devnet.l1.provider as JsonRpcProvider).send(method, [...params]);
  const copy = async (body: string, place = 0): Promise<void> => {
    const sender = devnet.accounts.wallet(MALLORY).connect(clients[place]!);
    await (
      await sender.sendTransaction({ to: PREDEPLOYS.L1Messenger, data: messenger.encodeFunctionData("sendToL1", [body]) })
    ).wait();
  };
  const bodiesOf = async (transactionHash: string): Promise<string[]> => {
    const receipt = await clients[0]!.getTransactionReceipt(transactionHash);
    return receipt!.logs
      .filter(({ address }) => address === PREDEPLOYS.L1Messenger)
      .map((log) => String(messenger.parseLog(log)!.args["message"]));
  };

  /** Seals a chain's batch; when it is proven and executable, a third party executes it before the operator. */
  async function settleByMallory(place: number): Promise<void> {
    const batch = (await devnet.chains[place]!.pipeline.seal())!;
    const { batchNumber } = batch.outputs;
    while ((await readTotals(contractOf(place))).verified <= batchNumber) await wait(5);
    const stored = (await findStoredBatch(contractOf(place), batchNumber))!;
    const flows = sumAssetFlows(batch.logs, devnet.l1.chainId);
    const call = encodeExecute([{ batch: stored, imports: batch.importedRoots, flows }]);
    const decoy = encodeExecute([{ batch: stored, imports: [{ registryIndex: 1n, root: `0x${"66".repeat(32)}` }], flows }]);
    const { hyperchain } = contractOf(place);
    // Mallory's transaction overtakes the operator's.
    await askL1("evm_setAutomine", [false]);
    await askL1("evm_increaseTime", [DELAY_SECONDS + 1]);
    const steps = [
      { target: hyperchain, data: decoy, manner: LENIENT },
      { target: hyperchain, data: call, manner: UNDONE },
      { target: hyperchain, data: toHex(fromHex(call).map((byte) => 255 - byte)), manner: MASKED },
      {
        target: shaperAddress,
        data: shaper.encodeFunctionData("run", [[{ target: hyperchain, data: decoy, manner: LENIENT }]]),
        manner: PLAIN,
      },
    ];
    const data = shaper.encodeFunctionData("run", [steps]);
    const fees = { maxFeePerGas: 10n ** 12n, maxPriorityFeePerGas: 10n ** 11n };
    const response = await mallory().sendTransaction({ to: shaperAddress, data, gasLimit: 8_000_000n, ...fees });
    await askL1("evm_setAutomine", [true]);
    await askL1("evm_mine", []);
    assert.equal((await response.wait())?.status, 1);
  }

  test("A3, A4: batches executed through a contract among decoys, and every message copied by another sender, stop neither deliveries nor withdrawals", async () => {
    const sent = [
      await alice().sendTransaction(transferOf(B, 5n, bob())),
      await alice().sendTransaction(callOf(B, { to: bob(), data: "0x", value: 7n, reward: 1n })),
    ];
    for (const { hash } of sent) await (await clients[0]!.getTransaction(hash))!.wait();
    const { messageHash, transactionHash } = await withdraw(devnet.info(), { chain: A, amount: 3n, to: bob() }, alice());
    const bodies = (await Promise.all([...sent.map(({ hash }) => hash), transactionHash].map(bodiesOf))).flat();
    assert.equal(bodies.length, 4);
    for (const body of bodies) await copy(body);
    await settleByMallory(0);
    // Again, in a later batch.
    for (const body of bodies) await copy(body);
    await settleByMallory(0);
    await devnet.chains[1]!.pipeline.pollL1();
    await relayer.poll();
    assert.deepEqual(
      relayer.journeys().map(({ content, refusal }) => [content.type, refusal]),
      [
        ["transfer", undefined],
        ["bundle", undefined],
      ],
    );
    assert.deepEqual(relayer.journeys().map(journeyStatus), ["executed", "executed"]);
    assert.equal(await clients[1]!.getBalance(bob()), 12n);
    await settleByMallory(1);
    await relayer.poll();
    assert.deepEqual(relayer.journeys().map(journeyStatus), ["importSettled", "importSettled"]);
    const before = await devnet.l1.provider.getBalance(bob());
    assert.equal((await finalizeWithdrawal(devnet.info(), { chain: A, messageHash }, mallory())).state, "paid");
    assert.equal((await devnet.l1.provider.getBalance(bob())) - before, 3n);
    const named = (await devnet.chains[0]!.provider.request({ method: "hyperchain_message", params: [messageHash] })) as {
      readonly type: string;
    };
    assert.equal(named.type, "withdrawal");
  });

  test("A4: a delivery that was refused many times is tried again", async () => {
    let refusals = 6;
    const refusing = new Proxy(clients[1]!, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (name !== "estimateGas") return typeof value === "function" ? (value.bind(target) as unknown) : value;
        return (request: Parameters<JsonRpcProvider["estimateGas"]>[0]) =>
          refusals-- > 0
            ? Promise.reject(Object.assign(new Error("execution reverted"), { code: "CALL_EXCEPTION" }))
            : target.estimateGas(request);
      },
    });
    // Gas of calls is estimated at each attempt.
    await (await alice().sendTransaction(callOf(B, { to: bob(), data: "0x", value: 11n, reward: 0n }))).wait();
    await settleByMallory(0);
    await devnet.chains[1]!.pipeline.pollL1();
    const stubborn = relayerOf(devnet, [clients[0]!, refusing]);
    let looks = 0;
    for (; refusals >= 0 && looks < 100; looks++) await stubborn.poll();
    assert.equal(await clients[1]!.getBalance(bob()), 23n);
    // With the first attempts after 1, 2, 4, 8, 16 and 32 looks.
    assert.equal(looks, 64);
  });
});
