import assert from "node:assert/strict";
import { test } from "node:test";
import { startPlanned } from "../../src/ecosystem/devnet/devnet.ts";
import { planDevnet } from "../../src/ecosystem/devnet/described/options.ts";
import { flatPlan, type ChainPlan } from "../../src/ecosystem/options/plan.ts";
import { dependencies, UNPROVEN } from "../flow/support/devnet.ts";

/** Plan that records the names of its read values; reads of groups do not count. */
function counted(plan: ChainPlan, read: Set<string>): ChainPlan {
  const names = new Set(Object.keys(flatPlan(plan)));
  const watch = <T extends object>(value: T): T =>
    new Proxy(value, {
      get(target, name, receiver) {
        const held: unknown = Reflect.get(target, name, receiver);
        const isGroup = value === (plan as object) && typeof held === "object" && held !== null;
        if (isGroup) return watch(held as object);
        if (names.has(String(name))) read.add(String(name));
        return held;
      },
    });
  return watch(plan);
}

/** Read at a request: a chain checks its peers when it makes a link. */
const AT_REQUESTS = ["links"];

test("each option of a chain is read where the chain is started", async () => {
  const { options, plans } = planDevnet({
    ...{
      chains: [{ chainId: 271n }, { chainId: 272n, dataAvailability: "validium" }],
      fundedAccounts: [],
      fundingWei: 0n,
      relayer: false,
    },
    ...UNPROVEN,
  });
  const read = new Set<string>();
  const all = Object.keys(flatPlan(plans[0]!));
  const devnet = await startPlanned({ options, plans: plans.map((plan) => counted(plan, read)) }, dependencies);
  await devnet.close();
  assert.deepEqual(
    all.filter((name) => !read.has(name) && !AT_REQUESTS.includes(name)),
    [],
  );
});
