import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Contract, ContractFactory, type JsonRpcProvider, type TransactionReceipt } from "ethers";
import hre from "hardhat";
import { dataAvailabilityPolicyAbi } from "../../src/ground/abi/data-availability-policy.ts";
import { requestFromL1 } from "../../src/ecosystem/client/queue/ether-request.ts";
import { lowerCaseAddress } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { reconstruct, type Reconstruction } from "../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
import { startReconstructedChain } from "../../src/ecosystem/devnet/reconstruction/start-reconstructed-chain.ts";
import { inputsObjection } from "../../src/tool/plugin/tasks/governing/upgrade-plan.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import { fromHex, keccak, toHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { decodeRecords, encodeRecords, hashRecords } from "../../src/ground/protocol/input-records.ts";
import { PROVEN_VERSION } from "../../src/ground/protocol/protocol-version.ts";
import { hashPubdata } from "../../src/ground/protocol/pubdata.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { calledCommits, type CommitCall } from "../../src/chain/settlement-layer/reader/commit-call.ts";
import { contractErrorOf } from "../../src/chain/settlement/errors/contract-error.ts";
import { alteredL1, flipBit } from "./support/altered-l1.ts";
import { ALICE, BOB, clientOf, dependencies, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";
import { genesisOf } from "./support/genesis.ts";

const [CHAIN_ID, TRUSTED, JUDGED] = [271n, 272n, 273n];

describe("F4: a proven chain whose inputs are on L1, which compares them with a hash that the proof exports", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  let policy: Contract;
  const receipts: TransactionReceipt[] = [];
  /** Commits of the chain's batches, by number. */
  const calls: CommitCall[] = [];

  before(async () => {
    devnet = await startFlowDevnet(
      [
        { chainId: CHAIN_ID, execution: "proven", dataAvailability: "inputs" },
        { chainId: TRUSTED, dataAvailability: "inputs" },
        { chainId: JUDGED, execution: "proven", dataAvailability: "inputs", quorum: { members: 1, threshold: 1 } },
      ],
      UNPROVEN,
    );
    client = clientOf(chain());
    const { dataAvailabilityPolicy } = chain().pipeline.created.configuration;
    policy = new Contract(dataAvailabilityPolicy, dataAvailabilityPolicyAbi, devnet.l1.provider);
  });
  after(async () => {
    client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const chain = () => devnet.chains[0]!;
  const alice = () => devnet.accounts.wallet(ALICE).connect(client);
  const send = async (request: { to?: string; value?: bigint; data?: string }): Promise<void> => {
    const receipt = await (await alice().sendTransaction(request)).wait();
    assert.equal(receipt?.status, 1);
    receipts.push(receipt);
  };
  const settle = async (): Promise<CommitCall> => {
    const batch = (await chain().pipeline.seal())!;
    const { l1Transactions } = (await devnet.settle(CHAIN_ID)).at(-1)!;
    const [call] = (await calledCommits(devnet.l1.provider, l1Transactions.commit!, batch.commitment))!;
    assert.ok(call !== undefined);
    calls.push(call);
    assert.equal(call.withheldHash, hashPubdata(batch.pubdata));
    return call;
  };
  const rebuild = async (l1: Parameters<typeof reconstruct>[0]["l1"] = devnet.l1.provider): Promise<Reconstruction> =>
    reconstruct({ l1, hyperchain: chain().pipeline.created.hyperchain, genesis: await genesisOf() });

  test("the commit has records instead of changes, with the hash that the batch exports", async () => {
    assert.equal(chain().pipeline.created.configuration.sequencingMode, 0x200);
    const to = devnet.accounts.wallet(BOB).address;
    const { abi, bytecode } = await hre.artifacts.readArtifact("Workload");
    const workload = await (await new ContractFactory(abi, bytecode, alice()).deploy({ value: 7n })).waitForDeployment();
    receipts.push((await workload.deploymentTransaction()!.wait())!);
    await send({ to, value: 5n });
    const operation = { chainId: CHAIN_ID, to: lowerCaseAddress(to), valueWei: 9n, data: "0x" as Hex };
    await requestFromL1(devnet.ecosystem.addresses.factory, operation, devnet.accounts.wallet(ALICE).connect(devnet.l1.provider));
    await chain().pipeline.pollL1();
    const call = await settle();
    assert.equal(call.pubdata.length, 0);
    const records = decodeRecords(fromHex(call.policyData));
    assert.equal(hashRecords(records), call.transactionsHash);
    assert.equal(records.filter(({ type }) => type === "transaction").length, 2);
    await send({ to, value: 6n });
    await settle();
  });

  test("A90: L1 takes no record with a changed byte, of another batch, or without one of the inputs", async () => {
    const [first, second] = calls;
    assert.ok(first !== undefined && second !== undefined);
    const claim = {
      ...{ published: false, preCommitment: keccak(), pubdataHash: first.withheldHash },
      transactionsHash: first.transactionsHash,
    };
    const ask = (data: Hex): Promise<Hex> => policy.getFunction("checkAvailability").staticCall(claim, data) as Promise<Hex>;
    assert.equal(await ask(first.policyData), keccak(fromHex(first.policyData)));
    const records = decodeRecords(fromHex(first.policyData));
    const bytes = fromHex(first.policyData);
    const lies: readonly (readonly [name: string, data: Hex])[] = [
      ...[3, 20, 60, 100, bytes.length - 1].map(
        (place) => [`byte ${place}`, toHex(bytes.with(place, (bytes[place] ?? 0) ^ 1))] as const,
      ),
      ["of another batch", second.policyData],
      [
        "without a transaction",
        toHex(
          encodeRecords(
            records.toSpliced(
              records.findIndex(({ type }) => type === "transaction"),
              1,
            ),
          ),
        ),
      ],
      ["of the validators' word", "0x01c0"],
    ];
    for (const [name, data] of lies)
      await assert.rejects(ask(data), (error: unknown) => {
        const refusal = contractErrorOf(error)?.name ?? "";
        return (
          ["InputsDiffer", "InputKindUnknown", "InputsTruncated", "InputsFormatUnknown"].includes(refusal) || assert.fail(name)
        );
      });
  });

  test("the chain is rebuilt by execution of the records, and answers old receipts, logs and blocks as its operator did", async () => {
    const rebuilt = await rebuild();
    assert.equal(rebuilt.stateRoot, digestToHex(chain().pipeline.chain.tree.root));
    assert.equal(rebuilt.repeated?.objection, undefined);
    const node = await startReconstructedChain(rebuilt, {}, { connect: dependencies.connectChain, clock: systemClock });
    const reader = clientOf({ chainId: CHAIN_ID, url: node.url });
    try {
      for (const { hash, blockNumber } of receipts)
        for (const [method, params] of [
          ["eth_getTransactionReceipt", [hash]],
          ["eth_getBlockByNumber", [`0x${blockNumber.toString(16)}`, true]],
        ] as const)
          assert.deepEqual(await reader.send(method, params), await client.send(method, params), method);
    } finally {
      reader.destroy();
      await node.close();
    }
  });

  test("A91: a decoy of a commit, with a changed record or another recipient of the fees, is refused by name in a rebuild", async () => {
    const [call] = calls;
    assert.ok(call !== undefined);
    const through = (change: (data: string) => string): Promise<Reconstruction> =>
      rebuild(alteredL1(devnet.l1.provider, { calldata: change }));
    const { policyData, coinbase } = call;
    const record = through((data) => data.replace(policyData.slice(2), flipBit(policyData, 120).slice(2)));
    await assert.rejects(record, { code: "PubdataMismatch" });
    const recipient = through((data) => data.replaceAll(coinbase.slice(2), "ab".repeat(20)));
    await assert.rejects(recipient, { code: "InputsMismatch", message: /they lead to (pubdata|outputs) with hash/ });
  });

  test("a validator in another process signs the records that it computes, and the status names the proof or quorum that binds them", async () => {
    const { pipeline } = devnet.chains[2]!;
    await pipeline.pollL1();
    const batch = (await pipeline.seal())!;
    await devnet.settle(JUDGED);
    await pipeline.settled(batch.outputs.batchNumber);
    // Nothing is proven in this ecosystem, so the quorum's word counts here as well.
    assert.deepEqual(
      devnet.info().chains.map(({ inputsBoundBy }) => inputsBoundBy),
      ["quorum", "quorum", "quorum"],
    );
  });

  test("cheats are refused by name, and a trusted chain that publishes inputs is not upgraded to a proven one", async () => {
    await assert.rejects(client.send("hardhat_setBalance", [devnet.accounts.wallet(BOB).address, "0x1"]), /cheat|re-?execut/i);
    const objections = await Promise.all(
      devnet.chains.map(({ pipeline }) => inputsObjection(pipeline.created, PROVEN_VERSION, devnet.l1.provider)),
    );
    assert.deepEqual(
      objections.map((objection) => objection !== undefined),
      [false, true, false],
    );
    assert.match(objections[1]!, /announce terms with another data policy first, or create a proven chain/);
  });
});
