import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const BOUND = /^(expected|limit|required|lowest|highest|earliest|latest)$/;
/** True if a bound is followed by anything except other bounds and `actual`, or if it follows the refused value. */
const misplaced = (names: readonly string[]): boolean => {
  const at = names.findIndex((name) => BOUND.test(name));
  if (at === -1) return false;
  const rest = names.slice(at).filter((name) => !BOUND.test(name));
  return rest.join() !== "actual" && names.length > 1;
};

test("errors of contracts end with what is expected or allowed and then what was given, as `actual`", () => {
  const errors = globSync("contracts/**/*.sol", { cwd: root }).flatMap((file) =>
    [...readFileSync(join(root, file), "utf8").matchAll(/^\s*error (\w+)\(([^)]+)\);/gm)].map(
      ([, name = "", parameters = ""]) => ({
        text: `${file}: ${name}(${parameters})`,
        names: parameters.split(",").map((each) => each.trim().split(/\s+/).at(-1) ?? ""),
      }),
    ),
  );
  assert.ok(errors.length > 150, `${errors.length} errors`);
  assert.deepEqual(
    errors.filter(({ names }) => misplaced(names)).map(({ text }) => text),
    [],
  );
  assert.ok(misplaced(["value", "expected"]), "the order of one of two contracts that once had opposite ones");
});
