import { setTimeout as pause } from "node:timers/promises";
import type { JsonRpcProvider } from "ethers";
import { ExecutionWatch, type NamedBatch, type WatchedExecution } from "../../../devnet/execution/execution-watch.ts";
import { readServedExecution } from "../../../devnet/execution/served-execution.ts";
import { openWatchProver } from "../../../devnet/execution/watch-prover.ts";
import { ChainContractReader } from "../../../devnet/chain-on-l1/chain-contract.ts";
import { findCreation } from "../../../devnet/chain-on-l1/l1-history.ts";
import { reasonOf } from "../../../errors/reason-of.ts";
import type { Hex } from "../../../protocol/hex.ts";
import { systemClock } from "../../../runtime/clock.ts";
import { nextBlockTime } from "../../../settlement-layer/reader/l1-time.ts";
import { packageBridges, packageGenesis } from "../../protocol-genesis.ts";
import { safeConfirmations } from "../../../options/fields/l1.ts";
import { depthOn, type FoundOnL1 } from "./chain-on-l1.ts";
import { namedLine } from "../session/event-lines.ts";
import { alarm, strong, warning, type Output } from "../session/output.ts";
import { closeAndExit, nextSignal } from "../session/until-signal.ts";

interface WatchOptions {
  readonly chain: FoundOnL1;
  readonly l1: JsonRpcProvider;
  /** An answer about a batch's proof, as it is served. */
  readonly served: (batch: bigint) => Promise<unknown>;
  /** Default: the first that L1 has not executed. */
  readonly fromBatch: number | undefined;
  /** L1 block of the chain's creation or an earlier one. Default: found. */
  readonly fromBlock: number | undefined;
  /** Whether it ends with exit code 1 at the first batch that it names. */
  readonly failFast: boolean;
}

/** How often L1 is looked at. */
const LOOK_MS = 1_000;

/** Checks the execution of each batch that comes to L1, until Ctrl-C or, where that is asked for, the first that it names. */
export async function watchExecution({ chain, failFast, ...options }: WatchOptions): Promise<void> {
  const { output } = chain;
  const prover = openWatchProver();
  const { promise: named, resolve: nameFirst } = Promise.withResolvers<"named">();
  const tell = (batch: NamedBatch): void => {
    tellNamed(chain, batch);
    if (failFast) nameFirst("named");
  };
  const { watch, firstBatch } = await openWatch({ chain, ...options }, { prover, onNamed: tell });
  // Before it says that it watches: a caller may end it as soon as that is read.
  const ending = Promise.race([nextSignal().then(() => "ended" as const), named]);
  output.result(() => `watching the execution of ${chain.hyperchain} from batch ${firstBatch} on; Ctrl-C ends it`, {
    event: "watching",
    ...{ hyperchain: chain.hyperchain, firstBatch },
  });
  let trouble = "";
  const tellTrouble = (error: unknown): void => {
    // An L1 that is away only delays; it is told once.
    const reason = reasonOf(error);
    if (reason !== trouble) output.progress(warning(`waiting, and going on by itself: ${reason}`));
    trouble = reason;
  };
  const turn = (): Promise<undefined> =>
    watch
      .look()
      .then(() => void (trouble = ""), tellTrouble)
      .then(() => pause(LOOK_MS));
  let end: "ended" | "named" | undefined;
  while (end === undefined) end = await Promise.race([ending, turn()]);
  await closeAndExit(
    () => prover.close(),
    (error) => output.progress(String(error)),
    { code: end === "named" ? 1 : 0 },
  );
}

async function openWatch(
  { chain, l1, served, fromBatch, fromBlock }: Omit<WatchOptions, "failFast">,
  { prover, onNamed }: Pick<ConstructorParameters<typeof ExecutionWatch>[1], "prover" | "onNamed">,
): Promise<{ readonly watch: ExecutionWatch; readonly firstBatch: bigint }> {
  const { output } = chain;
  const hyperchain = chain.hyperchain.toLowerCase() as Hex;
  const head = await l1.getBlockNumber();
  const contract = new ChainContractReader(l1, hyperchain, head);
  const createdIn = fromBlock ?? (await findCreation(l1, hyperchain, head));
  const [facts, genesisRecord, { totals }] = await Promise.all([
    contract.facts(),
    contract.firstRecord(createdIn),
    contract.state(),
  ]);
  const firstBatch = fromBatch === undefined ? totals.executed : BigInt(fromBatch);
  const [genesis, bridges] = await Promise.all([packageGenesis(), packageBridges()]);
  const watch = new ExecutionWatch(
    {
      ...{ facts, genesisRecord, genesis, bridges, fromBatch: firstBatch },
      fromBlock: createdIn,
    },
    {
      ...{
        l1,
        confirmations: depthOn(chain, safeConfirmations(facts.settlementChainId)),
        prover,
        ...(onNamed === undefined ? {} : { onNamed }),
      },
      l1Time: () => nextBlockTime(l1),
      nowMs: () => systemClock.nowMs(),
      served: async (batch) => readServedExecution(await served(batch)),
      onVerified: (batch) => tellVerified(output, batch),
    },
  );
  return { watch, firstBatch };
}

function tellNamed({ output, layer }: FoundOnL1, { batchNumber, executableAt, ...named }: NamedBatch): void {
  const told = { batch: Number(batchNumber), executableAt: Number(executableAt), ...named };
  output.result(() => alarm(namedLine({ layer }, told)), { event: "named", batchNumber, executableAt, ...named });
}

function tellVerified(output: Output, batch: WatchedExecution): void {
  const { batchNumber, cheatCount } = batch;
  const cheats = cheatCount === 0n ? "" : warning(` ${cheatCount} of its changes are cheats, which no account has signed.`);
  output.result(() => `${strong(`batch ${batchNumber} is verified`)}.${cheats}`, { event: "verified", ...batch });
}
