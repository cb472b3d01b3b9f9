import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { AbiCoder, Interface, JsonRpcProvider } from "ethers";
import { askContract } from "../../src/ecosystem/devnet/chain-on-l1/ask-contract.ts";
import { ChainContractReader } from "../../src/ecosystem/devnet/chain-on-l1/chain-contract.ts";
import { isOfParts } from "../../src/ecosystem/devnet/chains/policy-kind.ts";
import { boundBy } from "../../src/ecosystem/devnet/reconstruction/bound-by-policy.ts";
import { wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { contractErrorOf } from "../../src/chain/settlement/errors/contract-error.ts";

const TARGET: Hex = `0x${"11".repeat(20)}`;
const CONTRACT = new Interface(["function number() view returns (uint256)"]);
const CUSTOM = "0x0badc0de";
const TEXT = `0x08c379a0${AbiCoder.defaultAbiCoder().encode(["string"], ["no"]).slice(2)}`;

interface NodeError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** Answers of nodes to a call that a contract's code ends, and the data of the revert, if the answer has them. */
const REFUSALS: readonly (readonly [node: string, answer: NodeError, data?: string])[] = [
  ["Geth", { code: 3, message: "execution reverted", data: CUSTOM }, CUSTOM],
  ["Geth, of a revert with a text", { code: 3, message: "execution reverted: no", data: TEXT }, TEXT],
  ["Geth, of a revert without data", { code: 3, message: "execution reverted", data: "0x" }, "0x"],
  ["Erigon of 2024, of a revert without data", { code: -32000, message: "execution reverted" }],
  ["Geth, of INVALID", { code: -32000, message: "invalid opcode: INVALID" }],
  ["Geth, of a jump", { code: -32000, message: "invalid jump destination" }],
  ["Geth, of a stack", { code: -32000, message: "stack underflow (0 <=> 1)" }],
  ["Reth, of a revert without data", { code: 3, message: "execution reverted" }],
  ["Reth, of INVALID", { code: -32000, message: "EVM error: InvalidFEOpcode" }],
  ["anvil", { code: 3, message: `execution reverted: custom error ${CUSTOM}`, data: CUSTOM }, CUSTOM],
  ["anvil, of INVALID", { code: -32603, message: "EVM error InvalidFEOpcode" }],
  ["Nethermind", { code: -32000, message: "execution reverted", data: CUSTOM }, CUSTOM],
  ["Nethermind before 2025", { code: -32015, message: "VM execution error.", data: `Reverted ${CUSTOM}` }, CUSTOM],
  ["Nethermind of 2020", { code: -32015, message: "VM execution error.", data: "revert" }],
  ["OpenEthereum, of INVALID", { code: -32015, message: "VM execution error.", data: "Bad instruction fe" }],
  ["Besu", { code: -32000, message: "Execution reverted", data: CUSTOM }, CUSTOM],
  ["Hardhat 3", { code: 3, message: "Transaction reverted without a reason string", data: "0x" }, "0x"],
  ["Hardhat 3, of INVALID", { code: 3, message: "VM Exception while processing transaction: invalid opcode", data: "0x" }, "0x"],
  [
    "Hardhat 2",
    {
      code: -32603,
      message: "Error: VM Exception while processing transaction: reverted with reason string 'no'",
      data: { message: "Error: VM Exception while processing transaction: reverted", data: TEXT },
    },
    TEXT,
  ],
];

/** Answers of nodes that did not run the call, or not to its end. */
const FAULTS: readonly (readonly [node: string, answer: NodeError])[] = [
  ["a rate limit", { code: -32005, message: "rate limit exceeded" }],
  ["a rate limit in a body", { code: 429, message: "Your app has exceeded its compute units per second capacity" }],
  ["Geth without the state", { code: -32000, message: "missing trie node ab (path ) state 0xab is not available" }],
  ["Geth without old states", { code: -32000, message: "required historical state unavailable (reexec=128)" }],
  ["Geth without the block", { code: -32000, message: "header not found" }],
  ["Geth's time limit", { code: -32000, message: "execution aborted (timeout = 5s)" }],
  ["Geth's gas limit", { code: -32000, message: "out of gas" }],
  ["Nethermind without the state", { code: -32002, message: "No state available for block 0xab" }],
  ["Besu without the state", { code: -32000, message: "World state unavailable" }],
  ["an internal error", { code: -32603, message: "Internal error" }],
  ["an error with an object", { code: -32000, message: "Received invalid block tag 16777215", data: { message: "Received" } }],
  ["Hardhat's gas limit", { code: -32000, message: "Transaction ran out of gas", data: { message: "Transaction", data: "0x" } }],
  ["a proxy that names a revert inside a sentence", { code: -32000, message: "unknown if execution reverted" }],
];

describe("a call of a contract on L1", () => {
  /** Error or result of each call; undefined for a body without an answer to the request. */
  let answer: { readonly error: NodeError } | { readonly result: string } | undefined;
  let server: Server;
  let provider: JsonRpcProvider;
  let calls = 0;
  before(async () => {
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (part: Buffer) => (body += part.toString()));
      request.on("end", () => {
        const { id } = JSON.parse(body) as { readonly id: number };
        calls++;
        response.setHeader("content-type", "application/json");
        response.end(
          JSON.stringify({ jsonrpc: "2.0", id: answer === undefined ? id + 1_000 : id, ...(answer ?? { result: "0x" }) }),
        );
      });
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    provider = new JsonRpcProvider(url, 1, { staticNetwork: true, batchMaxCount: 1, cacheTimeout: -1 });
  });
  after(() => {
    provider.destroy();
    server.close();
  });

  const ask = (): Promise<unknown> => askContract(provider, { to: TARGET, contract: CONTRACT, name: "number" });
  const isRefusal = (error: unknown): boolean => error instanceof Error && error.name === "CallRefusal";
  /** Fails unless the work rejects with another error than a refusal or its consequence. */
  const rejectsAsFault = async (work: Promise<unknown>, node: string): Promise<void> => {
    await assert.rejects(work, ({ name }: Error) => !["CallRefusal", "ReconstructionError"].includes(name), node);
  };

  it("returns the contract's answer, and refuses one that has another form", async () => {
    answer = { result: wordToHex(7n) };
    assert.equal(await ask(), 7n);
    for (const result of ["0x", "0x07"]) {
      answer = { result };
      await assert.rejects(ask(), { name: "CallRefusal", code: "OtherAnswer" });
    }
  });

  for (const [node, error, data] of REFUSALS) {
    it(`is refused by the contract: ${node}`, async () => {
      answer = { error };
      const refusal = await ask().catch((thrown: unknown) => thrown);
      assert.deepEqual([isRefusal(refusal), (refusal as { readonly code: unknown }).code], [true, "Reverted"]);
      assert.equal(contractErrorOf(refusal)?.data, data);
    });
  }

  it("has no answer if the node is at fault, and nothing is concluded from that", async () => {
    const hashes = { preCommitment: wordToHex(1n), pubdataHash: wordToHex(2n), transactionsHash: wordToHex(0n) };
    const claim = { published: true, ...hashes };
    const reader = new ChainContractReader(provider, TARGET, 1);
    for (const [node, error] of [...FAULTS, ["a body without an answer", undefined] as const]) {
      answer = error && { error };
      await rejectsAsFault(ask(), node);
      for (const part of ["rollup", "validium", { allOf: ["rollup", "validium"] }] as const)
        await rejectsAsFault(isOfParts(part, TARGET, provider), node);
      await rejectsAsFault(reader.genesisStateRoot(), node);
      await rejectsAsFault(reader.storedBatchHash(1n), node);
      calls = 0;
      await rejectsAsFault(boundBy(provider, TARGET, { claim, policyData: "0x01", isBound: () => false }), node);
      assert.equal(calls, 1, node);
    }
  });

  it("reads no genesis of a retired version, whose contract reverts", async () => {
    answer = { error: { code: 3, message: "execution reverted", data: CUSTOM } };
    assert.equal(await new ChainContractReader(provider, TARGET, 1).genesisStateRoot(), undefined);
    answer = { result: "0x" };
    await assert.rejects(new ChainContractReader(provider, TARGET, 1).genesisStateRoot(), { code: "NotAHyperchain" });
  });
});
