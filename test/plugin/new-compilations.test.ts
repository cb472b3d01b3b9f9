import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { EdrConnection } from "../../src/chain/execution/connection.ts";
import { learningL1 } from "../../src/tool/plugin/learning-l1.ts";
import { newCompilations } from "../../src/tool/plugin/new-compilations.ts";

const SOLIDITY = { version: "0.8.37", path: createRequire(import.meta.url).resolve("solc/soljson.js") };
const CONTRACT = "0x00000000000000000000000000000000000c0de5";
const SOURCE = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;
contract Late {
  function fail() external pure {
    revert("too late");
  }
}`;

describe("what another process compiles while a network is open", () => {
  let folder: string;
  let hre: HardhatRuntimeEnvironment;
  let connection: EdrConnection;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "compilations-"));
    await writeFile(join(folder, "package.json"), '{ "type": "module" }');
    hre = await createHardhatRuntimeEnvironment({ solidity: SOLIDITY }, {}, folder);
  });
  after(async () => {
    await connection.close();
    await rm(folder, { recursive: true });
  });

  /** Another process of the project, which keeps what it compiles apart. */
  const elsewhere = (): Promise<HardhatRuntimeEnvironment> =>
    createHardhatRuntimeEnvironment(
      { solidity: SOLIDITY, paths: { artifacts: join(folder, "elsewhere"), cache: join(folder, "cache") } },
      {},
      folder,
    );
  const stackOf = (asked: Pick<EdrConnection, "provider"> = connection): Promise<string> =>
    // The first bytes of keccak256("fail()").
    asked.provider.request({ method: "eth_call", params: [{ to: CONTRACT, data: "0xa9cc4718" }] }).then(
      () => assert.fail("it reverts"),
      (error: Error) => error.stack ?? "",
    );

  test("is in stack traces after the engine has received it; the engine reads each compilation once, and none that is still being written", async () => {
    const learn = newCompilations(hre.artifacts);
    connection = await hre.network.create();
    await mkdir(join(folder, "contracts"));
    await writeFile(join(folder, "contracts", "Late.sol"), SOURCE);
    const other = await elsewhere();
    await other.tasks.getTask("build").run({ quiet: true });
    const { deployedBytecode } = await other.artifacts.readArtifact("Late");
    await connection.provider.request({ method: "hardhat_setCode", params: [CONTRACT, deployedBytecode] });

    await mkdir(join(folder, "artifacts", "build-info"), { recursive: true });
    const [id] = [...(await other.artifacts.getAllBuildInfoIds())];
    await writeFile(join(folder, "artifacts", "build-info", `${id}.json`), '{ "solcVersion": "0.8');
    await learn(connection.provider);
    assert.doesNotMatch(await stackOf(), /Late\.sol/);

    await cp(join(folder, "elsewhere", "build-info"), join(folder, "artifacts", "build-info"), { recursive: true });
    let told = 0;
    const provider = connection.provider as unknown as { addCompilationResult(...all: unknown[]): Promise<void> };
    const counted = { addCompilationResult: (...all: unknown[]) => (told++, provider.addCompilationResult(...all)) };
    await learn(counted);
    await learn(counted);
    assert.equal(told, 1);
    assert.match(await stackOf(), /at Late\.fail \(contracts\/Late\.sol:5\)/);
  });

  test("is in the stack trace of L1's failing call, before a chain has explained one; nothing is sent twice for it", async () => {
    const learn = newCompilations(hre.artifacts);
    const l1 = await hre.network.create();
    const asked: string[] = [];
    const provider = Object.assign(Object.create(l1.provider) as typeof l1.provider, {
      request: (args: Parameters<typeof l1.provider.request>[0]) => (asked.push(args.method), l1.provider.request(args)),
    });
    const learning = learningL1({ provider, close: () => l1.close() }, () => learn(l1.provider));
    await writeFile(join(folder, "contracts", "Later.sol"), SOURCE.replace("Late", "Later"));
    const other = await elsewhere();
    await other.tasks.getTask("build").run({ quiet: true });
    const { deployedBytecode } = await other.artifacts.readArtifact("Later");
    await l1.provider.request({ method: "hardhat_setCode", params: [CONTRACT, deployedBytecode] });
    assert.doesNotMatch(await stackOf(learning), /Later\.sol/);
    await cp(join(folder, "elsewhere", "build-info"), join(folder, "artifacts", "build-info"), { recursive: true });
    asked.length = 0;
    const failing = { from: CONTRACT, to: CONTRACT, data: "0xa9cc4718", gas: "0x30d40" };
    await assert.rejects(learning.provider.request({ method: "eth_call", params: [failing] }), /too late/);
    assert.match(await stackOf(learning), /at Later\.fail \(contracts\/Later\.sol:5\)/);
    assert.deepEqual(asked, ["eth_call", "eth_call", "eth_call"], "again after something new, and then not again");
    await writeFile(join(folder, "contracts", "Latest.sol"), SOURCE.replace("Late", "Latest"));
    await (await elsewhere()).tasks.getTask("build").run({ quiet: true });
    await cp(join(folder, "elsewhere", "build-info"), join(folder, "artifacts", "build-info"), { recursive: true });
    asked.length = 0;
    const [from] = (await l1.provider.request({ method: "eth_accounts" })) as readonly string[];
    await assert.rejects(learning.provider.request({ method: "eth_sendTransaction", params: [{ ...failing, from }] }));
    assert.deepEqual(asked, ["eth_sendTransaction"], "what may have made a block is not asked again");
    await learning.close();
  });

  test("has no effect on a network other than Hardhat's engine", async () => {
    await newCompilations(hre.artifacts)({ request: () => assert.fail("it is asked nothing") });
  });
});
