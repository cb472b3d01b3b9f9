import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, getBytes, id, toBeHex } from "ethers";
import { keccak } from "../../src/ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { decodeTokenDescription } from "../../src/ground/protocol/token-description.ts";
import { JourneyBook } from "../../src/ecosystem/relayer/journey-book.ts";

const CHAIN = 271n;
/** A token's description by the ABI: tag, chain, address, where name and symbol begin, decimals; both texts are empty. */
const description = (address: string): Uint8Array =>
  getBytes(
    concat([
      id("hyperchain.token-description.v1"),
      ...[CHAIN, BigInt(address), 192n, 224n, 18n, 0n, 0n].map((value) => toBeHex(value, 32)),
    ]),
  );

test("attack: a token description whose address has too many bits is ignored, and disturbs no relayer", () => {
  const [intact, malformed] = [description(`0x${"11".repeat(20)}`), description(`0x${"ff".repeat(32)}`)];
  assert.deepEqual(decodeTokenDescription(intact), { chainId: CHAIN, token: `0x${"11".repeat(20)}`, isNamed: false });
  assert.equal(decodeTokenDescription(malformed), undefined);
  const book = new JourneyBook({ settlementChainId: 1n, chainIds: [CHAIN] }, { l1View: {} as never });
  const at = { chainId: CHAIN, blockNumber: 1, transactionHash: id("sent") } as never;
  const body = malformed;
  book.take(CHAIN, { type: "messageSent", at, sender: PREDEPLOYS.L2NativeTokenVault, messageHash: keccak(body), body });
});
