import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { JsonRpcProvider } from "ethers";
import { createWorkplace, type SpawnedEcosystem } from "./support/run-task.ts";

describe("B3: hyperchain:verify --watch", () => {
  const workplace = createWorkplace();
  let ecosystem: SpawnedEcosystem;

  before(async () => {
    // L1 is all that it needs: this chain's execution is not proven.
    ecosystem = await workplace.spawn(["--chains", "1", "--batch-ms", "0", "--no-relayer"], {
      config: { accounts: { funded: 2 } },
    });
    const chain = new JsonRpcProvider(ecosystem.info.chains[0]?.url, undefined, { staticNetwork: true });
    await chain.send("hyperchain_settle", []);
    chain.destroy();
  });
  after(() => workplace.close());

  interface WatchEvent {
    readonly event: "watching" | "verified" | "named";
    readonly batchNumber?: string;
    readonly code?: string;
  }
  const told = (lines: readonly string[]): readonly string[] =>
    lines
      .map((line) => JSON.parse(line) as WatchEvent)
      .map(({ event, batchNumber, code }) => [event, batchNumber, code].join(" ").trim());

  test("goes on until Ctrl-C, and ends well with it", async () => {
    const [chain] = ecosystem.info.chains;
    const watching = await workplace.start([
      ...["hyperchain:verify", chain!.hyperchain, "--watch", "--json"],
      ...["--settlement-url", ecosystem.info.l1.url, "--chain-url", chain!.url],
    ]);
    assert.deepEqual(told([watching.first]), ["watching"]);
    assert.equal(await watching.interrupt(), 0);
  });

  test("ends with exit code 1 at the first name where that is asked for; an answer without an end is named", async () => {
    const endless = createServer((_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write("0".repeat(2 ** 20)));
      };
      response.on("drain", more);
      more();
    });
    const { port } = await new Promise<AddressInfo>((resolve) =>
      endless.listen(0, "127.0.0.1", () => resolve(endless.address() as AddressInfo)),
    );
    const { hyperchain } = ecosystem.info.chains[0]!;
    const { code, stdout, stderr } = await workplace.run([
      ...["hyperchain:verify", hyperchain, "0", "--watch", "--fail-fast", "--json"],
      ...["--settlement-url", ecosystem.info.l1.url, "--chain-url", `http://127.0.0.1:${port}`],
    ]);
    endless.closeAllConnections();
    endless.close();
    assert.equal(code, 1, stderr);
    assert.deepEqual(told(stdout.trim().split("\n")), ["watching", "named 0 Unreadable"]);
  });

  test("is refused by name for one proof in a file, and a check of one batch without a number", async () => {
    const refusalOf = async (...args: readonly string[]) => (await workplace.run(["hyperchain:verify", "alpha", ...args])).stderr;
    assert.match(await refusalOf("--watch", "--proof", "answer.json"), /leave --proof out/);
    assert.match(await refusalOf(), /--watch for all that come/);
    assert.match(await refusalOf("1", "--fail-fast"), /--fail-fast is for --watch/);
  });
});
