import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { AbiCoder, ParamType, id } from "ethers";
import { protocolNames } from "../../src/ecosystem/client/sending/protocol-names.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";

const artifacts = fileURLToPath(new URL("../../artifacts", import.meta.url));
const coder = AbiCoder.defaultAbiCoder();

interface Input {
  readonly name: string;
  readonly type: string;
  readonly indexed?: boolean;
  readonly components?: readonly Input[];
}

interface Item {
  readonly contract: string;
  readonly type: string;
  readonly name: string;
  readonly inputs: readonly Input[];
}

/** Items of every compiled contract in these folders. */
function items(type: "function" | "event", folders = "{l1,l2}"): readonly Item[] {
  return globSync(`contracts/${folders}/**/*.json`, { cwd: artifacts }).flatMap((path) => {
    const { abi } = JSON.parse(readFileSync(join(artifacts, path), "utf8")) as {
      readonly abi: readonly Omit<Item, "contract">[];
    };
    return abi.filter((each) => each.type === type).map((each) => ({ ...each, contract: basename(path, ".json") }));
  });
}

/** ABI type in a signature, by the specification of the ABI. */
function typeOf({ type, components }: Input): string {
  return components === undefined ? type : `(${components.map(typeOf).join(",")})${type.replace(/^tuple/, "")}`;
}

function signatureOf({ name, inputs }: Item): string {
  return `${name}(${inputs.map(typeOf).join(",")})`;
}

/** The smallest value of a type: zeros, and lists without items. */
function smallest(type: ParamType): unknown {
  if (type.arrayChildren !== null) {
    const child = type.arrayChildren;
    return Array.from({ length: Math.max(0, type.arrayLength ?? 0) }, () => smallest(child));
  }
  if (type.components !== null) return type.components.map(smallest);
  if (type.baseType === "string") return "";
  if (type.baseType === "bool") return false;
  if (type.baseType === "address") return `0x${"0".repeat(40)}`;
  if (type.baseType === "bytes") return "0x";
  const [, size] = /^bytes(\d+)$/.exec(type.baseType) ?? [];
  return size === undefined ? 0n : `0x${"00".repeat(Number(size))}`;
}

function encoded(inputs: readonly Input[]): string {
  const types = inputs.map((input) => ParamType.from(typeOf(input)));
  return coder.encode(types, types.map(smallest)).slice(2);
}

describe("I11: descriptions of all calls to this package's contracts", () => {
  test("every function of contracts/l1 and contracts/l2 has its name, and its arguments have theirs", () => {
    const all = items("function");
    assert.ok(all.length > 300, "the contracts are compiled");
    const bySignature = Map.groupBy(items("function", "{interfaces,l1,l2}"), signatureOf);
    for (const item of all) {
      const data = `${id(signatureOf(item)).slice(0, 10)}${encoded(item.inputs)}` as Hex;
      const where = `${item.contract}.${signatureOf(item)}`;
      assert.equal(protocolNames.functionName(data), item.name, where);
      assert.ok(protocolNames.call(data)?.startsWith(`${item.name}(`), where);
      const named = protocolNames.callArguments(data)?.map(({ name, type }) => `${type} ${name}`);
      // Contracts and interfaces with the same function may call an argument differently, or not at all.
      const possible = bySignature
        .get(signatureOf(item))!
        .map(({ inputs }) => inputs.map((input) => `${typeOf(input)} ${input.name}`));
      assert.ok(
        possible.some((each) => isDeepStrictEqual(each, named)),
        `${where}: ${String(named)}`,
      );
    }
  });

  test("every event of theirs has its name and its arguments", () => {
    const all = items("event");
    assert.ok(all.length > 50, "the contracts are compiled");
    for (const item of all) {
      const indexed = item.inputs.filter((input) => input.indexed === true).map(() => `0x${"00".repeat(32)}`);
      const data = `0x${encoded(item.inputs.filter((input) => input.indexed !== true))}` as Hex;
      const topics = [id(signatureOf(item)), ...indexed];
      const where = `${item.contract}.${signatureOf(item)}`;
      assert.ok(protocolNames.event(topics, data)?.startsWith(`${item.name}(`), where);
      assert.equal(protocolNames.eventArguments(topics, data)?.length, item.inputs.length, where);
    }
  });
});
