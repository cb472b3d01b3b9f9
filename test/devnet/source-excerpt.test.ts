import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { excerptOf } from "../../src/ecosystem/devnet/view/books/source-excerpt.ts";

const SOURCE = [
  "contract Vault {",
  "  function take(uint256 amount) external {",
  "    if (amount > limit) revert AboveLimit(amount);",
  "    if (amount > held) revert Errors.NotHeld(amount, held);",
  "    require(open, 'closed');",
  "  }",
  "}",
].join("\r\n");
const source = async (name: string): Promise<string | undefined> => (name === "contracts/Vault.sol" ? SOURCE : undefined);
const lineOf = async (trace: readonly string[], reason: string): Promise<string | undefined> => {
  const excerpt = await excerptOf(trace, reason, source);
  return excerpt?.lines[excerpt.line - excerpt.firstLine]?.trim();
};
const AT = (line: number): string => `at Vault.take (contracts/Vault.sol:${line})`;

describe("the line in which a call failed", () => {
  test("is the innermost whose source the project has, with the lines around it", async () => {
    const trace = ["at <UnrecognizedContract>.<unknown> (0x00)", "at Other.f (npm/other/Other.sol:9)", AT(5), AT(2)];
    assert.deepEqual(await excerptOf(trace, 'with "closed"', source), {
      source: "contracts/Vault.sol",
      line: 5,
      firstLine: 1,
      lines: SOURCE.split("\r\n"),
    });
    assert.equal(await excerptOf(trace.slice(0, 2), "by a panic", source), undefined);
    assert.equal(await excerptOf(trace, "by a panic", undefined), undefined);
  });

  test("is of a package only if the trace has none of the project's sources", async () => {
    const library = async (name: string): Promise<string | undefined> =>
      name === "npm/other/Other.sol" ? "library" : source(name);
    const inLibrary = "at Other.f (npm/other/Other.sol:1)";
    assert.equal((await excerptOf([inLibrary, AT(5)], "by a panic", library))?.line, 5);
    assert.equal((await excerptOf([inLibrary], "by a panic", library))?.source, "npm/other/Other.sol");
  });

  test("is the one that reverts with the error, where the optimizer had two errors share their code", async () => {
    assert.equal(await lineOf([AT(3)], "with AboveLimit(7)"), "if (amount > limit) revert AboveLimit(amount);");
    assert.equal(await lineOf([AT(3)], "with NotHeld(7, 3)"), "if (amount > held) revert Errors.NotHeld(amount, held);");
  });

  test("is omitted if another error is at the line and that source lacks the right one", async () => {
    assert.equal(await lineOf([AT(3)], "with Paused()"), undefined);
  });
});
