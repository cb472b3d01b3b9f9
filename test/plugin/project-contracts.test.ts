import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { projectContracts } from "../../src/tool/plugin/project-contracts.ts";

describe("contracts that the project has compiled", () => {
  let folder: string;
  let hre: HardhatRuntimeEnvironment;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "contracts-"));
    await writeFile(join(folder, "package.json"), '{ "type": "module" }');
    hre = await createHardhatRuntimeEnvironment({ paths: { artifacts: join(folder, "artifacts") } }, {}, folder);
  });
  after(() => rm(folder, { recursive: true }));

  const write = async (path: string, content: unknown): Promise<void> => {
    const file = join(folder, "artifacts", path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify(content));
  };
  /** Writes artifacts like a compiler in another process, of which Hardhat receives no notice. */
  const compile = async (contractName: string, functions: readonly string[], buildInfoId: string): Promise<void> => {
    const abi = functions.map((name) => ({ type: "function", name, inputs: [], outputs: [], stateMutability: "view" }));
    const links = { linkReferences: {}, deployedLinkReferences: {} };
    const code = { bytecode: "0x6001", deployedBytecode: `0x60${functions.length.toString(16).padStart(2, "0")}` };
    const sourceName = `contracts/${contractName}.sol`;
    await write(`${sourceName}/${contractName}.json`, { contractName, sourceName, abi, ...code, ...links, buildInfoId });
    await write(`build-info/${buildInfoId}.json`, {});
  };

  test("are available on demand, also those of another process's later compilation; without a new one the answer is the same object", async () => {
    const contracts = projectContracts(hre.artifacts);
    assert.deepEqual(await contracts(), []);
    await compile("Vault", ["held"], "one");
    const first = await contracts();
    assert.deepEqual(
      first.map(({ fullName }) => fullName),
      ["contracts/Vault.sol:Vault"],
    );
    // The first bytes of keccak256("held()").
    assert.equal(first[0]?.functionOf("0xa285aed7"), "held()");
    assert.equal(first[0]?.isCodeOf("0x6001"), true);
    assert.equal(await contracts(), first);

    await compile("Bank", [], "two");
    const both = await contracts();
    assert.deepEqual(
      both.map(({ name }) => name),
      ["Bank", "Vault"],
    );
    assert.equal(both[1], first[0], "an unchanged file is not read again");

    await compile("Vault", ["held", "owed"], "three");
    const again = await contracts();
    assert.equal(again[0], both[0]);
    assert.deepEqual([again[1]?.buildInfoId, again[1]?.isCodeOf("0x6001"), again[1]?.isCodeOf("0x6002")], ["three", false, true]);

    await rm(join(folder, "artifacts/contracts/Bank.sol"), { recursive: true });
    await rm(join(folder, "artifacts/build-info/two.json"));
    assert.deepEqual(
      (await contracts()).map(({ name }) => name),
      ["Vault"],
    );
  });
});
