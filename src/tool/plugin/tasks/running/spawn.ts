import { resolve } from "node:path";
import * as v from "valibot";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { systemClock } from "../../../../ground/runtime/clock.ts";
import { ACCOUNT_NUMBERS } from "../../../../ecosystem/devnet/accounts/accounts.ts";
import type { Devnet } from "../../../../ecosystem/devnet/devnet.ts";
import type { OnRepeated } from "../../../../ecosystem/devnet/keeping/world.ts";
import type { DevnetOptions } from "../../../../ecosystem/devnet/described/options.ts";
import type { ChainInfo, EcosystemInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { repeat } from "../../../../ground/runtime/repeat.ts";
import { withProgress } from "../../../../ground/runtime/with-progress.ts";
import { serveEcosystem } from "../../../page-server/ecosystem-page.ts";
import type { PageServer } from "../../../page-server/page-server.ts";
import type { HyperchainsConfig } from "../../../../ecosystem/options/resolved-config.ts";
import { resealInfo } from "../../../../ecosystem/devnet/view/batches/reseal-info.ts";
import { settledBatchInfo } from "../../../../ecosystem/devnet/view/batches/settled-info.ts";
import { flaggedOptions, flagName } from "../../../../ecosystem/options/spawn-flags.ts";
import { privateKey } from "../../../../ecosystem/options/fields/values.ts";
import { announce } from "../../discovery/state-file.ts";
import { ecosystemOptions } from "../../ecosystem-options.ts";
import { inUsersWords, type FlagsGiven } from "../../named-options.ts";
import { pluginError } from "../../plugin-error.ts";
import { startEcosystem } from "../../start-ecosystem.ts";
import { spawnDetached } from "./detached-spawn.ts";
import { batchLine, createdLine, resealLines, stepLine } from "../session/event-lines.ts";
import { keepingInfo, keepingLine } from "./keeping-info.ts";
import { keptConfig } from "./kept-options.ts";
import { loadIntoFolder } from "./loaded-folder.ts";
import { firstScreen } from "./first-screen.ts";
import { createOutput, strong, waitLine, warning, type Output } from "../session/output.ts";
import { spawnConfig, type SpawnArguments } from "./spawn-options.ts";
import { explained } from "../session/task-error.ts";
import { StepNews } from "../session/step-news.ts";
import { closeAndExit, KEPT_CLOSE_MS, nextSignal } from "../session/until-signal.ts";

/** Funds of a relayer on each chain with real money: 0.02 ETH. */
const RELAYER_WEI = 2n * 10n ** 16n;
/** Interval between progress lines of a start. */
const REPEATING_MS = 2_000;
/** Interval between polls for messages. */
const LOOK_MS = 200;

/** `hyperchain:spawn`: starts an ecosystem, tells what happens in it, and ends with Ctrl-C. */
const action: NewTaskActionFunction<SpawnArguments> = async (args, hre) => {
  const output = createOutput(args.json);
  if (args.detach || args.wait) return goOnInBackground(args, output);
  const begun = performance.now();
  const kept = await keptIn(hre.config.hyperchains, hre.config.paths.root, args);
  const config = spawnConfig(keptOrGiven(hre, kept.data, args), args);
  const come: ChainInfo[] = [];
  const nameOf = (id: bigint): string =>
    [...config.chains, ...come].find(({ chainId }) => BigInt(chainId) === id)?.name ?? `chain ${id}`;
  const settled: ((batch: ReturnType<typeof settledBatchInfo>) => void)[] = [];
  const resealed: ((done: ReturnType<typeof resealInfo>) => void)[] = [];
  warnOfOthers(config, output);
  output.progress(startLine(config, kept.data));
  const options = paidBy(process.env["HYPERCHAIN_PRIVATE_KEY"], {
    ...kept,
    ...ecosystemOptions(config, "spawn"),
  });
  const starting = startEcosystem(options, hre, {
    onUpdate(chainId, update) {
      if (update.type === "settled") settled.forEach((tell) => tell(settledBatchInfo(chainId, update.batch)));
      else if (update.type === "resealed") resealed.forEach((tell) => tell(resealInfo(chainId, update.resealed)));
      else if (update.type === "waiting") output.progress(waitLine(nameOf(chainId), update.reason));
    },
    onAdded: (chain) => {
      come.push(chain);
      output.result(() => createdLine(chain), { added: chain });
    },
    onRepeated: repeatedTeller(output, nameOf),
    onStop: (chainId, error) =>
      output.progress(warning(`${nameOf(chainId)} has stopped: ${error instanceof Error ? error.message : String(error)}`)),
  }).catch((error: unknown) => {
    throw explained(inUsersWords(error, config, flagsGiven(args)));
  });
  const devnet = await withProgress(starting, systemClock, (seconds) => output.progress(`still starting, for ${seconds} s…`));
  const info = devnet.info();
  const readySeconds = Math.round(performance.now() - begun) / 1000;
  // An L1 that runs elsewhere does not answer for the ecosystem.
  const url = info.chains[0]?.url ?? info.l1.url;
  const page = await servedPage(devnet, config, output);
  const address = page === undefined ? {} : { page: page.writingUrl };
  const forget = announce({ pid: process.pid, url, project: hre.config.paths.root, startedAt: Date.now(), ...address });
  process.on("exit", forget);
  const keeping = options.data === undefined ? undefined : await keepingInfo(devnet, options.data);
  tellReady(output, { info, readySeconds, page: page?.writingUrl, keeping });
  settled.push((batch) => output.result(() => batchLine(devnet.info(), batch), { batch }));
  resealed.push((done) => output.result(() => warning(resealLines(devnet.info(), done)), { resealed: done }));
  const stopTelling = tellMessages(devnet, output);

  const signal = await nextSignal();
  stopTelling();
  forget();
  if (!args.json) output.progress(`${signal}: closing`);
  await closeAndExit(
    async () => {
      await page?.close();
      await devnet.close();
    },
    (error) => output.progress(String(error)),
    options.data === undefined ? {} : { closeMs: KEPT_CLOSE_MS },
  );
};

function warnOfOthers({ host }: HyperchainsConfig, output: Output): void {
  if (/^(127\.|localhost$|::1$)/.test(host)) return;
  output.progress(warning(`${host} is open to other machines: anyone who reaches it can use these accounts, and move time`));
}

function startLine({ chains }: HyperchainsConfig, folder: string | undefined): string {
  return `starting L1 and ${chains.map(({ name }) => name).join(", ")}${folder === undefined ? "" : `, kept in ${folder}`}…`;
}

/** Prints the progress of a replay, which takes minutes for a long history. */
function repeatedTeller(output: Output, nameOf: (id: bigint) => string): OnRepeated {
  let told = performance.now();
  return (member, done, total) => {
    if (performance.now() - told < REPEATING_MS) return;
    told = performance.now();
    const name = member === "L1" ? member : nameOf(member);
    output.progress(`${name} replays its history: ${done.toLocaleString("en")} of ${total.toLocaleString("en")} steps`);
  };
}

/** Prints the first facts for a user, with their location. */
function tellReady(
  output: Output,
  {
    info,
    readySeconds,
    page,
    keeping,
  }: {
    readonly info: EcosystemInfo;
    readonly readySeconds: number;
    readonly page: string | undefined;
    readonly keeping: Awaited<ReturnType<typeof keepingInfo>> | undefined;
  },
): void {
  const paragraphs = [
    `${strong(info.name)}: ready in ${readySeconds.toFixed(2)} s${keeping === undefined ? "" : `\n${keepingLine(keeping)}`}`,
    firstScreen(info),
    `${page === undefined ? "" : `Look at it in a browser: ${page}\n`}Ctrl-C ends it.\n`,
  ];
  const more = { ...(page === undefined ? {} : { page }), ...(keeping === undefined ? {} : { data: keeping }) };
  output.result(() => paragraphs.join("\n\n"), { ...info, readySeconds, ...more });
}

/** Page, if the config enables it. An ecosystem continues without a page that cannot be served. */
async function servedPage(
  { info, workers }: Pick<Devnet, "info" | "workers">,
  config: HyperchainsConfig,
  output: Output,
): Promise<PageServer | undefined> {
  if (!config.page.served) return undefined;
  const { host, origins } = config;
  return serveEcosystem(info, { host, origins, workers, port: config.page.port ?? 0 }).catch((error: unknown) => {
    output.progress(warning(`no page is served: ${error instanceof Error ? error.message : String(error)}`));
    return undefined;
  });
}

/** Starts the ecosystem in a separate process, which has the same options and output. */
async function goOnInBackground({ wait }: SpawnArguments, output: Output): Promise<void> {
  const { pid, log, ready } = spawnDetached(Date.now());
  if (!wait) {
    output.result(
      () =>
        `starting in the background (process ${pid}); what it prints is in ${log}\n'npx hardhat hyperchain:status' looks at it, 'npx hardhat hyperchain:stop' ends it`,
      { pid, log },
    );
    return;
  }
  output.progress(`starting in the background (process ${pid}), which prints to ${log}…`);
  const info = await withProgress(ready(), systemClock, (seconds) =>
    output.progress(`still starting in the background (process ${pid}), for ${seconds} s…`),
  );
  output.result(
    () =>
      `${strong(info.name)}\n\n${firstScreen(info)}\n\n${info.page === undefined ? "" : `Look at it in a browser: ${info.page}\n`}It runs in the background (process ${pid}), and prints to ${log}; 'npx hardhat hyperchain:stop' ends it.`,
    { ...info, pid, log },
  );
}

/** The folder that keeps the ecosystem, with what `--load` puts into it. */
async function keptIn(config: HyperchainsConfig, root: string, args: SpawnArguments): Promise<{ readonly data?: string }> {
  const { data, l1 } = spawnConfig(config, { ...args, da: undefined });
  const folder = data === undefined ? undefined : resolve(root, data);
  if (args.load === undefined) return folder === undefined ? {} : { data: folder };
  if (l1.url !== undefined)
    throw pluginError("--load includes an L1, and this ecosystem has a remote one; leave one of the two out");
  return { data: await loadIntoFolder(args.load, folder) };
}

/** Config with the omitted options of the ecosystem that resumes. */
function keptOrGiven(
  { config, userConfig }: HardhatRuntimeEnvironment,
  folder: string | undefined,
  { load }: SpawnArguments,
): HyperchainsConfig {
  if (folder === undefined) return config.hyperchains;
  try {
    return keptConfig(userConfig.hyperchains, { folder, name: load ?? folder }) ?? config.hyperchains;
  } catch (error) {
    throw explained(error);
  }
}

/** On an existing L1 a key of the user's own pays, if there is one: then only the relayer gets money, since it is real. */
function paidBy(key: string | undefined, options: DevnetOptions): DevnetOptions {
  if (options.l1?.url === undefined || key === undefined) return options;
  if (!v.is(privateKey, key)) throw pluginError("HYPERCHAIN_PRIVATE_KEY is not a private key: 0x and 64 hex digits");
  const fundedAccounts = options.relayer === false ? [] : [ACCOUNT_NUMBERS.relayer];
  return { ...options, l1: { ...options.l1, deployerKey: key }, fundedAccounts, fundingWei: RELAYER_WEI };
}

/** Options of the config that the command line gave instead. */
function flagsGiven(args: SpawnArguments): FlagsGiven {
  const given = flaggedOptions().filter(([, flag]) => args[flag] !== undefined);
  const chains = args.names === undefined ? "chains" : "names";
  const ofChains = args[chains] === undefined ? [] : [["chains", flagName(chains)] as const];
  return new Map([...given.map(([option, flag]) => [option, flagName(flag)] as const), ...ofChains]);
}

/** One line for each step of each message from now on; returns what ends that. */
function tellMessages(devnet: Devnet, output: Output): () => void {
  const news = new StepNews();
  const look = async (): Promise<void> => {
    for (const message of await devnet.messages()) {
      const { messageHash, sourceChainId, steps } = message;
      const key = `${sourceChainId}:${messageHash}`;
      for (const step of news.next(key, steps))
        output.result(() => stepLine(devnet.info(), message, step), { message: messageHash, ...step });
    }
  };
  // A stopped chain is reported separately.
  return repeat(systemClock, LOOK_MS, look, () => true);
}

export default action;
