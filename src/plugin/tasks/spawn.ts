import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { systemClock } from "../../chain/clock.ts";
import { ACCOUNT_NUMBERS } from "../../devnet/accounts.ts";
import type { Devnet } from "../../devnet/devnet.ts";
import type { DevnetOptions } from "../../devnet/options.ts";
import { regularly } from "../../devnet/regularly.ts";
import { settledBatchInfo } from "../../devnet/view/settled-info.ts";
import type { Hex } from "../../protocol/hex.ts";
import { announce } from "../discovery/state-file.ts";
import { ecosystemOptions } from "../ecosystem-options.ts";
import { pluginError } from "../plugin-error.ts";
import { startEcosystem } from "../start-ecosystem.ts";
import { batchLine, stepLine } from "./event-lines.ts";
import { firstScreen } from "./first-screen.ts";
import { createOutput, strong, warning } from "./output.ts";
import type { Output } from "./output.ts";
import { spawnConfig } from "./spawn-options.ts";
import type { SpawnArguments } from "./spawn-options.ts";
import { explained } from "./task-error.ts";
import { closeAndExit, nextSignal } from "./until-signal.ts";

/** Age at which a batch is sealed where nothing else is said. */
const BATCH_AGE_MS = 2_000;
/** What a relayer gets on each chain where money is real: 0.02 ETH. */
const RELAYER_WEI = 2n * 10n ** 16n;
/** How often messages are looked at. */
const LOOK_MS = 200;

/** `hyperchain:spawn`: starts an ecosystem, tells what happens in it, and ends with Ctrl-C. */
const action: NewTaskActionFunction<SpawnArguments> = async (args, hre) => {
  const output = createOutput(args.json);
  const begun = performance.now();
  const config = spawnConfig(hre.config.hyperchains, args);
  const { mode } = config.prover;
  const nameOf = (id: bigint): string => config.chains.find(({ chainId }) => BigInt(chainId) === id)?.name ?? `chain ${id}`;
  const settled: ((batch: ReturnType<typeof settledBatchInfo>) => void)[] = [];
  if (!/^(127\.|localhost$|::1$)/.test(config.host)) {
    output.progress(warning(`${config.host} is open to other machines: anyone who reaches it can use these accounts, and move time`));
  }
  output.progress(`starting L1 and ${config.chains.map(({ name }) => name).join(", ")}…`);
  const options = paidBy(process.env["HYPERCHAIN_PRIVATE_KEY"], ecosystemOptions(config, { batchAgeMs: BATCH_AGE_MS, maxInstructions: undefined, pollIntervalMs: config.pollIntervalMs }));
  const devnet = await startEcosystem(options, hre, {
    onSettled: (chainId, batch) => settled.forEach((tell) => tell(settledBatchInfo(chainId, batch, mode))),
    onWait: (chainId, reason) =>
      output.progress(reason === undefined ? `${nameOf(chainId)} goes on: L1 answers` : warning(`${nameOf(chainId)} waits, and goes on by itself: ${reason}`)),
    onStop: (chainId, error) => output.progress(warning(`${nameOf(chainId)} has stopped: ${error instanceof Error ? error.message : String(error)}`)),
  }).catch((error: unknown) => {
    throw explained(error);
  });
  const info = devnet.info();
  const readySeconds = Math.round(performance.now() - begun) / 1000;
  // An L1 that runs elsewhere does not answer for the ecosystem.
  const url = info.chains[0]?.url ?? info.l1.url;
  const forget = announce({ pid: process.pid, url, project: hre.config.paths.root, startedAt: Date.now() });
  process.on("exit", forget);
  output.result(() => `${strong(info.name)}: ready in ${readySeconds.toFixed(2)} s\n\n${firstScreen(info)}\n\nCtrl-C ends it.\n`, { ...info, readySeconds });
  settled.push((batch) => output.result(() => batchLine(info, batch), { batch }));
  const stopTelling = tellMessages(devnet, output);

  const signal = await nextSignal();
  stopTelling();
  forget();
  if (!args.json) output.progress(`${signal}: closing`);
  await closeAndExit(() => devnet.close(), (error) => output.progress(String(error)));
};

/** On an existing L1 a key of the user's own pays, if there is one: then only the relayer gets money, since it is real. */
function paidBy(key: string | undefined, options: DevnetOptions): DevnetOptions {
  if (options.l1?.url === undefined || key === undefined) return options;
  if (!/^0x[0-9a-fA-F]{64}$/.test(key)) throw pluginError("HYPERCHAIN_PRIVATE_KEY is no private key: 0x and 64 hex digits");
  const fundedAccounts = options.relayer === false ? [] : [ACCOUNT_NUMBERS.relayer];
  return { ...options, l1: { ...options.l1, deployerKey: key as Hex }, fundedAccounts, fundingWei: RELAYER_WEI };
}

/** One line for each step of each message from now on; returns what ends that. */
function tellMessages(devnet: Devnet, output: Output): () => void {
  const info = devnet.info();
  const told = new Map<string, number>();
  const look = async (): Promise<void> => {
    for (const message of await devnet.messages()) {
      const { messageHash, sourceChainId, steps } = message;
      const key = `${sourceChainId}:${messageHash}`;
      for (const step of steps.slice(told.get(key) ?? 0)) output.result(() => stepLine(info, message, step), { message: messageHash, ...step });
      told.set(key, Math.max(told.get(key) ?? 0, steps.length));
    }
  };
  // A chain that has stopped is told elsewhere.
  return regularly(systemClock, LOOK_MS, look, () => true);
}

export default action;
