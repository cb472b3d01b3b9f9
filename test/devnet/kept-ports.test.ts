import assert from "node:assert/strict";
import { createServer, type AddressInfo } from "node:net";
import { describe, test } from "node:test";
import { atTheirPorts } from "../../src/ecosystem/devnet/keeping/kept-chains.ts";
import { planDevnet } from "../../src/ecosystem/devnet/described/options.ts";
import type { ChainPlan } from "../../src/ecosystem/options/plan.ts";

const plansAt = (...ports: readonly number[]): readonly ChainPlan[] =>
  planDevnet({
    chains: ports.map((port, i) => ({ chainId: 271 + i, port })),
    fundedAccounts: [0],
    fundingWei: 1n,
  }).plans;

/** Ports that no process has. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(async (server) => {
      await new Promise<void>((resolve) => server.listen({ host: "127.0.0.1", port: 0 }, resolve));
      return (server.address() as AddressInfo).port;
    }),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

describe("ports of chains that came while a kept ecosystem ran", () => {
  test("do not change, unless the start's options give one to another chain", async () => {
    const [first, added] = await freePorts(2);
    const portOfAdded = async (...ports: readonly number[]): Promise<number | undefined> => {
      const plans = plansAt(...ports);
      const members = await atTheirPorts(
        plans.map((plan) => ({ plan, isRunning: true })),
        plans.slice(0, 1),
      );
      return members[1]?.plan.serving.port;
    };
    assert.equal(await portOfAdded(first!, added!), added);
    assert.equal(await portOfAdded(first!, first!), 0);
    assert.equal(await portOfAdded(0, added!), added);
  });
});
