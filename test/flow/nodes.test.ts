import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface } from "ethers";
import { l1MessengerAbi } from "../../src/ground/abi/l1-messenger.ts";
import { priorityOperation } from "../../src/chain/predeploys/priority-operation.ts";
import { RpcCode } from "../../src/chain/rpc/request/json-rpc.ts";
import { chainMethods } from "../../src/chain/rpc/served/methods.ts";
import { continueChain, type ContinuationDependencies } from "../../src/ecosystem/devnet/reconstruction/continue-chain.ts";
import { startReconstructedChain } from "../../src/ecosystem/devnet/reconstruction/start-reconstructed-chain.ts";
import { createNoProver } from "../../src/ecosystem/devnet/chains/no-prover.ts";
import type { Node } from "../../src/chain/node/node.ts";
import { settlementViewOf } from "../../src/chain/node/serving/settlement-view.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { PRIORITY_OPERATION_TYPE } from "../../src/ground/protocol/priority-op.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { ALICE, dependencies } from "./support/devnet.ts";
import { plainTransfer, RebuiltRollup, RUNNING } from "./support/rebuilt-rollup.ts";
import { ask } from "../chain/support/ask.ts";

const messenger = new Interface(l1MessengerAbi);

/** An operation that sends a message; the engine knows it under another hash than L1. */
function messageOperation(from: Hex) {
  return priorityOperation(
    {
      txType: PRIORITY_OPERATION_TYPE,
      from: BigInt(from),
      to: BigInt(PREDEPLOYS.L1Messenger),
      gasLimit: 1_000_000n,
      gasPerPubdataByteLimit: 800n,
      maxFeePerGas: 0n,
      maxPriorityFeePerGas: 0n,
      paymaster: 0n,
      nonce: 0n,
      value: 0n,
      reserved: [0n, BigInt(from), 0n, 0n],
      data: messenger.encodeFunctionData("sendToL1", ["0x0a"]) as Hex,
      signature: "0x",
      factoryDeps: [],
      paymasterInput: "0x",
      reservedDynamic: "0x",
    },
    from,
  );
}

interface HeardLog {
  readonly address: Hex;
  readonly transactionHash: Hex;
}

/** The transaction hash of the first log of a contract that a subscriber hears while the work is done. */
async function heardFrom(node: Node, address: Hex, work: () => Promise<unknown>): Promise<Hex> {
  const heard = Promise.withResolvers<Hex>();
  node.provider.on("message", ({ data }) => {
    heard.resolve((data as { readonly result: HeardLog }).result.transactionHash);
  });
  await node.provider.request({ method: "eth_subscribe", params: ["logs", { address }] });
  await work();
  return heard.promise;
}

/** Some methods exist to say that they are not served. */
async function isMissing(node: Pick<Node, "answer">, method: string): Promise<boolean> {
  try {
    await node.answer(method, [], undefined);
    return false;
  } catch (error) {
    return (error as { readonly code?: unknown }).code === RpcCode.methodNotFound;
  }
}

describe("a node", () => {
  let rollup: RebuiltRollup;
  const faults: unknown[] = [];

  before(async () => {
    rollup = await RebuiltRollup.start(4, [], { proofs: "none" });
    await rollup.settle();
  });
  after(async () => {
    await rollup.close();
    assert.deepEqual(faults, []);
  });

  const common = () => ({
    connect: dependencies.connectChain,
    clock: systemClock,
    l1: rollup.devnet.l1.provider,
    onStop: (error: unknown) => void faults.push(error),
  });
  const continuation = (): ContinuationDependencies => ({
    ...common(),
    prover: createNoProver(),
    operator: rollup.operator(),
  });
  const kinds: readonly (readonly [string, () => Promise<Node>])[] = [
    ["continued by another operator", async () => continueChain(await rollup.rebuild(), RUNNING, continuation())],
    ["rebuilt for reading", async () => startReconstructedChain(await rollup.rebuild(), {}, common())],
    ["rebuilt for trying", async () => startReconstructedChain(await rollup.rebuild(), { writable: true }, common())],
  ];

  for (const [kind, start] of kinds) {
    test(`${kind} answers every method of a started one, and tells logs under the hashes that users know`, async () => {
      const { pipeline } = rollup.devnet.chains[0]!;
      const { contract, fromBlock } = await rollup.rebuild();
      const settlement = settlementViewOf(contract, fromBlock, rollup.devnet.l1.provider);
      const methods = chainMethods(pipeline.chain, { gasPrice: { toldWei: 0n }, development: false, settlement });
      const node = await start();
      try {
        for (const method of methods.keys()) {
          assert.equal(await isMissing(node, method), await isMissing(pipeline, method), method);
        }
        const operation = messageOperation(rollup.alice);
        const hash = await heardFrom(node, PREDEPLOYS.L1Messenger, () => node.chain.sequencer.runPriorityOp(operation));
        assert.equal(hash, operation.canonicalTxHash);
      } finally {
        await node.close();
      }
    });
  }

  test("that continues a chain forms its batches again, and keeps what users did", async () => {
    const rebuilt = await rollup.rebuild();
    const node = await continueChain(rebuilt, RUNNING, continuation());
    try {
      const firstBatch = BigInt(rebuilt.batches.length);
      await node.pause();
      const nonce = Number(await ask(node.chain, "eth_getTransactionCount", [rollup.alice, "latest"]));
      const wallet = rollup.devnet.accounts.wallet(ALICE);
      const raw = await wallet.signTransaction({ ...plainTransfer, to: rollup.alice, value: 1n, nonce });
      const hash = await node.chain.submit(raw);
      const first = await node.seal();
      assert.equal(first?.outputs.batchNumber, firstBatch);

      assert.deepEqual(await node.reseal(firstBatch), { firstBatch, lost: [] });
      const { batch } = await node.settled(firstBatch);
      assert.notEqual(batch.commitment, first?.commitment);
      assert.notEqual(await ask(node.chain, "eth_getTransactionReceipt", [hash]), null);
      assert.equal((await rollup.rebuild()).stateRoot, digestToHex(batch.newStateRoot));
      await assert.rejects(node.reseal(firstBatch), /is executed on L1 and stays/);
    } finally {
      await node.close();
    }
  });

  test("that continues a chain says that it cannot form its predecessor's batches again", async () => {
    await rollup.commitElsewhere(await rollup.rebuild());
    const rebuilt = await rollup.rebuild({ upTo: "committed" });
    const inherited = BigInt(rebuilt.batches.length - 1);
    const held = Promise.withResolvers<undefined>();
    const prover = createNoProver();
    const waiting: ContinuationDependencies["prover"] = {
      ...prover,
      proveBatch: async (...job) => {
        await held.promise;
        return prover.proveBatch(...job);
      },
    };
    const node = await continueChain(rebuilt, RUNNING, { ...continuation(), prover: waiting });
    try {
      await assert.rejects(node.reseal(inherited), {
        name: "RangeError",
        message: new RegExp(`batch ${inherited} was formed by another process.*batch ${inherited + 1n} is the first`),
      });
      held.resolve(undefined);
      await node.settled(inherited);
    } finally {
      await node.close();
    }
  });
});
