import { ACCOUNT_NUMBERS } from "../../../src/devnet/accounts/accounts.ts";
import type { BridgeName } from "../../../src/options/bridges.ts";
import { COURIERS } from "./couriers.ts";
import { CourierWorld, receivedBy, type Addresses, type Way } from "./courier-world.ts";
import { killBeside, type KillMoment } from "./kill-beside.ts";

/** What a process that kills itself is told. */
export interface KillTask {
  readonly folder: string;
  readonly bridges: readonly BridgeName[];
  readonly way: Way;
  /** Of each bridge's contracts. */
  readonly addresses: readonly Addresses[];
  /** Which transaction of the texts' delivery is its last moment: before it is sent, or when it is in its block. */
  readonly transaction: number;
  readonly moment: KillMoment;
}

/**
 * Opens a kept ecosystem, brings what is under way to its end and says how much has come over each bridge; then sends a text
 * over each and delivers it, and
 * kills itself beside one of the transactions that this takes.
 */
const task = JSON.parse(process.argv[2] ?? "") as KillTask;
const couriers = COURIERS.filter(({ name }) => task.bridges.includes(name));
const world = await CourierWorld.start(couriers, task.way, { data: task.folder });
const pairs = await world.pairs(task.addresses);
await world.finish();
process.stdout.write(`received ${(await Promise.all(pairs.map(receivedBy))).join(",")}\n`);
await world.sendAll(pairs, `kill ${task.transaction}`);
const { accounts } = world.devnet;
const movers = [ACCOUNT_NUMBERS.relayer, ...couriers.map(({ name }) => ACCOUNT_NUMBERS[name])].map(
  (number) => accounts.wallet(number).address,
);
killBeside(task.transaction, task.moment, (sender) => movers.includes(sender));
await world.finish();
await world.close();
