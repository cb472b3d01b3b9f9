import { ACCOUNT_NUMBERS } from "../../../src/ecosystem/devnet/accounts/accounts.ts";
import { COURIERS } from "./couriers.ts";
import { CourierWorld, receivedBy, type Addresses } from "./courier-world.ts";
import { killBeside } from "./kill-beside.ts";

/** Task of a process that kills itself while it adds a chain. */
export interface AdditionTask {
  readonly folder: string;
  readonly bridge: string;
  readonly addresses: Addresses;
  /** Which transaction of the bridge's key is its last moment. */
  readonly transaction: number;
}

/**
 * Opens a stored ecosystem, completes the interrupted addition and pending messages, and reports the number of arrived
 * texts. Then it sends a text, adds a chain while the text is in transit, and kills itself after one of the transactions
 * that connect the chain.
 */
const task = JSON.parse(process.argv[2] ?? "") as AdditionTask;
const courier = COURIERS.find(({ name }) => name === task.bridge)!;
const world = await CourierWorld.start([courier], [0, 1], { data: task.folder });
const { devnet } = world;
const pair = await world.pair(courier, task.addresses);
const members = (): readonly number[] => devnet.info().bridges![courier.name]!.members.map(({ chainId }) => chainId);
for (const { chainId, name } of devnet.chains.slice(2)) {
  if (!members().includes(Number(chainId))) throw new Error(`${name} is not a member of the bridge`);
  await devnet.removeChain(chainId, { force: true });
}
await world.finish();
process.stdout.write(`received ${await receivedBy(pair)}\n`);
await world.send(pair, `while ${task.transaction} is the last`);
const key = devnet.accounts.wallet(ACCOUNT_NUMBERS[courier.name]).address;
let isAdded = false;
killBeside(task.transaction, "behind", (sender) => !isAdded && sender === key);
await devnet.addChain({ name: `gamma-${task.transaction}`, chainId: 300 + task.transaction });
isAdded = true;
await world.finish();
await world.close();
