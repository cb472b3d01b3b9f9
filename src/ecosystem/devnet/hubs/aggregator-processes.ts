import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { Clock } from "../../../ground/runtime/clock.ts";
import { RestartingProcess } from "../../../ground/runtime/restarting-process.ts";
import {
  isFromAggregator,
  type AggregatorPlace,
  type AggregatorStart,
  type FromAggregator,
  type MemberPlace,
} from "./aggregator-messages.ts";

/** The compiled package runs `.js`, a checkout runs `.ts`. */
const MAIN = new URL(import.meta.url.endsWith(".ts") ? "./aggregator-main.ts" : "./aggregator-main.js", import.meta.url);

/** Restarts of an aggregator that fails, in a life: the last one after 16 seconds. */
const MAX_RESTARTS = 5;

/** Life that uses the processes now. */
interface ServedLife {
  /** Start of an aggregator in this life. */
  startOf(address: Hex): Omit<AggregatorStart, "isFirst">;
  take(message: FromAggregator, address: Hex): void;
}

interface ProcessesParts {
  readonly clock: Clock;
  readonly place: AggregatorPlace;
  /** Members of the hub that run now. */
  readonly members: () => readonly MemberPlace[];
}

/** Processes of a hub's aggregators, one for each key, in all lives of the group. */
export class AggregatorProcesses {
  readonly place: AggregatorPlace;
  readonly members: () => readonly MemberPlace[];
  readonly #clock: Clock;
  readonly #folder: string;
  readonly #processes = new Map<Hex, AggregatorProcess>();
  #life: ServedLife | undefined;

  private constructor({ clock, place, members }: ProcessesParts, folder: string) {
    this.place = place;
    this.members = members;
    this.#clock = clock;
    this.#folder = folder;
  }

  /** Starts no process yet. */
  static async open(parts: ProcessesParts): Promise<AggregatorProcesses> {
    return new AggregatorProcesses(parts, await mkdtemp(join(tmpdir(), "hyperchain-aggregators-")));
  }

  /** Begins to serve this life. */
  serve(life: ServedLife): void {
    this.#life = life;
  }

  /** Process of a key; it is started by `begin`. */
  of(address: Hex): AggregatorProcess {
    const process =
      this.#processes.get(address) ??
      new AggregatorProcess(this.#clock, {
        start: () => this.#present.startOf(address),
        take: (message) => this.#life?.take(message, address),
      });
    this.#processes.set(address, process);
    return process;
  }

  /** Folder of a key's votes in a life. */
  folderOf(address: Hex, life: Hex): string {
    return join(this.#folder, address, life);
  }

  async close(): Promise<void> {
    this.#life = undefined;
    await Promise.all([...this.#processes.values()].map((process) => process.close()));
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #present(): ServedLife {
    if (this.#life === undefined) throw new TypeError("the processes of aggregators serve no life");
    return this.#life;
  }
}

interface AggregatorProcessPorts {
  readonly start: () => Omit<AggregatorStart, "isFirst">;
  readonly take: (message: FromAggregator) => void;
}

/** Process of an aggregator: its files have its votes and decisions. */
class AggregatorProcess extends RestartingProcess {
  readonly #ports: AggregatorProcessPorts;

  constructor(clock: Clock, ports: AggregatorProcessPorts) {
    super({ clock, main: MAIN, start: ports.start, maxRestarts: MAX_RESTARTS });
    this.#ports = ports;
  }

  /** Failure of the node, with its restarts; undefined while it runs. */
  get failure(): string | undefined {
    if (this.fault === undefined) return undefined;
    if (this.isOut) return `stopped after ${MAX_RESTARTS} restarts: ${this.fault}`;
    return `restart ${this.restarts} of ${MAX_RESTARTS}: ${this.fault}`;
  }

  protected override take(message: unknown): void {
    if (isFromAggregator(message)) this.#ports.take(message);
  }
}
