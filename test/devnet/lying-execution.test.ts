import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Contract } from "ethers";
import type { FormedBatch } from "../../src/chain/batch/form-batch.ts";
import type { DevnetChain } from "../../src/devnet/devnet.ts";
import { ExecutionWatch } from "../../src/devnet/execution/execution-watch.ts";
import { ExecutionCheckError } from "../../src/devnet/execution/served-execution.ts";
import { ChainContractReader } from "../../src/devnet/chain-on-l1/chain-contract.ts";
import type { BatchProver, ProvenExecution } from "../../src/execution-proof/batch/proven-execution.ts";
import { executionParameters } from "../../src/execution-proof/parameters.ts";
import { nextBlockTime } from "../../src/settlement-layer/reader/l1-time.ts";
import type { SettlementError } from "../../src/settlement/errors/settlement-error.ts";
import { openOwnProver } from "../execution-proof/support/own-prover.ts";
import { corrupt, lieAbout, type Colluders } from "../flow/support/colluders.ts";
import { genesisOf } from "../flow/support/genesis.ts";
import { ALICE, BOB, clientOf, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";

/** NOT SECURE, and fast. */
const WEAK = {
  parameters: { ...executionParameters(), queryCount: 2, grindingBits: 0 },
  acceptsWeakParameters: true,
  workers: 1,
};
const DELAY_SECONDS = 3_600;
/** Development accounts that no part of the devnet uses. */
const SENDERS = [15, 16];

/** Last byte of the chain's id: behind magic, program and version (`encodeBatchProof`). */
const CHAIN_ID_END = 4 + 32 + 32 + 31;

type Asked = Parameters<BatchProver["prove"]>;

describe("B3: all validators but one sign a batch with money that no transaction gave", () => {
  const folder = mkdtempSync(join(tmpdir(), "collusion-"));
  const prover = openOwnProver(WEAK);
  /** What the chains' own nodes would prove, by chain: their proofs never come, so that they commit nothing. */
  const asked = new Map<bigint, Asked>();
  let devnet: FlowDevnet;
  /** Of the second chain's batch, as it should be. */
  let proven: ProvenExecution;
  const lies: FormedBatch[] = [];
  const colluders: Colluders[] = [];
  /** What the honest validators are shown. */
  let shownProof: Uint8Array = new Uint8Array();

  before(async () => {
    const chain = (chainId: bigint, members: number, threshold: number) => ({
      ...({ chainId, prover: { execution: "proven" }, executionDelaySeconds: DELAY_SECONDS } as const),
      quorum: { members, threshold, check: "proof" as const },
      journal: join(folder, String(chainId)),
    });
    devnet = await startFlowDevnet(
      [chain(271n, 2, 2), chain(272n, 2, 1)],
      { fundedAccounts: [] },
      {
        executionProving: WEAK,
        executionProver: () => ({
          prepare: prover.prepare,
          programOf: prover.programOf,
          verify: prover.verify,
          prove: (witness, claim, { signal } = {}) => {
            asked.set(claim.chainId, [witness, claim]);
            return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason as Error)));
          },
        }),
      },
    );
    for (const [place, chainOf] of devnet.chains.entries()) {
      lies.push(await lieAbout(chainOf, await transfer(chainOf)));
      const parts = { chain: chainOf, journal: join(folder, String(chainOf.chainId)), liars: 1 };
      const sender = devnet.accounts.wallet(SENDERS[place]!);
      const shown = () => ({ kind: "proven", proof: shownProof }) as const;
      colluders.push(await corrupt(devnet, { ...parts, sender }, { checking: WEAK, shown }));
    }
    proven = (await prover.prove(...asked.get(272n)!)) as ProvenExecution;
    assert.equal(proven.kind, "proven");
  });
  after(async () => {
    for (const each of colluders) await each.close();
    await prover.close();
    await devnet.close();
    rmSync(folder, { recursive: true });
    assert.deepEqual(devnet.faults, []);
  });

  const transfer = async (chain: DevnetChain): Promise<FormedBatch> => {
    const client = clientOf(chain);
    const fees = { type: 2, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, gasLimit: 100_000n };
    const alice = devnet.accounts.wallet(ALICE).connect(client);
    await (await alice.sendTransaction({ to: devnet.accounts.wallet(BOB).address, ...fees })).wait();
    client.destroy();
    return (await chain.pipeline.seal())!;
  };

  test("with a threshold of all the last refuses it by name, whatever proof it is shown, and fewer signatures are not even sent: L1 counts them (committing.test.ts)", async () => {
    const [liars] = colluders;
    const refusedAs = async (code: RegExp, proof: Uint8Array): Promise<void> => {
      shownProof = proof;
      const { committed } = await liars!.settle(lies[0]!, 2);
      await assert.rejects(committed, (error: Error) => {
        assert.match(`${error.name} ${(error as SettlementError).code}`, /SettlementError QuorumUnreachable/);
        return code.test(error.message);
      });
    };
    await refusedAs(/Malformed/, new Uint8Array());
    await refusedAs(/OtherChain/, proven.proof);
    const { waits } = await liars!.settle(lies[0]!, 1);
    const { code, message } = await waits;
    assert.equal(code, "SignersMissing");
    assert.match(message, /2 of the validators .*of these 1 can be asked here/s);
    const { provider } = devnet.chains[0]!.base;
    const { hyperchain } = devnet.chains[0]!.pipeline.created;
    const counting = new Contract(hyperchain, ["function getTotalBatchesCommitted() view returns (uint256)"], provider);
    assert.equal(await counting.getFunction("getTotalBatchesCommitted")(), 0n);
  });

  test("below that L1 accepts it, and a watch on another machine names it by its code before L1 can execute it", async () => {
    const [, chain] = devnet.chains;
    const lie = lies[1]!;
    const told: string[] = [];
    /** As `hyperchain_getExecutionProof` of what the colluders have: nothing; rubbish; another chain's; the proof of the truth. */
    let served: Uint8Array | undefined;
    const watch = await watchOf(chain!, {
      served: () =>
        served === undefined
          ? Promise.reject(new ExecutionCheckError("ChainSilent", "nothing answers"))
          : Promise.resolve({ outputs: lie.outputs, coinbase: asked.get(272n)![1].coinbase, proof: served }),
      onNamed: ({ batchNumber, code, stage }) => told.push(`${batchNumber} ${code} ${stage}`),
    });
    await watch.look();
    assert.deepEqual(watch.named(), []);
    const settling = await colluders[1]!.settle(lie, 1);
    await settling.proven;
    const { committedAt } = await settling.committed;
    await watch.look();
    assert.deepEqual(watch.named(), []);
    await moveTimeTo(committedAt + BigInt(DELAY_SECONDS / 2));
    await watch.look();
    const withheld = watch.named().map(({ batchNumber, code, stage, executableAt }) => [batchNumber, code, stage, executableAt]);
    assert.deepEqual(withheld, [[0n, "ProofMissing", "proven", committedAt + BigInt(DELAY_SECONDS)]]);
    for (const proof of [new Uint8Array(1_000), foreign(proven.proof), proven.proof]) {
      served = proof;
      await watch.look();
    }
    served = undefined;
    await watch.look();
    assert.equal(watch.named()[0]?.code, "OtherStateAfter");
    // The chain's own node has another batch, and says so of what L1 has.
    const { named } = (await devnet.status()).chains[1]!.execution!;
    assert.deepEqual(
      named?.map(({ batch, code }) => [batch, code]),
      [[0, "ProofMissing"]],
    );
    assert.deepEqual(
      devnet.info().chains[1]!.execution!.named?.map(({ code }) => code),
      ["ProofMissing"],
    );
    assert.ok((await l1Time()) < committedAt + BigInt(DELAY_SECONDS));
    await moveTimeTo(committedAt + BigInt(DELAY_SECONDS));
    await settling.executed;
    await watch.look();
    assert.deepEqual(told, [
      "0 ProofMissing proven",
      ...["0 Malformed proven", "0 OtherChain proven", "0 OtherStateAfter proven", "0 OtherStateAfter executed"],
    ]);
  });

  const l1Time = (): Promise<bigint> => nextBlockTime({ send: (method, params) => devnet.l1.request(method, params) });
  /** A watch that knows L1, and asks again at each look. */
  const watchOf = async (
    { pipeline: { created } }: DevnetChain,
    dependencies: Pick<ConstructorParameters<typeof ExecutionWatch>[1], "served" | "onNamed">,
  ): Promise<ExecutionWatch> => {
    const { provider: l1 } = devnet.l1;
    const contract = new ChainContractReader(l1, created.hyperchain, await l1.getBlockNumber());
    const [facts, genesisRecord] = await Promise.all([contract.facts(), contract.firstRecord(created.fromBlock)]);
    return new ExecutionWatch(
      { facts, genesisRecord, genesis: await genesisOf(), bridges: [], fromBlock: created.fromBlock, longestPauseMs: 0 },
      { ...dependencies, l1, confirmations: 1, prover, nowMs: () => 0, l1Time },
    );
  };
  const moveTimeTo = async (seconds: bigint): Promise<void> => {
    await devnet.l1.request("evm_setNextBlockTimestamp", [Number(seconds)]);
    await devnet.l1.request("evm_mine", []);
  };
  /** A proof of the same, said to be of another chain. */
  const foreign = (proof: Uint8Array): Uint8Array => {
    const altered = Uint8Array.from(proof);
    altered[CHAIN_ID_END] = altered[CHAIN_ID_END]! ^ 1;
    return altered;
  };
});
