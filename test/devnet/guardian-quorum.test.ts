import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { AbiCoder, Interface, verifyTypedData, Wallet, type Provider } from "ethers";
import { RemoteGuardian } from "../../src/ecosystem/devnet/guardian/guardian-client.ts";
import { GuardianError } from "../../src/ecosystem/devnet/guardian/guardian-error.ts";
import { serveGuardian } from "../../src/ecosystem/devnet/guardian/guardian-server.ts";
import type { GuardedBatch } from "../../src/ecosystem/devnet/guardian/guarded-batch.ts";
import type { SigningRequest } from "../../src/ecosystem/devnet/guardian/guardian.ts";
import { collectFromGuardians } from "../../src/ecosystem/devnet/guardian/network-quorum.ts";
import { GUARDIAN_TYPES } from "../../src/ground/protocol/guardians.ts";
import { wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { hashPubdata } from "../../src/ground/protocol/pubdata.ts";
import { availabilityDomain } from "../../src/ground/protocol/quorum.ts";

const [CHAIN_ID, VALID_UNTIL] = [31_337n, 5_000n];
const HYPERCHAIN: Hex = `0x${"11".repeat(20)}`;
const NETWORK: Hex = `0x${"22".repeat(20)}`;
/** A signature of no guardian. */
const FOREIGN: Hex = `0x${"12".repeat(65)}`;
const coder = AbiCoder.defaultAbiCoder();
const network = new Interface([
  "function guardians() view returns ((address key, string url, uint48 joinedAt)[])",
  "function weightsAt(uint48 time) view returns (address[] counted, uint256[] weightOf, uint256 total)",
  "function terms() view returns ((address admin, uint16 shareBps, uint128 minStake, uint128 minTotal, uint48 enterDelay, uint48 retention, uint48 answerTime, uint48 slashTime, uint128 bond))",
]);
const zero = wordToHex(0n);

const coinbase: Hex = `0x${"c0".repeat(20)}`;

function batchOf(batchNumber: bigint): GuardedBatch {
  const numbers = { batchNumber, firstBlock: 1n, lastBlock: 1n, firstTimestamp: 1n, lastTimestamp: 1n };
  const hashes = { l2LogsTreeRoot: zero, priorityOpsRollingHash: zero, importedRootsRollingHash: zero, extensions: zero };
  return {
    protocolVersion: 2n,
    outputs: { ...numbers, ...hashes, logCount: 0n, priorityOpCount: 0n, importedRootCount: 0n, cheatCount: 0n, coinbase },
    canonicalTxHashes: [],
    previousCommitment: zero,
    preCommitment: wordToHex(100n + batchNumber),
    newStateRoot: zero,
    pubdata: Uint8Array.of(1, 2, Number(batchNumber)),
  };
}

/** Signs as a guardian does that has checked nothing; `received` has the batch numbers in order. */
function signerOf(key: Wallet, received: bigint[] = []) {
  return async ({ batch, validUntil }: SigningRequest): Promise<Hex> => {
    received.push(batch.outputs.batchNumber);
    const value = { preCommitment: batch.preCommitment, pubdataHash: hashPubdata(batch.pubdata), validUntil };
    return (await key.signTypedData({ ...availabilityDomain(CHAIN_ID, NETWORK) }, GUARDIAN_TYPES, value)) as Hex;
  };
}

describe("F2: quorum of guardians by weight", () => {
  const keys = [1n, 2n, 3n, 4n].map((n) => new Wallet(wordToHex(n)));
  const requester = new Wallet(wordToHex(9n));
  const closing: (() => Promise<void>)[] = [];
  after(() => Promise.all(closing.map((close) => close())));

  async function serve(sign: (request: SigningRequest) => Promise<Hex>): Promise<string> {
    const guardian = { sign, leaves: () => Promise.reject(new Error("not asked")) };
    const data = { read: () => Promise.reject(new Error("not asked")) };
    const { url, close } = await serveGuardian(new Map([[HYPERCHAIN, { guardian, data }]]), { host: "127.0.0.1", port: 0 });
    closing.push(close);
    return url;
  }
  /** A server of another kind. */
  async function serveRaw(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
    const server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closing.push(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  /** L1 with a network of these members. */
  function l1With(
    members: readonly { readonly key: Wallet; readonly url: string; readonly weight: bigint }[],
    shareBps = 6_667n,
  ) {
    const sorted = members.toSorted((a, b) => (BigInt(a.key.address) < BigInt(b.key.address) ? -1 : 1));
    const answers: Readonly<Record<string, unknown[]>> = {
      guardians: [sorted.map(({ key, url }) => [key.address, url, 1n])],
      weightsAt: [
        sorted.map(({ key }) => key.address),
        sorted.map(({ weight }) => weight),
        sorted.reduce((sum, { weight }) => sum + weight, 0n),
      ],
      terms: [[NETWORK, shareBps, 1n, 1n, 0n, 0n, 1n, 1n, 1n]],
    };
    const call = ({ data }: { readonly data: string }): Promise<string> => {
      const { name } = network.getFunction(data.slice(0, 10))!;
      return Promise.resolve(network.encodeFunctionResult(name, answers[name]!));
    };
    return { call } as unknown as Provider;
  }
  const collect = (l1: Provider, number = 0n, endMs = 20_000, catchingUp = new Set<Hex>()): Promise<Hex> =>
    collectFromGuardians(batchOf(number), VALID_UNTIL, {
      l1,
      settlementChainId: CHAIN_ID,
      network: NETWORK,
      hyperchain: HYPERCHAIN,
      requester,
      catchingUp,
      end: AbortSignal.timeout(endMs),
      batchOf: (earlier) => Promise.resolve(batchOf(earlier)),
    });
  /** Keys that signed, in the order of the policy data. */
  const signersIn = (policyData: Hex, batch = batchOf(0n)): readonly string[] => {
    const [validUntil, signatures] = coder.decode(["uint64", "bytes[]"], policyData) as unknown as [bigint, readonly string[]];
    assert.equal(validUntil, VALID_UNTIL);
    const value = { preCommitment: batch.preCommitment, pubdataHash: hashPubdata(batch.pubdata), validUntil };
    return signatures.map((each) => verifyTypedData({ ...availabilityDomain(CHAIN_ID, NETWORK) }, GUARDIAN_TYPES, value, each));
  };

  let urls: readonly string[];
  let gone: string;
  before(async () => {
    urls = await Promise.all(keys.map((key) => serve(signerOf(key))));
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    gone = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await new Promise((resolve) => server.close(resolve));
  });
  const member = (index: number, weight = 1n, url = urls[index]!) => ({ key: keys[index]!, url, weight });

  test("is reached by weight, not by count: one heavy guardian is enough, three light ones are not", async () => {
    const heavy = l1With([member(0, 70n), member(1, 10n, gone), member(2, 10n, gone), member(3, 10n, gone)]);
    assert.deepEqual(signersIn(await collect(heavy)), [keys[0]!.address]);
    const light = l1With([member(0, 70n, gone), member(1, 10n), member(2, 10n), member(3, 10n)]);
    await assert.rejects(collect(light), { code: "SignersMissing", message: /guardians signed 30 %, needed 66.67 %/ });
  });

  test("signatures are in the order of the keys", async () => {
    const signers = signersIn(
      await collect(
        l1With(
          keys.map((_, i) => member(i)),
          10_000n,
        ),
      ),
    );
    assert.deepEqual(
      signers,
      keys.map(({ address }) => address).toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1)),
    );
  });

  test("half misses the quorum: it waits for silent guardians, and ends if those that answer refuse", async () => {
    const silent = l1With([member(0), member(1), member(2, 1n, gone), member(3, 1n, gone)]);
    await assert.rejects(collect(silent), {
      code: "SignersMissing",
      message:
        /start guardians that have ended \(hyperchain:guardians\)\. A chain with anyOf: .* publishes its data on L1 instead/,
    });
    const refusing = await serve(() => Promise.reject(new GuardianError("DataMismatch", "other data")));
    const refused = l1With([member(0), member(1), member(2, 1n, refusing), member(3, 1n, refusing)]);
    await assert.rejects(collect(refused), { code: "QuorumUnreachable", message: /DataMismatch: other data/ });
  });

  test("a signature of another key, of another batch, or of other bytes counts for nothing", async () => {
    const others = [
      await serve(signerOf(keys[1]!)),
      await serve((request) => signerOf(keys[0]!)({ ...request, batch: batchOf(7n) })),
      await serve((request) => signerOf(keys[0]!)({ ...request, validUntil: request.validUntil + 1n })),
      await serve(() => Promise.resolve("0x12")),
    ];
    for (const url of others) await assert.rejects(collect(l1With([member(0, 1n, url)])), { message: /signed 0 %/ });
  });

  test("inner URL, redirect, endless body: none is followed or read to its end", async () => {
    let reached = 0;
    const inner = await serveRaw((_, response) => {
      reached++;
      response.end();
    });
    const redirecting = await serveRaw((_, response) => void response.writeHead(302, { location: inner }).end());
    const endless = await serveRaw((_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write(Buffer.alloc(65_536)), 1);
      response.on("close", () => clearInterval(timer));
    });
    for (const url of [redirecting, endless, "file:///etc/passwd", "ftp://127.0.0.1/", "not a URL"])
      await assert.rejects(collect(l1With([member(0, 1n, url)])), { message: /signed 0 %/ }, url);
    assert.equal(reached, 0);
    await assert.rejects(new RemoteGuardian(endless, HYPERCHAIN).read({ hash: zero }, AbortSignal.timeout(5_000)), RangeError);
  });

  test("a guardian that lacks batches receives them in order, then signs the newest", async () => {
    const received: bigint[] = [];
    let next = 0n;
    const sign = signerOf(keys[0]!, received);
    const url = await serve(async (request) => {
      const { batchNumber } = request.batch.outputs;
      if (batchNumber > next) throw new GuardianError("BatchMissing", `batch ${next} comes next`, { nextBatch: next });
      next = batchNumber + 1n;
      return sign(request);
    });
    assert.equal(signersIn(await collect(l1With([member(0, 1n, url)]), 3n), batchOf(3n)).length, 1);
    assert.deepEqual(received, [0n, 1n, 2n, 3n]);
  });

  test("a guardian that lacks the batches again for each batch counts as one that refuses", async () => {
    const received: bigint[] = [];
    const url = await serve(({ batch: { outputs } }) => {
      received.push(outputs.batchNumber);
      const isSecond = received.filter((number) => number === outputs.batchNumber).length % 2 === 0;
      if (outputs.batchNumber === 0n || isSecond) return Promise.resolve(FOREIGN);
      return Promise.reject(new GuardianError("BatchMissing", "batch 0 comes next", { nextBatch: 0n }));
    });
    await assert.rejects(collect(l1With([member(0, 1n, url)]), 6n), { code: "QuorumUnreachable", message: /BatchMissing/ });
    assert.deepEqual(received, [6n, 0n, 1n]);
  });

  test("a guardian that never reaches the newest batch is silent after the end of the collection", async () => {
    const url = await serve(async ({ batch }) => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      if (batch.outputs.batchNumber < 100n) return FOREIGN;
      throw new GuardianError("BatchMissing", "batch 0 comes next", { nextBatch: 0n });
    });
    const start = performance.now();
    await assert.rejects(collect(l1With([member(0, 1n, url)]), 100n, 500), { code: "SignersMissing" });
    assert.ok(performance.now() - start < 4_000);
  });

  test("hostile guardian: one that lacks batch 0 forever receives 256 earlier batches for a collection, and one collection's at a time", async () => {
    const received: bigint[] = [];
    const url = await serve(({ batch: { outputs } }) => {
      received.push(outputs.batchNumber);
      if (outputs.batchNumber < 5_000n) return Promise.resolve(FOREIGN);
      return Promise.reject(new GuardianError("BatchMissing", "batch 0 comes next", { nextBatch: 0n }));
    });
    const [l1, catchingUp] = [l1With([member(0, 1n, url)]), new Set<Hex>()];
    const collections = [5_000n, 5_001n].map((number) => collect(l1, number, 20_000, catchingUp));
    const named = { code: "SignersMissing", message: /lack(s|ed) batch 0/ };
    await Promise.all(collections.map((each) => assert.rejects(each, named)));
    assert.deepEqual(
      received.filter((number) => number < 5_000n),
      Array.from({ length: 256 }, (_, number) => BigInt(number)),
    );
    assert.equal(catchingUp.size, 0);
    const others = l1With([member(0, 1n, url), member(1), member(2)], 6_000n);
    assert.equal(signersIn(await collect(others, 5_002n), batchOf(5_002n)).length, 2);
  });

  test("hostile guardian: an unknown code, a batch of another form and a text that controls a terminal are read as a plain refusal", async () => {
    const answers = [
      { code: "Nonsense", nextBatch: "0", message: "a\u001b[2Jb" },
      { code: "DataMismatch", nextBatch: "0", message: "a\u001b[2Jb" },
      { code: "BatchMissing", nextBatch: "-1", message: "a\u001b[2Jb" },
      { code: "BatchMissing", nextBatch: String(2n ** 64n), message: "a\u001b[2Jb" },
    ];
    for (const answer of answers) {
      let requests = 0;
      const url = await serveRaw((_, response) => {
        requests++;
        response.writeHead(409).end(JSON.stringify(answer));
      });
      await assert.rejects(collect(l1With([member(0, 1n, url)]), 3n), ({ message }: Error) => !message.includes("\u001b"));
      assert.equal(requests, 1, JSON.stringify(answer));
    }
  });

  test("attack: a number of 900,000 digits in a request is refused before it becomes a number", async () => {
    const url = await serve(() => Promise.resolve(FOREIGN));
    const sign = (body: string) => fetch(`${url}/${HYPERCHAIN}/sign`, { method: "POST", body });
    const answer = await sign(JSON.stringify({ validUntil: `${"9".repeat(900_000)}n` }));
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /a whole number has 900000 digits, and 78 are allowed/);
    const largest = await sign(JSON.stringify({ validUntil: `${2n ** 256n - 1n}n` }));
    assert.doesNotMatch(await largest.text(), /digits/);
  });

  test("a guardian encodes a state once, however many strangers ask for its leaves", async () => {
    let encodings = 0;
    const executed = {
      ...{ stateRoot: wordToHex(1n), nextBatch: 1n },
      get dump() {
        encodings++;
        return { tree: Uint8Array.of(1), names: [], codes: [] };
      },
    };
    const guardian = { sign: signerOf(keys[0]!), leaves: () => Promise.resolve(executed) };
    const data = { read: () => Promise.reject(new Error("not asked")) };
    const { url, close } = await serveGuardian(new Map([[HYPERCHAIN, { guardian, data }]]), { host: "127.0.0.1", port: 0 });
    closing.push(close);
    for (let i = 0; i < 3; i++) assert.equal((await new RemoteGuardian(url, HYPERCHAIN).leaves()).nextBatch, 1n);
    assert.equal(encodings, 1);
  });
});
