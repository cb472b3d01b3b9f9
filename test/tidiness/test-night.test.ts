import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { isNightFile, isOfTheNight, NIGHT_WORK, nightNote } from "../../scripts/test-night.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const named = NIGHT_WORK.flatMap(({ night, day }) => [...night, ...day]);

describe("the tests that are left to the night", () => {
  test("are there, and what npm test has of them is there by day", () => {
    assert.deepEqual(
      named.filter((file) => !existsSync(join(root, file))),
      [],
    );
    assert.deepEqual(
      NIGHT_WORK.flatMap(({ day }) => day).filter((file) => isNightFile(file)),
      [],
    );
    for (const { what, night, day } of NIGHT_WORK) assert.ok(night.length > 0 && day.length > 0, what);
  });

  test("are named once, and run by night beside the long forms; npm test says how many they are", () => {
    const nights = NIGHT_WORK.flatMap(({ night }) => night);
    assert.equal(new Set(nights).size, nights.length);
    const all = globSync("test/**/*.test.ts", { cwd: root }).map((file) => file.replaceAll("\\", "/"));
    assert.deepEqual(all.filter(isNightFile).sort(), [...nights].sort());
    const ofNight = all.filter((file) => isOfTheNight(root, file));
    assert.deepEqual(
      nights.filter((file) => !ofNight.includes(file)),
      [],
    );
    assert.ok(ofNight.includes("test/flow/demo.test.ts") && !ofNight.includes("test/abi/abi.test.ts"));
    assert.match(nightNote(3), /^left to the night: 3 test files \(all: npm run nightly -- tests; one: npm test -- FILE;/);
  });

  test("stand in the table of decision 48", () => {
    const decision = readFileSync(join(root, "docs/decisions/0048-test-files-share-processes.md"), "utf8");
    const short = (files: readonly string[]): string =>
      files.map((file) => file.slice("test/".length, -".test.ts".length)).join(", ");
    for (const { what, night, day } of NIGHT_WORK) {
      const row = `| ${what}: ${short(night)} | ${short(day)} |`;
      assert.ok(decision.includes(row), `the decision lacks this row:\n${row}`);
    }
  });
});
