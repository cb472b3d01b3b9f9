import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonRpcProvider } from "ethers";
import { genesisOf } from "./support/genesis.ts";
import { deposit } from "../../src/ecosystem/client/queue/deposit.ts";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import { ACCOUNT_NUMBERS } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { operateChain } from "../../src/ecosystem/devnet/reconstruction/operate-chain.ts";
import { reconstruct, type Reconstruction } from "../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
import { startReconstructedChain } from "../../src/ecosystem/devnet/reconstruction/start-reconstructed-chain.ts";
import type { SettledBatch } from "../../src/chain/node/settling/settled-batch.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { systemClock } from "../../src/ground/runtime/clock.ts";
import { hyperchainInterface } from "../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { ALICE, BOB, clientOf, dependencies, RELAYER, startFlowDevnet, UNPROVEN, type FlowDevnet } from "./support/devnet.ts";

const [A, X] = [271n, 271n + (1n << 32n)];
const CAROL = "0x00000000000000000000000000000000000ca201";
/** Stores 7 as slot 1: PUSH1 7, PUSH1 1, SSTORE, and returns no code. */
const STORING = "0x600760015560006000f3";

describe("D3: a chain on a chain is rebuilt", () => {
  let devnet: FlowDevnet;
  let alpha: JsonRpcProvider;
  let x: JsonRpcProvider;
  let contract: Hex;
  const chainOf = (id: bigint) => devnet.chains.find(({ chainId }) => chainId === id)!;
  const rebuild = async (id: bigint, l1: string): Promise<Reconstruction> => {
    const genesis = await genesisOf();
    return reconstruct({ l1, hyperchain: chainOf(id).pipeline.created.hyperchain, genesis });
  };
  const rootOf = (id: bigint): Hex => digestToHex(chainOf(id).pipeline.chain.tree.root);

  before(async () => {
    devnet = await startFlowDevnet(
      [
        { chainId: A, name: "alpha" },
        { chainId: X, name: "x", settlesOn: "alpha" },
      ],
      {
        ...UNPROVEN,
        fundedAccounts: [ALICE, BOB, RELAYER],
      },
    );
    [alpha, x] = [clientOf(chainOf(A)), clientOf(chainOf(X))];
    const alice = devnet.accounts.wallet(ALICE);
    await send(devnet.info(), { chain: X, to: { chain: X, account: CAROL }, amount: 5n }, alice.connect(x));
    const created = await (await alice.connect(x).sendTransaction({ data: STORING })).wait();
    contract = created?.contractAddress?.toLowerCase() as Hex;
    await devnet.settle(X);
    await deposit(devnet.info(), { chain: X, amount: 3n, to: CAROL }, alice.connect(alpha));
    await devnet.relay();
    await devnet.settle();
  });
  after(async () => {
    for (const client of [alpha, x]) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  test("from a node of the chain below, of which only what it published there is read", async () => {
    const rebuilt = await rebuild(X, chainOf(A).url);
    assert.equal(rebuilt.stateRoot, rootOf(X));
    assert.equal(rebuilt.contract.settlementChainId, A);
    const accounts = new Map([...rebuilt.state.accounts()].map((account) => [account.address, account]));
    assert.equal(accounts.get(CAROL)?.balanceWei, 8n);
    assert.deepEqual(accounts.get(contract)?.storage, [{ slot: 1n, value: 7n }]);
  });

  test("that node is believed in nothing where the chain below is rebuilt from L1: its state has the root of the chain on it", async () => {
    const below = await rebuild(A, devnet.l1.url);
    const served = await startReconstructedChain(below, {}, { connect: dependencies.connectChain, clock: systemClock });
    const client = clientOf({ chainId: A, url: served.url });
    try {
      const { hyperchain } = chainOf(X).pipeline.created;
      const call = { to: hyperchain, data: hyperchainInterface.encodeFunctionData("executedStateRoot") };
      const onL1 = hyperchainInterface.decodeFunctionResult("executedStateRoot", await client.call(call))[0];
      assert.equal((await rebuild(X, chainOf(A).url)).stateRoot, onL1);
      // What a batch of the chain on it published is calldata, of which no trace is on L1.
      await assert.rejects(rebuild(X, served.url), { code: "EventMissing" });
    } finally {
      client.destroy();
      await served.close();
    }
  });

  test("and continues with another operator, who settles on the chain below", async () => {
    await devnet.stopChain(X);
    const rebuilt = await rebuild(X, chainOf(A).url);
    const settled: SettledBatch[] = [];
    const faults: unknown[] = [];
    const { privateKey } = devnet.accounts.wallet(ACCOUNT_NUMBERS.firstOperator + chainOf(X).plan.place);
    const operated = await operateChain(
      rebuilt,
      {
        ...{ l1Url: chainOf(A).url, key: privateKey as Hex, host: "127.0.0.1", port: 0, confirmations: 1 },
        ...{ batchAgeMs: 50, pollIntervalMs: 50, minGasPriceWei: 0n, proofs: "none", prover: { workers: undefined } },
      },
      {
        rebuild: () => rebuild(X, chainOf(A).url),
        connect: dependencies.connectChain,
        clock: systemClock,
        onUpdate: (update) => update.type === "settled" && settled.push(update.batch),
        onStop: (error) => faults.push(error),
      },
    );
    const client = clientOf({ chainId: X, url: operated.url });
    try {
      const alice = devnet.accounts.wallet(ALICE).connect(client);
      await (await alice.sendTransaction({ to: CAROL, value: 1n })).wait();
      while (settled.length === 0 && faults.length === 0) await client.getBlockNumber();
      assert.deepEqual(faults, []);
      const later = await rebuild(X, chainOf(A).url);
      assert.equal(later.stateRoot, digestToHex(settled.at(-1)!.batch.newStateRoot));
      assert.ok(later.batches.length > rebuilt.batches.length);
      assert.equal([...later.state.accounts()].find(({ address }) => address === CAROL)?.balanceWei, 9n);
    } finally {
      client.destroy();
      await operated.close();
    }
  });
});
