import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { toHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { type Code, push } from "../support/assembler.ts";
import { ask } from "../support/ask.ts";
import { onDearChain, ORDINARY, PAIRING, address } from "../support/dear-chain.ts";
import { TestWallet } from "../support/wallet.ts";

/** Gas by EIP-1108, EIP-4844 and EIP-2537 for this much input. */
const CONTRACTS = [
  [0x0a, 192, "KZG point evaluation at 0x0a, where the EVM takes 50000 gas"],
  [0x0b, 256, "BLS12-381 sum in G1 at 0x0b, where the EVM takes 375 gas"],
  [0x0c, 320, "BLS12-381 multiples in G1 at 0x0c, where the EVM takes 22776 gas"],
  [0x0d, 512, "BLS12-381 sum in G2 at 0x0d, where the EVM takes 600 gas"],
  [0x0e, 288, "BLS12-381 multiples in G2 at 0x0e, where the EVM takes 22500 gas"],
  [0x0f, 384, "BLS12-381 pairing at 0x0f, where the EVM takes 70300 gas"],
  [0x10, 64, "BLS12-381 map to G1 at 0x10, where the EVM takes 5500 gas"],
  [0x11, 128, "BLS12-381 map to G2 at 0x11, where the EVM takes 23800 gas"],
] as const;
const STATICCALL = 0xfa;
/** Init code that gives input to one, and fails unless that call fails without output. */
const asking = (contract: number, bytes: number): Hex => {
  const asks: Code = [0x5f, 0x5f, ...push(bytes), 0x5f, ...push(contract), ...push(50_000), STATICCALL];
  // OR with the size of its output; to the invalid instruction if that is not 0.
  const code = [...asks, 0x3d, 0x17, ...push(asks.length + 6), 0x57, 0x00, 0x5b, 0xfe];
  return toHex(Uint8Array.from(code));
};

describe("precompiled contracts that no proof of execution covers", () => {
  it("fail alone, and a transaction to one is refused by its name, address and the EVM's price", async () => {
    const wallet = new TestWallet(701);
    await onDearChain([wallet], async ({ test, send }) => {
      await send(wallet, ORDINARY);
      for (const [contract, bytes, named] of CONTRACTS) {
        const call = { from: wallet.address, data: asking(contract, bytes), gas: "0x7a120" };
        assert.equal(await ask(test.chain, "eth_call", [call]), "0x", named);
        assert.match(String(await ask(test.chain, "eth_estimateGas", [call])), /^0x/);
        const { nonce } = wallet;
        const to = `0x${contract.toString(16).padStart(40, "0")}` as const;
        const raw = await wallet.signRaw({ to, data: `0x${"00".repeat(bytes)}`, gasLimit: 500_000n });
        const refused = test.chain.submit(raw);
        await assert.rejects(refused, { code: "PrecompileNotProven", message: new RegExp(`${bytes} bytes to ${named}`) });
        wallet.nonce = nonce;
        test.clock.advance(3_600_000);
      }
      const created = await wallet.signRaw({ data: asking(0x0b, 256), gasLimit: 500_000n });
      await test.chain.submit(created);
      // As plain transfers call them, there is nothing to prove.
      const direct = { from: wallet.address, to: `0x${"00".repeat(19)}08`, gas: "0x7a120" };
      assert.equal(await ask(test.chain, "eth_call", [direct]), `0x${"00".repeat(31)}01`);
    });
  });

  it("take the gas of an operation that calls one, which runs, and an operation to one fails", async () => {
    const wallet = new TestWallet(702);
    await onDearChain([wallet], async ({ test, send }) => {
      await send(wallet, ORDINARY);
      const gasLimit = 400_000n;
      const caught = await test.request({ from: wallet.address, to: address(PAIRING), gasLimit });
      assert.equal(caught.notRun, undefined);
      assert.ok(caught.gasUsed > (gasLimit * 9n) / 10n, `${caught.gasUsed}`);
      const own = await test.request({ from: wallet.address, to: `0x${"00".repeat(19)}0b`, data: "0x01", gasLimit });
      assert.deepEqual([own.success, own.notRun, own.gasUsed], [false, undefined, gasLimit]);
    });
  });
});
