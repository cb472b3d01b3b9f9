import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as v from "valibot";
import { CHAIN_IN_CODE, CHAIN_IN_CONFIG, CHAIN_OPTIONS } from "../../src/ecosystem/options/chain.ts";
import type { ChainOption } from "../../src/ecosystem/options/fields/field.ts";
import {
  flatPlan,
  planChain,
  planOfFlat,
  type ChainPlan,
  type FlatPlan,
  type PlannedEcosystem,
  type SaidChain,
} from "../../src/ecosystem/options/plan.ts";
import { fields } from "../../src/ecosystem/options/fields/values.ts";
import { decodeEntry, encodeEntry } from "../../src/chain/settlement/journal/journal-entry.ts";
import { createRandom } from "../circuits/support/random.ts";

/** Any of valibot's schemas, as its plain data. */
interface Schema {
  readonly type: string;
  readonly pipe?: readonly (Schema & { readonly kind: string; readonly requirement?: number })[];
  readonly wrapped?: Schema;
  readonly entries?: Readonly<Record<string, Schema>>;
  readonly options?: readonly (Schema | string)[];
  readonly item?: Schema;
  readonly key?: Schema;
  readonly value?: Schema;
}

type Random = (limit: number) => number;

const ADDRESS = "0xaBaBaBaBaBaBaBaBaBaBaBaBaBaBaBaBaBaBaBaB";
/** Values of the kinds that say in code alone what they take. */
const BY_WORDS: readonly (readonly [RegExp, readonly unknown[]])[] = [
  [/^"instant" or milliseconds/, ["instant", 1, 3_600_000]],
  [
    /^"rollup"/,
    ["rollup", { allOf: ["rollup", "validium"] }, { anyOf: [{ committee: { members: 1, threshold: 1 } }, "rollup"] }],
  ],
  [/or null for never$/, [null, 1, 86_400_000]],
  [/^an address/, [ADDRESS, `0x${"00".repeat(20)}`]],
  [/^a number as text/, ["0", "0x2a", "42"]],
  [/^a word/, ["0x0", "0x29"]],
  [/^a contract's code/, ["0x", "0x5f"]],
  [/^a bigint from [01]n/, [1n, 10n ** 18n]],
  [/^(text|a name|the name|a path)/, ["x", "5n", "~1n", 'a "b" §']],
];

/** A value that the schema takes, or undefined where it may be left out. */
function valueOf(schema: Schema, random: Random): unknown {
  if (schema.type === "optional") return random(3) === 0 ? undefined : valueOf(schema.wrapped!, random);
  const { wanted = "" } = v.getMetadata(schema as unknown as v.GenericSchema) as { readonly wanted?: string };
  const [, known] = BY_WORDS.find(([words]) => words.test(wanted)) ?? [];
  if (known !== undefined && schema.type !== "union") return known[random(known.length)];
  const last = schema.pipe?.findLast((step) => step.kind === "schema");
  // A number's bounds are in the pipe of which it is the first.
  if (last !== undefined && (last !== schema.pipe?.[0] || last.pipe !== undefined)) return valueOf(last, random);
  switch (schema.type) {
    case "boolean":
      return random(2) === 1;
    case "picklist":
      return schema.options?.[random(schema.options.length)];
    case "union":
      return valueOf(schema.options?.[random(schema.options.length)] as Schema, random);
    case "array":
      return Array.from({ length: random(3) }, () => valueOf(schema.item!, random));
    case "record":
      return Object.fromEntries([[valueOf(schema.key!, random), valueOf(schema.value!, random)]]);
    case "number": {
      const bound = (type: string) => schema.pipe?.find((step) => step.type === type)?.requirement ?? 0;
      return random(2) === 0 ? bound("min_value") : bound("max_value");
    }
    case "strict_object":
      return Object.fromEntries(Object.entries(schema.entries ?? {}).map(([name, each]) => [name, valueOf(each, random)]));
    default:
      throw new TypeError(`no value is known for a schema "${schema.type}" that wants ${wanted}: name one in BY_WORDS`);
  }
}

function ecosystem(random: Random): PlannedEcosystem {
  const flip = (): boolean => random(2) === 1;
  return {
    use: (["spawn", "test", "devnet"] as const)[random(3)] ?? "devnet",
    l1: flip() ? {} : { url: "http://127.0.0.1:1" },
    host: flip() ? "127.0.0.1" : "0.0.0.0",
    execution: flip() ? "proven" : "trusted",
    allowUnlimitedContractSize: flip(),
    distinctTimestamps: flip(),
    isMeasured: flip(),
    bridges: flip() ? { superchain: {} } : undefined,
    hubs: flip() ? { main: { members: ["x"] } } : undefined,
  };
}

/** Plan of a config with random options. */
function randomPlan(random: Random): ChainPlan {
  for (;;) {
    const said = Object.fromEntries(
      Object.entries(CHAIN_IN_CONFIG).map(([name, entry]) => [name, valueOf(entry as unknown as Schema, random)]),
    );
    const parsed = v.safeParse(fields(CHAIN_IN_CONFIG), said);
    // A threshold may be above the members.
    if (!parsed.success) continue;
    const { chainId = 271 } = parsed.output;
    return planChain({ ...parsed.output, chainId, name: "x" } as SaidChain, random(5), ecosystem(random));
  }
}

/** Without the fields that say nothing. */
function told(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(told);
  return Object.fromEntries(Object.entries(value).flatMap(([field, each]) => (each === undefined ? [] : [[field, told(each)]])));
}

describe("a chain's plan", () => {
  test("is the same after it was kept as text, whatever the config said", () => {
    const random = createRandom(0x9137);
    const [seen, plans] = [new Set<string>(), Array.from({ length: 300 }, () => randomPlan(random))];
    for (const plan of plans) {
      const kept = encodeEntry(flatPlan(plan));
      assert.deepEqual(told(planOfFlat(decodeEntry<FlatPlan>(kept))), told(plan), kept);
      for (const [field, value] of Object.entries(flatPlan(plan))) seen.add(`${field} ${encodeEntry(value)}`);
    }
    // The property is of every option: each has had at least two values. What makes blocks has one, and is in no config.
    for (const field of Object.keys(flatPlan(plans[0]!)))
      if (field !== "name" && field !== "engine")
        assert.ok([...seen].filter((each) => each.startsWith(`${field} `)).length > 1, field);
  });

  test("has every option under a separate name", () => {
    const keys = Object.entries<ChainOption>(CHAIN_OPTIONS).map(([name, { key = name }]) => key);
    assert.equal(new Set(keys).size, keys.length);
  });

  test("is of the same options in the config and in code", () => {
    assert.deepEqual(
      Object.keys(CHAIN_IN_CODE).filter((name) => !(name in CHAIN_IN_CONFIG)),
      ["name"],
    );
    assert.deepEqual(
      Object.keys(CHAIN_IN_CONFIG).filter((name) => !(name in CHAIN_IN_CODE)),
      [],
    );
  });

  test("as an earlier version kept it has what newer options say of it", () => {
    // Plan in the format of folders from before proofs of execution.
    const kept =
      '{"place":2,"chainId":"273n","name":"gamma","port":0,"blocks":{"type":"instant"},"batches":{"maxAgeMs":2000},"baseToken":"0x0000000000000000000000000000000000000001","dataAvailability":"rollup","executionDelaySeconds":0,"priorityOpWindowSeconds":3600,"exitDelaySeconds":86400,"pace":{},"cheats":true,"maxInstructions":2000000,"allowUnlimitedContractSize":false,"distinctTimestamps":false}';
    const plan = planOfFlat(decodeEntry<FlatPlan>(kept));
    assert.deepEqual(
      [plan.place, plan.chainId, plan.name, plan.ordering.batches.maxAgeMs, plan.proving.execution, plan.availability.openReads],
      [2, 273n, "gamma", 2_000, "trusted", false],
    );
  });

  test("has the defaults of what starts the ecosystem where nothing is said", () => {
    const random = createRandom(1);
    const said = { ...v.parse(fields(CHAIN_IN_CODE), { chainId: 271 }) };
    const defaults = (["spawn", "test", "devnet"] as const).map((use) => {
      const { ordering, execution } = planChain(said, 0, { ...ecosystem(random), use });
      return [ordering.batches.maxAgeMs, execution.maxInstructions];
    });
    assert.deepEqual(defaults, [
      [2_000, 2_000_000],
      [undefined, 2 ** 24],
      [undefined, 2_000_000],
    ]);
  });
});
