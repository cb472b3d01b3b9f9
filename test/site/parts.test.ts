import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { builtTables, partsOf, withParts } from "../../site/parts.ts";
import { PAGE_GROUPS } from "../../site/sidebar.ts";
import { siteVersions } from "../../site/versions.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

describe("parts of pages that the site builds", () => {
  const tables = builtTables(root);
  const files = PAGE_GROUPS.flatMap((group) => group.files).filter((file) => !file.startsWith("api/"));
  const parts = files.flatMap((page) => partsOf(readFileSync(join(root, page), "utf8")).map((part) => ({ page, ...part })));
  const isFile = ({ name }: { readonly name: string }): boolean => name.startsWith("file ");

  test("are tables, in one page each", () => {
    const used = parts.filter((part) => !isFile(part)).map(({ name }) => name);
    assert.deepEqual(used.sort(), [...tables.keys()].sort());
    for (const [name, table] of tables) assert.ok((table.match(/^\| /gm) ?? []).length > 5, name);
  });

  test("or files, with a link to the file in the repository", () => {
    const ofFiles = parts.filter(isFile);
    assert.ok(ofFiles.length > 15, `${ofFiles.length} files`);
    for (const { page, name, text } of ofFiles) {
      const [, target = ""] = /\]\(([^)]+)\)/.exec(text) ?? [];
      assert.equal(join(dirname(page), target), name.slice("file ".length), page);
    }
  });

  test("replace the text for readers of the repository", () => {
    const page = "# Page\n\n<!-- built: a -->\nThe site has it.\n<!-- end of built -->\n\nEnd.\n";
    assert.equal(withParts(page, { root, tables: new Map([["a", "| $1 |"]]) }), "# Page\n\n| $1 |\n\nEnd.\n");
    assert.throws(() => withParts(page, { root, tables: new Map() }), /no table has the name a/);
    const shown = withParts(page.replace(": a", ": file LICENSE"), { root, tables });
    assert.match(shown, /^# Page\n\n```\nMIT License\n[^]*\n```\n\nEnd\.\n$/);
  });
});

describe("versions of the site", () => {
  test("are the current one, which is the next if the changelog has it as unreleased, and the released ones", () => {
    const changelog = readFileSync(join(root, "CHANGELOG.md"), "utf8");
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { readonly version: string };
    const [current, ...others] = siteVersions(version, changelog);
    assert.equal(`${current?.name}.${version.split(".")[2]}`, version);
    const isReleased = !changelog.includes(`## [${version}] - unreleased`);
    assert.equal(current?.isReleased, isReleased);
    assert.ok(others.every((other) => other.isReleased));
  });

  test("are in the changelog's order, patches in their minor version", () => {
    const changelog = "## [0.3.0] - unreleased\n## 0.2.1\n### Minor Changes\n## 0.2.0\n## [0.1.0] - 2026-12-24\n";
    const [next, second, first] = siteVersions("0.3.0", changelog);
    assert.deepEqual(next, { name: "0.3", path: "/v0.3/", isReleased: false });
    assert.deepEqual([second?.path, first?.path], ["/v0.2/", "/v0.1/"]);
    assert.deepEqual(
      siteVersions("0.2.1", changelog).map(({ isReleased }) => isReleased),
      [true, true],
    );
  });
});
