import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Wallet } from "ethers";
import hre from "hardhat";
import { startRpcServer } from "../../src/chain/rpc/transport/server.ts";
import { DEVELOPMENT_MNEMONIC, ACCOUNT_NUMBERS } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import type { EcosystemInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import type { L1Connection } from "../../src/ecosystem/devnet/described/l1-connection.ts";
import { deployLayer } from "../../src/ecosystem/devnet/deployment/deploy-layer.ts";
import { DevnetOptionsError } from "../../src/ecosystem/devnet/described/options.ts";
import { deploy } from "../client/support.ts";
import { BOB, clientOf, ETHER, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { TRUSTED_VERSION } from "../../src/ground/protocol/protocol-version.ts";

const CHAIN_ID = 271n;
/** Account of the node without a number of a development account. */
const OWNER = Wallet.createRandom();

/** Starts a node like a remote one: blocks arrive automatically, and it has only Ethereum's methods. */
async function startForeignNode(): Promise<{
  readonly url: string;
  readonly asked: ReadonlySet<string>;
  /** Number of requests by method. */
  readonly counts: Map<string, number>;
  /** Whether it searches logs of all contracts. */
  searchesAll: boolean;
  close(): Promise<void>;
}> {
  const connection: L1Connection = await hre.network.create({
    network: "local",
    override: { mining: { auto: false, interval: 50 }, allowBlocksWithSameTimestamp: true },
  });
  const asked = new Set<string>();
  const counts = new Map<string, number>();
  const node = { asked, counts, searchesAll: true };
  await connection.provider.request({
    method: "hardhat_setBalance",
    params: [OWNER.address, `0x${(1_000n * ETHER).toString(16)}`],
  });
  const request = (method: string, params: readonly unknown[]) => connection.provider.request({ method, params });
  const server = await startRpcServer(
    { host: "127.0.0.1", port: 0 },
    {
      engine: { request, onNotification: () => () => undefined },
      methods: {
        get(method) {
          asked.add(method);
          counts.set(method, (counts.get(method) ?? 0) + 1);
          if (!/^(eth|net|web3)_/.test(method)) return undefined;
          return async (params) => {
            const isOpen = method === "eth_getLogs" && !("address" in (params[0] as object));
            if (isOpen && !node.searchesAll) throw new Error("name an address");
            return request(method, params);
          };
        },
      },
    },
  );
  return Object.assign(node, {
    url: `http://127.0.0.1:${server.port}`,
    async close() {
      await server.close();
      await connection.close();
    },
  });
}

describe("A1 I1: an ecosystem on an L1 that runs elsewhere", () => {
  let node: Awaited<ReturnType<typeof startForeignNode>>;
  let devnet: FlowDevnet;

  before(async () => {
    node = await startForeignNode();
    devnet = await startFlowDevnet([CHAIN_ID], {
      proofs: "none",
      l1: { url: node.url, deployerKey: OWNER.privateKey as `0x${string}`, confirmations: 3 },
      fundedAccounts: [BOB],
      fundingWei: ETHER,
    });
  });
  after(async () => {
    await devnet.close();
    await node.close();
    assert.deepEqual(devnet.faults, []);
  });

  test("only the deployer pays, with keys that are derived from its key, and no phrase is shown", async () => {
    const info = (await devnet.chains[0]!.provider.request({ method: "hyperchain_info" })) as EcosystemInfo;
    assert.equal(info.l1.url, node.url);
    assert.deepEqual(info.accounts, { funded: [BOB] });
    const operator = info.chains[0]!.operator;
    assert.notEqual(operator, Wallet.fromPhrase(DEVELOPMENT_MNEMONIC).address.toLowerCase());
    assert.ok((await devnet.l1.provider.getBalance(operator)) > 0n);
    assert.equal(operator, devnet.accounts.wallet(ACCOUNT_NUMBERS.firstOperator).address.toLowerCase());
  });

  test("deposits count after their confirmations, and batches settle", async () => {
    const client = clientOf(devnet.chains[0]!);
    const bob = devnet.accounts.wallet(BOB);
    while ((await client.getBalance(bob.address)) === 0n) await devnet.relay();
    assert.equal(await client.getBalance(bob.address), ETHER);
    await (await bob.connect(client).sendTransaction({ to: devnet.accounts.wallet(3).address, value: 1n })).wait();
    client.destroy();
    const [batch] = await devnet.settle();
    assert.equal(batch?.transactions, 1);
    const executed = await devnet.l1.provider.getTransactionReceipt(batch!.l1Transactions.execute!);
    assert.ok((await devnet.l1.provider.getBlockNumber()) - executed!.blockNumber >= 2, "three blocks stand, its own included");
  });

  test("a wallet has a project's tokens there, at a bounded cost, also where the node searches no logs without an address", async () => {
    const { provider } = devnet.l1;
    const [holder, creator] = [Wallet.createRandom(), Wallet.createRandom().connect(provider)];
    const owner = OWNER.connect(provider);
    await (await owner.sendTransaction({ to: creator.address, value: ETHER })).wait();
    const own = await deploy(owner, "DevelopmentToken", "Own", "OWN", holder.address, 700n);
    const others = await deploy(creator, "DevelopmentToken", "Others", "OTH", holder.address, 900n);
    const mine = new Set<string>([own, others]);
    const tokensOf = async (account: string): Promise<readonly (readonly [string, string])[]> => {
      const view = (await devnet.chains[0]!.provider.request({ method: "hyperchain_wallet", params: [account] })) as {
        members: { name: string; tokens: { address: string; amount: string }[] }[];
      };
      const { tokens } = view.members.find(({ name }) => name === "l1")!;
      return tokens.filter(({ address }) => mine.has(address)).map(({ address, amount }) => [address, amount]);
    };
    assert.deepEqual(await tokensOf(holder.address), [
      [own, "700"],
      [others, "900"],
    ]);
    node.searchesAll = false;
    assert.deepEqual(await tokensOf(holder.address), [[own, "700"]], "of an account of the ecosystem");
    mine.add(await deploy(creator, "DevelopmentToken", "Third", "THR", creator.address, 5n));
    assert.deepEqual(await tokensOf(creator.address), [[[...mine].at(-1), "5"]], "of its token");
    node.searchesAll = true;
    node.counts.clear();
    assert.deepEqual(await tokensOf(Wallet.createRandom().address), []);
    const total = [...node.counts.values()].reduce((sum, count) => sum + count, 0);
    assert.ok(total < 50, JSON.stringify([...node.counts]));
  });

  test("a second ecosystem creates its chains with the same contracts, unless they are of another protocol or not there", async () => {
    const deployed = devnet.ecosystem;
    const { addresses, versions } = deployed;
    const l1 = { url: node.url, deployerKey: Wallet.createRandom().privateKey as `0x${string}`, deployed };
    const start = (other: Partial<typeof deployed>) =>
      startFlowDevnet([272n], {
        proofs: "none",
        fundedAccounts: [],
        l1: { ...l1, deployed: { ...deployed, ...other } },
      });
    await assert.rejects(
      start({ versions: { trusted: { ...versions.trusted!, genesisStateRoot: `0x${"11".repeat(32)}` } } }),
      /^DevnetOptionsError: l1\.deployed\.versions\.trusted\.genesisStateRoot is 0x1111/,
    );
    await assert.rejects(
      start({ versions: { trusted: { ...versions.trusted!, protocolVersion: TRUSTED_VERSION } } }),
      /^DevnetOptionsError: proofs: these contracts were deployed with "stark"; say the same/,
    );
    await assert.rejects(
      start({ versions: { trusted: { ...versions.trusted!, genesisLeafCount: 7n } } }),
      /^DevnetOptionsError: l1\.deployed\.versions\.trusted\.genesisLeafCount is 7, this software's is/,
    );
    await assert.rejects(
      start({ addresses: { ...addresses, factory: `0x${"11".repeat(20)}` } }),
      /^DevnetOptionsError: l1\.deployed\.addresses\.factory: there is no contract/,
    );
    // The owner of the second one needs separate money.
    await assert.rejects(start({}), /insufficient|enough funds|doesn't have/i);

    const poor = startFlowDevnet([272n], {
      proofs: "none",
      fundedAccounts: [BOB, 4],
      fundingWei: 10n ** 6n * ETHER,
      l1: { ...l1, deployerKey: OWNER.privateKey as `0x${string}` },
    });
    await assert.rejects(
      poor,
      /^DevnetOptionsError: accounts: 0x\w+ pays for the funded accounts and has \d+\.\d+ ETH on L1; it needs 2000000\.0: lower accounts\.balance/,
    );

    // Its balance covers its account, but not a bridge's key in addition.
    const owner = OWNER.connect(devnet.l1.provider);
    const [balance, sent] = [await owner.provider!.getBalance(owner), await owner.getNonce()];
    const withBridges = startFlowDevnet([272n], {
      proofs: "none",
      fundedAccounts: [BOB],
      fundingWei: balance / 2n + ETHER,
      bridges: { ccip: {} },
      l1: { ...l1, deployerKey: OWNER.privateKey as `0x${string}` },
    });
    await assert.rejects(
      withBridges,
      /^DevnetOptionsError: accounts: 0x\w+ pays for the funded accounts and the bridges' keys and has/,
    );
    assert.equal(await owner.getNonce(), sent, "nothing is paid for");

    const second = await startFlowDevnet([272n], {
      proofs: "none",
      fundedAccounts: [BOB],
      fundingWei: ETHER,
      l1: { ...l1, deployerKey: OWNER.privateKey as `0x${string}` },
    });
    try {
      assert.deepEqual(second.info().l1.contracts, devnet.info().l1.contracts);
      assert.notEqual(second.info().chains[0]!.hyperchain, devnet.info().chains[0]!.hyperchain);
      const [batch] = await second.settle();
      assert.equal(batch?.batchNumber, 0);
    } finally {
      await second.close();
    }
  });

  test("a chain is refused by its option where the factory's recovery time makes its exit delay too short", async () => {
    const trusted = { ...devnet.ecosystem.versions.trusted!, protocolVersion: TRUSTED_VERSION };
    const { layer: slow } = await deployLayer(
      {
        versions: { trusted },
        retirementNoticeSeconds: 20_736_000n,
        revealDelaySeconds: 0n,
        recoverySeconds: 90_000n,
        reactionSeconds: 0n,
      },
      { signer: OWNER.connect(devnet.l1.provider), artifacts: (name) => hre.artifacts.readArtifact(name) },
    );
    const refused = startFlowDevnet([272n], {
      fundedAccounts: [],
      l1: { url: node.url, deployerKey: OWNER.privateKey as `0x${string}`, deployed: slow },
    });
    await assert.rejects(
      refused,
      /^DevnetOptionsError: chains\[0\]\.exitDelaySeconds: 86400 is not longer .* 93600, with 90000 of recovery time/,
    );
  });

  test("nothing but Ethereum's own methods was asked of it, and a snapshot says that it cannot be", async () => {
    assert.deepEqual(
      [...node.asked].filter((method) => !/^(eth|net|web3)_/.test(method)),
      [],
    );
    await assert.rejects(devnet.snapshot(), /an L1 that runs elsewhere cannot be returned to a snapshot; leave l1.url out/);
  });
});

describe("I1: options of an L1 elsewhere that cannot work are refused by name", () => {
  const refused = (l1: NonNullable<Parameters<typeof startFlowDevnet>[1]>["l1"], message: RegExp) =>
    assert.rejects(
      startFlowDevnet([CHAIN_ID], { l1: l1! }),
      (error) => error instanceof DevnetOptionsError && message.test(error.message),
    );

  test("no server, no URL, two of a kind, half a key", async () => {
    await refused(
      { url: "http://127.0.0.1:1" },
      /^l1\.url: there is no Ethereum node at http:\/\/127\.0\.0\.1:1 \(.+\); start one there/,
    );
    await refused({ url: "localhost:8545" }, /^l1\.url must be a URL such as .*; got "localhost:8545"/);
    await refused({ url: "http://127.0.0.1:1", port: 5 }, /^l1\.port is the port of an L1 that is started/);
    await refused({ deployerKey: `0x${"12".repeat(32)}` }, /^l1\.deployerKey is for an L1 at l1\.url/);
    await refused({ url: "http://127.0.0.1:1", deployerKey: "0x12" }, /^l1\.deployerKey must be 0x and 64 hex digits$/);
    await refused({ confirmations: 0 }, /^l1\.confirmations must be a whole number from 1 to 1000, such as 1; got 0/);
  });
});
