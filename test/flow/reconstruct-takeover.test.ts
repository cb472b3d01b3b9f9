import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface } from "ethers";
import { l1MessengerAbi } from "../../src/ground/abi/l1-messenger.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { continueChain } from "../../src/ecosystem/devnet/reconstruction/continue-chain.ts";
import { proveHolding } from "../../src/ecosystem/devnet/reconstruction/proofs.ts";
import { createNoProver } from "../../src/ecosystem/devnet/chains/no-prover.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import { wordToHex } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import type { ImportedRoot } from "../../src/ground/protocol/rolling-hash.ts";
import { registryInterface } from "../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { alteredL1 } from "./support/altered-l1.ts";
import { ALICE, clientOf, dependencies, settleNow } from "./support/devnet.ts";
import { plainTransfer, RebuiltRollup, RUNNING, TOKENS } from "./support/rebuilt-rollup.ts";
import { ask as askChain } from "../chain/support/ask.ts";

const OTHER_CHAIN = 272n;
/** Deploys 30,000 zeros: PUSH2 PUSH0 RETURN. */
const LARGE_INIT_CODE = "0x6175305ff3";
const messenger = new Interface(l1MessengerAbi);

test("A7: a chain whose operator died before its first batch is begun again from its queue", async () => {
  const rollup = await RebuiltRollup.start(2, [], { proofs: "none" });
  try {
    const { devnet, alice } = rollup;
    const rebuilt = await rollup.rebuild();
    assert.equal(rebuilt.batches.length, 0);
    // Two accounts were funded, and a token was deposited.
    assert.equal(rebuilt.pendingOperations.length, 3);
    const onStop = (error: unknown): void => void devnet.faults.push(error);
    const others = {
      l1: devnet.l1.provider,
      connect: dependencies.connectChain,
      clock: systemClock,
      prover: createNoProver(),
      operator: rollup.operator(),
      onStop,
    };
    const continued = await continueChain(rebuilt, RUNNING, others);
    try {
      assert.deepEqual((await continued.pollL1()).operations, rebuilt.pendingOperations);
      const batch = await continued.seal();
      assert.equal(batch?.outputs.firstBlock, 1n);
      await continued.settled(0n);
      const after = await rollup.rebuild();
      assert.equal(after.stateRoot, digestToHex(batch.newStateRoot));
      assert.equal(after.pendingOperations.length, 0);
      // The purpose: the deposit exists, and so does the chain's data about its ecosystem.
      assert.equal(proveHolding(after, alice, rollup.token)?.amount, TOKENS);
      const accounts = new Map(after.state.accounts().map(({ address, storage = [] }) => [address, storage]));
      assert.deepEqual(accounts.get(PREDEPLOYS.SystemContext)?.find(({ slot }) => slot === 2n)?.value, devnet.l1.chainId);
    } finally {
      await continued.close();
    }
  } finally {
    await rollup.close();
  }
});

test("A13: an operator that continues a chain finds in its state that code is not limited there, and so do those who rebuild it", async () => {
  const rollup = await RebuiltRollup.start(7, [], { proofs: "none", allowUnlimitedContractSize: true });
  try {
    await rollup.settle();
    const wallet = rollup.devnet.accounts.wallet(ALICE);
    const { batch } = await rollup.commitElsewhere(await rollup.rebuild(), async (chain) => {
      const nonce = Number(await askChain(chain, "eth_getTransactionCount", [rollup.alice, "latest"]));
      const deployment = { ...plainTransfer, gasLimit: 8_000_000n, data: LARGE_INIT_CODE, nonce };
      await chain.submit(await wallet.signTransaction(deployment));
    });
    const after = await rollup.rebuild({ upTo: "committed" });
    assert.equal(after.stateRoot, digestToHex(batch.newStateRoot));
    const sizes = after.state.accounts().map(({ code = "0x" }) => code.length / 2 - 1);
    assert.ok(sizes.includes(30_000));
  } finally {
    await rollup.close();
  }
});

describe("A7: a batch that imported other chains' roots", () => {
  let rollup: RebuiltRollup;

  before(async () => {
    rollup = await RebuiltRollup.start(1, [OTHER_CHAIN], { proofs: "none" });
    await rollup.settle();
  });
  after(() => rollup.close());

  /** Another chain's batch with a message; the newest root then. */
  async function otherChainSpeaks(): Promise<ImportedRoot> {
    const { devnet } = rollup;
    const other = devnet.chains[1]!;
    const client = clientOf(other);
    try {
      const data = messenger.encodeFunctionData("sendToL1", ["0xabcd"]);
      await (await devnet.accounts.wallet(ALICE).connect(client).sendTransaction({ to: PREDEPLOYS.L1Messenger, data })).wait();
    } finally {
      client.destroy();
    }
    await settleNow(other);
    const { roots: to } = devnet.ecosystem.addresses;
    const ask = async (name: string, ...args: unknown[]): Promise<string> =>
      devnet.l1.provider.call({ to, data: registryInterface.encodeFunctionData(name, args) });
    const registryIndex = BigInt(await ask("latestRootIndex"));
    return { registryIndex, root: wordToHex(BigInt(await ask("rootAt", registryIndex))) };
  }

  test("is executed by a third party that finds them in its changes, and the chain imports the newest next", async () => {
    const { devnet } = rollup;
    const first = await otherChainSpeaks();
    const second = await otherChainSpeaks();
    const { batch: orphan } = await rollup.commitElsewhere(await rollup.rebuild(), (chain) =>
      chain.sequencer.importRoots([first, second]),
    );
    assert.deepEqual(orphan.importedRoots, [first, second]);
    const third = await otherChainSpeaks();

    const rebuilt = await rollup.rebuild({ upTo: "committed" });
    assert.deepEqual(
      rebuilt.unexecuted.map(({ importedRoots }) => importedRoots),
      [[first, second]],
    );
    const onStop = (error: unknown): void => void devnet.faults.push(error);
    const others = {
      l1: devnet.l1.provider,
      connect: dependencies.connectChain,
      clock: systemClock,
      prover: createNoProver(),
      operator: rollup.operator(),
      onStop,
    };
    const continued = await continueChain(rebuilt, RUNNING, others);
    try {
      assert.deepEqual((await continued.pollL1()).roots, [third]);
      assert.deepEqual((await continued.pollL1()).roots, []);
      const batch = await continued.seal();
      await continued.settled(batch!.outputs.batchNumber);
      assert.equal((await rollup.rebuild()).stateRoot, digestToHex(batch!.newStateRoot));
    } finally {
      await continued.close();
    }
    // A later operator does not import the state's roots.
    const again = await continueChain(await rollup.rebuild(), RUNNING, others);
    try {
      assert.deepEqual(await again.pollL1(), { operations: [], roots: [] });
      assert.equal(await again.seal(), undefined);
    } finally {
      await again.close();
    }
  });

  test("is refused where the registry does not show the roots", async () => {
    const newest = await otherChainSpeaks();
    await rollup.commitElsewhere(await rollup.rebuild(), (chain) => chain.sequencer.importRoots([newest]));
    const { selector } = registryInterface.getFunction("latestRootIndex")!;
    const call = (answer: string, data: string) => (data === selector ? wordToHex(newest.registryIndex - 1n) : answer);
    const l1 = alteredL1(rollup.devnet.l1.provider, { call });
    await assert.rejects(rollup.rebuild({ l1, upTo: "committed" }), { name: "ReconstructionError", code: "CommitmentMismatch" });
    // Without an execution they are not needed.
    assert.equal((await rollup.rebuild({ l1 })).unapplied.length, 1);
  });
});
