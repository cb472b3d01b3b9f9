import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { formatEther, JsonRpcProvider } from "ethers";
import { LISTINGS } from "../docs/page-listings.ts";
import { inShell } from "../docs/shell-commands.ts";
import { createWorkplace, type SpawnedEcosystem } from "./support/run-task.ts";

const ACCOUNT_2 = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";
const workplace = createWorkplace();
after(() => workplace.close());

/** The commands of a page's listing that begins so, as a shell reads them. */
function commandsOf(page: string, first: string): readonly (readonly string[])[] {
  const listing = LISTINGS.find((each) => each.page === page && each.first.startsWith(first));
  assert.ok(listing !== undefined, `${page} has no listing that begins with ${first}`);
  return inShell(listing.code).commands;
}

describe("I6: listings of the docs, word by word, on a running ecosystem", () => {
  let ecosystem: SpawnedEcosystem;
  before(async () => {
    ecosystem = await workplace.spawn(["--batch-ms", "300", "--proofs", "none"]);
  });

  /**
   * URL of this test for a URL of a listing, because tests have other ports than a user with one ecosystem.
   */
  const urlFor = (url: string): string => {
    const { l1, chains } = ecosystem.info;
    const members = [l1.url, ...chains.map((chain) => chain.url)];
    return url.replace(/http:\/\/127\.0\.0\.1:854(\d)/, (_, number: string) => members[Number(number) - 5] ?? url);
  };

  async function carryOut([program, ...words]: readonly string[]): Promise<string> {
    if (program === "curl") {
      const [url = ""] = words.filter((word) => word.startsWith("http"));
      const data = words.includes("-d") ? { method: "POST", body: words[words.indexOf("-d") + 1]! } : {};
      const answer = await fetch(urlFor(url), { headers: { "content-type": "application/json" }, ...data });
      const text = await answer.text();
      assert.ok(answer.ok && !text.includes('"error"'), `${url}: ${text}`);
      return text;
    }
    assert.deepEqual([program, words[0]], ["npx", "hardhat"]);
    const { code, stdout, stderr } = await workplace.run(words.slice(1));
    assert.equal(code, 0, `${words.join(" ")}: ${stderr}`);
    return stdout;
  }

  async function carryOutAll(page: string, first: string): Promise<readonly string[]> {
    const told: string[] = [];
    for (const command of commandsOf(page, first)) told.push(await carryOut(command));
    return told;
  }

  /** In ETH, without what gas took. */
  async function held(url: string | undefined): Promise<number> {
    const provider = new JsonRpcProvider(url, undefined, { staticNetwork: true });
    try {
      return Number(Number(formatEther(await provider.getBalance(ACCOUNT_2))).toFixed(3));
    } finally {
      provider.destroy();
    }
  }

  test("the README's first commands: money comes in, goes over, is shown and goes out", async () => {
    const told = await carryOutAll("README.md", "npx hardhat hyperchain:status");
    assert.match(told[1]!, /1\.5 ETH has arrived at 0x70997970\S+@alpha/);
    assert.match(told[3]!, /30000\.5 ETH/);
    const [, beta] = ecosystem.info.chains;
    assert.deepEqual([await held(ecosystem.info.l1.url), await held(beta?.url)], [10_000.1, 10_000.4]);
  });

  test("withdrawing, at once and later", async () => {
    const told = await carryOutAll("docs/recipes/withdraw.md", "npx hardhat hyperchain:withdraw");
    assert.match(told[2]!, /withdrawal {2}0\.1 ETH/);
    assert.equal(await held(ecosystem.info.l1.url), 10_000.2);
  });

  test("paying more than one chain has", async () => {
    const had = await held(ecosystem.info.chains[1]?.url);
    await carryOutAll("docs/recipes/pay-more-than-one-chain-has.md", "npx hardhat hyperchain:wallet");
    assert.equal(await held(ecosystem.info.chains[1]?.url), had + 12_000);
  });

  test("moving time, and reading batches", async () => {
    await carryOutAll("docs/testing.md", "curl");
    const [latest = ""] = commandsOf("docs/rpc.md", "curl").map((command) => command.join(" "));
    assert.match(await carryOut(latest.split(" ")), /"number"|batch/);
  });
});
