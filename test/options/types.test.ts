import assert from "node:assert/strict";
import { test } from "node:test";
import type * as v from "valibot";
import type { configSchema } from "../../src/ecosystem/options/config.ts";
import type { HyperchainsParsedConfig } from "../../src/ecosystem/options/generated/parsed-config.ts";
import type { HyperchainsUserConfig } from "../../src/ecosystem/options/generated/user-config.ts";

type Given<T> = T extends readonly (infer Each)[]
  ? readonly Given<Each>[]
  : T extends object
    ? { readonly [Field in keyof T]: Given<T[Field]> }
    : T;
type FromSchema = Given<v.InferInput<typeof configSchema>>;
type ParsedBySchema = Given<v.InferOutput<typeof configSchema>>;

/** True where each type takes the other's values: the type check of the test run fails otherwise. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

test("the generated types of the config are those that the schema has", () => {
  const same: Same<HyperchainsUserConfig, FromSchema> = true;
  assert.ok(same);
});

test("the generated types of the parsed config are those that the schema has", () => {
  const same: Same<HyperchainsParsedConfig, ParsedBySchema> = true;
  assert.ok(same);
});
