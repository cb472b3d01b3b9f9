import { ACCOUNT_NUMBERS, createDevelopmentAccounts } from "../../../src/devnet/accounts/accounts.ts";
import { COURIERS } from "./couriers.ts";
import { CourierWorld, receivedBy } from "./courier-world.ts";
import { killBeside } from "./kill-beside.ts";

/** What a process that kills itself at its start is told. */
export interface StartTask {
  readonly folder: string;
  readonly bridge: string;
  /** Which transaction of the start is its last moment: steps that may be done again are, so one more each time. */
  readonly transaction: number;
}

/**
 * Starts a kept ecosystem with a bridge, and kills itself behind one of the transactions that the start sends: the bridge's key's,
 * or any account's where a bridge has no set-up of its own. A start that sends fewer brings a text to its end and says so.
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
