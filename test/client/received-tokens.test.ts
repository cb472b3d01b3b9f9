import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Log, Provider } from "ethers";
import { LogBook } from "../../src/ecosystem/client/queue/log-book.ts";
import { ReceivedTokens, receivedTokensTerms } from "../../src/ecosystem/client/wallet/received-tokens.ts";
import { TRANSFER_TOPIC } from "../../src/ground/protocol/erc20-transfer.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";

const address = (digit: string): Hex => `0x${digit.repeat(40)}`;
const word = (account: Hex, padding = "0"): Hex => `0x${padding.repeat(24)}${account.slice(2)}`;
const [A, B, C] = [address("a"), address("b"), address("c")];
const transfer = (token: Hex, to: Hex): Pick<Log, "address" | "topics"> => ({
  address: token,
  topics: [TRANSFER_TOPIC, word(address("0")), word(to)],
});

describe("tokens that accounts have received", () => {
  test("are those of ERC-20's Transfer, each once, by their receivers", () => {
    const received = new ReceivedTokens();
    received.take(transfer(address("1"), A));
    received.take(transfer(address("1"), A));
    received.take(transfer(address("2"), A));
    // ERC-721's event names the token by a fourth topic; 32 bytes that are not an address name no account.
    received.take({ address: address("3"), topics: [...transfer(address("3"), A).topics, word(A)] });
    received.take({ address: address("3"), topics: [TRANSFER_TOPIC, word(B), word(A, "1")] });
    received.take({ address: address("3"), topics: [TRANSFER_TOPIC] });
    assert.deepEqual([received.of(A), received.of(B)], [[address("1"), address("2")], []]);
  });

  test("attack: bounds the memory for another account's transfers to unlimited accounts, and retains every account that is read", () => {
    const received = new ReceivedTokens(4);
    received.take(transfer(address("1"), A));
    received.take(transfer(address("1"), B));
    for (let i = 0; i < 50; i++) {
      received.take(transfer(address("2"), `0x${(i + 1).toString(16).padStart(40, "0")}`));
      assert.deepEqual(received.of(A), [address("1")]);
    }
    assert.deepEqual(received.of(B), []);
    for (let i = 0; i < 300; i++) received.take(transfer(`0x${i.toString(16).padStart(40, "0")}`, C));
    assert.ok(received.of(C).length <= 4);
    const wide = new ReceivedTokens();
    for (let i = 0; i < 300; i++) wide.take(transfer(`0x${i.toString(16).padStart(40, "0")}`, C));
    assert.equal(wide.of(C).length, 240);
  });

  test("continues an interrupted search after the pages that were read, and restarts after a reorg of the member", async () => {
    let [head, isAway, fork] = [1_000, false, "0x"];
    const asked: [number, number][] = [];
    const provider = {
      getBlock: async (number: number | "latest") => ({
        number: number === "latest" ? head : number,
        hash: `${fork}${number === "latest" ? head : number}`,
      }),
      async getLogs({ fromBlock, toBlock }: { fromBlock: number; toBlock: number }) {
        asked.push([fromBlock, toBlock]);
        if (isAway && fromBlock > 0) throw new Error("connect ECONNREFUSED");
        return [{ ...transfer(address("1"), A), blockNumber: fromBlock, index: 0 }];
      },
    } as unknown as Provider;
    const book = new LogBook(receivedTokensTerms(0));
    isAway = true;
    await assert.rejects(book.look(provider), /ECONNREFUSED/);
    assert.deepEqual(asked.splice(0), [
      [0, 255],
      [256, 511],
    ]);
    isAway = false;
    assert.deepEqual((await book.look(provider)).of(A), [address("1")]);
    assert.deepEqual(asked.splice(0)[0], [256, 511]);
    head = 1_001;
    await book.look(provider);
    assert.deepEqual(asked.splice(0), [[1_001, 1_001]]);
    fork = "0xf";
    await book.look(provider);
    assert.equal(asked[0]?.[0], 0);
  });
});
