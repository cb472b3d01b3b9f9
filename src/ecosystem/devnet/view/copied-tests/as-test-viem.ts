import type { ParamType } from "ethers";
import { quoted } from "./as-test-literals.ts";
import type { ExpectedRevert, TestLibrary } from "./as-test-library.ts";
import { ALL_DELIVERED, sentFields, valueFields } from "./as-test-lines.ts";

/** viem gives integers of up to this many bits as numbers. */
const MOST_BITS_OF_A_NUMBER = 48;

const wallet = (chain: string, from: string): string => `await ${chain}.viem.getWalletClient(${from})`;
const reader = (chain: string): string => `(await ${chain}.viem.getPublicClient())`;
const isNamed = ({ name }: ParamType): boolean => /^[A-Za-z_$][\w$]*$/.test(name) && name !== "__proto__";

/** viem, with Hardhat's assertions for it, for Node's test runner: what Hardhat's viem toolbox has. */
export const VIEM: TestLibrary = {
  imports: (body) => [
    'import assert from "node:assert/strict";',
    'import { after, describe, it } from "node:test";',
    ...(/\bencodeErrorResult\(/.test(body) ? ['import { encodeErrorResult } from "viem";'] : []),
  ],
  argument: (variable) => `${variable}.address`,
  address: (variable) => `${variable}.address`,
  struct({ components }, parts) {
    if (components?.every(isNamed) !== true) return `[${parts.join(", ")}]`;
    return `{ ${components.map(({ name }, i) => `${name}: ${parts[i]}`).join(", ")} }`;
  },
  integer(value, { type }) {
    const bits = Number(/\d+$/.exec(type)?.[0] ?? 256);
    return bits <= MOST_BITS_OF_A_NUMBER ? String(value) : `${value}n`;
  },
  creation({ chain, from, value, variable, name, args }) {
    const options = [`client: { wallet: ${wallet(chain, from)} }`, ...valueFields(value)];
    return `const ${variable} = await ${chain}.viem.deployContract(${name}, [${args}], { ${options.join(", ")} });`;
  },
  createdBytes({ chain, from, value, variable, data }) {
    return [
      `const ${variable}Hash = await (${wallet(chain, from)}).sendTransaction({ ${sentFields(undefined, data, value)} });`,
      `const ${variable}Receipt = await ${reader(chain)}.waitForTransactionReceipt({ hash: ${variable}Hash });`,
      `const ${variable} = { address: ${variable}Receipt.contractAddress ?? "0x" } as const;`,
    ];
  },
  call({ from, value, variable, name, args }) {
    const list = args.length === 0 ? "" : `[${args.join(", ")}], `;
    return `${variable}.write.${name}(${list}{ ${[`account: ${from}`, ...valueFields(value)].join(", ")} })`;
  },
  send({ chain, from, value, to, data }) {
    return `(${wallet(chain, from)}).sendTransaction({ ${sentFields(to, data, value)} })`;
  },
  included: (chain, transaction) => `await ${reader(chain)}.waitForTransactionReceipt({ hash: await ${transaction} });`,
  sentIncluded: (chain) => `await ${reader(chain)}.waitForTransactionReceipt({ hash: sent });`,
  hasCode: (chain, variable) => `assert.notEqual(await ${reader(chain)}.getCode({ address: ${variable}.address }), undefined);`,
  reverted(chain, transaction, expected) {
    const assertions = `await ${chain}.viem.assertions`;
    switch (expected.kind) {
      case "nothing":
        return `${assertions}.revert(${transaction});`;
      case "reason":
        return `${assertions}.revertWith(${transaction}, ${quoted(expected.text)});`;
      case "panic":
        return `${assertions}.revertWith(${transaction}, "0x${expected.code.toString(16)}");`;
      case "error": {
        const error = `${expected.contract}, ${quoted(expected.name)}`;
        return expected.args === undefined
          ? `${assertions}.revertWithCustomError(${transaction}, ${error});`
          : `${assertions}.revertWithCustomErrorWithArgs(${transaction}, ${error}, [${expected.args}]);`;
      }
      case "unknown":
        return `await assert.rejects(${transaction});`;
    }
  },
  emitted(chain, contract, event, args) {
    const about = `Promise.resolve(sent), ${contract}, ${quoted(event)}`;
    const assertions = `await ${chain}.viem.assertions`;
    return args === undefined ? `${assertions}.emit(${about});` : `${assertions}.emitWithArgs(${about}, [${args}]);`;
  },
  arrived: (_chain, isMessage) => (isMessage ? "await sent.delivered();" : ALL_DELIVERED),
  revertedCall(chain, isMessage, expected) {
    const call = isMessage
      ? "sent"
      : `(await hyperchains.messages(sent)).find((each) => each.destinationChainId === ${chain}.chainId)?`;
    return `await assert.rejects(async () => ${call}.delivered(), { code: "CallFailed"${failedWith(expected)} });`;
  },
  equal: (actual, expected) => `assert.equal(${actual}, ${expected});`,
};

/** Further properties of the error by which a message says that its call failed. */
function failedWith(expected: ExpectedRevert & { readonly data: string }): string {
  if (expected.kind === "unknown") return "";
  if (expected.kind !== "error") return `, data: ${quoted(expected.data)}`;
  const { contract, name, args } = expected;
  return args === undefined
    ? `, reason: /^with ${name}\\(/`
    : `, data: encodeErrorResult({ abi: ${contract}.abi, errorName: ${quoted(name)}, args: [${args}] })`;
}
