import { ACCOUNT_NUMBERS, createDevelopmentAccounts } from "../../../src/ecosystem/devnet/accounts/accounts.ts";
import { COURIERS } from "./couriers.ts";
import { CourierWorld, receivedBy } from "./courier-world.ts";
import { killBeside } from "./kill-beside.ts";

/** Task of a process that kills itself during its start. */
export interface StartTask {
  readonly folder: string;
  readonly bridge: string;
  /** Last transaction of the start, one more each time. Steps that may be repeated are repeated. */
  readonly transaction: number;
}

/**
 * Starts a stored ecosystem with a bridge, and kills itself after one of the transactions that the start sends: the
 * bridge's key's, or any account's if a bridge has no set-up. A start that sends fewer delivers a text and reports it.
 */
const task = JSON.parse(process.argv[2] ?? "") as StartTask;
const courier = COURIERS.find(({ name }) => name === task.bridge)!;
const key = createDevelopmentAccounts().wallet(ACCOUNT_NUMBERS[courier.name]).address;
let isStarted = false;
killBeside(task.transaction, "behind", (sender) => !isStarted && (courier.isWithoutL1 === true || sender === key));
const world = await CourierWorld.start([courier], [0, 1], { data: task.folder });
isStarted = true;
const pair = await world.pair(courier);
await world.send(pair, "once");
await world.finish();
process.stdout.write(`received ${await receivedBy(pair)}\n`);
await world.close();
