import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { systemClock } from "../../chain/clock.ts";
import type { Devnet } from "../../devnet/devnet.ts";
import { regularly } from "../../devnet/regularly.ts";
import { settledBatchInfo } from "../../devnet/settled-info.ts";
import { announce } from "../discovery/state-file.ts";
import { ecosystemOptions } from "../ecosystem-options.ts";
import { startEcosystem } from "../start-ecosystem.ts";
import { batchLine, stepLine } from "./event-lines.ts";
import { firstScreen } from "./first-screen.ts";
import { createOutput, strong } from "./output.ts";
import type { Output } from "./output.ts";
import { spawnConfig } from "./spawn-options.ts";
import type { SpawnArguments } from "./spawn-options.ts";
import { explained } from "./task-error.ts";
import { closeAndExit, nextSignal } from "./until-signal.ts";

/** Age at which a batch is sealed where nothing else is said. */
const BATCH_AGE_MS = 2_000;
/** How often messages are looked at. */
const LOOK_MS = 200;

/** `hyperchain:spawn`: starts an ecosystem, tells what happens in it, and ends with Ctrl-C. */
const action: NewTaskActionFunction<SpawnArguments> = async (args, hre) => {
  const output = createOutput(args.json);
  const begun = performance.now();
  const config = spawnConfig(hre.config.hyperchains, args);
  const { mode } = config.prover;
  const settled: ((batch: ReturnType<typeof settledBatchInfo>) => void)[] = [];
  output.progress(`starting L1 and ${config.chains.map(({ name }) => name).join(", ")}…`);
  const devnet = await startEcosystem(ecosystemOptions(config, { batchAgeMs: BATCH_AGE_MS, pollIntervalMs: config.pollIntervalMs }), hre, {
    onSettled: (chainId, batch) => settled.forEach((tell) => tell(settledBatchInfo(chainId, batch, mode))),
    onStop: (chainId, error) => output.progress(`chain ${chainId} has stopped: ${error instanceof Error ? error.message : String(error)}`),
  }).catch((error: unknown) => {
    throw explained(error);
  });
  const info = devnet.info();
  const readySeconds = Math.round(performance.now() - begun) / 1000;
  const forget = announce({ pid: process.pid, url: info.l1.url, project: hre.config.paths.root, startedAt: Date.now() });
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
