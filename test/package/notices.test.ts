import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { containedPackages, noticesFile, type ContainedPackage } from "../../scripts/notices/notices.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
/** Licences that allow copies with a notice. */
const ALLOWED: ReadonlySet<string> = new Set(["MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "0BSD"]);

describe("the notices of other authors' work", () => {
  let packages: readonly ContainedPackage[];
  before(async () => {
    packages = await containedPackages(root);
  });

  test("name each package whose code is in the page's scripts or in the contracts, with its licence and copyright", () => {
    const written = readFileSync(join(root, "THIRD_PARTY_NOTICES.txt"), "utf8");
    assert.ok(["@openzeppelin/contracts", "preact"].every((name) => packages.some((each) => each.name === name)));
    for (const { name, version, licence, text } of packages) {
      assert.ok(ALLOWED.has(licence), `${name} is under ${licence}`);
      assert.match(text, /copyright/i, name);
      assert.ok(
        written.includes(`${name} ${version}, ${licence}`) && written.includes(text),
        `${name} is missing; run npm run generate`,
      );
    }
  });

  test("are as npm run generate writes them", async () => {
    const { path, content } = await noticesFile(root);
    assert.equal(readFileSync(join(root, path), "utf8"), content);
  });

  test("are in the package", () => {
    const { files } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { readonly files: readonly string[] };
    assert.ok(files.includes("THIRD_PARTY_NOTICES.txt") && files.includes("SECURITY.md"));
  });
});
