import { setTimeout as pause } from "node:timers/promises";
import { type JsonRpcProvider, type Signer, Wallet } from "ethers";
import * as v from "valibot";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { NewTaskActionFunction } from "hardhat/types/tasks";
import type { AggregatorEvent, OfferingNode } from "../../../../ecosystem/devnet/aggregator/aggregator.ts";
import { findAggregator, openAggregator } from "../../../../ecosystem/devnet/aggregator/open-aggregator.ts";
import { withProvider } from "../../../../ecosystem/devnet/reconstruction/with-provider.ts";
import { proverDevice, proverWorkers } from "../../../../ecosystem/options/fields/prover.ts";
import { MAX_GAS_PRICE_WEI, MAX_PACE_SECONDS } from "../../../../ecosystem/options/fields/settlement.ts";
import { address, privateKey, url as anyUrl, wholeNumber } from "../../../../ecosystem/options/fields/values.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { MAX_SHOWN_BATCHES } from "../../../../ground/protocol/way-to-l1.ts";
import { printable } from "../../../../ground/runtime/printable.ts";
import { systemClock } from "../../../../ground/runtime/clock.ts";
import { callJsonRpc } from "../../discovery/json-rpc.ts";
import { pluginError } from "../../plugin-error.ts";
import type { relayingTasks } from "../arguments/relaying.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";
import { readSender, signerOf } from "../session/accounts.ts";
import { readNumber, readOption } from "../session/arguments.ts";
import { createOutput, type Output, warning } from "../session/output.ts";
import { withEcosystem } from "../session/session.ts";
import { explained } from "../session/task-error.ts";
import { closeAndExit, nextSignal } from "../session/until-signal.ts";

type AggregateArguments = ArgumentsOf<(typeof relayingTasks)["aggregate"]>;

/** Interval between polls of the nodes. */
const LOOK_MS = 1_000;
/** Limits of a node's answer: a proof has some 600 KiB, two digits a byte. */
const NODE_LIMITS = { timeoutMs: 10_000, mostBytes: 8 * 2 ** 20 };

/** Environment of the aggregator. */
interface Place {
  readonly l1: JsonRpcProvider;
  readonly sender: Signer;
  readonly aggregator: Hex;
  readonly urls: readonly string[];
  readonly output: Output;
}

/** `hyperchain:aggregate`: asks nodes for batches that wait for it, and has L1 shown one proof of many. */
const action: NewTaskActionFunction<AggregateArguments> = (args, hre) =>
  withPlace(args, hre, async ({ l1, sender, aggregator, urls, output }) => {
    const { chainId } = await l1.getNetwork();
    const account = await sender.getAddress();
    const open = await openAggregator(
      { aggregator, settlementChainId: chainId, nodes: urls.map(nodeAt), rules: rulesOf(args), prover: proverOf(args) },
      { l1, sender, clock: systemClock, onEvent: (event) => tell(output, event) },
    ).catch((error: unknown) => Promise.reject(explained(error)));
    output.result(() => `aggregating for ${urls.length} nodes from ${account}; ${args.once ? "once" : "Ctrl-C ends it"}`, {
      account,
      aggregator,
      nodes: urls,
    });
    if (args.once) {
      await open.look();
      await open.idle();
      await open.close();
      return;
    }
    const signal = nextSignal().then(() => "ended" as const);
    // A timer that keeps the process alive: nothing else here does.
    const turn = (): Promise<void> => open.look().then(() => pause(LOOK_MS));
    while ((await Promise.race([signal, turn()])) !== "ended");
    await closeAndExit(
      () => open.close(),
      () => undefined,
    );
  });

/** In the running ecosystem, or where all is named. */
function withPlace(
  args: AggregateArguments,
  hre: HardhatRuntimeEnvironment,
  work: (place: Place) => Promise<void>,
): Promise<void> {
  const chains = urlsOf(args.chains);
  const named = readOption("aggregator", args.aggregator, address);
  const l1Url = readOption("settlementUrl", args.settlementUrl, anyUrl);
  if (l1Url !== undefined) {
    const key = process.env["HYPERCHAIN_PRIVATE_KEY"];
    if (chains === undefined || named === undefined || args.from !== undefined || !v.is(privateKey, key))
      throw pluginError(
        "with --settlement-url the nodes are named by --chains and the contract by --aggregator, and the account's key is taken from HYPERCHAIN_PRIVATE_KEY: 0x and 64 hex digits, no --from",
      );
    const output = createOutput(args.json);
    return withProvider(l1Url, (l1) =>
      work({
        l1,
        output,
        urls: chains,
        aggregator: named as Hex,
        sender: new Wallet(key, l1),
      }),
    );
  }
  return withEcosystem(args, hre, "acts", async (session) => {
    const { info, output } = session;
    const sender = signerOf(session, await readSender(session, args.from, info.l1.name));
    await withProvider(info.l1.url, async (l1) => {
      const aggregator =
        (named as Hex | undefined) ??
        (await findAggregator(
          l1,
          info.chains.map(({ hyperchain }) => hyperchain),
        ));
      if (aggregator === undefined)
        throw pluginError(
          'there is nothing to aggregate: L1 checks no chain\'s execution here; a chain with execution "proven" has it checked',
        );
      await work({ l1, aggregator, sender: sender.connect(l1), output, urls: chains ?? info.chains.map(({ url }) => url) });
    });
  });
}

function urlsOf(text: string | undefined): readonly string[] | undefined {
  return text?.split(",").flatMap((each) => readOption("chains", each.trim(), anyUrl) ?? []);
}

function nodeAt(url: string): OfferingNode {
  return { url, ask: (method, params) => callJsonRpc(url, method, params, NODE_LIMITS) };
}

function rulesOf({ maxAgeSeconds, maxBatches, maxGasPriceWei }: AggregateArguments) {
  return {
    maxAgeSeconds: readNumber("maxAgeSeconds", maxAgeSeconds, wholeNumber(1, MAX_PACE_SECONDS, 600)),
    maxBatches: readNumber("maxBatches", maxBatches, wholeNumber(1, MAX_SHOWN_BATCHES, 16)),
    maxGasPriceWei: readNumber("maxGasPriceWei", maxGasPriceWei, wholeNumber(1, MAX_GAS_PRICE_WEI, 20_000_000_000)),
  };
}

function proverOf(args: AggregateArguments) {
  return {
    workers: readNumber("proverWorkers", args.proverWorkers, proverWorkers),
    device: readOption("proverDevice", args.proverDevice, proverDevice) ?? "auto",
  } as const;
}

function tell(output: Output, event: AggregatorEvent): void {
  switch (event.type) {
    case "proving":
      return output.progress(`making one proof of ${event.batches} ${event.batches === 1 ? "batch" : "batches"}…`);
    case "shown":
      return output.result(
        () =>
          `batch ${event.batch} is proven on L1${others(event.batches - 1)}${event.hash === undefined ? "" : `, by ${event.hash}`}`,
        { ...event, gasUsed: String(event.gasUsed) },
      );
    case "left":
      return output.progress(warning(`batch ${event.batch} is left to its chain: ${printable(event.reason)}`));
    case "passedOver":
      return output.progress(warning(`${event.url} is not included: ${printable(event.reason)}`));
    case "trouble":
      return output.progress(
        event.reason === undefined ? "continuing" : warning(`waiting, and continuing automatically: ${event.reason}`),
      );
  }
}

function others(count: number): string {
  if (count === 0) return "";
  return count === 1 ? " with another one" : ` with ${count} others`;
}

export default action;
