import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { projectSources } from "../../src/tool/plugin/project-sources.ts";

describe("sources that the project has compiled", () => {
  let folder: string;
  /** Ids of compilations, as often as their files were asked for. */
  let asked: string[];
  let ids: readonly string[];
  const artifacts = {
    getAllBuildInfoIds: () => Promise.resolve(new Set(ids)),
    getBuildInfoPath: (id: string) => Promise.resolve(asked.push(id) > 0 ? join(folder, id) : undefined),
  };
  const compilation = (id: string, name: string, content: string): Promise<void> =>
    writeFile(
      join(folder, id),
      JSON.stringify({
        userSourceNameMap: { [`contracts/${name}`]: `project/contracts/${name}` },
        input: { sources: { [`project/contracts/${name}`]: { content } } },
      }),
    );
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "sources-"));
  });
  after(() => rm(folder, { recursive: true }));

  test("have their texts by both names; a compilation is read once, and forgotten when there is another", async () => {
    await compilation("one", "Vault.sol", "contract Vault {}");
    await compilation("two", "Bank.sol", "contract Bank {}");
    [asked, ids] = [[], ["one", "two"]];
    const source = projectSources(artifacts);
    for (const name of ["contracts/Bank.sol", "project/contracts/Bank.sol"]) assert.equal(await source(name), "contract Bank {}");
    for (const name of ["contracts/Other.sol", "__proto__", "constructor", "../one", folder])
      assert.equal(await source(name), undefined);
    assert.deepEqual(asked, ["one", "two"]);

    await compilation("three", "Vault.sol", "contract Vault { uint256 held; }");
    ids = ["three"];
    assert.equal(await source("contracts/Vault.sol"), "contract Vault { uint256 held; }");
    assert.equal(await source("contracts/Bank.sol"), undefined);
    assert.deepEqual(asked, ["one", "two", "three"]);
  });
});
