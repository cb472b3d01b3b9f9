import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import type { NewTaskActionFunction } from "hardhat/types/tasks";
import { chooseDevice } from "../../../../proofs/devices/device-choice.ts";
import { madeOn } from "../../../../proofs/devices/device-report.ts";
import { postgresUrl, proverDevice, proverToken, proverWorkers } from "../../../../ecosystem/options/fields/prover.ts";
import { url as anyUrl } from "../../../../ecosystem/options/fields/values.ts";
import { httpQueue, workAt } from "../../../../proofs/proving/queue-http.ts";
import { pgBossWay } from "../../../../proofs/proving/queue-pg-boss.ts";
import type { JobQueue, WorkerEvent } from "../../../../proofs/proving/queue.ts";
import { startPgBoss } from "../../../../proofs/proving/start-pg-boss.ts";
import { workerName } from "../../../../proofs/proving/wire.ts";
import { openWorkerPorts } from "../../../../proofs/proving/worker-ports.ts";
import { pluginError } from "../../plugin-error.ts";
import { readNumber, readOption } from "../session/arguments.ts";
import { createOutput, warning, type Output } from "../session/output.ts";
import { explained } from "../session/task-error.ts";
import { nextSignal } from "../session/until-signal.ts";
import type { runningTasks } from "../arguments/running.ts";
import type { ArgumentsOf } from "../arguments/shared.ts";

type ProverArguments = ArgumentsOf<(typeof runningTasks)["prover"]>;

/** `hyperchain:prover`: takes tasks of an ecosystem's fleet and proves them. Ctrl-C gives the task back. */
const action: NewTaskActionFunction<ProverArguments> = async (args) => {
  const output = createOutput(args.json);
  const machine =
    hostname()
      .replaceAll(/[^A-Za-z0-9-]/g, "-")
      .replace(/^-+/, "") || "worker";
  const name = readOption("name", args.name, workerName) ?? `${machine.slice(0, 40)}-${process.pid}`;
  const workers = readNumber("proverWorkers", args.proverWorkers, proverWorkers);
  const wish = readOption("proverDevice", args.proverDevice, proverDevice) ?? "auto";
  const device = await chooseDevice({ device: wish }).catch((error: unknown) => Promise.reject(explained(error)));
  const fleet = await openFleetQueue(args);
  const made = openWorkerPorts(workers, device);
  output.progress(`proving for ${fleet.url} as ${name}; Ctrl-C ends it, and returns unfinished jobs`);
  output.progress(`proofs are made ${madeOn(device.report())}`);
  const onEvent = (event: WorkerEvent): void => tell(output, event);
  const works = made.ports.map((port) => fleet.queue.work(port, { name, once: args.once, onEvent }));
  const stop = (): Promise<unknown> => Promise.allSettled(works.map((working) => working.stop()));
  void nextSignal().then(stop);
  try {
    // The first that ends has been stopped, is refused, or has made the one proof that is asked for.
    await Promise.race(works.map(({ ended }) => ended));
  } catch (error) {
    throw explained(error);
  } finally {
    await stop();
    await Promise.all([made.close(), fleet.close()]);
  }
};

interface FleetQueue {
  /** Name of the queue. */
  readonly url: string;
  readonly queue: Pick<JobQueue, "work">;
  close(): Promise<void>;
}

/** Opens the queue in the given database, or else over HTTP. */
async function openFleetQueue(args: ProverArguments): Promise<FleetQueue> {
  const wait = (ms: number, signal: AbortSignal): Promise<void> => pause(ms, undefined, { signal }).catch(() => undefined);
  const database = readOption("postgres", args.postgres ?? process.env["HYPERCHAIN_PROVER_POSTGRES"], postgresUrl);
  if (database !== undefined) {
    const boss = await startPgBoss(database).catch((error: unknown) => Promise.reject(explained(error)));
    const url = new URL(database).host;
    return {
      url,
      queue: workAt(pgBossWay(boss, url, { pause: wait }), { pause: wait }),
      close: () => boss.stop({ graceful: false }),
    };
  }
  const url = readOption("url", args.url, anyUrl);
  const token = readOption("token", args.token ?? process.env["HYPERCHAIN_PROVER_TOKEN"], proverToken);
  if (url === undefined)
    throw pluginError("--url is missing: give where the ecosystem serves its fleet, which its first screen says");
  if (token === undefined)
    throw pluginError("--token is missing: give the ecosystem's prover.fleet.token, also as HYPERCHAIN_PROVER_TOKEN");
  return { url, queue: httpQueue({ url, token }, { pause: wait }), close: () => Promise.resolve() };
}

function tell(output: Output, event: WorkerEvent): void {
  switch (event.type) {
    case "waiting":
      return output.progress(warning(`waiting, and continuing automatically: ${event.reason}`));
    case "task":
      return output.progress(`task ${event.id}`);
    case "progress":
      return;
    case "proved":
      return output.result(() => `task ${event.id}: proof of ${event.bytes} bytes in ${event.seconds.toFixed(1)} s`, event);
    case "dropped":
      return output.progress(warning(`task ${event.id} is not proven here: ${event.reason}`));
  }
}

export default action;
