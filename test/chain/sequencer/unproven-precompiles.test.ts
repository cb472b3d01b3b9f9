import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { toHex, type Hex } from "../../../src/protocol/hex.ts";
import { type Code, push } from "../support/assembler.ts";
import { ask } from "../support/ask.ts";
import { onDearChain, ORDINARY, PAIRING, address } from "../support/dear-chain.ts";
import { TestWallet } from "../support/wallet.ts";

/** Gas by EIP-1108, EIP-4844 and EIP-2537 for this much input. */
const CONTRACTS = [
  [0x08, 192, "BN254 pairing at 0x08, where the EVM takes 79000 gas"],
  [0x0a, 192, "KZG point evaluation at 0x0a, where the EVM takes 50000 gas"],
  [0x0b, 256, "BLS12-381 sum in G1 at 0x0b, where the EVM takes 375 gas"],
  [0x0c, 320, "BLS12-381 multiples in G1 at 0x0c, where the EVM takes 22776 gas"],
  [0x0d, 512, "BLS12-381 sum in G2 at 0x0d, where the EVM takes 600 gas"],
  [0x0e, 288, "BLS12-381 multiples in G2 at 0x0e, where the EVM takes 22500 gas"],
  [0x0f, 384, "BLS12-381 pairing at 0x0f, where the EVM takes 70300 gas"],
  [0x10, 64, "BLS12-381 map to G1 at 0x10, where the EVM takes 5500 gas"],
  [0x11, 128, "BLS12-381 map to G2 at 0x11, where the EVM takes 23800 gas"],
] as const;
const [GAS, STATICCALL, POP] = [0x5a, 0xfa, 0x50];
const refusal = (named: string) => ({ code: -32000, message: new RegExp(named), data: { code: "NotProvable" } });
/** Init code that calls one with so much input. */
const asking = (contract: number, bytes: number): Hex => {
  const code: Code = [0x5f, 0x5f, ...push(bytes), 0x5f, ...push(contract), GAS, STATICCALL, POP];
  return toHex(Uint8Array.from(code));
};

describe("precompiled contracts that no proof of format 3 covers", () => {
  it("are named, with their address and the EVM's price, to each account that would call one", async () => {
    const wallet = new TestWallet(701);
    await onDearChain([wallet], async ({ test, send }) => {
      await send(wallet, ORDINARY);
      const { nonce } = wallet;
      for (const [contract, bytes, named] of CONTRACTS) {
        const call = { from: wallet.address, data: asking(contract, bytes), gas: "0x7a120" };
        await assert.rejects(ask(test.chain, "eth_call", [call]), refusal(named));
        await assert.rejects(ask(test.chain, "eth_estimateGas", [call]), refusal(named));
        await assert.rejects(ask(test.chain, "zks_estimateGasL1ToL2", [call]), refusal(named));
        const simulated = { blockStateCalls: [{ calls: [call] }] };
        await assert.rejects(ask(test.chain, "eth_simulateV1", [simulated]), refusal(named));
        const raw = await wallet.signRaw({ data: call.data, gasLimit: 500_000n });
        await assert.rejects(test.chain.submit(raw), { code: "NotProvable", message: new RegExp(named) });
        wallet.nonce = nonce;
        test.clock.advance(3_600_000);
      }
      // As plain transfers call them, there is nothing to prove.
      const direct = { from: wallet.address, to: `0x${"00".repeat(19)}08`, gas: "0x7a120" };
      assert.equal(await ask(test.chain, "eth_call", [direct]), `0x${"00".repeat(31)}01`);
      await assert.rejects(
        ask(test.chain, "eth_call", [{ ...direct, data: "0x01" }]),
        refusal("gives 1 bytes to BN254 pairing at 0x08,"),
      );
    });
  });

  it("an operation with such a call does not run, is charged all of its gas, and its receipt says which it was", async () => {
    const wallet = new TestWallet(702);
    await onDearChain([wallet], async ({ test, send }) => {
      await send(wallet, ORDINARY);
      const gasLimit = 400_000n;
      const asked = await test.request({ from: wallet.address, to: address(PAIRING), gasLimit });
      assert.deepEqual([asked.success, asked.notRun, asked.gasUsed], [false, "fault", gasLimit]);
      const receipt = (await ask(test.chain, "eth_getTransactionReceipt", [asked.canonicalTxHash])) as Readonly<
        Record<string, unknown>
      >;
      assert.deepEqual([receipt["status"], receipt["gasUsed"], receipt["notRun"]], ["0x0", "0x61a80", "fault"]);
      assert.match(String(receipt["notRunDetail"]), /192 bytes to BN254 pairing at 0x08, where the EVM takes 79000 gas/);
      const ran = await test.request({ from: wallet.address, to: address(ORDINARY), gasLimit });
      const other = (await ask(test.chain, "eth_getTransactionReceipt", [ran.canonicalTxHash])) as object;
      assert.deepEqual([ran.success, "notRun" in other], [true, false]);
    });
  });
});
