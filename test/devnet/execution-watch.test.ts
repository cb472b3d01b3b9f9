import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import {
  ExecutionWatch,
  type ExecutionWatchDependencies,
  type ExecutionWatchOptions,
  type NamedBatch,
  type WatchedExecution,
} from "../../src/devnet/execution/execution-watch.ts";
import { ExecutionCheckError } from "../../src/devnet/execution/served-execution.ts";
import { ChainContractReader } from "../../src/devnet/chain-on-l1/chain-contract.ts";
import { TRUSTED_VERSION } from "../../src/protocol/protocol-version.ts";
import { nextBlockTime } from "../../src/settlement-layer/reader/l1-time.ts";
import { ALICE, BOB, clientOf, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";

const DELAY_SECONDS = 3_600;
const HALF = DELAY_SECONDS / 2;

describe("B3: a watch of a chain whose proofs are withheld", () => {
  let devnet: FlowDevnet;
  let options: ExecutionWatchOptions;
  /** Protocol versions for whose proofs the prover was to make ready. */
  const prepared: bigint[] = [];
  /** What the machine's clock shows. */
  let nowMs = 0;
  /** Milliseconds that the server takes for an answer. */
  let answerMs = 0;
  let requests: bigint[] = [];

  before(async () => {
    const proving = { prover: { execution: "proven" }, executionDelaySeconds: DELAY_SECONDS } as const;
    devnet = await startFlowDevnet(
      [
        { chainId: 271n, ...proving },
        { chainId: 272n, ...proving },
      ],
      { fundedAccounts: [] },
      {
        executionProver: (prover) => ({
          ...prover,
          prepare: (version) => Promise.resolve(void prepared.push(version)),
          prove: (_witness, _claim, { signal } = {}) =>
            new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason as Error))),
        }),
      },
    );
    const { created } = devnet.chains[0]!.pipeline;
    const contract = new ChainContractReader(devnet.l1.provider, created.hyperchain, await devnet.l1.provider.getBlockNumber());
    const [facts, genesisRecord] = await Promise.all([contract.facts(), contract.firstRecord(created.fromBlock)]);
    options = { facts, genesisRecord, genesis: () => [], bridges: [], fromBlock: created.fromBlock };
  });
  beforeEach(() => {
    [answerMs, requests] = [0, []];
  });
  after(async () => {
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const watch = (
    more: Partial<ExecutionWatchOptions> = {},
    told: NamedBatch[] = [],
    seen: Partial<ExecutionWatchDependencies> = {},
  ): ExecutionWatch =>
    new ExecutionWatch(
      { ...options, ...more },
      {
        l1: devnet.l1.provider,
        confirmations: 1,
        l1Time: () => nextBlockTime({ send: (method, params) => devnet.l1.request(method, params) }),
        nowMs: () => nowMs,
        served: (batch) => {
          requests.push(batch);
          nowMs += answerMs;
          return Promise.reject(new ExecutionCheckError("ChainSilent", "nothing answers"));
        },
        prover: { verify: () => assert.fail("there is nothing to verify") },
        onNamed: (batch) => void told.push(batch),
        ...seen,
      },
    );
  /** A call for no fee. */
  const call = async (place: number): Promise<void> => {
    const client = clientOf(devnet.chains[place]!);
    const fees = { type: 2, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, gasLimit: 100_000n };
    const alice = devnet.accounts.wallet(ALICE).connect(client);
    await (await alice.sendTransaction({ to: devnet.accounts.wallet(BOB).address, ...fees })).wait();
    client.destroy();
  };
  /** A batch with a call, which L1 has when this resolves. */
  const commit = async (place = 0): Promise<void> => {
    const chain = devnet.chains[place]!;
    await call(place);
    const batch = (await chain.pipeline.seal())!;
    while (chain.pipeline.progress().committed <= Number(batch.outputs.batchNumber))
      await devnet.l1.request("eth_blockNumber", []);
  };
  const wait = async (seconds: number): Promise<void> => {
    await devnet.l1.request("evm_increaseTime", [seconds]);
    await devnet.l1.request("evm_mine", []);
  };
  const codes = (of: ExecutionWatch): readonly string[] => of.named().map(({ batchNumber, code }) => `${batchNumber} ${code}`);

  test("names none before half of the delay is over, and asks after pauses that grow up to eight seconds", async () => {
    const [patient, told] = [watch({}, []), [] as NamedBatch[]];
    await commit();
    await commit(1);
    await wait(HALF - 60);
    await patient.look();
    assert.deepEqual([codes(patient), requests], [[], [0n]]);
    for (const [ms, asked] of [
      [499, 1],
      [1, 2],
      [999, 2],
      [1, 3],
      [2_000, 4],
      [4_000, 5],
      [7_999, 5],
      [1, 6],
      [8_000, 7],
    ] as const) {
      nowMs += ms;
      await patient.look();
      assert.equal(requests.length, asked);
    }
    assert.deepEqual(told, []);
    await wait(60);
    await patient.look();
    assert.deepEqual(codes(patient), ["0 ProofMissing"]);
  });

  test("is of chains that have the prover make ready when a batch begins, once a batch", async () => {
    assert.equal(prepared.length, 2);
    await call(0);
    assert.equal(prepared.length, 3);
    await call(0);
    assert.deepEqual(prepared, [TRUSTED_VERSION, TRUSTED_VERSION, TRUSTED_VERSION]);
  });

  test("tells once what it names, begins where it is told to, and calls at the same time are one look", async () => {
    const told: NamedBatch[] = [];
    const [one, later] = [watch({}, told), watch({ fromBatch: 1n })];
    await Promise.all([one.look(), one.look(), later.look()]);
    nowMs += 60_000;
    await one.look();
    assert.deepEqual(
      told.map(({ batchNumber, code }) => [batchNumber, code]),
      [[0n, "ProofMissing"]],
    );
    assert.deepEqual([codes(later), requests], [[], [0n, 0n]]);
  });

  test("takes a batch's name back when a proof comes late, and does not ask for it again", async () => {
    const verdicts: WatchedExecution[] = [];
    let late: WatchedExecution | undefined;
    const of = watch({ longestPauseMs: 0 }, [], { verified: () => late, onVerified: (batch) => void verdicts.push(batch) });
    await of.look();
    const [{ commitment } = assert.fail()] = of.named();
    assert.deepEqual([codes(of), verdicts, requests], [["0 ProofMissing"], [], [0n]]);
    late = { batchNumber: 0n, commitment, cheatCount: 0n, provenBits: 100 };
    await of.look();
    late = undefined;
    await of.look();
    assert.deepEqual([codes(of), verdicts.map(({ batchNumber }) => batchNumber), requests], [[], [0n], [0n]]);
  });

  test("attack: a flood of batches, and a server that takes its time, keep none from being named before L1 executes it", async () => {
    await commit();
    await commit();
    await wait(HALF);
    answerMs = 60_000;
    const told: NamedBatch[] = [];
    const slow = watch({ fromBatch: 1n }, told);
    await slow.look();
    const names = told.map(({ batchNumber, code }) => `${batchNumber} ${code}`);
    assert.deepEqual(names, ["1 ProofMissing", "2 Unchecked", "2 ProofMissing"]);
    const now = await nextBlockTime({ send: (method, params) => devnet.l1.request(method, params) });
    assert.ok(told.every(({ stage, executableAt }) => stage !== "executed" && executableAt > now));
  });

  test("forgets what the quorum or L1 takes back, and judges what comes in its place anew", async () => {
    const following = watch({ longestPauseMs: 0 });
    await following.look();
    const before = following.named().map(({ commitment }) => commitment);
    assert.equal(before.length, 3);
    const mark = await devnet.snapshot();
    await commit();
    await wait(HALF);
    await following.look();
    assert.equal(following.named().length, 4);
    assert.equal(await devnet.revert(mark), true);
    await following.look();
    assert.deepEqual(
      following.named().map(({ commitment }) => commitment),
      before,
    );
    await devnet.reseal(271n, 1n);
    await following.look();
    assert.deepEqual(codes(following), ["0 ProofMissing"]);
  });
});
