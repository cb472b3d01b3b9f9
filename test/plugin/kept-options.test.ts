import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { FACTS } from "../../src/ecosystem/devnet/keeping/facts.ts";
import { planText, requireSamePlan } from "../../src/ecosystem/devnet/keeping/kept-plan.ts";
import { planDevnet } from "../../src/ecosystem/devnet/described/options.ts";
import { openSqliteLedger } from "../../src/chain/ledger/sqlite-ledger.ts";
import { resolveHyperchains } from "../../src/tool/plugin/config/resolve.ts";
import { ecosystemOptions } from "../../src/tool/plugin/ecosystem-options.ts";
import { inUsersWords } from "../../src/tool/plugin/named-options.ts";
import { keptConfig } from "../../src/tool/plugin/tasks/running/kept-options.ts";
import type { HyperchainsConfig, HyperchainsUserConfig } from "../../src/types.ts";

const ADDRESS = `0x${"ab".repeat(20)}` as const;
/** Every option that an ecosystem cannot change, other than by default. */
const STARTED: HyperchainsUserConfig = {
  chains: {
    gold: {
      chainId: 300,
      baseToken: ADDRESS,
      dataAvailability: "validium",
      committee: { members: 3, threshold: 2 },
      executionDelaySeconds: 60,
      priorityOpWindowSeconds: 4_000,
      exitDelaySeconds: 90_000,
      cheats: false,
    },
    silver: { quorum: { members: 2, threshold: 2 }, baseToken: { name: "Silver", symbol: "SLV" } },
  },
  proofs: "none",
  governance: { council: {} },
  singletons: false,
  allowUnlimitedContractSize: true,
  allowBlocksWithSameTimestamp: false,
};

function planOf(config: HyperchainsConfig): string {
  const { options, plans } = planDevnet(ecosystemOptions(config, "spawn"));
  return planText(options, plans);
}

describe("B1: an ecosystem resumes with its original options", () => {
  const folders: string[] = [];
  after(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));
  const kept = (plan: string, facts: readonly string[] = [FACTS.started]) => {
    const folder = mkdtempSync(join(tmpdir(), "kept-options-"));
    folders.push(folder);
    const ledger = openSqliteLedger(folder);
    ledger.facts(FACTS.kind).set(FACTS.plan, plan);
    for (const fact of facts) ledger.facts(FACTS.kind).set(fact, "true");
    ledger.close();
    return { folder, name: "world.dump" };
  };
  const started = planOf(resolveHyperchains(STARTED));
  const goesOn = (user: HyperchainsUserConfig | undefined): HyperchainsConfig => {
    const config = keptConfig(user, kept(started));
    assert.ok(config !== undefined);
    return config;
  };

  test("takes from the folder what the config leaves out, and ports and times from the config", () => {
    for (const user of [undefined, {}, { chains: { gold: { port: 9000, blocks: 50 }, silver: {} } }, STARTED])
      assert.equal(planOf(goesOn(user)), started);
    assert.equal(goesOn({ chains: { gold: { port: 9000 }, silver: {} } }).chains[0]?.port, 9000);
  });

  test("names the option of the config that is another one, its value and the kept one", () => {
    const refusal = (user: HyperchainsUserConfig): string => {
      const config = goesOn(user);
      try {
        requireSamePlan("folder", started, planOf(config));
        return "";
      } catch (error) {
        return String((inUsersWords(error, config) as Error).message).replace(/^.*?(?=hyperchains\.)/s, "");
      }
    };
    const end = "; say the same, or name another folder";
    const differing = (option: string, given: string, before: string): string =>
      `hyperchains.${option} is ${given}, and the kept ecosystem was started with ${before}${end}`;
    const gold = (options: object): HyperchainsUserConfig => ({ chains: { gold: options, silver: {} } });
    for (const [user, message] of [
      [{ proofs: "stark" }, differing("proofs", '"stark"', '"none"')],
      [
        { governance: { council: { freezeSeconds: 700 } } },
        differing("governance", '{"council":{"freezeSeconds":700}}', '{"council":{"freezeSeconds":600}}'),
      ],
      [{ singletons: true }, differing("singletons", "true", "false")],
      [{ allowUnlimitedContractSize: false }, differing("allowUnlimitedContractSize", "false", "true")],
      [{ allowBlocksWithSameTimestamp: true }, differing("allowBlocksWithSameTimestamp", "true", "false")],
      [{ chains: { gold: {} } }, differing("chains", '["gold"]', '["gold","silver"]')],
      [{ chains: { gold: {}, copper: {} } }, differing("chains.copper.name", '"copper"', '"silver"')],
      [gold({ chainId: 301 }), differing("chains.gold.chainId", '"301"', '"300"')],
      [gold({ executionDelaySeconds: 0 }), differing("chains.gold.executionDelaySeconds", "0", "60")],
      [
        gold({ committee: { members: 3, threshold: 3 } }),
        differing("chains.gold.committee", '{"members":3,"threshold":3}', '{"members":3,"threshold":2}'),
      ],
    ] as const)
      assert.equal(refusal(user), message);
  });

  test("is not taken from a folder without an ecosystem that has started", () => {
    assert.equal(keptConfig({}, { folder: tmpdir(), name: "" }), undefined);
    assert.equal(keptConfig({}, kept(started, [])), undefined);
  });

  test("attack: a plan from elsewhere that is invalid is refused, and nothing of it is read but options", () => {
    for (const plan of ["", "7", "null", '{"chains":7}', '{"chains":[7]}'])
      assert.throws(() => keptConfig({}, kept(plan)), { code: "Damaged" });
    const chain = { name: "gold", chainId: "300" };
    const flat = { ...chain, engine: "flat" };
    const planned = (chains: unknown): string => JSON.stringify({ prover: "none", chains });
    for (const chains of [
      [],
      [{ ...chain, name: "__proto__" }],
      [{ ...chain, chainId: "many" }],
      [{ ...chain, quorum: { members: 1e9, threshold: 1 } }],
    ])
      assert.throws(() => keptConfig({}, kept(planned(chains))), /world\.dump holds an ecosystem whose plan is invalid/);
    // It would clear the terminal, and write what the reader takes for this software's own words.
    const cleared = "a\u001b[2J";
    assert.throws(() => keptConfig({}, kept(planned([{ ...chain, name: cleared }]))), {
      message: /^world\.dump holds [^\p{Cc}]*\(chains\.a\[2J: "a\[2J" cannot name a chain;[^\p{Cc}]*$/u,
    });
    assert.throws(() => requireSamePlan("", planned([{ ...flat, [cleared]: 1 }]), planned([flat])), {
      message: /^chains\[0\]\.a\[2J is [^\p{Cc}]*$/u,
    });
    const config = keptConfig({}, kept(planned([{ ...chain, port: 1, journal: "/etc/passwd", readers: [ADDRESS] }])));
    const [gold] = config?.chains ?? [];
    assert.deepEqual([gold?.port, gold?.journal, gold?.readers], [undefined, undefined, undefined]);
  });
});
