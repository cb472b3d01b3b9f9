import { FunctionBuilder } from "../assembler/function-builder.ts";
import { I32, I64, i64, i64x2, v128 } from "../assembler/values.ts";
import { prepareKeccak, RATE_WORDS, swapBytes } from "./keccak.ts";

/**
 * grind(message, nonceWord, firstNonce, count, mask, constants) → the smallest nonce of firstNonce … firstNonce + count − 1
 * for which the first word of keccak256 has no bit of `mask`, or −1.
 * `message` is one padded block as vectors, each word twice, with zero where `nonceWord` (an address inside it) points; the
 * nonce is written there big-endian. `count` is even and positive, nonces are below 2^63.
 */
export function grind(): FunctionBuilder {
  const f = new FunctionBuilder("grind", [I32, I32, I64, I32, I64, I32], I64);
  const [message, nonceWord, nonce, count, mask, constants] = f.parameters();
  if (!message || !nonceWord || !nonce || !count || !mask || !constants) throw new Error("grind takes six parameters");
  const masks = f.let(v128.splat64(mask));
  const secondLane = f.let(
    v128.shuffle8(v128.const32(0), v128.splat64(i64.const(1n)), [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]),
  );
  const keccak = prepareKeccak(f);
  f.loop(() => {
    const nonces = f.let(i64x2.add(v128.splat64(nonce), secondLane));
    f.store(nonceWord, swapBytes(nonces));
    const words = Array.from({ length: RATE_WORDS }, (_, i) => f.let(v128.load(message, 16 * i)));
    const [first = nonces] = keccak.firstWords(words, constants, 1);
    const failing = f.let(v128.and(first, masks));
    f.if(i64.eqz(v128.extract64(failing, 0)), () => f.return(nonce));
    f.if(i64.eqz(v128.extract64(failing, 1)), () => f.return(i64.add(nonce, i64.const(1n))));
    f.set(nonce, i64.add(nonce, i64.const(2n)));
    f.increase(count, -2);
    f.continueIf(count);
  });
  f.result(i64.const(-1n));
  return f;
}
