import { ACCOUNT_NUMBERS } from "../../../src/ecosystem/devnet/accounts/accounts.ts";
import type { BridgeName } from "../../../src/ecosystem/options/bridges.ts";
import { COURIERS } from "./couriers.ts";
import { CourierWorld, receivedBy, type Addresses, type Way } from "./courier-world.ts";
import { killBeside, type KillMoment } from "./kill-beside.ts";

/** Task of a process that kills itself. */
export interface KillTask {
  readonly folder: string;
  readonly bridges: readonly BridgeName[];
  readonly way: Way;
  /** Addresses of each bridge's contracts. */
  readonly addresses: readonly Addresses[];
  /** Which transaction of the texts' delivery is its last moment: before it is sent, or when it is in its block. */
  readonly transaction: number;
  readonly moment: KillMoment;
}

/**
 * Opens a stored ecosystem, completes pending messages and reports the number of texts that arrived over each bridge. Then
 * it sends a text over each bridge, delivers it, and kills itself around one of the delivery's transactions.
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
