import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createDevelopmentAccounts } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { isProvenOnL1 } from "../../src/ground/protocol/protocol-version.ts";
import type { ChainInfo, EcosystemInfo, RemovedChainInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { ALICE, clientOf, ETHER, RELAYER, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { askUntil, createWorkplace } from "./support/run-task.ts";

const NO_ACCOUNT = "0x00000000000000000000000000000000000b0b00";

describe("A1: hyperchain:create", () => {
  const workplace = createWorkplace();
  let devnet: FlowDevnet;
  before(async () => {
    devnet = await startFlowDevnet([{ chainId: 271n, name: "alpha" }], {
      proofs: "none",
      relayer: true,
      fundedAccounts: [ALICE, RELAYER],
      fundingWei: ETHER,
    });
  });
  after(async () => {
    await devnet?.close();
    await workplace.close();
    assert.deepEqual(devnet?.faults ?? [], []);
  });
  const run = (...args: readonly string[]) => workplace.run([...args, "--url", devnet.l1.url]);

  test("tells what it does", async () => {
    const help = await workplace.run(["hyperchain:create", "--help"]);
    assert.equal(help.code, 0, help.stderr);
    assert.match(help.stdout, /Add a chain to the running ecosystem: created on L1 by the factory, funded and served/);
    assert.match(help.stdout, /--chain-id/);
  });

  test("adds a chain, which status and wallet show", async () => {
    const created = await run("hyperchain:create", "gamma", "--chain-id", "300", "--da", "validium", "--batch-ms", "0", "--json");
    assert.equal(created.code, 0, created.stderr);
    const info = JSON.parse(created.stdout) as ChainInfo;
    assert.deepEqual([info.name, info.chainId, info.dataAvailability], ["gamma", 300, "validium"]);
    assert.match(created.stderr, /asking for gamma on L1/);
    const [shown, wallet] = [await run("hyperchain:status", "--json"), await run("hyperchain:wallet", String(ALICE))];
    const { info: seen } = JSON.parse(shown.stdout) as { info: EcosystemInfo };
    assert.deepEqual(seen.chains.at(-1), info);
    assert.match(wallet.stdout, /gamma/);
  });

  test("takes any option of the config by --chain, after which other flags come", async () => {
    const options = '{"name":"zeta","chainId":500,"dataAvailability":"validium","execution":"proven"}';
    const created = await run("hyperchain:create", "--chain", options, "--chain-id", "501", "--json");
    assert.equal(created.code, 0, created.stderr);
    const info = JSON.parse(created.stdout) as ChainInfo;
    assert.deepEqual([info.name, info.chainId, info.dataAvailability], ["zeta", 501, "validium"]);
    // The first proven chain of the ecosystem adds its contracts.
    assert.equal(isProvenOnL1(BigInt(info.protocolVersion)), true);
  });

  test("says for people where the chain runs, and refuses what cannot be", async () => {
    const delta = await run("hyperchain:create", "delta");
    assert.match(delta.stdout, /^delta \(272\) runs at http:\/\/127\.0\.0\.1:\d+; its contract on L1 is 0x[0-9a-f]{40}\n$/);
    for (const [args, says] of [
      [["delta"], /name: "delta" is taken by another chain/],
      [["omega", "--chain-id", "271"], /chainId: 271 is the chain id of "alpha" already/],
      [["omega", "--chain-id", "first"], /--chain-id must be a whole number/],
      [["omega", "--da", "blobs"], /--da must be "rollup" or "validium"/],
      [["l1"], /"l1" cannot name a chain/],
    ] as const) {
      const refused = await run("hyperchain:create", ...args);
      assert.deepEqual([refused.code, refused.stdout], [1, ""], refused.stderr);
      assert.match(refused.stderr, says);
    }
    assert.deepEqual(
      devnet.chains.map(({ name }) => name),
      ["alpha", "gamma", "zeta", "delta"],
    );
  });

  test("I8: hyperchain:stop, start and remove name a chain, say what is next, and refuse with what to do", async () => {
    const stopped = await run("hyperchain:stop", "delta");
    assert.equal(stopped.stdout, "delta (272) is paused; 'npx hardhat hyperchain:start delta' resumes it\n", stopped.stderr);
    const status = await run("hyperchain:status");
    assert.match(status.stdout, /delta is paused\. 'npx hardhat hyperchain:start delta' resumes it/);
    const started = await run("hyperchain:start", "272");
    assert.match(started.stdout, /^delta \(272\) runs at http:\/\/127\.0\.0\.1:\d+\n$/);
    // Its first batch, with the money of the funded accounts, is open.
    const refused = await run("hyperchain:remove", "delta");
    assert.deepEqual([refused.code, refused.stdout], [1, ""]);
    assert.match(
      refused.stderr,
      /delta has 0 messages that have not arrived, 1 batches that L1 has not executed.*force the removal/s,
    );
    const removed = await run("hyperchain:remove", "delta", "--force", "--json");
    assert.equal((JSON.parse(removed.stdout) as RemovedChainInfo).name, "delta", removed.stderr);
    const unknown = await run("hyperchain:start", "delta");
    assert.deepEqual([unknown.code, unknown.stdout], [1, ""]);
    assert.match(unknown.stderr, /there is no chain delta in this ecosystem; name one of: alpha \(271\), gamma \(300\)/);
  });

  test("I11: hyperchain:logs --follow prints a user's actions on a chain that was added later, and continues after its removal", async () => {
    const following = await workplace.start(["hyperchain:logs", "--follow", "--url", devnet.l1.url]);
    const isTold = (line: RegExp): boolean => following.lines.some((each) => line.test(each));
    const pay = async (name: string): Promise<void> => {
      const client = clientOf(devnet.chains.find((chain) => chain.name === name)!);
      const { hash } = await devnet.accounts.wallet(ALICE).connect(client).sendTransaction({ value: 1n, to: NO_ACCOUNT });
      await askUntil(
        () => isTold(new RegExp(` ${name} ✓ sends 1 wei · .*${hash}$`)),
        () => client.send("eth_chainId", []),
      );
      client.destroy();
    };
    assert.equal((await run("hyperchain:create", "epsilon")).code, 0);
    await pay("epsilon");
    assert.equal((await run("hyperchain:remove", "epsilon", "--force")).code, 0);
    await pay("alpha");
    assert.equal(await following.interrupt(), 0, following.errors());
  });

  test("B7: hyperchain:lists shows and changes a chain's lists as its admin, and refuses everything else", async () => {
    const [first, second, third] = [0, 1, 2].map((number) => createDevelopmentAccounts().wallet(number).address.toLowerCase());
    const lists = async (...args: readonly string[]): Promise<unknown> => {
      const { code, stdout, stderr } = await run("hyperchain:lists", "alpha", ...args, "--json");
      assert.equal(code, 0, stderr);
      const { senders, deployers } = JSON.parse(stdout) as Record<"senders" | "deployers", unknown>;
      return [senders, deployers];
    };
    const shown = await run("hyperchain:lists", "alpha");
    assert.equal(shown.stdout, "senders of alpha: every account\ndeployers of alpha: every account\n", shown.stderr);
    assert.deepEqual(await lists("--senders", `0,${second!}`, "--deployers", "none"), [[first, second], []]);
    assert.deepEqual(await lists("--add-senders", "2", "--remove-senders", "0,1"), [[third], []]);
    const unlisted = await run("hyperchain:send", "0.1", "2@alpha", "--from", "1@alpha");
    assert.deepEqual([unlisted.code, unlisted.stdout], [1, ""]);
    assert.match(unlisted.stderr, /alpha refuses it: 0x\w+ is not on the list of senders of chain 271: ask the chain's admin/);
    assert.doesNotMatch(unlisted.stderr, /unexpected error/);
    const kept = await devnet.chains[0]?.provider.request({ method: "hyperchain_getAccessLists", params: [] });
    assert.deepEqual(kept, { senders: [third], deployers: [] });
    for (const [args, says] of [
      [["--senders", "1", "--add-senders", "2"], /--senders says the whole list of senders/],
      // An empty variable of a shell, say: a list of no account is what "none" says.
      [["--senders", ""], /--senders names no account: write none/],
      [["--deployers", " , "], /--deployers names no account/],
      [["--remove-senders", ""], /--remove-senders names no account/],
      [["--add-senders", "1@l1"], /'1@l1' is not an account of alpha/],
      [["--deployers", "somebody"], /somebody/],
    ] as const) {
      const refused = await run("hyperchain:lists", "alpha", ...args);
      assert.deepEqual([refused.code, refused.stdout], [1, ""], refused.stdout);
      assert.match(refused.stderr, says);
    }
    assert.deepEqual(await lists("--senders", "all", "--deployers", "all"), [null, null]);
    const begun = await run("hyperchain:lists", "alpha", "--add-deployers", "1");
    assert.match(begun.stderr, /alpha takes every account's contracts: begin its list with --deployers/);
    const session = await run("hyperchain:session", "--chain", "alpha");
    assert.match(session.stdout, /may change the lists of alpha, which every caller may read, with it until/, session.stderr);
  });

  test("D3: --settles-on creates a chain on another one; this line and the status say where its data go", async () => {
    const kept = await run("hyperchain:create", "club", "--settles-on", "alpha");
    assert.match(kept.stdout, /\. It settles there, not on L1, and its data get to L1 from there\n$/, kept.stderr);
    const game = await run("hyperchain:create", "game", "--settles-on", "alpha", "--da", "chain");
    assert.match(
      game.stdout,
      /^game \(8589934863\) runs at \S+; its contract on alpha is 0x[0-9a-f]{40}\. It settles there, not on L1, and is not a rollup\n$/,
      game.stderr,
    );
    const status = await run("hyperchain:status");
    assert.match(
      status.stdout,
      /game settles on alpha and publishes its data on alpha alone: it is NOT\s+A\s+ROLLUP/,
      status.stderr,
    );
    const resealed = await run("hyperchain:reseal", "alpha");
    assert.deepEqual([resealed.code, resealed.stdout], [1, ""]);
    assert.match(
      resealed.stderr,
      /club and game settle on alpha; resealing is a reorg that they do not survive; remove club, game first/,
    );
  });
});
