import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import hre from "hardhat";
import { as, hexAddress, send } from "./support/ecosystem.ts";
import { sendMessage, startGateways, type GatewayWorld } from "./support/gateways.ts";

const SNAPSHOT = new URL("snapshots/message-gateway-gas.json", import.meta.url);

/** Second of the first block with a message: hashes and records have L1's second, and a delivery pays for their bytes. */
const START = 4_000_000_000;

let world: GatewayWorld;
before(async () => {
  world = await startGateways();
});
after(() => world.close());

test("C3: the gas of a message on either side is as recorded, and the contracts' sizes", async () => {
  const [chain] = world.chains;
  const [onL1, onChain] = [await world.recipientOn(), await world.recipientOn(chain)];
  const gas: Record<string, number> = {};
  const record = (name: string, { gasUsed }: { readonly gasUsed: bigint }): void => void (gas[name] = Number(gasUsed));
  let time = START;
  const atNextTime = (): Promise<unknown> =>
    world.ecosystem.l1.ethers.provider.send("evm_setNextBlockTimestamp", [(time += 1_000)]);
  const payload = `0x01${"22".repeat(255)}`;
  for (const which of ["first", "next"]) {
    const to = { chainId: 271n, account: await hexAddress(onChain) };
    await atNextTime();
    const { body, receipt } = await sendMessage(world.gateway, world.ecosystem.accounts[3]!, to, payload);
    record(`${which} message to a chain: sending on L1`, receipt);
    record(`${which} message to a chain: announcement`, (await chain!.runQueue())[0]!);
    record(`${which} message to a chain: delivery`, await send(as(chain!.gateway, chain!.users[2]!), "deliver", body));
    const home = { chainId: world.ecosystem.chainId, account: await hexAddress(onL1) };
    const sent = await sendMessage(chain!.gateway, chain!.users[3]!, home, payload);
    record(`${which} message to L1: sending`, sent.receipt);
    await atNextTime();
    const [message] = await chain!.settle();
    record(`${which} message to L1: delivery`, await world.deliver(message!));
  }
  for (const name of ["MessageGateway", "L2MessageGateway"])
    gas[`bytes of ${name}`] = ((await hre.artifacts.readArtifact(name)).deployedBytecode.length - 2) / 2;
  if (process.env["UPDATE_SNAPSHOTS"] === "1") writeFileSync(SNAPSHOT, `${JSON.stringify(gas, null, 2)}\n`);
  assert.deepEqual(gas, JSON.parse(readFileSync(SNAPSHOT, "utf8")), "run with UPDATE_SNAPSHOTS=1 and review what changed");
});
