import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const files = globSync("contracts/**/*.sol", { cwd: root })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => !file.includes("/generated/"));
const texts = new Map(files.map((file) => [file, readFileSync(join(root, file), "utf8")]));

/** Functions that no other contract can call, without the underscore that says so; a library's internal ones are its face. */
function unmarked(text: string): string[] {
  const isLibrary = /^library /m.test(text);
  return [...text.matchAll(/function (\w+)\([^)]*\)([^{;]*)[{;]/g)].flatMap(([, name = "", modifiers = ""]) => {
    const isInner = /\bprivate\b/.test(modifiers) || (!isLibrary && /\binternal\b/.test(modifiers));
    return isInner && !name.startsWith("_") ? [name] : [];
  });
}

/** Files that declare an error of this name. */
const declaring = (error: string): string[] =>
  files.filter((file) => new RegExp(`^\\s*error ${error}\\(`, "m").test(texts.get(file) ?? ""));

describe("both halves of the contracts", () => {
  test("call private functions by names that begin with an underscore", () => {
    assert.ok(files.length > 90, `${files.length} files`);
    assert.deepEqual(
      [...texts].flatMap(([file, text]) => unmarked(text).map((name) => `${file}: ${name}`)),
      [],
    );
    assert.deepEqual(unmarked("contract A { function take() private view { } function _pay(uint256 a) internal {} }"), ["take"]);
    assert.deepEqual(unmarked("library A { function take() internal {} }".replace("library", "\nlibrary")), []);
  });

  test("have one guard against re-entrance", () => {
    assert.deepEqual(declaring("Reentered"), ["contracts/interfaces/IReentrancyGuard.sol"]);
    const marking = (pattern: RegExp) => [...texts].filter(([, text]) => pattern.test(text)).map(([file]) => file);
    // The messenger's flag says that a batch is being closed. It is not a guard, since only the protocol's contracts run
    // then. The carrier's flag says what is being committed; calls within calls are allowed, and set it again. The
    // Superchain's messenger has a separate guard, with the published error, next to the fields that its views return.
    const guards = marking(/\btransient (?!isClosing;|carried;)\w+;/).sort();
    assert.deepEqual(guards, [
      "contracts/bridges/superchain/L2ToL2CrossDomainMessenger.sol",
      "contracts/libraries/ReentrancyGuard.sol",
    ]);
    // Parts of functions, guarded in place, because a separate function would cost gas.
    assert.deepEqual(marking(/\bentered = true;/).sort(), [
      "contracts/l2/AtomicFlows.sol",
      "contracts/l2/L2NativeTokenVault.sol",
      "contracts/libraries/ReentrancyGuard.sol",
    ]);
  });

  test("declare once what several of them refuse alike", () => {
    for (const error of [
      "UnknownChain",
      "NotTheChain",
      "OnlyFactory",
      "CallerNotAllowed",
      "WrongMessageSender",
      "WrongDestination",
    ])
      assert.equal(declaring(error).length, 1, `${error}: ${declaring(error).join(", ")}`);
  });
});
