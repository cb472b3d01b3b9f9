import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { missingTests, namedTests } from "./named-tests.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

for (const page of globSync("docs/**/*.md", { cwd: root })) {
  const named = namedTests(readFileSync(join(root, page), "utf8"));
  if (named.length === 0) continue;
  test(`every test that ${page} names is in the file that it names`, () => {
    assert.deepEqual(missingTests(root, named), []);
  });
}

describe("tests that a page names", () => {
  const file = "test/docs/named-tests.test.ts";

  test("are read with all their titles, over the end of a line too", () => {
    const text = `\`${file}\`: "one",\n"two\nlines"; \`docs/README.md\` "no test", \`${file}\` and "nothing"`;
    assert.deepEqual(namedTests(text), [
      { path: file, title: "one" },
      { path: file, title: "two lines" },
    ]);
  });

  test("are missing where the file or the title is", () => {
    const here = { path: file, title: "are missing where the file or the title is" };
    const elsewhere = { path: "test/docs/no-such.test.ts", title: here.title };
    const unheard = { path: file, title: "are missing where the file" };
    assert.deepEqual(missingTests(root, [here, elsewhere, unheard]), [
      `${elsewhere.path}: ${elsewhere.title}`,
      `${unheard.path}: ${unheard.title}`,
    ]);
  });
});
