import { JsonRpcProvider, Wallet, type Provider, type Signer } from "ethers";
import * as v from "valibot";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { l1Request } from "../../../../ecosystem/devnet/l1/request/l1-request.ts";
import { StakeWatcher, type L1Rewinds, type StakeWatcherEvent } from "../../../../ecosystem/devnet/stake/stake-watcher.ts";
import { watchStakes } from "../../../../ecosystem/devnet/stake/watch.ts";
import { openWatcherFile } from "../../../../ecosystem/devnet/stake/watcher-file.ts";
import type { ChainVotes } from "../../../../ecosystem/devnet/stake/vote-reports.ts";
import type { EcosystemInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { safeConfirmations } from "../../../../ecosystem/options/fields/l1.ts";
import { address, privateKey, url as anyUrl, wholeNumber } from "../../../../ecosystem/options/fields/values.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { printable } from "../../../../ground/runtime/printable.ts";
import { pluginError } from "../../plugin-error.ts";
import type { relayingTasks } from "../arguments/relaying.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";
import { readSender, signerOf } from "../session/accounts.ts";
import { readNumber, readOption } from "../session/arguments.ts";
import { createOutput, strong, warning, type Output } from "../session/output.ts";
import { withEcosystem, type Session } from "../session/session.ts";
import { explained } from "../session/task-error.ts";
import { closeAndExit, nextSignal } from "../session/until-signal.ts";

type WatchArguments = ArgumentsOf<(typeof relayingTasks)["watchStake"]>;

/** Time between two polls. */
const POLL_MS = 500;

/** L1 with a registry, and the account that pays for reports. */
interface WatchedPlace {
  readonly output: Output;
  readonly l1: Provider;
  readonly sender: Signer;
  readonly registry: Hex;
  readonly evidence: Hex;
  readonly fromBlock: number;
  readonly settlementChainId: bigint;
  readonly confirmations: number;
  /** Absent if L1 never returns to earlier states by command. */
  readonly rewinds?: () => Promise<L1Rewinds>;
  /** Absent without an ecosystem that has the votes of chains' nodes. */
  readonly votes?: () => Promise<readonly ChainVotes[]>;
}

/** `hyperchain:watch-stake`: reports contradictory batches of staked validators, as a separate process. */
const action: NewTaskActionFunction<WatchArguments> = (args, hre) =>
  withPlace(args, hre, async ({ output, sender, l1, rewinds, votes, ...options }) => {
    const journal = args.file === undefined ? undefined : await openWatcherFile(args.file);
    const watcher = new StakeWatcher(options, {
      l1,
      sender,
      ...(rewinds === undefined ? {} : { rewinds }),
      ...(votes === undefined ? {} : { votes }),
      ...(journal === undefined ? {} : { journal }),
      onEvent: (event) => tell(output, event),
    });
    const account = await sender.getAddress();
    const { registry } = options;
    output.progress(`watching the stakes of ${registry} from ${account}; ${args.once ? "once" : "Ctrl-C ends it"}`);
    if (args.once) {
      await watcher.poll();
      await journal?.close();
      return;
    }
    const ending = new AbortController();
    const onTrouble = (reason: string | undefined): void =>
      output.progress(
        reason === undefined ? "continuing" : warning(`waiting, and continuing automatically: ${printable(reason)}`),
      );
    const watching = watchStakes(watcher, { pollMs: POLL_MS, signal: ending.signal, onTrouble });
    // A timer that keeps the process alive while L1 does not answer.
    const alive = setInterval(() => undefined, POLL_MS);
    await nextSignal();
    clearInterval(alive);
    ending.abort();
    await closeAndExit(
      () => watching.then(() => journal?.close()),
      () => undefined,
    );
  });

/** In the running ecosystem, or on a named L1. */
function withPlace(
  args: WatchArguments,
  hre: HardhatRuntimeEnvironment,
  work: (place: WatchedPlace) => Promise<void>,
): Promise<void> {
  const l1Url = readOption("settlementUrl", args.settlementUrl, anyUrl);
  if (l1Url !== undefined) return withL1(l1Url, args, work);
  return withEcosystem(args, hre, "acts", async (session) => {
    const { info, request, output } = session;
    const { registry, evidence } = stakeOf(info);
    const place = await readSender(session, args.from, info.l1.name);
    if (info.stake?.watcher.address === place.account)
      throw pluginError(
        `${place.account} is the account of the ecosystem's watcher, which would take its nonces; name another with --from`,
      );
    const l1 = session.provider(info.l1.chainId);
    await work({
      output,
      l1,
      registry,
      evidence,
      sender: signerOf(session, place),
      fromBlock: info.l1.fromBlock,
      settlementChainId: BigInt(info.l1.chainId),
      confirmations: info.l1.runsElsewhere === true ? confirmationsFor(args, BigInt(info.l1.chainId)) : 1,
      votes: () => votesOf(session),
      rewinds: async () => ((await request("hyperchain_info")) as EcosystemInfo).stake?.rewinds ?? NO_REWINDS,
    });
  });
}

/** Contrary votes of the nodes of all chains. */
async function votesOf({ info, provider }: Session): Promise<readonly ChainVotes[]> {
  const decided = info.chains.filter(({ orderedBy }) => orderedBy?.kind === "nodes");
  const found = await Promise.all(
    decided.map(async ({ chainId }) => {
      const pairs = (await provider(chainId).send("hyperchain_evidence", [])) as readonly Omit<ChainVotes, "chainId">[];
      return pairs.map((pair) => ({ chainId: BigInt(chainId), ...pair }));
    }),
  );
  return found.flat();
}

const NO_REWINDS: L1Rewinds = { count: 0, blockNumber: -1 };

/** Throws a plugin error for an ecosystem without stake. */
function stakeOf({ stake, name }: EcosystemInfo): NonNullable<EcosystemInfo["stake"]> {
  if (stake !== undefined) return stake;
  throw pluginError(
    `no key of ${name} is staked; start it with stake: { unbondingSeconds: 100_000 } in the config, or name another L1's contracts with --settlement-url, --registry and --evidence`,
  );
}

async function withL1(l1Url: string, args: WatchArguments, work: (place: WatchedPlace) => Promise<void>): Promise<void> {
  const registry = readOption("registry", args.registry, address);
  const evidence = readOption("evidence", args.evidence, address);
  const key = process.env["HYPERCHAIN_PRIVATE_KEY"];
  if (registry === undefined || evidence === undefined || args.from !== undefined || !v.is(privateKey, key))
    throw pluginError(
      "with --settlement-url the contracts are named by --registry and --evidence, and the account's key is taken from HYPERCHAIN_PRIVATE_KEY: 0x and 64 hex digits, no --from",
    );
  const l1 = new JsonRpcProvider(l1Request(l1Url), undefined, { staticNetwork: true, cacheTimeout: -1 });
  try {
    const { chainId } = await l1.getNetwork();
    await work({
      l1,
      registry,
      evidence,
      sender: new Wallet(key, l1),
      output: createOutput(args.json),
      fromBlock: readNumber("fromBlock", args.fromBlock, wholeNumber(0, Number.MAX_SAFE_INTEGER, 0)) ?? 0,
      settlementChainId: chainId,
      confirmations: confirmationsFor(args, chainId),
    });
  } catch (error) {
    throw explained(error);
  } finally {
    l1.destroy();
  }
}

function confirmationsFor({ confirmations }: WatchArguments, chainId: bigint): number {
  return readNumber("confirmations", confirmations, wholeNumber(1, 256, 32)) ?? safeConfirmations(chainId);
}

function tell(output: Output, event: StakeWatcherEvent): void {
  switch (event.type) {
    case "stakes": {
      const { keys, slashes } = event;
      const total = keys.reduce((sum, { weightWei }) => sum + weightWei, 0n);
      const text = `${keys.length} staked ${keys.length === 1 ? "key" : "keys"} with ${total} wei, ${slashes.length} slashed`;
      return output.result(() => text, event);
    }
    case "read":
      return output.json ? output.result(() => "", event) : undefined;
    case "reported": {
      const { chainId, key, batchNumber, amountWei, hash } = event;
      const text = `${key} signed two batches ${batchNumber} of chain ${chainId}; L1 took ${amountWei} wei of its stake by ${hash}`;
      return output.result(() => strong(text), event);
    }
    case "reportedVotes": {
      const { chainId, key, view, amountWei, hash } = event;
      const text = `${key} cast two contrary votes in view ${view} of chain ${chainId}; L1 took ${amountWei} wei of its stake by ${hash}`;
      return output.result(() => strong(text), event);
    }
    case "rewound":
      return output.progress("L1 has returned to an earlier state; all words before it are forgotten");
  }
}

export default action;
