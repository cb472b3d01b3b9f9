import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import hre from "hardhat";
import type { CompilerOutputError } from "hardhat/types/solidity";
import { isKnown, KNOWN_WARNINGS } from "../../src/tool/demo/known-warnings.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Errors and warnings of the compiler in the newest builds of this checkout. */
function warnings(): readonly CompilerOutputError[] {
  return globSync("artifacts/build-info/*.output.json", { cwd: ROOT }).flatMap((file) => {
    const { output } = JSON.parse(readFileSync(join(ROOT, file), "utf8")) as {
      readonly output: { readonly errors?: readonly CompilerOutputError[] };
    };
    return output.errors ?? [];
  });
}

const warning = (
  errorCode: string,
  file: string,
  severity: CompilerOutputError["severity"] = "warning",
): CompilerOutputError => ({
  type: "Warning",
  component: "general",
  message: "a warning",
  severity,
  errorCode,
  formattedMessage: `Warning: a warning\n --> ${file}:1:2:`,
});

describe("warnings of the compiler in a build of this repository", () => {
  test("are all known, and each that is known exists", () => {
    const all = warnings();
    assert.deepEqual(
      all.filter((each) => !isKnown(each)).map(({ formattedMessage }) => formattedMessage),
      [],
    );
    for (const { code } of KNOWN_WARNINGS)
      assert.ok(
        all.some(({ errorCode }) => errorCode === code),
        code,
      );
  });

  test("are shown if they are unknown, elsewhere, or errors", () => {
    assert.ok(isKnown(warning("9207", "project/test/contracts/solidity/l2/TestPool.sol")));
    assert.ok(!isKnown(warning("9207", "project/contracts/l1/Bridge.sol")));
    assert.ok(!isKnown(warning("2072", "project/test/contracts/solidity/l2/TestPool.sol")));
    assert.ok(!isKnown(warning("6335", "project/contracts/l1/Bridge.sol", "error")));
  });

  test("are left out of what Hardhat prints", async () => {
    const errors = [warning("6335", "npm/a.sol"), warning("2072", "project/contracts/a.sol")];
    const hooks = (hre as unknown as { readonly hooks: { runHandlerChain(...all: unknown[]): Promise<unknown> } }).hooks;
    const printed = await hooks.runHandlerChain("solidity", "getCompilationJobErrors", [{}, {}], () => Promise.resolve(errors));
    assert.deepEqual(printed, errors.slice(1));
  });
});
