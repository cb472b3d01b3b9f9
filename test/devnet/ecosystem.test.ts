import assert from "node:assert/strict";
import { createServer, type AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { WebSocket } from "ws";
import type {
  EcosystemInfo,
  EcosystemStatus,
  MessageInfo,
  RelayInfo,
  SettledBatchInfo,
} from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import type { ProviderMessage } from "../../src/chain/node/serving/eip1193.ts";
import { UnknownChainError } from "../../src/ecosystem/devnet/chains/unknown-chain.ts";
import { PortInUseError } from "../../src/chain/node/serving/listening.ts";
import { DevnetOptionsError } from "../../src/ecosystem/devnet/described/options.ts";
import { connectInProcess } from "../../src/ecosystem/devnet/relaying/relaying.ts";
import { ALICE, BOB, clientOf, ETHER, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { transferOf } from "../flow/support/interop.ts";

const [A, B] = [271n, 272n];
const UNPROVEN = { proofs: "none", relayer: true } as const;

async function call<T>(url: string, method: string, ...params: unknown[]): Promise<T> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const answer = (await (await fetch(url, { method: "POST", body })).json()) as { result?: T; error?: { message: string } };
  assert.equal(answer.error, undefined, JSON.stringify(answer.error));
  return answer.result as T;
}

describe("A1 I2: an ecosystem tells what it is and is driven through any of its members", () => {
  let devnet: FlowDevnet;
  let members: readonly string[];

  before(async () => {
    devnet = await startFlowDevnet([{ chainId: A, name: "alpha" }, { chainId: B }], UNPROVEN);
    members = [devnet.l1.url, ...devnet.chains.map(({ url }) => url)];
  });
  after(async () => {
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  test("every member describes the whole, and says loudly that nothing is proven", async () => {
    for (const url of members) {
      const info = await call<EcosystemInfo>(url, "hyperchain_info");
      assert.deepEqual(
        info.chains.map(({ name, chainId, url: at }) => [name, chainId, at]),
        [
          ["alpha", 271, members[1]],
          ["chain-272", 272, members[2]],
        ],
      );
      assert.match(info.proven, /^NOTHING IS PROVEN/);
      assert.deepEqual(info.prover, { mode: "none", workers: 0 });
      for (const chain of info.chains) assert.equal(chain.protocolVersion, 0x8000_0002);
      assert.equal(info.l1.contracts.verifier, devnet.ecosystem.addresses.verifier);
    }
  });

  test("a message is followed from its transaction to its end, moved by settle and relay alone", async () => {
    const [alpha, , beta] = members.slice(1, 2).concat(members);
    const client = clientOf(devnet.chains[0]!);
    const alice = devnet.accounts.wallet(ALICE).connect(client);
    const bob = devnet.accounts.wallet(BOB).address;
    const sent = await (await alice.sendTransaction(transferOf(B, ETHER, bob))).wait();
    client.destroy();

    const waiting = await call<MessageInfo>(alpha!, "hyperchain_message", sent!.hash);
    assert.deepEqual(
      waiting.steps.map(({ step }) => step),
      ["initiated"],
    );
    assert.equal((await call<EcosystemStatus>(beta!, "hyperchain_status")).messages.inFlight, 1);

    const batches = await call<SettledBatchInfo[]>(beta!, "hyperchain_settle", "alpha");
    assert.deepEqual(
      batches.map(({ chainId, batchNumber, proof }) => ({ chainId, batchNumber, proof })),
      [{ chainId: 271, batchNumber: 0, proof: undefined }],
    );
    assert.deepEqual(Object.keys(batches[0]!.l1Gas), ["commit", "prove", "execute"]);

    const relayed = await call<RelayInfo>(devnet.l1.url, "hyperchain_relay");
    assert.deepEqual(
      relayed.messages.map(({ messageHash }) => messageHash),
      [waiting.messageHash],
    );
    assert.equal(BigInt(await call<string>(members[2]!, "eth_getBalance", bob, "latest")), ETHER);

    const settled = await call<SettledBatchInfo[]>(alpha!, "hyperchain_settle");
    assert.deepEqual(
      settled.map(({ chainId }) => chainId),
      [272],
    );
    const done = await call<MessageInfo>(alpha!, "hyperchain_message", waiting.messageHash);
    assert.deepEqual(
      done.steps.map(({ step }) => step),
      ["initiated", "settled", "inTransactionRoot", "imported", "delivered", "executed", "importSettled"],
    );
    assert.equal(done.waitingFor, undefined);
    const { chains } = await devnet.status();
    assert.deepEqual(
      chains.map(({ batches: counts }) => counts),
      [
        { sealed: 1, committed: 1, proven: 1, executed: 1 },
        { sealed: 1, committed: 1, proven: 1, executed: 1 },
      ],
    );
  });

  test("an unknown chain is refused by name, with those that there are", async () => {
    await assert.rejects(devnet.settle(999n), UnknownChainError);
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "hyperchain_settle", params: ["gamma"] });
    const { error } = (await (await fetch(members[0]!, { method: "POST", body })).json()) as {
      error: { message: string; data: unknown };
    };
    assert.equal(error.message, "there is no chain gamma; there are alpha (271), chain-272 (272)");
    assert.deepEqual(error.data, { code: "UnknownChain" });
  });

  test("members are EIP-1193 providers in this process, with subscriptions and error codes", async () => {
    const { provider, chainId } = devnet.chains[0]!;
    assert.equal(await provider.request({ method: "eth_chainId" }), "0x10f");
    assert.equal(await devnet.l1.eip1193.request({ method: "eth_chainId" }), "0x7a69");
    assert.equal(((await devnet.l1.eip1193.request({ method: "hyperchain_info" })) as EcosystemInfo).chains.length, 2);
    await assert.rejects(provider.request({ method: "eth_nothing" }), { code: -32601 });
    await assert.rejects(provider.request({ method: "eth_sendRawTransaction", params: ["0x12"] }), { code: -32602 });

    const heads: ProviderMessage[] = [];
    const listen = (message: ProviderMessage): void => void heads.push(message);
    provider.on("message", listen);
    const subscription = await provider.request({ method: "eth_subscribe", params: ["newHeads"] });
    const client = connectInProcess(chainId, provider);
    const wallet = devnet.accounts.wallet(ALICE).connect(client);
    const receipt = await (await wallet.sendTransaction({ to: devnet.accounts.wallet(BOB).address, value: 1n })).wait();
    client.destroy();
    const numbers = () => heads.map(({ data }) => Number((data as { result: { number: string } }).result.number));
    // A block is announced after all its consequences, its receipts included.
    for (let turns = 0; numbers().at(-1) !== receipt?.blockNumber; turns++) {
      assert.ok(turns < 1_000, `block ${receipt?.blockNumber} is not told of: ${numbers().join()}`);
      await turn();
    }
    // Where no batch was open, the block that opens it comes before.
    assert.deepEqual(numbers(), [receipt!.blockNumber - 1, receipt!.blockNumber].slice(-heads.length));
    assert.equal(heads[0]?.type, "eth_subscription");
    assert.equal((heads[0]?.data as { subscription: unknown }).subscription, subscription);
    assert.equal(await provider.request({ method: "eth_unsubscribe", params: [subscription] }), true);
    provider.removeListener("message", listen);
  });

  test("a WebSocket to L1 answers all that its HTTP side does", async () => {
    const socket = new WebSocket(devnet.l1.url.replace("http", "ws"));
    await new Promise((resolve) => socket.once("open", resolve));
    for (const [method, expected] of [
      ["eth_chainId", "0x7a69"],
      ["hyperchain_info", "hyperchains"],
    ] as const) {
      const answer = new Promise<string>((resolve) => socket.once("message", (data: Buffer) => resolve(data.toString("utf8"))));
      socket.send(JSON.stringify({ jsonrpc: "2.0", id: 7, method, params: [] }));
      const { result } = JSON.parse(await answer) as { result: string | EcosystemInfo };
      assert.equal(typeof result === "string" ? result : result.name, expected);
    }
    socket.terminate();
  });
});

describe("I1: an ecosystem that cannot start says why and leaves nothing running", () => {
  /** Open resources of this process that an ecosystem opens. */
  const running = (): string[] =>
    process
      .getActiveResourcesInfo()
      .filter((kind) => /^(TCPServerWrap|Worker|MessagePort)$/.test(kind))
      .sort();
  /** Servers and threads that have ended are forgotten some turns of the event loop later. */
  const onlyOneServerRuns = async (): Promise<void> => {
    for (let turn = 0; turn < 100_000 && running().join() !== "TCPServerWrap"; turn++) await new Promise(setImmediate);
    assert.deepEqual(running(), ["TCPServerWrap"]);
  };

  test("a port that is in use is named, with what to do", async (t) => {
    const other = createServer();
    t.after(() => other.close());
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    await onlyOneServerRuns();
    const failed = startFlowDevnet(
      [
        { chainId: A, quorum: { members: 2, threshold: 1 } },
        { chainId: B, name: "beta", port },
      ],
      UNPROVEN,
    );
    await assert.rejects(failed, (error) => {
      assert.ok(error instanceof PortInUseError, String(error));
      assert.equal(error.port, port);
      assert.match(
        error.message,
        new RegExp(
          `^chain beta cannot be served: port ${port} on 127.0.0.1 is in use, .*choose another port, .*: --port .*--serve-port`,
        ),
      );
      return true;
    });
    await assert.rejects(startFlowDevnet([A], { ...UNPROVEN, l1: { port } }), /^PortInUseError: L1 cannot be served/);
    await onlyOneServerRuns();
  });

  test("options that cannot work are refused by field before anything starts", async () => {
    const refused = async (chains: Parameters<typeof startFlowDevnet>[0], field: RegExp) =>
      assert.rejects(startFlowDevnet(chains), (error) => error instanceof DevnetOptionsError && field.test(error.message));
    await refused([], /^chains is empty/);
    await refused([A, A], /^chains\[1\]\.chainId: 271 is the chain id of "chain-271" already/);
    await refused(
      [
        { chainId: A, name: "x" },
        { chainId: B, name: "x" },
      ],
      /^chains\[1\]\.name: "x" is taken/,
    );
    await refused([{ chainId: 0n }], /^chains\[0\]\.chainId must be a bigint from 1n to 4503599627370495n, such as 271n; got 0n/);
    await refused(
      [{ chainId: A, port: 70_000 }],
      /^chains\[0\]\.port must be a whole number from 0 to 65535, such as 8545; got 70000/,
    );
    await refused([{ chainId: A, baseToken: "0x12" }], /^chains\[0\]\.baseToken must be .*; got "0x12"/);
    await refused(
      [{ chainId: A, maxInstructions: 999_999 }],
      /^chains\[0\]\.maxInstructions must be a whole number from 1000000 to 16777216, such as 4000000; got 999999/,
    );
    await refused(
      [{ chainId: A, quorum: { members: 2, threshold: 3 } }],
      /^chains\[0\]\.quorum\.threshold must be at most members \(2\); got 3/,
    );
  });
});
